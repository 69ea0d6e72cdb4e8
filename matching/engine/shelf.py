"""All that is searched, in one folder of arrays: documents of each kind, the words they have, and how these sound."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import store
from matching.engine.asking import Words, runs, words_of
from matching.engine.concepts import Concepts, Tag
from matching.engine.finding import Arrays, Document, Finder, arrays_of
from matching.engine.model import Integers, Named
from matching.engine.settings import Settings
from matching.engine.sounds import BITS, Ear, Sounds, sounds_of, syllables
from matching.engine.store import Array, Torn

# words of the list of technologies count as if so many texts had them
LISTED = 3
FIRST_WORD = 1 << 62
WORD_LENGTH = range(2, 41)
TELLING_WORD = 5


@dataclass(frozen=True)
class Shelf:
    """What a search reads. `about` is what the builder wrote beside."""

    finders: dict[str, Finder]
    concepts: Concepts
    words: Words
    ear: Ear
    about: dict[str, Any]


def write(
    where: Path,
    documents: Mapping[str, Sequence[Document]],
    open_texts: Iterable[str],
    concepts: Concepts,
    about: dict[str, Any],
) -> None:
    """Measure documents of each kind and write the folder. Words that are offered come from `open_texts` alone. OSError."""
    settings = Settings()
    arrays: dict[str, Array] = {}
    pairs: list[tuple[Integers, Integers]] = [_listed(concepts)]
    for kind, each in documents.items():
        made = arrays_of(each, concepts, settings)
        arrays |= {f"{kind}-{name}": array for name, array in made._asdict().items()}
        pairs.append((made.codes, made.seen))
    names, readings = syllables()
    codes, seen = _together(pairs)
    sounds = sounds_of(codes, seen, readings, len(names))
    arrays |= {f"sounds-{name}": array for name, array in sounds._asdict().items()}
    words = _words([*open_texts, *(tag.named.en for tag in concepts.tags)])
    arrays |= {
        "names": _of_json(names),
        "words": _of_json([list(words), list(words.values())]),
        "tags": _of_json(_tags(concepts)),
    }
    store.write(where, arrays, {**about, "kinds": list(documents)})


def opened(where: Path) -> Shelf:
    """The folder, its large arrays mapped into memory. Raises Torn."""
    arrays, about = store.read(where)
    try:
        finders = {
            kind: Finder(Arrays(**{n: arrays[f"{kind}-{n}"] for n in Arrays._fields})) for kind in about["kinds"]
        }
        words, seen = _from_json(arrays["words"])
        sounds = Sounds(**{name: arrays[f"sounds-{name}"] for name in Sounds._fields})
        tags = [Tag(Named(*named), tuple(said), tuple(used)) for named, said, used in _from_json(arrays["tags"])]
        return Shelf(finders, Concepts(tags), Words(words, seen), Ear(_from_json(arrays["names"]), sounds), about)
    except (KeyError, TypeError) as error:
        raise Torn(f"{where} was written by another version: {error}") from error


def _listed(concepts: Concepts) -> tuple[Integers, Integers]:
    """The pairs of characters in the list of technologies."""
    said = (phrase for tag in concepts.tags for phrase in (tag.named.zh, *tag.words, *tag.used_for))
    found = {(ord(a) << BITS) | ord(b) for phrase in said for run in runs(phrase) for a, b in itertools.pairwise(run)}
    codes = np.array(sorted(found), dtype=np.int64)
    return codes, np.full(len(codes), LISTED, dtype=np.int64)


def _together(pairs: list[tuple[Integers, Integers]]) -> tuple[Integers, Integers]:
    """Each pair once, with how many texts have it."""
    codes = np.concatenate([codes for codes, _seen in pairs])
    seen = np.concatenate([seen for _codes, seen in pairs])
    pairwise = codes < FIRST_WORD
    found, where = np.unique(codes[pairwise], return_inverse=True)
    return found, np.bincount(where, seen[pairwise], minlength=len(found)).astype(np.int64)


def _words(texts: Iterable[str]) -> dict[str, int]:
    """Latin words in rising order, with how many texts have each."""
    seen: dict[str, int] = {}
    for text in texts:
        for word in {run for run in words_of(text) if run.isascii() and len(run) in WORD_LENGTH}:
            seen[word] = seen.get(word, 0) + 1
    return dict(sorted(seen.items()))


def _tags(concepts: Concepts) -> list[Any]:
    """The list of technologies, with its English names and the words of these: people who search type them too."""
    return [
        [[tag.named.code, tag.named.zh, tag.named.en], [*tag.words, *_english(tag.named.en)], list(tag.used_for)]
        for tag in concepts.tags
    ]


def _english(name: str) -> list[str]:
    return [name.lower(), *(word for word in words_of(name) if len(word) >= TELLING_WORD)]


def _of_json(values: Any) -> Array:
    return np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)


def _from_json(array: Array) -> Any:
    return json.loads(array.tobytes())
