"""Facet by facet: what was asked, what is offered, and how that stands, as reasons with points and as lines side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from matching.engine import credentials
from matching.engine.facets import CONCEPTS, FIELD, OTHER_FIELD, SAME_SECTION, SECTOR, Sector
from matching.engine.facets import Region as RegionFacet
from matching.engine.model import (
    EVERYWHERE,
    Condition,
    Named,
    Need,
    Offer,
    Part,
    Place,
    Reason,
    Requirement,
    Technologies,
)
from matching.engine.wording import Both, both

Verdict = Literal["met", "close", "barred", "unknown"]
TECHNOLOGIES_SHOWN = 3
PLACES_SHOWN = 5


@dataclass(frozen=True)
class Line:
    """One line of the comparison: item (wording.ITEMS), what was asked, what is offered, how it stands, and the reason for it."""

    item: str
    asked: Both
    offered: Both
    verdict: Verdict
    reason: Reason


def reasons(
    need: Need,
    offer: Offer,
    parts: dict[str, Part],
    technologies: Technologies,
    conditions: tuple[Condition, ...],
    day: date,
) -> list[Reason]:
    """Everything but the texts. What speaks for a pair carries the points it earns, what speaks against it those it loses."""
    verdicts: dict[str, str] = {condition.code: condition.verdict for condition in conditions}
    return [
        *_field_technology(need, offer, parts["field_technology"], technologies), *_maturity(need, offer, parts["maturity"]),
        *_credentials(need, offer, parts["credentials"], day), *_region(need, offer, parts["region"]), *_terms(need, offer, parts["terms"]),
        *_deadline(need, day), *_supplier(need, verdicts), *_others(verdicts),
    ]  # fmt: skip


def lines(
    need: Need, offer: Offer, technologies: Technologies, conditions: tuple[Condition, ...], day: date
) -> tuple[Line, ...]:
    """What was asked and what is offered, side by side; only what at least the need's side names."""
    nothing = Part("", 0.0, 0.0)
    verdicts: dict[str, str] = {condition.code: condition.verdict for condition in conditions}
    found = [
        *(_line("field", reason, _name(need.field), _name(offer.field)) for reason in _field(need, offer, 0, 0)),
        *(_line("sector", reason, _name(need.sector), _name(offer.sector)) for reason in _sector(need, offer, 0, 0)),
        *(
            _line("technologies", r, _names(technologies.of_need), _names(technologies.of_offer))
            for r in _technologies(technologies, 0, 0)
        ),
        *(
            _line("min_trl", reason, _level(need.min_trl), _level(offer.trl))
            for reason in _maturity(need, offer, nothing)
        ),
        *_credential_lines(need, offer, day),
        *(_line("service_regions", r, _place(need), _served(offer)) for r in _region(need, offer, nothing)),
        *(_line("service_region_required", r, _suppliers(need), _home(offer)) for r in _supplier(need, verdicts)),
        *(
            _line(
                "budget", reason, _amount(need.budget_min, need.budget_max), _amount(offer.price_min, offer.price_max)
            )
            for reason in _terms(need, offer, nothing)
        ),
        *(_line("deadline", reason, _name_of_day(need.deadline), both("")) for reason in _deadline(need, day)),
    ]
    return tuple(found)


def _line(item: str, reason: Reason, asked: Both, offered: Both) -> Line:
    verdict: Verdict = "unknown" if reason.side == "unknown" else "met" if reason.side == "for" else "barred"
    if reason.code in {
        "sector_near",
        "price_reaches",
        "field_differs",
        "sector_differs",
        "technologies_differ",
        "technologies_near",
        "region_elsewhere",
    }:
        verdict = "close"
    return Line(item, asked, offered, verdict, reason)


def _field_technology(need: Need, offer: Offer, part: Part, technologies: Technologies) -> Iterator[Reason]:
    known = FIELD * bool(need.field and offer.field) + SECTOR * bool(_sector_value(need, offer) is not None)
    known += CONCEPTS * (technologies.closeness is not None)
    scale = part.possible / known if known and part.points is not None else 0.0
    yield from _field(need, offer, FIELD * scale, FIELD * scale)
    yield from _sector(need, offer, SECTOR * scale, SECTOR * scale)
    yield from _technologies(technologies, CONCEPTS * scale, CONCEPTS * scale)


def _field(need: Need, offer: Offer, points: float, possible: float) -> Iterator[Reason]:
    if need.field is None:
        return
    params = {"need": _name(need.field), "offer": _name(offer.field)}
    if offer.field is None:
        yield Reason("unknown", "field_unknown")
    elif need.field.code == offer.field.code:
        yield Reason("for", "field_same", params, points)
    else:
        yield Reason("against", "field_differs", params, (OTHER_FIELD - 1) * possible)


