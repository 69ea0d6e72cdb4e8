"""Help in the product: one text a page, in both languages; the same text is read at /help/ and walked through as a tour."""
