"""What happened in the large city within a year: weekly runs, matches in every state, answers, deals, and the log of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from activity.models import Event
from deals.models import Deal, Evidence
from deals.states import Stage
from matching.models import Answer, Match, MatchRun
from matching.plan import Plan

if TYPE_CHECKING:
    from bench.large_city import City

WEEKS = 52
# of a thousand pairs; those that wait belong to the newest run, those in people's hands to the last two weeks
STATES = {
    "superseded": 560, "proposed": 40, "approved": 6, "pushed": 20, "agreed": 72, "declined": 112, "expired": 56,
    "excluded": 102, "withdrawn": 32,
}  # fmt: skip
NEW, RECENT = ("proposed", "approved"), ("pushed",)
WAS_PUSHED = ("pushed", "agreed", "declined", "expired")
STAGES = {"connected": 30, "piloting": 28, "contracted": 14, "landed": 12, "replicated": 4, "stopped": 12}
COURSE = ("piloting", "contracted", "landed", "replicated")
REASONS = {
    "opportunity": ("not_needed", "solved", "no_budget", "too_expensive", "immature", "no_credentials", "timing", "other"),
    "capability": ("not_our_business", "cannot_deliver", "no_capacity", "budget_low", "terms", "too_far", "need_unclear"),
}  # fmt: skip
EXCLUSIONS = ("irrelevant", "word_trap", "condition", "conflict", "duplicate", "stale", "in_contact", "overload")
PARTS = ("need_fit", 40), ("field_technology", 20), ("maturity", 15), ("credentials", 10), ("region", 10), ("terms", 5)
Row = dict[str, Any]


class Year:
    """The second half of a City: its listings are there."""

    def __init__(self, city: "City") -> None:
        self.city, self.now = city, city.now
        self.chance = np.random.default_rng(2)

    def parts(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """What is to be written, in order."""
        yield "runs", self.runs
        yield "matches", self.matches
        yield "answers", lambda: self._write(Answer, chain.from_iterable(map(self._answers, self.pushed)))
        yield "deals", self.deals
        yield "log", self.log

    def _write(self, model: Any, rows: Iterable[Row]) -> None:
        from bench.large_city import AT_ONCE, parts_of, write

        for some in parts_of(rows, AT_ONCE):
            write(model, some)

    def runs(self) -> None:
        """One run a week over the capital's list; the newest is under review, the others are released."""
        from bench.large_city import keys

        plan, by = Plan().as_settings(), self.city.reviewers[0]
        self.run_keys = list(keys(MatchRun, WEEKS))
        rows = []
        for week, key in enumerate(reversed(self.run_keys)):
            at, ready = self._ago(week * 7 + 1.5), week == 0
            rows.append({
                "id": key, "city": by.city, "origin": "sweep", "state": "ready" if ready else "released",
                "engine_settings": plan, "engine_version": "bench", "opportunities": self.city.needs,
                "capabilities": self.city.offers, "proposed": self.city.matches // WEEKS, "at": at, "started_at": at,
                "ready_at": at, "released_at": None if ready else at + timedelta(days=2),
                "released_by_id": None if ready else by.user_id,
            })  # fmt: skip
        self._write(MatchRun, rows)

    def matches(self) -> None:
        """Each opportunity with as many different capabilities; what was pushed is kept for what follows."""
        from bench.large_city import keys, without_indexes

        count = self.city.matches // self.city.needs * self.city.needs
        self.pushed: list[Row] = []
        with without_indexes(Match):
            self._write(Match, self._matches(list(keys(Match, count)), count))

    def _matches(self, match_keys: list[int], count: int) -> Iterator[Row]:
        from bench.large_city import names

        needs, offers = self.city.published["opportunity"], self.city.published["capability"]
        each = count // len(needs)
        steps = self.chance.choice(len(offers), each, replace=False).tolist()
        states = self.chance.choice(list(STATES), count, p=np.array(list(STATES.values())) / 1000).tolist()
        weeks = self.chance.integers(2, WEEKS, count).tolist()
        chances, scores = self.chance.random((count, 3)).tolist(), (40 + 58 * self.chance.beta(2, 3, count)).tolist()
        public = names(count)
        for n, key in enumerate(match_keys):
            need, offer = needs[n // each], offers[(n // each * 4 + steps[n % each]) % len(offers)]
            week = 0 if states[n] in NEW else 0.4 if states[n] in RECENT else weeks[n]
            row = self._match(key, public[n], need, offer, states[n], week, chances[n], scores[n])
            row["rank_for_opportunity"] = n % each + 1
            if states[n] in WAS_PUSHED:
                self.pushed.append({**row, "title": f"{need[2]} × {offer[2]}"})
            yield row

    def _match(
        self, key: int, name: str, need: Any, offer: Any, state: str, week: float, chance: Any, score: float
    ) -> Row:
        by = self.city.reviewers[0].user_id
        at = self._ago(week * 7 + 1.5)
        decided = at + timedelta(days=0.2 + 1.2 * chance[0]) if state not in ("proposed", "superseded") else None
        pushed = at + timedelta(days=1.5) if state in WAS_PUSHED else None
        agreed = pushed + timedelta(days=0.2 + 6.5 * chance[1]) if pushed and state == "agreed" else None
        return {
            "id": key, "public_id": name, "opportunity_id": need[0], "capability_id": offer[0], "opportunity_version": 1,
            "capability_version": 1, "state": state, "run_id": self.run_keys[-1 - int(week)], "score": f"{score:.6f}",
            "rank_for_capability": int(chance[2] * 9) + 1, "eligible": True, "barred_by": [], "conflict": chance[2] < 0.02,
            "parts": [{"code": code, "earned": score * most / 100, "possible": most} for code, most in PARTS],
            "exclusion": EXCLUSIONS[int(chance[1] * len(EXCLUSIONS))] if state == "excluded" else "",
            "decided_by_id": by if decided else None, "decided_at": decided, "pushed_at": pushed, "agreed_at": agreed,
            "landed_at": None, "created_at": at, "updated_at": min(agreed or pushed or decided or at, self.now),
        }  # fmt: skip

    def _answers(self, match: Row) -> list[Row]:
        """Both sides' answers: who says no says why, who waits too long lets it expire."""
        state, pushed = match["state"], match["pushed_at"]
        said = {"agreed": ("accepted", "accepted"), "pushed": self._either("waiting", "accepted"),
                "declined": self._either("declined", "accepted"), "expired": self._either("expired", "accepted")}[state]  # fmt: skip
        rows = []
        for side, answer in zip(("opportunity", "capability"), said, strict=True):
            given = answer in ("accepted", "declined")
            days = min(self.chance.gamma(2, 1.2), 6.9)
            rows.append({
                "match_id": match["id"], "side": side, "state": answer, "pushed_at": pushed, "due_at": pushed + timedelta(days=7),
                "answered_at": min(pushed + timedelta(days=days), self.now) if given else None,
                "reason": self._one(REASONS[side]) if answer == "declined" else "",
            })  # fmt: skip
        return rows

    def _either(self, one: str, other: str) -> tuple[str, str]:
        both = self.chance.random()
        return (one, one) if both < 0.3 else (one, other) if both < 0.6 else (other, one)

    def _one(self, words: tuple[str, ...]) -> str:
        # the first words are said most
        return words[int(len(words) * self.chance.random() ** 2)]

    def deals(self) -> None:
        """A deal for each agreed match, and evidence for each stage that it entered."""
        from bench.large_city import keys, names

        agreed = [row for row in self.pushed if row["state"] == "agreed"]
        stages = self.chance.choice(list(STAGES), len(agreed), p=np.array(list(STAGES.values())) / 100).tolist()
        self.dealt = []
        for match, stage, key, name in zip(agreed, stages, keys(Deal, len(agreed)), names(len(agreed)), strict=True):
            steps = self._steps(match, stage)
            last = steps[-1][1] if steps else match["agreed_at"]
            before = (steps[-2][0] if len(steps) > 1 else "connected") if stage == Stage.STOPPED else ""
            row = {"id": key, "public_id": name, "match_id": match["id"], "stage": stage, "stopped_from": before,
                   "opened_at": match["agreed_at"], "moved_at": last}  # fmt: skip
            self.dealt.append((match, row, steps))
        self._write(Deal, (row for _match, row, _steps in self.dealt))
        self._write(Evidence, chain.from_iterable(map(self._evidence, self.dealt)))

    def _steps(self, match: Row, stage: str) -> list[tuple[str, Any]]:
        """The stages entered since the deal was opened, each with its moment, evenly until some day before now."""
        entered = list(COURSE[: COURSE.index(stage) + 1]) if stage in COURSE else []
        if stage == Stage.STOPPED:
            entered = [*COURSE[: int(3 * self.chance.random())], stage]
        whole = (self.now - match["agreed_at"]) * (0.2 + 0.8 * self.chance.random())
        return [(name, match["agreed_at"] + whole * (n + 1) / len(entered)) for n, name in enumerate(entered)]

    def _evidence(self, dealt: tuple[Row, Row, list[tuple[str, Any]]]) -> Iterator[Row]:
        _match, deal, steps = dealt
        for stage, at in steps:
            signed = stage == "contracted"
            yield {
                "deal_id": deal["id"], "stage": stage, "words": "示例证据：按约定完成，记录在案。", "at": at, "day": at.date(),
                "contract_number": f"示例合同-{deal['id']}" if signed else "",
                "amount_wan": f"{float(np.exp(self.chance.normal(4.5, 1))):.2f}" if signed else None,
                "months_in_use": int(3 + 9 * self.chance.random()) if stage == "replicated" else None,
            }  # fmt: skip

    def log(self) -> None:
        """Rows of the log: listings approved, matches pushed and ended, deals opened and moved, oldest first."""
        listed = (
            self._event(at, "listing.approve", kind, name, title, "submitted", "published", city)
            for kind in ("opportunity", "capability")
            for name, title, city, at in self._approved(kind)
        )
        rows = [
            *listed,
            *chain.from_iterable(map(self._of_match, self.pushed)),
            *chain.from_iterable(map(self._of_deal, self.dealt)),
        ]
        self._write(Event, sorted(rows, key=lambda row: row["at"]))

    def _approved(self, kind: str) -> Iterable[tuple[Any, ...]]:
        from listings import kinds

        new = [key for key, _name, _title in self.city.published[kind]]
        rows = kinds.of(kind).model.objects.filter(pk__gte=new[0], state="published")
        return rows.order_by().values_list("public_id", "title", "city", "published_at")

    def _of_match(self, row: Row) -> Iterator[Row]:
        name, title = row["public_id"], row["title"]
        yield self._event(row["pushed_at"], "match.pushed", "match", name, title, "approved", "pushed")
        if row["state"] == "agreed":
            yield self._event(row["agreed_at"], "match.agreed", "match", name, title, "pushed", "agreed")
        if row["state"] == "declined":
            yield self._event(
                row["pushed_at"] + timedelta(days=3), "match.declined", "match", name, title, "pushed", "declined"
            )

    def _of_deal(self, dealt: tuple[Row, Row, list[tuple[str, Any]]]) -> Iterator[Row]:
        match, deal, steps = dealt
        before = "connected"
        yield self._event(deal["opened_at"], "deal.opened", "deal", deal["public_id"], match["title"], "", before)
        for stage, at in steps:
            yield self._event(at, f"deal.{stage}", "deal", deal["public_id"], match["title"], before, stage)
            before = stage

    def _event(
        self, at: Any, verb: str, kind: str, name: str, title: str, before: str, after: str, city: str = ""
    ) -> Row:
        by = self.city.reviewers[0]
        return {
            "at": min(at, self.now), "actor_id": by.user_id, "actor_name": by.user.name, "verb": verb, "subject_kind": kind,
            "subject_id": name, "subject_title": title, "from_state": before, "to_state": after, "city": city or by.city,
        }  # fmt: skip

    def _ago(self, days: float) -> Any:
        return self.now - timedelta(days=days)
