"""Open challenges (揭榜挂帅): proposals, evaluation, award."""
