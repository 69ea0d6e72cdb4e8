"""Titles and certificates: what is held on a day, and whether it answers what is asked."""

from dataclasses import dataclass
from datetime import date

from matching.engine.model import Credential, Named, Offer, Requirement, Verdict


@dataclass(frozen=True)
class Held:
    """What one side holds on a day, as codes. `of_titles`, `of_certs`: whether anything is known of these at all."""

    valid: frozenset[str]
    expired: frozenset[str]
    of_titles: bool
    of_certs: bool


def held_on(offer: Offer, day: date) -> Held:
    """What an offer's side holds on `day`; a credential without an end is taken as valid."""
    known = (*(offer.titles or ()), *(offer.certs or ()))
    valid = _codes(c for c in known if c.expires is None or c.expires >= day)
    expired = _codes(c for c in known if c.expires is not None and c.expires < day)
    return Held(valid, expired - valid, offer.titles is not None, offer.certs is not None)


def _codes(credentials: object) -> frozenset[str]:
    return frozenset().union(*(c.counts_as | {c.named.code} for c in credentials))  # type: ignore[attr-defined]


def answers(requirement: Requirement, held: Held) -> Verdict:
    """Whether what is held answers a requirement. What nothing is known of is unknown and never bars."""
    asked = {named.code for named in requirement.alternatives}
    if asked & held.valid or any(_resembles(code, held.valid) for code in asked):
        return "met"
    if asked & held.expired:
        return "barred"
    known = held.of_certs if requirement.of_certificates else held.of_titles
    return "barred" if known else "unknown"


def _resembles(code: str, held: frozenset[str]) -> bool:
    """Whether a word that is in no list is part of another one, or the other way round."""
    return (
        len(code) >= 4
        and not code.isascii()
        and any(code in other or other in code for other in held if len(other) >= 4)
    )


def find(requirement: Requirement, offer: Offer, day: date) -> Credential | None:
    """The credential that answers a requirement, or the expired one that would have."""
    asked = {named.code for named in requirement.alternatives}
    known = (*(offer.titles or ()), *(offer.certs or ()))
    fitting = [
        c
        for c in known
        if asked & (c.counts_as | {c.named.code})
        or any(_resembles(code, c.counts_as | {c.named.code}) for code in asked)
    ]
    return max(fitting, key=lambda c: (c.expires is None or c.expires >= day, c.expires or date.max), default=None)


def names(requirement: Requirement) -> tuple[str, str]:
    """A requirement in words, Chinese and English."""
    return "或".join(n.zh for n in requirement.alternatives), " or ".join(n.en for n in requirement.alternatives)


def requirement_of(named: Named, *others: Named, of_certificates: bool = False) -> Requirement:
    """A requirement that any of the named credentials answers."""
    return Requirement((named, *others), of_certificates)