def _sector_value(need: Need, offer: Offer) -> float | None:
    if need.sector is None:
        return None
    value = Sector().value(need.sector.code, offer.sector.code if offer.sector else None)
    return None if value != value else value


def _sector(need: Need, offer: Offer, points: float, possible: float) -> Iterator[Reason]:
    if need.sector is None:
        return
    value = _sector_value(need, offer)
    params = {"need": _name(need.sector), "offer": _name(offer.sector)}
    if value is None:
        yield Reason("unknown", "sector_incomparable" if offer.sector else "sector_unknown", params)
    elif value >= SAME_SECTION:
        yield Reason("for", "sector_same" if value == 1.0 else "sector_near", params, value * points)
    else:
        yield Reason("against", "sector_differs", params, (value - 1) * possible)


def _technologies(technologies: Technologies, points: float, possible: float) -> Iterator[Reason]:
    if technologies.closeness is None:
        if technologies.of_need:
            yield Reason("unknown", "technologies_unknown")
    elif technologies.shared:
        shared = [_name(named) for named in technologies.shared[:TECHNOLOGIES_SHOWN]]
        yield Reason("for", "technologies_shared", {"shared": shared}, technologies.closeness * points)
    elif technologies.closeness > 0:
        yield Reason("for", "technologies_near", {}, technologies.closeness * points)
    else:
        yield Reason("against", "technologies_differ", {}, (technologies.closeness - 1) * possible)


def _maturity(need: Need, offer: Offer, part: Part) -> Iterator[Reason]:
    if offer.trl is None:
        yield Reason("unknown", "trl_unknown")
    elif need.min_trl is None:
        yield Reason("for", "trl_known", {"offer": offer.trl}, part.points)
    elif offer.trl == need.min_trl:
        yield Reason("for", "trl_exact", {"offer": offer.trl}, part.points)
    elif offer.trl > need.min_trl:
        params = {"need": need.min_trl, "offer": offer.trl, "more": offer.trl - need.min_trl}
        yield Reason("for", "trl_met", params, part.points)
    else:
        params = {"need": need.min_trl, "offer": offer.trl, "less": need.min_trl - offer.trl}
        yield Reason("against", "trl_low", params, (part.points or 0.0) - part.possible)


def _credentials(need: Need, offer: Offer, part: Part, day: date) -> Iterator[Reason]:
    held = credentials.held_on(offer, day)
    told = sum(credentials.answers(r, held) != "unknown" for r in need.requirements)
    met = sum(credentials.answers(r, held) == "met" for r in need.requirements)
    for requirement in need.requirements:
        for_each = (part.points or 0.0) / met if met else 0.0
        yield _credential(requirement, offer, day, for_each, part.possible / told if told else 0.0)


def _credential(requirement: Requirement, offer: Offer, day: date, points: float, possible: float) -> Reason:
    names = credentials.names(requirement)
    asked = (names[1], names[0])
    answer = credentials.answers(requirement, credentials.held_on(offer, day))
    if answer == "unknown":
        return Reason("unknown", "credential_unknown", {"asked": asked})
    found = credentials.find(requirement, offer, day)
    if found is None:
        return Reason("against", "credential_missing", {"asked": asked}, -possible)
    params = {"held": _name(found.named), "expires": _name_of_day(found.expires)}
    if answer == "barred":
        return Reason("against", "credential_expired", params, -possible)
    return Reason("for", "credential_met" if found.expires else "credential_met_undated", params, points)


def _credential_lines(need: Need, offer: Offer, day: date) -> Iterator[Line]:
    for requirement in need.requirements:
        reason = _credential(requirement, offer, day, 0.0, 0.0)
        names = credentials.names(requirement)
        found = credentials.find(requirement, offer, day)
        yield _line("credential", reason, (names[1], names[0]), _name(found.named) if found else both(""))


def _region(need: Need, offer: Offer, part: Part) -> Iterator[Reason]:
    if need.region is None:
        return
    value = RegionFacet().value(need.region, (offer.home, offer.service_places))
    params = {"place": need.region.name, "home": offer.home.name if offer.home else "", "served": _served(offer)}
    points = part.points or 0.0
    if value != value:
        yield Reason("unknown", "region_unknown", params)
    elif value == 1.0:
        yield Reason("for", "region_home", params, points)
    elif value == 0.0:
        yield Reason("against", "region_outside", params, points - part.possible)
    elif not offer.service_places:
        yield Reason("against", "region_elsewhere", params, points - part.possible)
    else:
        everywhere = all(place.code == EVERYWHERE for place in offer.service_places)
        yield Reason("for", "region_nationwide" if everywhere else "region_served", params, points)


