"""People, their organisations, and who may do what."""
