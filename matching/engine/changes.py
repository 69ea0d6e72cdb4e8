"""What would change a result for an offer: what to fill in or to meet. What conditions cost a need is in costs.

Everything is scored anew with the changed record, by the same facets, conditions and sum as the engine; only the likeness of
the two texts is taken as it is, since no text is changed. Nothing here says that a record should be changed: only what would
follow if it were so.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matching.engine import credentials
from matching.engine.conditions import judge
from matching.engine.corpus import Corpus
from matching.engine.facet_reasons import _amount, _name_of_day, _names, _places
from matching.engine.model import EVERYWHERE, Credential, Need, Offer, PairScore, Place, Requirement
from matching.engine.places import any_covers
from matching.engine.rescoring import Pair, closeness, closeness_in, relevance, rescored
from matching.engine.sides import Frame
from matching.engine.standing import ROOM, Ranks
from matching.engine.wording import Both

NEARLY_NOTHING = 0.5  # points
MANY = 12  # changes to one record, or things that would open doors
LOOKED_AT = 60  # the opportunities nearest to a capability
Params = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One thing that would change a pair if it were so: `code` (wording.CHANGES), `field` of the capability that says it.

    `gain` in points of score, `score` and `rank` (among the need's offers) as they would be then; `lifts`: a condition bars no
    longer, `opens`: none does.
    """

    code: str
    field: str
    params: Params
    gain: float
    score: float
    rank: int
    lifts: bool
    opens: bool


@dataclass(frozen=True)
class Door:
    """One thing that would change an offer's standing: how many more needs it would be open to, and be ranked among the first of."""

    code: str
    field: str
    params: Params
    opens: int
    raises: int
    needs: tuple[str, ...]


@dataclass(frozen=True)
class _Would:
    """A record as it would be."""

    code: str
    field: str
    offer: Offer
    params: Params


@dataclass(frozen=True)
class Beside:
    """A need and an offer, with what no fact about the offer changes: what the texts earn, and how near the technologies are."""

    frame: Frame
    need: Need
    offer: Offer
    fit: float
    near: float | None

    @classmethod
    def of(cls, frame: Frame, need: Need, offer: Offer, fractions: Sequence[float]) -> "Beside":
        """From the fractions (NaN where unknown) that texts, field and technology earn."""
        return cls(frame, need, offer, fractions[0], closeness_in(frame, need, offer, fractions[1]))

    def scored(self, offer: Offer) -> Pair:
        """The pair with the offer as it would be."""
        same = offer.technologies == self.offer.technologies
        near = self.near if same else closeness(self.frame, self.need, offer)
        return rescored(self.frame, self.need, offer, self.fit, near)


def changes(corpus: Corpus, need: str | Need, offer: str | Offer) -> list[Change]:
    """What would raise a pair: what bars it first, then most first; last all of it at once. KeyError for an unknown id."""
    left = corpus.need(need) if isinstance(need, str) else need
    right = corpus.offer(offer) if isinstance(offer, str) else offer
    now = corpus.pair(need, offer)
    beside = Beside.of(corpus.frame, left, right, corpus.looked_at(need, offer).fractions)
    ranks = Ranks(corpus, need, right.id)
    found = [_change(beside, now, would, ranks) for would in _possible(corpus, left, right)]
    together = _change(beside, now, _together(corpus, left, right, len(found)), ranks)
    told = sorted((c for c in found if _tells(c)), key=lambda change: (not change.lifts, -change.gain, change.code))
    more = len(told) > 1 and together.gain > max(change.gain for change in told) + NEARLY_NOTHING
    return [*told, together] if more else told


def _tells(change: Change) -> bool:
    return change.gain > NEARLY_NOTHING or change.lifts


def _together(corpus: Corpus, need: Need, offer: Offer, count: int) -> _Would:
    """All of it at once: what bars twice is opened by no single change."""
    for _each in range(MANY):
        would = next(_possible(corpus, need, offer), None)
        if would is None:
            break
        offer = would.offer
    return _Would("together", "", offer, {"count": count})


