"""How matching works just now: the weights, limits and switches that are in force, read where the engine reads them."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from codelists import names
from matching.engine.settings import PARTS, SENTENCES, Settings
from matching.engine.wording import PART_NAMES, chosen
from matching.models import MatchRun, Ranker
from matching.plan import Plan
from matching.services.explain import language
from matching.states import RunState


@dataclass(frozen=True)
class Rule:
    """One number: its name in the code, what it does in words, and its value."""

    name: str
    sentence: str
    value: Any


@dataclass(frozen=True)
class City:
    """What suggestions of one city were last made with: words alone or a model of meaning, evenness, a learned ranker."""

    name: str
    run: MatchRun
    fairness: float
    ranker: Ranker | None


def parts() -> list[dict[str, Any]]:
    """What a score of 100 is made of: label, sentence and points of each part."""
    points = Settings().points
    return [
        {"label": _said(PART_NAMES[name]), "text": _said(SENTENCES[name]), "points": points[name]} for name in PARTS
    ]


def others() -> list[Rule]:
    """Every other weight of the engine, as the code names it."""
    kept = Settings().to_dict()
    rest = [name for name in kept if name not in PARTS and name != "version"]
    return [Rule(name, _said(SENTENCES[name]), kept[name]) for name in rest]


def in_force() -> dict[str, Any]:
    """What else decides on suggestions: limits of a run, days to answer, and what each city's latest run used."""
    return {
        "plan": Plan(), "days": settings.ANSWER_DAYS, "remind": settings.REMIND_DAYS,
        "version": Settings().version, "cities": _cities(),
    }  # fmt: skip


def _cities() -> list[City]:
    done = MatchRun.objects.full().filter(state__in=[RunState.READY, RunState.RELEASED])
    latest = done.order_by("city", "-pk").distinct("city")
    rankers = {ranker.city: ranker for ranker in Ranker.objects.active()}
    return [
        City(names.name("region", run.city), run, Plan.of(run).fairness, rankers.get(run.city)) for run in latest
    ]  # fmt: skip


def _after_label(name: str) -> str:
    """What a part does, without the label that the Chinese sentence begins with."""
    sentence = _said(SENTENCES[name])
    return sentence.removeprefix(f"{_said(PART_NAMES[name])}：")


def _said(words: tuple[str, str]) -> str:
    """English or Chinese of a pair (English, Chinese)."""
    return str(chosen(words, language()))
