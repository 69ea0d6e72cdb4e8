"""Reads everything; nothing reads it: the leaders' page and public figures."""
