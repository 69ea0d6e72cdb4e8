"""Records as compressed bytes and back, and sequences of records that are read one by one from a long array of bytes."""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from matching.engine.model import Credential, Integers, Named, Need, Offer, Place, Requirement

LEVEL = 1
REMEMBERED = 4096
Record = TypeVar("Record", Need, Offer)


def packed(record: Need | Offer) -> bytes:
    """A record as bytes: equal records give equal bytes."""
    values = _of_need(record) if isinstance(record, Need) else _of_offer(record)
    return zlib.compress(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass"), LEVEL)


def unpacked(kept: bytes) -> Need | Offer:
    """The record in bytes made by packed()."""
    side, *values = json.loads(zlib.decompress(kept).decode("utf-8", "surrogatepass"))
    return _need(*values) if side == "need" else _offer(*values)


class Kept(Sequence[Record], Generic[Record]):
    """Records that stay packed until they are asked for; the last few thousand are remembered."""

    def __init__(self, bytes_of_all: NDArray[np.uint8], offsets: Integers) -> None:
        self._bytes, self._offsets = bytes_of_all, offsets
        self._read: Callable[[int], Record] = lru_cache(maxsize=REMEMBERED)(self._unpacked)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        """One record, or some as a list."""
        if isinstance(place, slice):
            return [self._read(each) for each in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._read(int(place) % len(self))

    def _unpacked(self, place: int) -> Record:
        found = unpacked(self._bytes[self._offsets[place] : self._offsets[place + 1]].tobytes())
        return found  # type: ignore[return-value]


def kept(records: Iterable[Need | Offer]) -> tuple[NDArray[np.uint8], Integers]:
    """All records packed one after the other, and where each begins (and the last one ends)."""
    each = [packed(record) for record in records]
    offsets = np.zeros(len(each) + 1, dtype=np.int64)
    np.cumsum([len(one) for one in each], out=offsets[1:])
    return np.frombuffer(b"".join(each), dtype=np.uint8), offsets


def _of_need(need: Need) -> list[Any]:
    return [
        "need", need.id, need.texts, _many(need.technologies), _of(need.field), _of(need.sector), _of_place(need.region),
        need.min_trl, [[_many(r.alternatives), r.of_certificates] for r in need.requirements], [_of_place(p) for p in need.supplier_places],
        need.budget_min, need.budget_max, need.deadline and need.deadline.isoformat(), need.only_verified, need.owner,
    ]  # fmt: skip


def _of_offer(offer: Offer) -> list[Any]:
    return [
        "offer", offer.id, offer.texts, _many(offer.technologies), _of(offer.field), _of(offer.sector), _of_place(offer.home),
        [_of_place(p) for p in offer.service_places], offer.trl, _of_held(offer.titles), _of_held(offer.certs),
        offer.price_min, offer.price_max, offer.verified, offer.owner,
    ]  # fmt: skip


def _of(named: Named | None) -> list[str] | None:
    return [named.code, named.zh, named.en] if named else None


def _many(named: Sequence[Named]) -> list[list[str]]:
    return [[each.code, each.zh, each.en] for each in named]


def _of_place(place: Place | None) -> list[Any] | None:
    return [place.name, place.code, sorted(place.within)] if place else None


def _of_held(held: Sequence[Credential] | None) -> list[Any] | None:
    if held is None:
        return None
    return [[_of(c.named), c.expires and c.expires.isoformat(), sorted(c.counts_as)] for c in held]


def _need(
    identity: str, texts: Any, technologies: Any, field: Any, sector: Any, region: Any, min_trl: int | None,
    asked: Any, suppliers: Any, least: float | None, most: float | None, deadline: str | None, only_verified: bool, owner: str | None,
) -> Need:  # fmt: skip
    requirements = tuple(Requirement(_names(names), of_certificates) for names, of_certificates in asked)
    return Need(
        identity, _texts(texts), _names(technologies), _name(field), _name(sector), _place(region), min_trl, requirements,
        _places(suppliers), least, most, _day(deadline), only_verified, owner,
    )  # fmt: skip


def _offer(
    identity: str, texts: Any, technologies: Any, field: Any, sector: Any, home: Any, served: Any, trl: int | None,
    titles: Any, certs: Any, low: float | None, high: float | None, verified: bool | None, owner: str | None,
) -> Offer:  # fmt: skip
    return Offer(
        identity, _texts(texts), _names(technologies), _name(field), _name(sector), _place(home), _places(served), trl,
        _held(titles), _held(certs), low, high, verified, owner,
    )  # fmt: skip


def _texts(kept: Any) -> tuple[tuple[str, str], ...]:
    return tuple((section, text) for section, text in kept)


def _name(kept: Any) -> Named | None:
    return kept and Named(*kept)


def _names(kept: Any) -> tuple[Named, ...]:
    return tuple(Named(*each) for each in kept)


def _place(kept: Any) -> Place | None:
    return kept and Place(kept[0], kept[1], frozenset(kept[2]))


def _places(kept: Any) -> tuple[Place, ...]:
    return tuple(Place(name, code, frozenset(within)) for name, code, within in kept)


def _held(kept: Any) -> tuple[Credential, ...] | None:
    if kept is None:
        return None
    return tuple(Credential(Named(*named), _day(expires), frozenset(codes)) for named, expires, codes in kept)


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None
