"""Pages: the review queue, runs, suggestions with their answers, and "why" for any pair."""
