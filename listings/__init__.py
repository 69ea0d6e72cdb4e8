"""What both kinds of listing share: states, services, batches, programmes, import and export."""
