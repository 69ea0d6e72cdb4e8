"""A collection in a folder: saved with all that was measured, opened with its arrays mapped into memory."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import store
from matching.engine.classes import Classes
from matching.engine.collected import Collected
from matching.engine.compiled import fixed
from matching.engine.concepts import Concepts, Tag
from matching.engine.exact import NeedArrays, OfferArrays
from matching.engine.fusion import Levels
from matching.engine.lexical import Lexicon
from matching.engine.meaning import Latent, Missing, Provider, Space
from matching.engine.model import Named, Need, Offer
from matching.engine.records import Kept, kept
from matching.engine.scoring import chosen
from matching.engine.settings import Settings
from matching.engine.sides import Frame, NeedSide, OfferSide
from matching.engine.store import Array
from matching.engine.tables import JOINED, NEED_KEYS, Judged, offer_keys


def save(collection: Collected, folder: Path) -> None:
    """Write a collection. OSError."""
    frame = collection.frame
    arrays: dict[str, Array] = {
        "codes": frame.lexicon.codes, "seen": frame.lexicon.seen, "rarity": frame.rarity,
        "mean": frame.space.mean, "common": frame.space.common, "need_best": collection.needs.best, "need_spreads": collection.needs.spreads,
        "references": collection.references, "reference_places": collection.reference_places,
        "need_ids": _of_json(collection.need_ids), "offer_ids": _of_json(collection.offer_ids), "concepts": _of_json(_tags(frame.concepts)),
    }  # fmt: skip
    if frame.latent:
        arrays["directions"] = frame.latent.directions
    for side, records in (("need", collection.needs_kept), ("offer", collection.offers_kept)):
        arrays[f"{side}_records"], arrays[f"{side}_offsets"] = kept(records)
    arrays |= {f"needs_{name}": array for name, array in collection.needs.arrays._asdict().items()}
    arrays |= {f"offers_{name}": array for name, array in collection.offers.arrays._asdict().items()}
    arrays |= {f"table_{name}": array for name, array in collection.judged.values.items()}
    arrays |= {f"need_first_{name}": found.first for name, found in collection.needs.classes.items()}
    arrays |= {f"offer_first_{name}": found.first for name, found in collection.offers.classes.items()}
    store.write(folder, arrays, _about(collection))


def _about(collection: Collected) -> dict[str, Any]:
    frame = collection.frame
    return {
        "settings": frame.settings.to_dict(), "day": frame.day.isoformat(), "model": frame.model_id,
        "common_directions": frame.provider.common_directions if frame.provider else 0,
        "documents": frame.lexicon.count, "mean_length": frame.lexicon.mean_length, "levels": asdict(collection.levels),
    }  # fmt: skip


def opened(folder: Path, concepts: Concepts | None, provider: Provider | None) -> Collected:
    """The collection in a folder. Raises Torn; ValueError for a provider of another model."""
    arrays, about = store.read(folder)
    try:
        frame = _frame(arrays, about, concepts, provider)
        return _collection(arrays, about, frame)
    except (KeyError, TypeError) as error:
        raise store.Torn(f"{folder} was written by another version: {error}") from error


def _frame(
    arrays: dict[str, Array], about: dict[str, Any], concepts: Concepts | None, provider: Provider | None
) -> Frame:
    model = about["model"]
    if provider is not None and provider.model_id != model:
        raise ValueError(f"the collection was made with {model}, not {provider.model_id}")
    known: Provider | None = provider
    if provider is None and model != Latent.model_id:
        known = Missing(model, about["common_directions"])
    tags = _from_json(arrays["concepts"])
    if concepts is None or json.loads(json.dumps(_tags(concepts))) != tags:
        concepts = Concepts(
            [Tag(Named(*named), tuple(words), tuple(used), parent) for named, words, used, parent in tags]
        )
    settings, day = Settings.from_dict(about["settings"]), date.fromisoformat(about["day"])
    measures = about["documents"], about["mean_length"], settings.single_characters
    lexicon = Lexicon(fixed(arrays["codes"]), fixed(arrays["seen"]), *measures)
    latent = Latent(fixed(arrays["directions"])) if "directions" in arrays else None
    space = Space(fixed(arrays["mean"]), fixed(arrays["common"]), settings.title_meaning)
    return Frame(settings, day, concepts, known, lexicon, arrays["rarity"], latent, space)


def _collection(arrays: dict[str, Array], about: dict[str, Any], frame: Frame) -> Collected:
    needs = Kept[Need](arrays["need_records"], arrays["need_offsets"])
    offers = Kept[Offer](arrays["offer_records"], arrays["offer_offsets"])
    need_arrays = NeedArrays(**{name: fixed(arrays[f"needs_{name}"]) for name in NeedArrays._fields})
    offer_arrays = OfferArrays(**{name: fixed(arrays[f"offers_{name}"]) for name in OfferArrays._fields})
    need_classes = {n: _classes(arrays[f"need_first_{n}"], needs, key) for n, key in NEED_KEYS.items()}
    offer_classes = {n: _classes(arrays[f"offer_first_{n}"], offers, key) for n, key in offer_keys(frame.day).items()}
    tables = {name: fixed(arrays[f"table_{name}"]) for name in JOINED}
    places = np.asarray(arrays["reference_places"])
    return Collected(
        frame, needs, offers, _from_json(arrays["need_ids"]), _from_json(arrays["offer_ids"]),
        NeedSide(need_arrays, need_classes, arrays["need_best"], arrays["need_spreads"]), OfferSide(offer_arrays, offer_classes),
        Judged(need_classes, offer_classes, frame.day, tables), np.asarray(arrays["references"]), places,
        chosen(need_arrays, places), Levels(**about["levels"]),
    )  # fmt: skip


def _classes(first: Array, records: Any, key: Any) -> Classes:
    return Classes(np.zeros(0, dtype=np.int32), np.asarray(first), lambda place: key(records[place]))


def _tags(concepts: Concepts) -> list[Any]:
    return [
        [[tag.named.code, tag.named.zh, tag.named.en], list(tag.words), list(tag.used_for), tag.parent]
        for tag in concepts.tags
    ]


def _of_json(values: Any) -> Array:
    return np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)


def _from_json(array: Array) -> Any:
    return json.loads(array.tobytes())
