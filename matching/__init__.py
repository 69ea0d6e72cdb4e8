"""Who fits whom: the engine, runs in shards, the review, the push to both sides, and their answers."""
