"""Vectors of texts in PostgreSQL: wanted once for each text and model, made by leased work, read back by the engine.

want(texts)              rows for texts without a vector
embed_due()              a worker's turn: claims some, stores their vectors
complete(texts)          whether one model has all of them
known(texts)             that model's vectors, as the engine's Provider; None while some are missing
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from time import monotonic
from typing import Any, TypeVar

import numpy as np
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from matching.engine import Provider
from matching.engine.model import Matrix
from matching.engine.providers import Choice, Local, Unavailable, choice, plain
from matching.models import TextVector, TokensSpent
from scenemarket.leases import LeaseLost, WorkState

logger = logging.getLogger(__name__)

AT_ONCE = 10_000
# few, so that a listing that comes during a long import is among the next
CLAIMED = 16
# characters that are embedded before they are stored: a second or two of work, far less than a lease
TOGETHER = 6_000
KEPT_DAYS = 30
COMMON = 1
# then those who wait for vectors are told; the next turn comes two seconds later
TURN_SECONDS = 10.0
STANDSTILL = 600.0
Item = TypeVar("Item")


def providers() -> Choice:
    """What the settings choose, one for the process; the model itself is loaded by the first text."""
    return _providers(tuple(settings.EMBEDDING.items()))


@lru_cache(maxsize=4)
def _providers(said: tuple[tuple[str, str], ...]) -> Choice:
    # one thread: workers share the processor, and each core does more texts alone than with others
    return choice(dict(said), threads=1, budget=Spending())


class Spending:
    """The count of tokens of this day, for all workers together."""

    def spent(self) -> int:
        """Tokens counted today."""
        today = TokensSpent.objects.filter(day=timezone.localdate())
        return today.values_list("tokens", flat=True).first() or 0

    def add(self, tokens: int) -> None:
        """Count some more."""
        row, _new = TokensSpent.objects.get_or_create(day=timezone.localdate())
        TokensSpent.objects.filter(pk=row.pk).update(tokens=F("tokens") + tokens)


def hash_of(text: str) -> str:
    """What a text is known by: equal for texts that are embedded alike."""
    return _hash(plain(text))


def _hash(clean: str) -> str:
    return hashlib.sha256(clean.encode()).hexdigest()


def want(texts: Iterable[str]) -> int:
    """Make rows for the texts that have none; returns how many are new. Nothing is embedded here."""
    here = providers()
    model_ids = [provider.model_id for provider in here.both if provider is here.first or _resting(here)]
    return sum(_want(part, model_id) for part in _parts(_hashed(texts), AT_ONCE) for model_id in model_ids)


def _hashed(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each text that says anything, once, by its hash."""
    return iter({_hash(clean): clean for text in texts if (clean := plain(text))}.items())


def _want(part: list[tuple[str, str]], model_id: str) -> int:
    rows = TextVector.objects.filter(model_id=model_id, text_hash__in=[name for name, _text in part])
    rows.filter(needed_at__lt=Now() - timedelta(days=1)).update(needed_at=Now())
    there = set(rows.values_list("text_hash", flat=True))
    fresh = [TextVector(model_id=model_id, text_hash=n, text=text) for n, text in part if n not in there]
    TextVector.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    return len(fresh)


def complete(texts: Iterable[str]) -> bool:
    """Whether all texts have vectors of one model."""
    return known(texts) is not None


def known(texts: Iterable[str], model_id: str | None = None) -> "Known | None":
    """The vectors of the first model that has all of these texts, or of the one that is named; None when some are missing."""
    hashes = [name for name, _text in _hashed(texts)]
    wanted = [model_id] if model_id is not None else [provider.model_id for provider in providers().both]
    return next((Known(each) for each in wanted if _has_all(each, hashes)), None)


def _has_all(model_id: str, hashes: list[str]) -> bool:
    ended = TextVector.objects.filter(model_id=model_id, work_state__in=[WorkState.DONE, WorkState.DEAD])
    return all(ended.filter(text_hash__in=part).count() == len(part) for part in _parts(hashes, AT_ONCE))


