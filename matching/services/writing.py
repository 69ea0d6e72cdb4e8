"""What the lists say of a text that is still being written: who could do it now, what conditions cost, what is there already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from listings import access
from listings.models import Listing
from listings.states import State
from matching import adapters, engine
from matching.engine import texts_to_embed
from matching.engine.near import Common, in_common, near, near_each
from matching.models import MatchRun
from matching.services import embedding, folders, scoring
from matching.services.increments import LONGEST_TRANSACTION
from matching.services.snapshot import base_of, newest_bases
from matching.services.texts import NONE

SHOWN_STATES = (State.SUBMITTED, State.PUBLISHED, State.PAUSED)
# of so many listings that are most alike, and of so many that are newer than the last run, the texts are compared
COMPARED, NEWEST = 12, 60
SHOWN = 3
# likeness from which one is asked, and the share of the shorter text that both have word by word
ALIKE, COPIED = 0.42, 0.2
PASSAGES, AROUND = 2, 14
TEXTS = {"opportunity": ("title", "summary", "need", "deliverables"), "capability": ("title", "summary", "scenes")}


class NotPrepared(Exception):
    """Lists have not been measured without a model on this machine yet; `runs` are those to do it for."""

    def __init__(self, runs: Sequence[MatchRun]) -> None:
        super().__init__("no folder without a model for " + ", ".join(map(str, runs)))
        self.runs = runs


@dataclass(frozen=True)
class Snippet:
    """A passage that two texts share, as each has it: what stands before, the passage, what follows."""

    mine: tuple[str, str, str]
    theirs: tuple[str, str, str]


@dataclass(frozen=True)
class Near:
    """A listing that is like the one being written: likeness from 0 to 1, the share of the shorter text that both have."""

    listing: Any
    alike: float
    share: float
    snippets: list[Snippet]

    @property
    def percent(self) -> int:
        """The share in whole per cent, at least 1."""
        return max(1, round(100 * self.share))


def record_of(made: Any) -> engine.Need | engine.Offer:
    """A listing that may not be saved yet as the engine reads it."""
    if made.log_kind == "opportunity":
        return adapters.need(adapters.need_record(made))
    return adapters.offer(adapters.offer_record(made))


def corpus_for(city: str, record: engine.Need | engine.Offer) -> engine.Corpus | None:
    """The lists of the last run over a city, None before the first. Raises NotPrepared; nothing is built while a person waits."""
    base = base_of(city)
    return None if base is None else _corpus_of(base, record)


def _corpus_of(base: MatchRun, record: engine.Need | engine.Offer) -> engine.Corpus:
    model_id = base.model_id
    if model_id != NONE and embedding.known(texts_to_embed(record), model_id) is None:
        model_id = NONE
    if not (folders.root() / scoring.name_of(base, model_id)).is_dir():
        raise NotPrepared([base])
    return scoring.loaded(base, model_id).corpus


def prepare(run: MatchRun) -> None:
    """Measure the lists of a run as texts without vectors need them."""
    for model_id in {run.model_id, NONE}:
        scoring.loaded(run, model_id)


def near_ones(user: Any, made: Listing, without: set[str]) -> list[Near]:
    """Listings that this person may read and that say nearly the same, most alike first. Raises NotPrepared."""
    record = record_of(made)
    found: dict[str, float] = {}
    for run, corpus in _lists(made, record):
        found |= dict(near(corpus, record, COMPARED))
        if run.city == made.city:
            found |= dict(near_each(corpus, record, [record_of(row) for row in _newest(user, made, run)]))
    best = sorted(set(found) - without - {made.public_id}, key=lambda each: -found[each])[: 2 * COMPARED]
    rows = _rows(user, made.log_kind).filter(public_id__in=best)
    compared = [_compared(made, row, found[row.public_id]) for row in rows]
    told = [each for each in compared if each.alike >= ALIKE or each.share >= COPIED]
    return sorted(told, key=lambda each: (-max(each.alike, each.share), each.listing.pk))[:SHOWN]


def _lists(made: Listing, record: engine.Need | engine.Offer) -> list[tuple[MatchRun, engine.Corpus]]:
    """Those of every city for an opportunity; one city's hold the capabilities of all."""
    opened: list[tuple[MatchRun, engine.Corpus]] = []
    waiting: list[MatchRun] = []
    for run in newest_bases() if made.log_kind == "opportunity" else filter(None, [base_of(made.city)]):
        try:
            opened.append((run, _corpus_of(run, record)))
        except NotPrepared as error:
            waiting += error.runs
    if waiting:
        raise NotPrepared(waiting)
    return opened


def _rows(user: Any, kind: str) -> Any:
    rows = access.visible(kind, user).filter(state__in=SHOWN_STATES)
    return rows if kind == "opportunity" else rows.prefetch_related("owner__titles")


def _newest(user: Any, made: Listing, run: MatchRun) -> Sequence[Any]:
    """What came or changed after the lists of the last run were frozen."""
    rows = _rows(user, made.log_kind).filter(updated_at__gte=run.at - LONGEST_TRANSACTION)
    return list(rows.exclude(public_id=made.public_id).order_by("-updated_at", "-pk")[:NEWEST])


def _compared(made: Any, other: Any, alike: float) -> Near:
    mine, theirs = (_text(each) for each in (made, other))
    shared = in_common(mine, theirs)
    share = sum(common.length for common in shared) / max(1, min(len(mine), len(theirs)))
    return Near(other, alike, min(1.0, share), [_snippet(mine, theirs, common) for common in shared[:PASSAGES]])


def _text(listing: Any) -> str:
    return "\n".join(filter(None, (getattr(listing, name) for name in TEXTS[listing.log_kind])))


def _snippet(mine: str, theirs: str, common: Common) -> Snippet:
    return Snippet(_around(mine, common.left, common.length), _around(theirs, common.right, common.length))


def _around(text: str, start: int, length: int) -> tuple[str, str, str]:
    end, first, last = start + length, max(0, start - AROUND), start + length + AROUND
    return (
        ("…" if first else "") + text[first:start].replace("\n", " "),
        text[start:end],
        text[end:last].replace("\n", " ") + ("…" if last < len(text) else ""),
    )


def says_anything(made: Any) -> bool:
    """Whether there is text enough to be compared."""
    return len("".join(_parts(made))) >= 20


def _parts(made: Any) -> Iterable[str]:
    return (getattr(made, name) or "" for name in TEXTS[made.log_kind])