def _change(beside: Beside, now: PairScore, would: _Would, ranks: Ranks) -> Change:
    then = beside.scored(would.offer)
    bars = sum(condition.verdict == "barred" for condition in judge(beside.frame.rules, beside.need, would.offer))
    lifts, opens = bars < len(now.barred_by), bool(now.barred_by) and not bars
    rank = ranks.of(then.score, then.eligible)
    return Change(would.code, would.field, would.params, then.score - now.score, then.score, rank, lifts, opens)


def _possible(corpus: Corpus, need: Need, offer: Offer) -> Iterator[_Would]:
    """The offer as it would be with each thing met that bars, is short of what is asked, or is not known."""
    yield from _readier(need, offer)
    yield from _credited(need, offer, credentials.held_on(offer, corpus.frame.day), corpus)
    yield from _serving(need, offer)
    yield from _priced(need, offer)
    yield from _described(corpus, need, offer)
    if need.only_verified and not offer.verified:
        yield _Would("verified", "verified", replace(offer, verified=True), {})


def _readier(need: Need, offer: Offer) -> Iterator[_Would]:
    if need.min_trl is None:
        return
    then = replace(offer, trl=need.min_trl)
    if offer.trl is None:
        yield _Would("trl_given", "trl", then, {"level": need.min_trl})
    elif offer.trl < need.min_trl:
        yield _Would("trl_raised", "trl", then, {"level": need.min_trl, "now": offer.trl})


def _credited(need: Need, offer: Offer, held: credentials.Held, corpus: Corpus) -> Iterator[_Would]:
    answers = [(requirement, credentials.answers(requirement, held)) for requirement in need.requirements]
    for of_certificates in (False, True):
        unknown = [r for r, answer in answers if answer == "unknown" and r.of_certificates == of_certificates]
        if unknown:
            # to list one of them would say that the others are not held
            yield _with(offer, unknown, "credentials_given", {"asked": [_asked(r) for r in unknown]})
    for requirement, answer in answers:
        if answer == "barred":
            expired = credentials.find(requirement, offer, corpus.frame.day)
            if expired is None:
                yield _with(offer, [requirement], "credential_added", {"asked": _asked(requirement)})
            else:
                params = {"held": (expired.named.en, expired.named.zh), "expires": _name_of_day(expired.expires)}
                yield _with(offer, [requirement], "credential_renewed", params)


def _with(offer: Offer, requirements: Sequence[Requirement], code: str, params: Params) -> _Would:
    of_certificates = requirements[0].of_certificates
    named = [requirement.alternatives[0] for requirement in requirements]
    added = tuple(Credential(each, None, frozenset({each.code})) for each in named)
    if of_certificates:
        return _Would(code, "certs", replace(offer, certs=(*(offer.certs or ()), *added)), params)
    return _Would(code, "titles", replace(offer, titles=(*(offer.titles or ()), *added)), params)


def _asked(requirement: Requirement) -> Both:
    chinese, english = credentials.names(requirement)
    return english, chinese


def _serving(need: Need, offer: Offer) -> Iterator[_Would]:
    """One sentence for both conditions on places: a city that suppliers may come from holds the place of the need."""
    wanted: list[Place] = []
    known = (*offer.service_places, *([offer.home] if offer.home else []))
    for place in (*need.supplier_places[:1], *([need.region] if need.region else [])):
        if place.name and not any_covers((*known, *wanted), place):
            wanted.append(place)
    if wanted:
        params = {
            "places": _places(tuple(wanted)),
            "asked": tuple((place.code or "", place.name) for place in wanted),
            "now": _places(offer.service_places),
        }
        then = replace(offer, service_places=(*offer.service_places, *wanted))
        yield _Would("region_added" if offer.service_places else "region_given", "service_regions", then, params)


def _priced(need: Need, offer: Offer) -> Iterator[_Would]:
    most = need.budget_max
    if most is None:
        return
    params = {"budget": _amount(None, most), "now": _amount(offer.price_min, offer.price_max)}
    then = replace(offer, price_min=min(offer.price_min or most, most), price_max=most)
    if offer.price_min is None and offer.price_max is None:
        yield _Would("price_given", "price_max_wan", then, params)
    elif (offer.price_max or offer.price_min or 0.0) > most:
        yield _Would("price_lowered", "price_max_wan", then, params)


