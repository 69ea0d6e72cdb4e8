"""What happened since the lists were published, in the order of its days, through the real services."""

import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.models import User
from deals import services as deals
from deals.models import Deal
from insights.samplecity.clock import Clock
from insights.samplecity.lists import OWN, Lists
from insights.samplecity.people import People
from matching.models import Match, MatchRun
from matching.services import answers, release, review, runs, work
from matching.services.explain import pair_values
from matching.states import MatchState, Origin, RunOrigin, Side
from scenemarket.errors import Refusal

if TYPE_CHECKING:
    from insights.samplecity import Sample

logger = logging.getLogger(__name__)
FIRST_RUN, LAST_RUN = -56, -1
# what comes first on one day
RUN, CAME_FIRST, DECIDED, ANSWERED, DEALT, ENDED = range(6)
Step = tuple[int, int, str, Callable[[], None]]


class Story:
    """The sample city's two months."""

    def __init__(self, sample: "Sample", clock: Clock, people: People, lists: Lists) -> None:
        self.sample, self.clock, self.people, self.lists = sample, clock, people, lists
        self.days, self.city = sample.days, sample.city

    def tell(self) -> None:
        """Everything, day by day; what a service refuses is left out and said in the log, because the city must open."""
        for day, order, what, step in sorted(self._steps(), key=lambda step: step[:2]):
            try:
                step()
            except Refusal as refusal:
                logger.warning("left out of the sample city: %s: %s", what, refusal)
            self.clock.set_back(self.days.moment(day, (order + 1) / 7))
        self._let_answers_expire()
        self.clock.quiet()

    def _steps(self) -> list[Step]:
        ends = [e for e in self.city["listings"] if e["state"] not in OWN]
        return [
            (FIRST_RUN, RUN, "first run", lambda: self._run(RunOrigin.REVIEWER)),
            (LAST_RUN, RUN, "last run", lambda: self._run(RunOrigin.SWEEP)),
            *self._decisions(),
            *((a["day"], ANSWERED, _pair(a), _call(self._answer, a)) for a in self.city["answers"]),
            *(
                (i["day"], CAME_FIRST, _pair(i), _call(self._first, i, answers.invite))
                for i in self.city["invitations"]
            ),
            *(
                (i["day"], CAME_FIRST, _pair(i), _call(self._first, i, answers.apply))
                for i in self.city["applications"]
            ),
            *(
                (s["day"], DEALT, _pair(d), _call(self._stage, d, s))
                for d in self.city["deals"]
                for s in d["stages"][1:]
            ),
            *((e["day"], ENDED, e["number"], _call(self.lists.end, e)) for e in ends),
        ]

    def _decisions(self) -> list[Step]:
        """Excluded pairs on their day; approved ones just before they went out, or at the end when they wait for release."""
        rows = self.city["decisions"]
        decided = [
            (d["pushed_day"] if d["pushed"] else d["day"], DECIDED, _pair(d), _call(self._decide, d)) for d in rows
        ]
        return sorted(decided, key=lambda step: step[0])

    def _run(self, origin: RunOrigin) -> None:
        """A run over each city, its steps worked here and now; the last one over the own city alone, where people review."""
        for city in self.city["cities"]:
            if origin == RunOrigin.SWEEP and not city["own"]:
                continue
            by = self.people.reviewers(city["code"])[0] if origin == RunOrigin.REVIEWER else None
            run = runs.queue_full(city["code"], origin, by=by)
            if run is not None:
                self._work(run)

    def _work(self, run: MatchRun) -> None:
        keys = list(run.shards.values_list("pk", flat=True))
        while keys:
            keys += work.work_shard(keys.pop(0))

    def _user(self, email: str) -> User:
        user = self.people.users[email]
        user.__dict__.pop("memberships_now", None)
        return user

    def _match(self, entry: dict[str, Any]) -> Match:
        """The pair as the engine found it; a pair that it did not put forward is one that a reviewer put together."""
        need, offer = self.lists.listing(entry["opportunity"]), self.lists.listing(entry["capability"])
        rows = Match.objects.select_related("opportunity__owner", "capability__owner")
        found = rows.filter(opportunity=need.pk, capability=offer.pk).first()
        if found is None:
            values = {**pair_values(need, offer), "origin": Origin.REVIEWER}  # type: ignore[arg-type]
            made = Match.objects.create(opportunity=need, capability=offer, **values)  # type: ignore[misc]
            found = rows.get(pk=made.pk)
        return found

    def _decide(self, entry: dict[str, Any]) -> None:
        match, by = self._match(entry), self._user(entry["by"])
        if match.state == MatchState.APPROVED or match.state == MatchState.EXCLUDED:
            return
        if entry["decision"] == "excluded":
            review.exclude(match, by=by, exclusion=entry["exclusion"], reason=entry["reason"])
        else:
            review.approve(match, by=by, note=entry["note"])
        self.clock.set_back(self.days.moment(entry["day"], 0.4))
        if entry["pushed"]:
            release.release(city=match.opportunity.city, by=by)

    def _answer(self, entry: dict[str, Any]) -> None:
        match, by = self._match(entry), self._user(entry["by"])
        if entry["answer"] == "accepted":
            answers.accept(match, side=entry["side"], by=by, words=entry["words"])
            deals.open_due()
        else:
            answers.decline(match, side=entry["side"], by=by, reason=entry["reason"], words=entry["words"])

    def _first(self, entry: dict[str, Any], service: Callable[..., Match]) -> None:
        sides = {
            Side.OPPORTUNITY.value: self.lists.listing(entry["opportunity"]),
            Side.CAPABILITY.value: self.lists.listing(entry["capability"]),
        }
        service(**sides, by=self._user(entry["by"]), words=entry["words"])

    def _stage(self, entry: dict[str, Any], stage: dict[str, Any]) -> None:
        deal = Deal.objects.select_related("match__opportunity__owner", "match__capability__owner").get(
            match=self._match(entry)
        )
        evidence: dict[str, Any] = {"words": stage.get("words", ""), "day": self._day(stage["day"])}
        if stage.get("contract_number"):
            evidence["contract_number"] = self.days.number(stage["contract_number"])
            evidence["amount_wan"] = Decimal(stage["amount_wan"])
        if stage.get("months_in_use"):
            evidence["months_in_use"] = stage["months_in_use"]
        deals.advance(deal, to=stage["stage"], by=self._user(stage["by"]), evidence=evidence)

    def _day(self, day: int) -> date:
        return self.days.moment(day).date()

    def _let_answers_expire(self) -> None:
        """Suggestions that nobody answered have expired, each on its due date."""
        for due in self.clock.due_dates():
            self.clock.let_pass(due)
            answers.expire_due()
            self.clock.set_back(due)


def _pair(entry: dict[str, Any]) -> str:
    return f"{entry['opportunity']} x {entry['capability']}"


def _call(step: Callable[..., Any], *values: Any) -> Callable[[], None]:
    return lambda: step(*values)
