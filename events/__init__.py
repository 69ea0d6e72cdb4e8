"""Matchmaking events, their tables and slots."""
