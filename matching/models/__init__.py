"""All tables of matching: runs, matches, vectors of texts, rankers."""

from matching.models.fairness import Arrangement, Vacancy, VacancyQuerySet
from matching.models.matches import Answer, AnswerQuerySet, Match, MatchQuerySet, of_either_side
from matching.models.rankers import Ranker, RankerQuerySet
from matching.models.runs import (
    MatchRun,
    MatchRunQuerySet,
    Night,
    Proposal,
    RunPair,
    Scored,
    Shard,
    ShardQuerySet,
    SnapshotPart,
    Worded,
)
from matching.models.vectors import TextVector, TextVectorQuerySet, TokensSpent

__all__ = [
    "Answer", "AnswerQuerySet", "Arrangement", "Match", "MatchQuerySet", "MatchRun", "MatchRunQuerySet", "Night", "Proposal", "Ranker", "RankerQuerySet", "RunPair", "Scored",
    "Shard", "ShardQuerySet", "SnapshotPart", "TextVector", "TextVectorQuerySet", "TokensSpent",
    "Vacancy", "VacancyQuerySet", "Worded", "of_either_side",
]  # fmt: skip
