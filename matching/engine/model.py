"""What goes into the engine and what comes out: plain records."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
Integers = NDArray[np.int64]

EVERYWHERE = "000000"
Verdict = Literal["met", "barred", "unknown"]
Side = Literal["for", "against", "unknown"]


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its names; for a word that no code list knows, all three are that word."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place as written. `within` are the codes of all places that hold it, itself included; empty when it is not known."""

    name: str
    code: str | None = None
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Credential:
    """A title or certificate that is held. `counts_as` are the codes it stands for, itself included."""

    named: Named
    expires: date | None = None
    counts_as: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A title or certificate that is asked for: any one of the alternatives will do."""

    alternatives: tuple[Named, ...]
    of_certificates: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """An opportunity. `texts` are (section, text) with the title first; None or () is unknown or not asked."""

    id: str
    texts: tuple[tuple[str, str], ...]
    technologies: tuple[Named, ...] = ()
    field: Named | None = None
    sector: Named | None = None
    region: Place | None = None
    min_trl: int | None = None
    requirements: tuple[Requirement, ...] = ()
    # where suppliers may come from; () for anywhere
    supplier_places: tuple[Place, ...] = ()
    budget_min: float | None = None
    budget_max: float | None = None
    deadline: date | None = None
    only_verified: bool = False
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A capability. `titles` and `certs` are None when nothing is known of them."""

    id: str
    texts: tuple[tuple[str, str], ...]
    technologies: tuple[Named, ...] = ()
    field: Named | None = None
    sector: Named | None = None
    home: Place | None = None
    service_places: tuple[Place, ...] = ()
    trl: int | None = None
    titles: tuple[Credential, ...] | None = None
    certs: tuple[Credential, ...] | None = None
    price_min: float | None = None
    price_max: float | None = None
    verified: bool | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Technologies:
    """How close the technologies of both sides are (None: one side names none), those in common, and what each names."""

    closeness: float | None
    shared: tuple[Named, ...]
    of_need: tuple[Named, ...]
    of_offer: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score. `points` of `possible`; points is None when the part is unknown or was not asked for."""

    code: str
    points: float | None
    possible: float


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters `start` to `end` of one section of one side's texts."""

    side: Literal["need", "offer"]
    section: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence for, against, or on what is unknown; `points` is what it adds to or takes from the score."""

    side: Side
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    points: float | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """How one hard condition stands for a pair; a condition that nobody set is not listed."""

    code: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PairScore:
    """One pair. `score` is the sum of the parts' points, 0 to 100, rounded to 1e-6.

    `eligible`: True, False (barred_by says by what), None when a condition could not be checked.
    """

    need_id: str
    offer_id: str
    score: float
    eligible: bool | None
    barred_by: tuple[str, ...]
    parts: tuple[Part, ...]
    conditions: tuple[Condition, ...]
    rank_for_need: int | None = None
    rank_for_offer: int | None = None
