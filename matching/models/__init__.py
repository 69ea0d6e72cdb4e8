"""All tables of matching: runs, matches, vectors of texts, rankers."""

from matching.models.matches import Answer, AnswerQuerySet, Match, MatchQuerySet
from matching.models.runs import MatchRun, MatchRunQuerySet, Night, RunPair, Scored, Shard, ShardQuerySet, SnapshotPart

__all__ = [
    "Answer", "AnswerQuerySet", "Match", "MatchQuerySet", "MatchRun", "MatchRunQuerySet", "Night", "RunPair", "Scored",
    "Shard", "ShardQuerySet", "SnapshotPart",
]  # fmt: skip