def _supplier(need: Need, verdicts: dict[str, str]) -> Iterator[Reason]:
    verdict = verdicts.get("service_region_required")
    params = {"asked": _suppliers(need)}
    if verdict == "met":
        yield Reason("for", "supplier_met", params)
    elif verdict == "barred":
        yield Reason("against", "supplier_outside", params)
    elif verdict == "unknown":
        yield Reason("unknown", "supplier_unknown", params)


def _terms(need: Need, offer: Offer, part: Part) -> Iterator[Reason]:
    if need.budget_min is None and need.budget_max is None:
        return
    params = {"need": _money(need.budget_min, need.budget_max), "offer": _money(offer.price_min, offer.price_max)}
    low, high, most = offer.price_min, offer.price_max, need.budget_max
    points = part.points or 0.0
    if (low is None and high is None) or (most is None and (high or low or 0.0) > (need.budget_min or 0.0)):
        yield Reason("unknown", "price_open" if low is not None or high is not None else "price_unknown", params)
    elif most is None or (high is not None and high <= most):
        yield Reason("for", "price_fits", params, points)
    elif low is not None and low > most:
        yield Reason("against", "price_above", params, points - part.possible)
    else:
        yield Reason("for", "price_reaches", params, points)


def _deadline(need: Need, day: date) -> Iterator[Reason]:
    if need.deadline is not None and need.deadline < day:
        yield Reason("against", "deadline_past", {"day": _name_of_day(need.deadline)})


def _others(verdicts: dict[str, str]) -> Iterator[Reason]:
    if verdicts.get("visibility") == "barred":
        yield Reason("against", "only_verified")
    if verdicts.get("visibility") == "unknown":
        yield Reason("unknown", "verified_unknown")
    if verdicts.get("direction") == "barred":
        yield Reason("against", "same_owner")


def _name(named: Named | None) -> Both:
    return (named.en, named.zh) if named else both("")


def _names(several: tuple[Named, ...]) -> Both:
    return ", ".join(n.en for n in several[:TECHNOLOGIES_SHOWN]), "、".join(n.zh for n in several[:TECHNOLOGIES_SHOWN])


def _level(level: int | None) -> Both:
    return both("") if level is None else both(f"TRL {level}")


def _place(need: Need) -> Both:
    return both(need.region.name if need.region else "")


def _served(offer: Offer) -> Both:
    return _places(offer.service_places)


def _places(places: tuple[Place, ...]) -> Both:
    """The first few by name, and how many there are if not all are named."""
    names = [place.name for place in places[:PLACES_SHOWN]]
    if len(places) <= PLACES_SHOWN:
        return ", ".join(names), "、".join(names)
    return f"{', '.join(names)} and {len(places) - PLACES_SHOWN} more", f"{'、'.join(names)}等 {len(places)} 地"


def _home(offer: Offer) -> Both:
    return both(offer.home.name if offer.home else "")


def _suppliers(need: Need) -> Both:
    return _places(need.supplier_places)


def _name_of_day(day: date | None) -> Both:
    return (f"{day.day} {day:%B %Y}", f"{day.year}年{day.month}月{day.day}日") if day else both("")


def _amount(low: float | None, high: float | None) -> Both:
    english, chinese = _money(low, high)
    return english, chinese.strip()


def _money(low: float | None, high: float | None) -> Both:
    """A range of amounts in 10,000 yuan; the Chinese begins with a blank before a figure, as it stands in a sentence."""
    if low is None and high is None:
        return both("")
    if low is None or high is None:
        amount = high if low is None else low
        words = ("up to", "不超过") if low is None else ("from", "不低于")
        return f"{words[0]} {yuan(amount or 0.0)[0]}", f"{words[1]} {yuan(amount or 0.0)[1]}"
    (english, chinese), (most, most_zh) = yuan(low), yuan(high)
    if low == high:
        return english, f" {chinese}"
    if chinese.endswith("万元") and most_zh.endswith("万元"):
        chinese = chinese.removesuffix(" 万元")
    return f"{english} to {most}", f" {chinese}—{most_zh}"


def yuan(amount: float) -> Both:
    """An amount in 10,000 yuan in words: 350 is 3.5 million yuan, 350 万元."""
    english = f"CNY {_figure(amount / 100)} million" if amount >= 100 else f"CNY {amount * 10_000:,.0f}"
    return english, f"{_figure(amount / 10_000)} 亿元" if amount >= 10_000 else f"{_figure(amount)} 万元"


def _figure(amount: float) -> str:
    return f"{amount:,.2f}".rstrip("0").rstrip(".")
