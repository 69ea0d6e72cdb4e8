"""A listing as an explanation reads it: sentence by sentence, with its terms and technologies. Read once, then remembered."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from matching.engine.concepts import Concepts
from matching.engine.model import Floats, Integers, Named, Need, Offer, Technologies
from matching.engine.sides import Frame
from matching.engine.text import Sentence, cut, terms

REMEMBERED = 2048
TELLING = 1 << 21  # codes from here on are pairs and words; single characters say little about what two sentences share


@dataclass(frozen=True)
class Reading:
    """`owner` and `codes` are the telling terms of each sentence, each once; `concepts` are counts of sentences by technologies,
    `tags` those of it all."""

    sentences: list[Sentence]
    owner: Integers
    codes: Integers
    concepts: Floats
    tags: Floats


def read(record: Need | Offer, concepts: Concepts) -> Reading:
    """The reading of a need or an offer by a list of technologies."""
    return _read(record.texts, record.technologies, concepts)


@lru_cache(maxsize=REMEMBERED)
def _read(texts: tuple[tuple[str, str], ...], stated: tuple[Named, ...], concepts: Concepts) -> Reading:
    sentences = cut(texts)
    written = [sentence.text for sentence in sentences]
    owner, codes = terms(written)
    telling = codes >= TELLING
    owner, codes = once(owner[telling], codes[telling])
    counts = np.zeros((len(written) + 1, max(1, len(concepts.tags))))
    whole = "\n".join(text for _section, text in texts)
    for row, (text, listed) in enumerate([*((text, ()) for text in written), (whole, stated)]):
        for place, weight in concepts.found(text, listed).items():
            counts[row, place] = weight
    return Reading(sentences, owner, codes, counts[:-1], counts[-1])


def once(owner: Integers, codes: Integers) -> tuple[Integers, Integers]:
    """Each code of each owner a single time."""
    order = np.lexsort((codes, owner))
    owner, codes = owner[order], codes[order]
    first = np.ones(len(codes), dtype=bool)
    first[1:] = (owner[1:] != owner[:-1]) | (codes[1:] != codes[:-1])
    return owner[first], codes[first]


def technologies(left: Reading, right: Reading, frame: Frame, closeness: float | None) -> Technologies:
    """What two listings have in common in technology; `closeness` is how close they are, None where one side names none."""
    weights = [each.tags * frame.rarity for each in (left, right)]
    of_need, of_offer = (_strongest(each, frame) for each in weights)
    shared = _strongest(weights[0] * weights[1], frame) if closeness is not None else ()
    return Technologies(closeness, shared, of_need, of_offer)


def _strongest(weights: Floats, frame: Frame) -> tuple[Named, ...]:
    places = np.flatnonzero(weights)
    return tuple(frame.technology(int(place)) for place in places[np.argsort(-weights[places], kind="stable")])


def valued(codes: Integers, known: Integers, values: Floats | Integers) -> Floats:
    """The values of codes among sorted known ones; 0 for the others."""
    if not len(known):
        return np.zeros(len(codes))
    places = np.searchsorted(known, codes)
    places[places == len(known)] = 0
    found: Floats = np.where(known[places] == codes, values[places], 0.0)
    return found