def _described(corpus: Corpus, need: Need, offer: Offer) -> Iterator[_Would]:
    if offer.field is None and need.field is not None:
        name = {"name": (need.field.en, need.field.zh)}
        yield _Would("field_given", "field", replace(offer, field=need.field), name)
    if offer.sector is None and need.sector is not None:
        name = {"name": (need.sector.en, need.sector.zh)}
        yield _Would("sector_given", "sector", replace(offer, sector=need.sector), name)
    if need.technologies and not offer.technologies:
        then = replace(offer, technologies=need.technologies)
        yield _Would("technologies_given", "technologies", then, {"names": _names(need.technologies)})


def doors(corpus: Corpus, offer: str | Offer, most: int = 5) -> tuple[int, list[Door]]:
    """What would open most needs to an offer: (needs that are about the same, the best `most` things).

    Only needs whose content is related are looked at: to be let in where one has nothing to offer is worth nothing.
    """
    right = corpus.offer(offer) if isinstance(offer, str) else offer
    pairs = _related(corpus, offer, right)
    lists = [Ranks(corpus, beside.need.id, right.id) for beside in pairs]
    now = _standings(pairs, lists, right)
    found = []
    for would in _across(corpus, [beside.need for beside in pairs], right):
        both = list(enumerate(zip(now, _standings(pairs, lists, would.offer), strict=True)))
        opened = [place for place, (before, after) in both if after and not before]
        raised = [place for place, (before, after) in both if 0 < after <= ROOM and not 0 < before <= ROOM]
        if opened or raised:
            ids = tuple(pairs[place].need.id for place in dict.fromkeys([*raised, *opened]))
            found.append(Door(would.code, would.field, would.params, len(opened), len(raised), ids))
    found.sort(key=lambda door: (-door.raises, -door.opens, door.code))
    return len(pairs), found[:most]


def _standings(pairs: list[Beside], lists: list[Ranks], offer: Offer) -> list[int]:
    """The rank of an offer for each need; 0 where it is barred."""
    scored = [beside.scored(offer) for beside in pairs]
    return [ranks.of(p.score, p.eligible) if p.eligible else 0 for p, ranks in zip(scored, lists, strict=True)]


def _related(corpus: Corpus, offer: str | Offer, record: Offer) -> list[Beside]:
    """The needs whose content is related to an offer's, the nearest first."""
    found = corpus.scores_for(offer)
    near = relevance(found, corpus.settings)[:, 0]
    order = np.argsort(-near, kind="stable")[:LOOKED_AT]
    return [
        Beside.of(corpus.frame, corpus.needs[int(p)], record, [float(values[p, 0]) for values in found.fractions[:2]])
        for p in order if near[p] >= corpus.settings.full_relevance
    ]  # fmt: skip


def _across(corpus: Corpus, needs: Sequence[Need], offer: Offer) -> list[_Would]:
    """What the needs would have otherwise, each thing once: those that most of them ask for."""
    found: dict[tuple[str, str], _Would] = {}
    asked: Counter[tuple[str, str]] = Counter()
    for need in needs:
        for would in _possible(corpus, _of_city(need), offer):
            if would.code not in {"price_given", "price_lowered"}:
                key = would.code, repr(would.params)
                found.setdefault(key, would)
                asked[key] += 1
    return [found[key] for key, _times in sorted(asked.items(), key=lambda item: (-item[1], item[0]))[:MANY]]


def _of_city(need: Need) -> Need:
    """A need placed in its city, so that the districts of one city ask for one and the same thing."""
    place = need.region
    cities = [c for c in place.within if c.endswith("00") and not c.endswith("0000")] if place else []
    if not place or not cities or place.code == EVERYWHERE:
        return need
    city = min(cities)
    return replace(need, region=Place(city, city, place.within - {place.code} | {city}))
