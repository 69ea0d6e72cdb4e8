"""How many suggestions each opportunity can still handle and each firm still wants, and which pairs people decided on."""

from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection, models
from django.db.models import Count, Q

from accounts.models import Organisation
from capabilities.models import Capability
from matching.engine.fairness import Edges, Flags, Room
from matching.engine.model import Floats, Integers
from matching.models import Match
from matching.services.release import sent_this_week
from matching.states import DECIDED, MatchState
from opportunities.models import Opportunity

# more keys than this are not named in a question: the whole table is read instead
NAMED = 5_000
# what a person has put a hand to waits for a decision, but no arrangement takes it away
HELD = Q(state=MatchState.PROPOSED) & ~Q(note="")
TAKES_ROOM = Q(state__in=[MatchState.APPROVED, MatchState.PUSHED]) | HELD
Pair = tuple[int, int]


@dataclass(frozen=True)
class Pairs:
    """Scored pairs as columns: keys of opportunities and capabilities, scores, and whether each may be put forward."""

    opportunities: Integers
    capabilities: Integers
    scores: Floats
    allowed: Flags

    @classmethod
    def of(cls, scores: dict[Pair, float]) -> "Pairs":
        """Pairs that may all be put forward, with their scores."""
        needs, offers = (np.array([pair[side] for pair in scores], dtype=np.int64) for side in (0, 1))
        return cls(needs, offers, np.array(list(scores.values()), dtype=np.float64), np.ones(len(scores), bool))

    def beside(self, scores: dict[Pair, float]) -> "Pairs":
        """These, and after them others that may all be put forward."""
        columns = zip(astuple(self), astuple(Pairs.of(scores)), strict=True)
        return Pairs(*(np.concatenate(both) for both in columns))

    def only(self, these: Flags) -> "Pairs":
        """The same, but none except `these` may be put forward."""
        return replace(self, allowed=self.allowed & these)

    def without(self, pairs: set[Pair]) -> "Pairs":
        """The same, but none of `pairs` may be put forward (again)."""
        return self.only(~self.among(pairs))

    def among(self, pairs: Iterable[Pair]) -> Flags:
        """Which of these are among `pairs`."""
        known = np.array([code(*pair) for pair in pairs], dtype=np.int64)
        found: Flags = np.isin(code(self.opportunities, self.capabilities), known)
        return found

    def chosen(self, these: Flags) -> list[Pair]:
        """The keys of `these`."""
        return list(zip(self.opportunities[these].tolist(), self.capabilities[these].tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.scores)

    def keys(self) -> list[Pair]:
        return self.chosen(np.ones(len(self), bool))


def code(opportunity: Any, capability: Any) -> Any:
    """A pair (or columns of them) as one number."""
    return (opportunity << 32) | capability


@dataclass(frozen=True)
class Market:
    """Pairs with the room of both sides, as the engine arranges them; keys of opportunities and firms by place."""

    edges: Edges
    room: Room
    opportunities: Integers
    firms: Integers


def market_of(pairs: Pairs, fixed: dict[int, int] | None = None) -> Market:
    """The room that is left to the listings of these pairs. `fixed` overrules the room of opportunities, by key."""
    needs, need_of = np.unique(pairs.opportunities, return_inverse=True)
    offers, offer_of = np.unique(pairs.capabilities, return_inverse=True)
    owner = dict(_named(Capability, offers).values_list("pk", "owner_id"))
    owners = np.array([owner.get(key, 0) for key in offers.tolist()], dtype=np.int64)
    firms, firm_of = np.unique(owners, return_inverse=True)
    wants, handles = wanted(firms.tolist()), handled(needs) | (fixed or {})
    room = Room(
        np.array([handles.get(key, 0) for key in needs.tolist()], dtype=np.int64),
        np.array([wants.get(key, 0) for key in firms.tolist()], dtype=np.int64),
        firm_of.astype(np.int64),
    )
    edges = Edges(need_of.astype(np.int64), offer_of.astype(np.int64), pairs.scores, allowed=pairs.allowed)
    return Market(edges, room, needs, firms)


def less(market: Market, beside: set[Pair]) -> Market:
    """The market with less room: by one on each side for each of these pairs, which have a place already."""
    owner = dict(Capability.objects.filter(pk__in={c for _o, c in beside}).values_list("pk", "owner_id"))
    needs, firms = market.room.needs.copy(), market.room.firms.copy()
    np.subtract.at(needs, _at(market.opportunities, [o for o, _c in beside]), 1)
    np.subtract.at(firms, _at(market.firms, [owner[c] for _o, c in beside]), 1)
    return replace(market, room=replace(market.room, needs=needs.clip(0), firms=firms.clip(0)))


def _at(known: Integers, keys: list[int]) -> Integers:
    """Places of those keys that are known."""
    wanted = np.array(keys, dtype=np.int64)
    found = np.searchsorted(known, wanted).clip(0, max(len(known) - 1, 0))
    return found[known[found] == wanted] if len(known) else found[:0]


def handled(opportunities: Collection[int] | Integers) -> dict[int, int]:
    """How many more suggestions these opportunities can handle beside those that are approved, or pushed and not yet answered."""
    taken = _named(Match, opportunities, "opportunity").filter(TAKES_ROOM).order_by().values_list("opportunity_id")
    taken_by = dict(taken.annotate(n=Count("pk")))
    most = _named(Opportunity, opportunities).values_list("pk", "handles_at_most")
    return {key: max(n - taken_by.get(key, 0), 0) for key, n in most}


def wanted(firms: Collection[int]) -> dict[int, int]:
    """How many more suggestions these firms want this week; none when they have switched suggestions off."""
    rows = _named(Organisation, firms)
    sent = sent_this_week(set(firms)) if len(firms) <= NAMED else sent_this_week(None)
    waiting = _named(Match, firms, "capability__owner").filter(Q(state=MatchState.APPROVED) | HELD)
    taken = dict(waiting.order_by().values_list("capability__owner").annotate(n=Count("pk")))
    return {
        key: max(cap - sent.get(key, 0) - taken.get(key, 0), 0) if on else 0
        for key, cap, on in rows.values_list("pk", "weekly_cap", "suggestions_on")
    }


def decided(opportunities: Collection[int] | Integers) -> set[Pair]:
    """The pairs of these opportunities that people decided on, or put a hand to."""
    rows = _named(Match, opportunities, "opportunity").filter(Q(state__in=DECIDED) | HELD)
    return set(rows.values_list("opportunity_id", "capability_id"))


def held(opportunities: Collection[int] | Integers) -> set[Pair]:
    """The pairs of these opportunities that wait with words that a reviewer wrote to them."""
    rows = _named(Match, opportunities, "opportunity").filter(HELD)
    return set(rows.values_list("opportunity_id", "capability_id"))


def _named(model: Any, keys: Collection[int] | Integers, name: str = "pk") -> "models.QuerySet[Any]":
    named = keys.tolist() if isinstance(keys, np.ndarray) else list(keys)
    rows: models.QuerySet[Any] = model.objects.all()
    return rows.filter(**{f"{name}__in": named}) if len(named) <= NAMED else rows


# a tuple of COPY's binary format: the number of fields, and each field after its length
KEPT = np.dtype(
    [("fields", ">i2"), ("n1", ">i4"), ("opportunity", ">i8"), ("n2", ">i4"), ("capability", ">i8"), ("n3", ">i4"), ("score", ">f8")]
)  # fmt: skip
HEAD, TAIL = 19, 2


@lru_cache(maxsize=4)
def kept_pairs(run_id: int, least_score: float) -> Pairs:
    """The pairs that a finished run keeps (they never change), without those that are barred or below the least score.

    One COPY in binary: a city's 160,000 pairs are columns, and never rows of objects.
    """
    received = bytearray()

    class Into:
        write = staticmethod(received.extend)

    sql = """COPY (SELECT opportunity_id, capability_id, score::float8 FROM matching_runpair
             WHERE run_id = {:d} AND score >= {:f} AND eligible IS NOT FALSE) TO STDOUT (FORMAT binary)"""
    with connection.cursor() as cursor:
        cursor.copy_expert(sql.format(run_id, least_score), Into)
    rows = np.frombuffer(bytes(received[HEAD:-TAIL]), KEPT)
    return Pairs(
        rows["opportunity"].astype(np.int64), rows["capability"].astype(np.int64), rows["score"].astype(np.float64),
        np.ones(len(rows), bool),
    )  # fmt: skip
