"""What a list says about one listing, as the engine's records. Plain Python: for the command line and for the server alike.

`need_of(id, values)` and `offer_of(id, values)` take the keys of listings.sheets (also as JSON: amounts and days as text).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from codelists import plain, regions
from codelists.plain import remembered
from matching.engine import Concepts, Credential, Named, Need, Offer, Place, Requirement, Tag

Values = Mapping[str, Any]
NEED_TEXTS = ("title", "summary", "need", "deliverables", "technologies", "sector", "reference_case")
OFFER_TEXTS = ("title", "summary", "scenes", "technologies", "category", "sector", "cases")
_OR = re.compile(r"或者|或|(?<=\S)/(?=\S)")
_EXTRA = re.compile(r"(?:等)?(?:资质|证书|认证|许可证?|称号|及以上|以上|优先)*$")


def need_of(identity: str, values: Values, *, owner: str | None = None, only_verified: bool = False) -> Need:
    """An opportunity for the engine. `owner` tells organisations apart (else their names do); unknown values stay unknown."""
    region = place_of(values.get("region"))
    return Need(
        id=identity,
        texts=_texts(values, NEED_TEXTS),
        technologies=_technologies(values),
        field=_named("field", values.get("field")),
        sector=_named("industry", values.get("sector")),
        region=region,
        min_trl=values.get("min_trl"),
        requirements=requirements(values.get("required_titles"), values.get("required_certs")),
        supplier_places=_supplier_places(values.get("service_region_required"), region),
        budget_min=_amount(values.get("budget_min_wan")),
        budget_max=_amount(values.get("budget_max_wan")),
        deadline=_day(values.get("deadline")),
        only_verified=only_verified,
        owner=owner or values.get("owner"),
    )


def offer_of(identity: str, values: Values, *, owner: str | None = None, verified: bool | None = None) -> Offer:
    """A capability for the engine; see need_of."""
    return Offer(
        id=identity,
        texts=_texts(values, OFFER_TEXTS),
        technologies=_technologies(values),
        field=_named("field", values.get("field")),
        sector=_named("industry", values.get("sector") or values.get("category"), known_only=not values.get("sector")),
        home=place_of(values.get("firm_city")),
        service_places=tuple(filter(None, map(place_of, values.get("service_regions") or ()))),
        trl=values.get("trl"),
        titles=held("title", values.get("titles")),
        certs=held("certificate", values.get("certs")),
        price_min=_amount(values.get("price_min_wan")),
        price_max=_amount(values.get("price_max_wan")),
        verified=verified,
        owner=owner or values.get("firm"),
    )


@remembered
def concepts() -> Concepts:
    """The list of technologies as the engine uses it."""
    return Concepts(
        [
            Tag(_of(entry), entry.synonyms, tuple(entry.data.get("used_for", ())), entry.parent)
            for entry in plain.entries("technology")
        ]
    )


def place_of(written: Any) -> Place | None:
    """A place from its name or GB/T 2260 code; None when nothing is written."""
    if not written:
        return None
    code = regions.code_of(str(written))
    name = regions.name_of(code) if code and code == written else str(written)
    return Place(name, code, regions.containing(code) if code else frozenset())


def requirements(titles: Iterable[str] | None, certs: Iterable[str] | None) -> tuple[Requirement, ...]:
    """What is asked for, one requirement each; "甲或乙" is one with two alternatives."""
    asked = [(text, "title") for text in titles or ()] + [(text, "certificate") for text in certs or ()]
    return tuple(_requirement(text, expected) for text, expected in asked)


def _requirement(text: str, expected: str) -> Requirement:
    found = [_credential_named(part.strip(), expected) for part in _OR.split(text) if part.strip()]
    # a certificate may stand among the titles of a list, and the other way round
    return Requirement(tuple(named for named, _list in found), all(kind == "certificate" for _named, kind in found))


def held(expected: str, listed: Iterable[Any] | None) -> tuple[Credential, ...] | None:
    """Titles or certificates that are held, from names or {"name", "expires"}; None when nothing is known."""
    if not listed:
        return None
    found = []
    for item in listed:
        name, expires = (item.get("name"), item.get("expires")) if isinstance(item, Mapping) else (item, None)
        named, kind = _credential_named(str(name), expected)
        entry = plain.words(kind).get(named.code)
        implied = entry.data.get("implies", ()) if entry else ()
        found.append(Credential(named, _day(expires), frozenset({named.code, *implied})))
    return tuple(found)


def _credential_named(text: str, expected: str) -> tuple[Named, str]:
    """The credential that a text names, and the list that knows it (the expected one when none does)."""
    for written in (text, _EXTRA.sub("", text)):
        for kind in dict.fromkeys((expected, "title", "certificate")):
            entry = plain.words(kind).get(written) if written else None
            if entry:
                return _of(entry), kind
    return Named(plain.folded(_EXTRA.sub("", text) or text), text, text), expected


def _texts(values: Values, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    texts = [(key, _text(values.get(key))) for key in keys]
    return tuple((key, text) for key, text in texts if text or key == "title")


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(item) for item in value)
    return str(value or "")


def _technologies(values: Values) -> tuple[Named, ...]:
    words = plain.words("technology")
    found = ((words.get(str(text)), str(text)) for text in values.get("technologies") or ())
    return tuple(_of(entry) if entry else Named(plain.folded(text), text, text) for entry, text in found)


def _named(name: str, written: Any, *, known_only: bool = False) -> Named | None:
    if not written:
        return None
    entry = plain.words(name).get(str(written))
    if entry:
        return _of(entry)
    return None if known_only else Named(plain.folded(str(written)), str(written), str(written))


def _of(entry: plain.Entry) -> Named:
    return Named(entry.code, entry.name_zh, entry.name_en)


def _supplier_places(required: Any, region: Place | None) -> tuple[Place, ...]:
    if not required:
        return ()
    if required != "local" and "local" not in required:
        return tuple(filter(None, map(place_of, [required] if isinstance(required, str) else required)))
    if region is None:
        # somewhere, but nobody knows where: no firm can be shown to be from there or not
        return (Place(""),)
    return (place_of(regions.city_of(region.code)) or region,) if region.code else (region,)


def _amount(value: Any) -> float | None:
    return None if value is None else float(value)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
