"""All tables of matching: runs, matches, vectors of texts, rankers."""

from matching.models.matches import Answer, AnswerQuerySet, Match, MatchQuerySet
from matching.models.runs import MatchRun, MatchRunQuerySet, Night, RunPair, Scored, Shard, ShardQuerySet, SnapshotPart
from matching.models.vectors import TextVector, TextVectorQuerySet, TokensSpent

__all__ = [
    "Answer", "AnswerQuerySet", "Match", "MatchQuerySet", "MatchRun", "MatchRunQuerySet", "Night", "RunPair", "Scored",
    "Shard", "ShardQuerySet", "SnapshotPart", "TextVector", "TextVectorQuerySet", "TokensSpent",
]  # fmt: skip
