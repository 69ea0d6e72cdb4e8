"""Lists shared by other organisations and cities."""