class Known:
    """A Provider that computes nothing: vectors as they lie in the database. KeyError for a text without one."""

    def __init__(self, model_id: str) -> None:
        self.model_id = model_id
        # taken from the provider that made them; what an earlier one has made is treated alike
        makers = {each.model_id: each.common_directions for each in providers().both}
        self.common_directions = makers.get(model_id, COMMON)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, one row for each text; zeros for an empty text and for one that was set aside."""
        hashes = [_hash(clean) if (clean := plain(text)) else "" for text in texts]
        found = self._read(sorted({name for name in hashes if name}))
        width = next((len(vector) for vector in found.values() if len(vector)), 384)
        nothing = np.zeros(width, np.float16)
        rows = np.zeros((len(texts), width), np.float32)
        for row, name in zip(rows, hashes, strict=True):
            vector = found[name] if name else nothing
            row[:] = vector if len(vector) else nothing
        return rows

    def _read(self, hashes: list[str]) -> dict[str, Any]:
        rows = TextVector.objects.filter(model_id=self.model_id, work_state__in=[WorkState.DONE, WorkState.DEAD])
        return {
            name: np.frombuffer(vector or b"", np.float16)
            for part in _parts(hashes, AT_ONCE)
            for name, vector in rows.filter(text_hash__in=part).values_list("text_hash", "vector").iterator(2000)
        }


def embed_all_due() -> int:
    """Embed until nothing waits or a worker's turn is over; returns how many were worked on.

    The first turn of a process loads the model, so that the first listing does not wait for it.
    """
    if isinstance(first := providers().first, Local):
        with suppress(Unavailable):
            first.warm()
    total, end = 0, monotonic() + TURN_SECONDS
    while (done := embed_due()) and monotonic() < end:
        total += done
    return total + done


def embed_due() -> int:
    """Embed some of the texts that wait, the newest first; returns how many were worked on. Safe anywhere, any number at once."""
    here = providers()
    for provider in here.both:
        if provider is here.first and _resting(here):
            continue
        if claimed := _claim(provider.model_id):
            _embed(here, provider, claimed)
            return len(claimed)
    return 0


def _claim(model_id: str) -> list[TextVector]:
    """New texts many at a time; one that was tried before alone, so that it takes no others with it."""
    rows = TextVector.objects.of([model_id])
    return rows.filter(attempts=0).claim(CLAIMED, "-pk") or rows.filter(attempts__gt=0).claim(1)


def _embed(here: Choice, provider: Provider, claimed: list[TextVector]) -> None:
    waiting = sorted(claimed, key=lambda row: len(row.text))
    while waiting:
        some = _some(waiting)
        waiting = waiting[len(some) :]
        try:
            vectors = provider.embed([row.text for row in some])
            _of_one_length(provider.model_id, vectors.shape[1])
            _store(some, vectors)
        except Unavailable as reason:
            _rest(here, [*some, *waiting], reason)
            return
        except Exception as error:
            _give_back([*some, *waiting], error)
            raise
        _renew(waiting)


def _of_one_length(model_id: str, length: int) -> None:
    """An address that changes its model under the same name would spoil what is known by that name. Raises Unavailable."""
    known = TextVector.objects.filter(model_id=model_id, work_state=WorkState.DONE)
    # in the order of an index: by key, it would read past all that an earlier model has made
    before = known.order_by("text_hash").values_list("vector", flat=True).first()
    if before is not None and len(before) != 2 * length:
        raise Unavailable(f"{model_id} gave {len(before) // 2} numbers for a text before, and {length} now", 3600.0)


def _some(rows: list[TextVector]) -> list[TextVector]:
    """The first of the rows, at least one."""
    total = 0
    for count, row in enumerate(rows):
        total += len(row.text)
        if count and total > TOGETHER:
            return rows[:count]
    return rows


def _store(rows: list[TextVector], vectors: Matrix) -> None:
    for row, vector in zip(rows, vectors.astype(np.float16), strict=True):
        try:
            row.finish(vector=vector.tobytes(), text="")
        except LeaseLost:
            logger.info("%s was embedded by another worker as well", row)


def _renew(rows: list[TextVector]) -> None:
    for row in rows[:1]:
        until = Now() + timedelta(seconds=settings.LEASE_SECONDS)
        TextVector.objects.filter(
            pk__in=[each.pk for each in rows], lease_token=row.lease_token, work_state=WorkState.WORKING
        ).update(lease_until=until)


def _give_back(rows: list[TextVector], error: Exception) -> None:
    for row in rows:
        try:
            row.fail(f"{type(error).__name__}: {error}")
        except LeaseLost:
            continue


def _resting(here: Choice) -> bool:
    """Whether the first provider did not answer lately: the spare one works for it until its time has come."""
    if here.spare is None or here.first is None:
        return False
    put_off = TextVector.objects.filter(model_id=here.first.model_id, work_state=WorkState.QUEUED, attempts=0)
    return put_off.filter(available_at__gt=Now()).exclude(last_error="").exists()


def _rest(here: Choice, mine: list[TextVector], reason: Unavailable) -> None:
    """Put off all that waits for the first provider, without counting it as a try, and let the spare one do it meanwhile."""
    logger.warning("texts are embedded by %s meanwhile: %s", here.spare.model_id if here.spare else "nobody", reason)
    rows = TextVector.objects.filter(model_id=mine[0].model_id)
    ours = rows.filter(pk__in=[row.pk for row in mine], lease_token=mine[0].lease_token, work_state=WorkState.WORKING)
    ours.update(work_state=WorkState.QUEUED, lease_until=None, attempts=F("attempts") - 1)
    waiting = rows.filter(work_state=WorkState.QUEUED)
    waiting.update(available_at=Now() + timedelta(seconds=reason.seconds), last_error=str(reason)[:2000])
    if here.spare is not None:
        for part in _parts(waiting.values_list("text_hash", "text").iterator(2000), AT_ONCE):
            _want(part, here.spare.model_id)


def state() -> dict[str, Any]:
    """For who watches: the model, texts that wait and since when, texts set aside; not ok when nothing moves for ten minutes."""
    here = providers().both
    rows = TextVector.objects.of([provider.model_id for provider in here])
    waiting = rows.unfinished().filter(available_at__lte=Now())
    oldest = waiting.order_by("available_at").values_list("available_at", flat=True).first()
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    moves = age < STANDSTILL or rows.filter(done_at__gt=Now() - timedelta(seconds=STANDSTILL)).exists()
    return {
        "ok": moves, "model": here[0].model_id if here else "none", "resting": _resting(providers()),
        "waiting": waiting.count(), "oldest_seconds": age, "set_aside": rows.dead().count(),
    }  # fmt: skip


def forget_unneeded() -> int:
    """Drop vectors that no listing has asked for in KEPT_DAYS; returns how many."""
    return TextVector.objects.filter(needed_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()[0]


def _parts(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    source = iter(items)
    while part := list(islice(source, size)):
        yield part
