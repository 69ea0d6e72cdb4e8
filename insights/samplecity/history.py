"""What the city did before its first official list: opportunities that departments opened week by week and closed long ago.

All of it is invented, the same for the same day, and written in bulk: nothing here waits for anybody, so no service would
have anything to do. Every listing is closed and every deal has ended; the log says so.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings

from activity.models import Event
from activity.services import event
from capabilities.models import Capability
from deals.models import Deal, Evidence
from deals.states import Stage
from insights.overview_page import HOLIDAYS
from insights.samplecity.people import People
from listings.states import CloseReason, State
from matching.models import Answer, Match
from matching.states import AnswerState, MatchState, Origin, Side
from opportunities.models import Opportunity

if TYPE_CHECKING:
    from insights.samplecity import Sample

CITY = "990100"
# weeks told; two of them were slower than the ones since
WEEKS, SEED = 98, 20250108
A_WEEK, A_WEEK_BEFORE = (4, 6), (2, 4)
AT_ONCE = 500
# of a hundred: paired, sent, agreed, signed, landed, each of the step before
REACH = {"matched": 92, "pushed": 90, "agreed": 76, "signed": 58, "landed": 74}
# days between two steps, at least and at most
APART = {"pushed": (1, 4), "signed": (18, 46), "landed": (30, 75)}
EXPIRED_SHARE = 4


@dataclass
class Made:
    """Rows of one kind each, to be written in this order."""

    needs: list[Opportunity] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    proofs: list[Evidence] = field(default_factory=list)
    events: list[tuple[Event, datetime]] = field(default_factory=list)


class History:
    """The years before the story; `today` is the day of the first start."""

    def __init__(self, sample: "Sample", people: People) -> None:
        self.told = json.loads((sample.folder / "history.json").read_text("utf-8"))
        self.days, self.people = sample.days, people
        self.chance = random.Random(SEED)
        self.organisations = {o.short_name: o for o in people.organisations.values()}
        self.made, self.numbers = Made(), 0

    def tell(self) -> None:
        """Write all of it; a few seconds."""
        self.offers = self._capabilities()
        for week in range(WEEKS, 0, -1):
            for _n in range(self._pace(week)):
                self._opportunity(-7 * week + self.chance.randint(0, 4))
        kinds: list[list[Any]] = [
            self.made.needs,
            self.made.matches,
            self.made.answers,
            self.made.deals,
            self.made.proofs,
        ]
        for rows in kinds:
            type(rows[0])._default_manager.bulk_create(rows, AT_ONCE)
        self._log()

    def _pace(self, week: int) -> int:
        """How many opportunities opened in that week: fewer in the first year, hardly any in the holidays."""
        monday = self.days.moment(-7 * week).date()
        if any(first - timedelta(days=4) <= monday <= last for first, last in HOLIDAYS):
            return self.chance.randint(0, 1)
        return self.chance.randint(*(A_WEEK if week <= 52 else A_WEEK_BEFORE))

    def _capabilities(self) -> dict[tuple[str, str], Capability]:
        """What firms offered in those years; no longer listed."""
        listed, closed = self.days.moment(-7 * WEEKS - 20), self.days.moment(-7)
        rows: dict[tuple[str, str], Capability] = {}
        for theme in self.told["themes"]:
            for offer in theme["offers"]:
                owner = self.organisations[offer["firm"]]
                rows[offer["firm"], offer["title"]] = Capability(
                    owner=owner, city=owner.city, number=f"WN-{len(rows) + 1:03d}", title=offer["title"], field=theme["field"],
                    industry=theme["industry"], technologies=theme["technologies"], summary=f"面向{theme['title'].format(p='')}，已在同类场景中使用。",
                    trl=8, state=State.CLOSED, close_reason=CloseReason.EXPIRED, created_at=listed, updated_at=closed, submitted_at=listed,
                    published_at=listed, closed_at=closed,
                )  # fmt: skip
        Capability.objects.bulk_create(rows.values(), AT_ONCE)
        return rows

    def _opportunity(self, day: int) -> None:
        theme = self.chance.choice(self.told["themes"])
        owner = self.organisations[theme["by"]]
        region = (
            owner.region
            if owner.kind != "soe" and owner.region != CITY
            else self.chance.choice(list(self.told["places"]))
        )
        low, high = theme["budget"]
        self.numbers += 1
        published = self.days.moment(day, self.chance.random())
        need = Opportunity(
            owner=owner, city=CITY, number=f"HC-零散-{self.numbers:03d}", title=theme["title"].format(p=self.chance.choice(self.told["places"][region])),
            summary=theme["need"], need=theme["need"], field=theme["field"], industry=theme["industry"], technologies=theme["technologies"],
            region=region, cooperation=["procurement"], budget_min_wan=low, budget_max_wan=high, deadline=published.date() + timedelta(days=40),
            state=State.CLOSED, created_at=published - timedelta(days=6), submitted_at=published - timedelta(days=2), published_at=published,
        )  # fmt: skip
        self.made.needs.append(need)
        self._note("listing.published", need, published, State.PUBLISHED)
        agreed = self._matches(need, theme, published)
        need.close_reason = CloseReason.MATCHED if agreed else CloseReason.EXPIRED
        need.closed_at = need.updated_at = min(agreed or published + timedelta(days=41), self._late())
        if not agreed:
            need.deadline = need.closed_at.date() - timedelta(days=1)
        self._note("listing.closed", need, need.closed_at, State.CLOSED)

    def _late(self) -> datetime:
        """The last moment of the past."""
        return self.days.moment(-1)

    def _happens(self, step: str) -> bool:
        return self.chance.randrange(100) < REACH[step]

    def _matches(self, need: Opportunity, theme: dict[str, Any], published: datetime) -> datetime | None:
        """Suggestions one after the other until one is agreed; returns when."""
        if not self._happens("matched"):
            return None
        paired, agreed = published + timedelta(days=1), None
        wanted = self._happens("agreed")
        offers = [self.offers[o["firm"], o["title"]] for o in theme["offers"]]
        self.chance.shuffle(offers)
        pushed_at = self._after(paired, "pushed")
        pushed = self._happens("pushed") and pushed_at < self._late()
        for place, offer in enumerate(offers):
            last = wanted and place == len(offers) - 1
            match = Match(
                opportunity=need, capability=offer, opportunity_version=1, capability_version=1, origin=Origin.REVIEWER, score=60 + self.chance.random() * 36,
                eligible=True, state=MatchState.WITHDRAWN, created_at=paired, updated_at=paired, pushed_at=pushed_at if pushed else None,
            )  # fmt: skip
            self.made.matches.append(match)
            if pushed:
                agreed = self._answered(match, pushed_at, accept=last) or agreed
        return agreed

    def _after(self, moment: datetime, step: str) -> datetime:
        low, high = APART[step]
        return moment + timedelta(days=self.chance.randint(low, high), hours=self.chance.randint(0, 8))

    def _answered(self, match: Match, pushed: datetime, *, accept: bool) -> datetime | None:
        """Both sides' answers; returns when the second one made it an agreement."""
        refuses = None if accept else self.chance.choice(list(Side.values))
        due = pushed + timedelta(days=settings.ANSWER_DAYS)
        answers = []
        for side in Side.values:
            at = min(pushed + timedelta(hours=self._hours(match, side)), self._late())
            expires = not accept and self.chance.randrange(100) < EXPIRED_SHARE
            state = (
                AnswerState.EXPIRED if expires else AnswerState.DECLINED if side == refuses else AnswerState.ACCEPTED
            )
            reason = self._reason(side) if state == AnswerState.DECLINED else ""
            answers.append(
                Answer(
                    match=match,
                    side=side,
                    state=state,
                    pushed_at=pushed,
                    due_at=due,
                    reason=reason,
                    answered_at=None if expires else at,
                )
            )
        self.made.answers += answers
        self._note("match.pushed", match, pushed, MatchState.PUSHED)
        last = max((a.answered_at for a in answers if a.answered_at), default=due)
        if not accept:
            declined = any(a.state == AnswerState.DECLINED for a in answers)
            match.state = MatchState.DECLINED if declined else MatchState.EXPIRED
            match.updated_at = last
            self._note(f"match.{match.state}", match, last, match.state)
            return None
        match.state, match.agreed_at, match.updated_at = MatchState.AGREED, last, last
        self._note("match.agreed", match, last, MatchState.AGREED)
        self._deal(match, last)
        return last

    def _hours(self, match: Match, side: str) -> int:
        """How long this side takes: a department has a pace of its own; nine in ten are within its slower figure."""
        pace = self.told["pace"]
        usual, slow = pace.get(match.opportunity.owner.short_name, pace[""]) if side == Side.OPPORTUNITY else pace[""]
        draw = self.chance.random()
        hours = usual * (0.4 + 1.2 * draw) if draw < 0.5 else usual + (slow - usual) * (draw - 0.5) / 0.4
        return min(int(hours), settings.ANSWER_DAYS * 24 - 1)

    def _reason(self, side: str) -> str:
        said = self.told["declined"][side]
        return self.chance.choices(list(said), list(said.values()))[0]

    def _deal(self, match: Match, agreed: datetime) -> None:
        """The deal and its proofs, as far as it came before today; it has ended either way."""
        deal = Deal(match=match, stage=Stage.CONNECTED, opened_at=agreed, moved_at=agreed)
        self.made.deals.append(deal)
        self._note("deal.opened", deal, agreed, Stage.CONNECTED)
        at = agreed
        for step, stage in (("signed", Stage.CONTRACTED), ("landed", Stage.LANDED)):
            later = self._after(at, step)
            if later > self._late() or not self._happens(step):
                break
            at = later
            if stage == Stage.CONTRACTED:
                self._prove(deal, Stage.PILOTING, agreed + (at - agreed) / 2)
            self._prove(deal, stage, at)
        if deal.stage != Stage.LANDED:
            deal.stopped_from = deal.stage
            self._prove(deal, Stage.STOPPED, min(at + timedelta(days=20), self._late()))
        else:
            match.landed_at = at

    def _prove(self, deal: Deal, stage: Stage, at: datetime) -> None:
        deal.stage, deal.moved_at = stage, at
        proof = Evidence(deal=deal, stage=stage, at=at, day=at.date(), words=WORDS[stage])
        if stage == Stage.CONTRACTED:
            low, high = (
                float(deal.match.opportunity.budget_min_wan or 0),
                float(deal.match.opportunity.budget_max_wan or 0),
            )
            proof.amount_wan = Decimal(round(low + (high - low) * self.chance.random() * 0.9))
            proof.contract_number = f"HC-{at.year}-{len(self.made.proofs):04d}"
        self.made.proofs.append(proof)
        self._note(f"deal.{stage}", deal, at, stage)

    def _note(self, verb: str, subject: Any, at: datetime, after: str) -> None:
        told = event(by=None, verb=verb, subject=subject, after=after)
        told.at = at
        self.made.events.append((told, at))

    def _log(self) -> None:
        Event.objects.bulk_create([told for told, _at in sorted(self.made.events, key=lambda one: one[1])], AT_ONCE)


WORDS = {
    Stage.PILOTING: "已在现场试用两周，达到约定指标。",
    Stage.CONTRACTED: "合同已签订并备案。",
    Stage.LANDED: "现场验收通过，已投入使用。",
    Stage.STOPPED: "双方商定不再继续，资料已归还。",
}
