"""What falls on which day: due answers, deadlines of listings, evidence owed, titles that expire, reviews; as entries of a calendar."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Title
from accounts.permissions import can
from accounts.roles import May
from deals.deal_page import needs, next_stage
from deals.models import Deal
from insights.desk_tasks import LIVE_DEALS, REVIEW_DAYS, STEP_DAYS
from listings import kinds
from listings.states import State
from matching.models import Answer
from matching.states import MatchState
from opportunities.models import Opportunity

KINDS: dict[str, Any] = {
    "answer": gettext_lazy("Answer due"), "deadline": gettext_lazy("Listing closes"), "evidence": gettext_lazy("Evidence owed"),
    "title": gettext_lazy("Title expires"), "review": gettext_lazy("Review due"),
}  # fmt: skip
ICONS = {
    "answer": "bulb",
    "deadline": "calendar-due",
    "evidence": "file-check",
    "title": "certificate",
    "review": "checks",
}
MOST = 500


@dataclass(frozen=True)
class Entry:
    """One thing on one day in Shanghai; `at` is its exact moment, None for a whole day. `key` names it for good."""

    kind: str
    key: str
    day: date
    at: datetime | None
    title: str
    text: str
    url: str

    @property
    def kind_name(self) -> Any:
        return KINDS[self.kind]

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


def entries(user: Any, first: date, last: date) -> list[Entry]:
    """Everything of this person from `first` to `last`, both included, in order; five queries however much it is."""
    found = [e for source in SOURCES for e in source(user, first, last)]
    return sorted(found, key=lambda e: (e.day, e.at is not None, e.at.isoformat() if e.at else "", e.title))


def _between(first: date, last: date, days: int = 0) -> tuple[datetime, datetime]:
    """The moments from which `days` later lies between both days."""
    start = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    return start - timedelta(days=days), start + timedelta(days=(last - first).days + 1 - days)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _answers(user: Any, first: date, last: date) -> Iterator[Entry]:
    start, end = _between(first, last)
    rows = Answer.objects.waiting().asked_of(user.organisation_ids)
    rows = rows.filter(match__state=MatchState.PUSHED, due_at__gte=start, due_at__lt=end)
    for answer in rows.select_related("match__opportunity", "match__capability").order_by("due_at")[:MOST]:
        title = _("Answer due: %(title)s") % {"title": answer.match.listing(answer.side).title}
        text = str(answer.match.capability if answer.side == "opportunity" else answer.match.opportunity)
        url = answer.match.get_absolute_url()
        yield Entry("answer", answer.public_id, _day(answer.due_at), answer.due_at, title, text, url)


def _deadlines(user: Any, first: date, last: date) -> Iterator[Entry]:
    rows = Opportunity.objects.filter(owner__in=user.organisation_ids, state=State.PUBLISHED)
    for listing in rows.filter(deadline__gte=first, deadline__lte=last).order_by("deadline")[:MOST]:
        title = _("Closes: %(title)s") % {"title": listing.title}
        yield Entry("deadline", listing.public_id, listing.deadline, None, title, "", listing.get_absolute_url())  # type: ignore[arg-type]


def _evidence(user: Any, first: date, last: date) -> Iterator[Entry]:
    start, end = _between(first, last, STEP_DAYS)
    rows = Deal.objects.of_organisations(user.organisation_ids).filter(stage__in=LIVE_DEALS)
    rows = rows.filter(moved_at__gte=start, moved_at__lt=end).select_related("match__opportunity")
    for deal in rows.order_by("moved_at")[:MOST]:
        step = next_stage(deal)
        if step:
            title = _("Evidence of “%(stage)s”: %(title)s") % {
                "stage": step.label,
                "title": deal.match.opportunity.title,
            }
            day = _day(deal.moved_at + timedelta(days=STEP_DAYS))
            yield Entry("evidence", f"{deal.public_id}-{step}", day, None, title, needs(step), deal.get_absolute_url())


def _titles(user: Any, first: date, last: date) -> Iterator[Entry]:
    rows = Title.objects.filter(organisation__in=user.organisation_ids, expires__gte=first, expires__lte=last)
    for held in rows.select_related("organisation").order_by("expires")[:MOST]:
        title = _("Title expires: %(name)s") % {"name": held.name}
        url = reverse("organisation", args=[held.organisation.public_id])
        yield Entry("title", f"title-{held.pk}", held.expires, None, title, str(held.organisation), url)  # type: ignore[arg-type]


def _reviews(user: Any, first: date, last: date) -> Iterator[Entry]:
    start, end = _between(first, last, REVIEW_DAYS)
    cities = [c for c in user.cities if can(user, May.REVIEW_LISTINGS, city=c)]
    for kind in kinds.every() if cities else ():
        rows: Any = kind.model.objects.filter(city__in=cities, state=State.SUBMITTED)
        for listing in rows.filter(submitted_at__gte=start, submitted_at__lt=end).select_related("owner")[:MOST]:
            title = _("To be reviewed: %(title)s") % {"title": listing.title}
            day = _day(listing.submitted_at + timedelta(days=REVIEW_DAYS))
            yield Entry("review", listing.public_id, day, None, title, str(listing.owner), listing.get_absolute_url())


def _own(source: Callable[..., Iterable[Entry]]) -> Callable[..., Iterable[Entry]]:
    """Asked only of people who belong to an organisation."""
    return lambda user, first, last: source(user, first, last) if user.organisation_ids else ()


SOURCES = [_own(_answers), _own(_deadlines), _own(_evidence), _own(_titles), _reviews]
