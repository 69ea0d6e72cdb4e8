"""What waits for a person, one row each: suggestions, drafts, evidence, messages, titles, deadlines, imports, and a city's reviews.

Whoever may only look sees the rows of the own organisation too, with another verb.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation, Title
from accounts.permissions import can
from accounts.roles import May
from accounts.services import invitations_of
from conversations import thread_page
from conversations.access import reports_visible
from deals.deal_page import needs, next_stage
from deals.models import Deal
from deals.states import Stage
from listings import drafts, kinds
from listings.models import ImportJob, ImportState, Kind
from listings.states import State
from matching.models import Answer, Match, MatchRun, Shard
from matching.pair import side_names
from matching.states import AnswerState, MatchState, RunState, other
from matching.suggestion_page import MOST_COMPARED
from opportunities.models import Opportunity
from scenemarket.leases import WorkState

AT_ONCE, EACH_LISTING = 30, 5
# how long work may lie on a desk before it counts as overdue, and how early people are warned
REVIEW_DAYS, STEP_DAYS, REPLY_DAYS = 3, 30, 3
TITLE_DAYS, CLOSING_DAYS = 60, 14
LIVE_DEALS = [Stage.CONNECTED, Stage.PILOTING, Stage.CONTRACTED]
KINDS: dict[str, Any] = {
    "suggestion": gettext_lazy("Suggestions"), "message": gettext_lazy("Messages"), "draft": gettext_lazy("Drafts"), "evidence": gettext_lazy("Evidence"),
    "deadline": gettext_lazy("Listings closing soon"), "title": gettext_lazy("Titles"), "import": gettext_lazy("Imports"), "invitation": gettext_lazy("Invitations"),
    "match": gettext_lazy("Match review"), "listing": gettext_lazy("Listing review"), "report": gettext_lazy("Reported messages"),
    "organisation": gettext_lazy("Organisations"), "run": gettext_lazy("Match runs"),
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One thing to do: its kind, `due` (None: no date), an icon, what and why, where to, and one verb.

    `reply` is the match that can be answered in place, else "".
    """

    kind: str
    due: datetime | None
    icon: str
    title: str
    text: str
    url: str
    verb: str
    reply: str = ""

    @property
    def kind_name(self) -> Any:
        return KINDS[self.kind]


def tasks(user: Any) -> list[Task]:
    """Everything that waits for this person, the first due first, what has no date last."""
    far = timezone.now() + timedelta(days=36500)
    return sorted((t for source in SOURCES for t in source(user)), key=lambda t: (t.due or far, t.title))


def menu(found: list[Task], chosen: str) -> list[dict[str, Any]]:
    """The kinds that are there, each with its count and address."""
    counts = {kind: sum(1 for t in found if t.kind == kind) for kind in KINDS}
    every = {"label": _("All kinds"), "url": "?", "count": len(found), "active": not chosen}
    rows = [
        {"label": KINDS[k], "url": f"?kind={k}", "count": n, "active": k == chosen}
        for k, n in counts.items()
        if n or k == chosen
    ]
    return [every, *rows]


def grouped(found: list[Task]) -> list[tuple[str, list[Task]]]:
    """Overdue, today, this week, later, without a date; empty groups are left out."""
    now, today = timezone.now(), timezone.localdate()
    groups: dict[str, list[Task]] = {}
    for task in found:
        groups.setdefault(_group(task.due, now, today), []).append(task)
    names = {
        "over": _("Overdue"), "today": _("Today"), "week": _("This week"), "later": _("Later"), "open": _("Without a date"),
    }  # fmt: skip
    return [(names[key], groups[key]) for key in names if key in groups]


def _group(due: datetime | None, now: datetime, today: date) -> str:
    if due is None:
        return "open"
    if due < now:
        return "over"
    days = (timezone.localtime(due).date() - today).days
    return "today" if days == 0 else "week" if days <= 7 else "later"


def end_of(day: Any) -> datetime:
    """The last minute of a day in Shanghai."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def _verb(user: Any, may: May, organisation: int, verb: str) -> str:
    return verb if can(user, may, organisation=organisation) else _("Look at it")


# --- Suggestions --------------------------------------------------------------------------------------------------------
def _suggestions(user: Any) -> Iterator[Task]:
    """One row for each where the other side has said yes, one per listing for the rest."""
    waiting = Answer.objects.waiting().asked_of(user.organisation_ids).filter(match__state=MatchState.PUSHED)
    rows = waiting.select_related("match__opportunity__owner", "match__capability__owner").prefetch_related(
        "match__answers"
    )
    fresh: dict[Any, list[Answer]] = {}
    for answer in rows.order_by("due_at")[:500]:
        across = answer.match.answer_of(other(answer.side))
        if across and across.state == AnswerState.ACCEPTED:
            yield _replying(user, answer, _said_yes(answer, across, side_names(user, answer.match)[across.side]))
        else:
            fresh.setdefault((answer.side, answer.match.listing(answer.side).pk), []).append(answer)
    for together in fresh.values():
        yield _new_ones(user, together)


def _replying(user: Any, answer: Answer, task: Task) -> Task:
    """The same task with its answer in place, for whoever may answer."""
    may = can(user, May.ANSWER, organisation=answer.match.listing(answer.side).owner_id)
    return replace(task, reply=answer.match.public_id) if may else replace(task, verb=_("Look at it"))


def _said_yes(answer: Answer, across: Answer, name: str) -> Task:
    match = answer.match
    text = _("They accepted on %(day)s and wait for your answer") % {
        "day": timezone.localtime(across.answered_at).strftime("%m-%d")
    }
    title = _("%(name)s is willing: %(title)s") % {"name": name, "title": match.listing(answer.side).title}
    return Task("suggestion", answer.due_at, "bulb", title, text, f"{match.get_absolute_url()}#answer", _("Reply"))


def _new_ones(user: Any, together: list[Answer]) -> Task:
    first, n = together[0], len(together)
    listing = first.match.listing(first.side)
    title = ngettext("%(n)s new suggestion: %(title)s", "%(n)s new suggestions: %(title)s", n) % {
        "n": n,
        "title": listing.title,
    }
    text = _("The best has %(score)s points") % {"score": round(max(a.match.score for a in together))}
    due = min(a.due_at for a in together)
    if n == 1:
        task = Task("suggestion", due, "bulb", title, text, f"{first.match.get_absolute_url()}#answer", _("Reply"))
        return _replying(user, first, task)
    if n <= MOST_COMPARED:
        ids = urlencode([("ids", a.match.public_id) for a in together])
        return Task("suggestion", due, "bulb", title, text, f"{reverse('matches-compare')}?{ids}", _("Compare"))
    return Task(
        "suggestion", due, "bulb", title, text, f"{reverse('matches')}?listing={listing.public_id}", _("Look through")
    )


def _messages(user: Any) -> Iterator[Task]:
    """Conversations with something unread."""
    for row in thread_page.rows(user, thread_page.waits_since(user)[:AT_ONCE]):
        title = _("%(name)s has written: %(title)s") % {"name": row["name"], "title": row["own"].title}
        due = row["last"].at + timedelta(days=REPLY_DAYS) if row["last"] else None
        verb = _verb(user, May.ANSWER, row["own"].owner_id, _("Write back"))
        yield Task("message", due, "message", title, row["said"][:80], row["url"], verb)


# --- Own listings -------------------------------------------------------------------------------------------------------
def _drafts(user: Any) -> Iterator[Task]:
    """Drafts that came back, and those that were left unfinished."""
    states = [State.RETURNED, State.DRAFT]
    for kind in kinds.every():
        rows = kind.model.objects.filter(owner__in=user.organisation_ids, state__in=states)
        for listing in rows.order_by("-state", "-updated_at")[:AT_ONCE]:
            yield _draft(user, kind.code, listing)


def _typed(user: Any) -> Iterator[Task]:
    """Forms that this person began and has not saved yet."""
    for kept in drafts.unfinished(user)[:AT_ONCE]:
        day = timezone.localtime(kept.at).strftime("%m-%d")
        title = _("Form not finished: %(title)s") % {"title": _typed_title(kept.data)}
        args = [kept.listing_public_id] if kept.listing_public_id else []
        url = reverse(f"{kept.kind}-edit" if args else f"{kept.kind}-new", args=args)
        yield Task("draft", None, "pencil", title, _("Last written on %(day)s") % {"day": day}, url, _("Go on writing"))


def _typed_title(data: Any) -> str:
    value = data.get("title") if isinstance(data, dict) else ""
    value = value[0] if isinstance(value, list) and value else value
    return str(value or "").strip()[:60] or _("without a title")


def _draft(user: Any, kind: str, listing: Any) -> Task:
    writes = can(user, May.WRITE, organisation=listing.owner_id)
    url = reverse(f"{kind}-edit", args=[listing.public_id]) if writes else listing.get_absolute_url()
    if listing.state == State.RETURNED:
        title, due = _("Returned: %(title)s") % {"title": listing.title}, listing.updated_at + timedelta(days=STEP_DAYS)
        text, verb = _("The reviewer's words: %(words)s") % {"words": listing.return_reason}, _("Revise")
    else:
        title, due = _("Draft not sent yet: %(title)s") % {"title": listing.title or _("without a title")}, None
        day = timezone.localtime(listing.updated_at).strftime("%m-%d")
        text, verb = _("Last written on %(day)s") % {"day": day}, _("Go on writing")
    return Task("draft", due, "file-pencil", title, text, url, verb if writes else _("Look at it"))


def _closing(user: Any) -> Iterator[Task]:
    """Own opportunities that close soon although nobody has agreed."""
    today = timezone.localdate()
    agreed = Match.objects.filter(opportunity=OuterRef("pk"), state=MatchState.AGREED)
    rows = Opportunity.objects.filter(
        ~Exists(agreed), owner__in=user.organisation_ids, state=State.PUBLISHED,
        deadline__gte=today, deadline__lte=today + timedelta(days=CLOSING_DAYS),
    )  # fmt: skip
    for listing in rows.order_by("deadline")[:AT_ONCE]:
        title = _("Closes soon without agreement: %(title)s") % {"title": listing.title}
        url = f"{reverse('matches')}?listing={listing.public_id}"
        text = _("Answer what waits, or give it a later deadline")
        yield Task("deadline", end_of(listing.deadline), "calendar-due", title, text, url, _("Look at it"))


def _titles(user: Any) -> Iterator[Task]:
    """Own titles that expire soon or have just expired: an expired one no longer counts for the match."""
    today = timezone.localdate()
    rows = Title.objects.filter(
        organisation__in=user.organisation_ids, expires__lte=today + timedelta(days=TITLE_DAYS),
        expires__gte=today - timedelta(days=TITLE_DAYS),
    ).select_related("organisation")  # fmt: skip
    for held in rows.order_by("expires")[:AT_ONCE]:
        over = held.state == "expired"
        title = (_("Title has expired: %(name)s") if over else _("Title expires: %(name)s")) % {"name": held.name}
        verb = _verb(user, May.EDIT_ORGANISATION, held.organisation_id, _("Renew"))
        url = reverse("organisation", args=[held.organisation.public_id])
        text = _("What asks for it is matched without it from then on")
        yield Task("title", end_of(held.expires), "certificate", title, text, url, verb)


def _evidence(user: Any) -> Iterator[Task]:
    """Deals whose next step is to be proved: due a month after the last one."""
    rows = Deal.objects.of_organisations(user.organisation_ids).filter(stage__in=LIVE_DEALS).whole()
    for deal in rows[:AT_ONCE]:
        step = next_stage(deal)
        if step is None:
            continue
        match = deal.match
        mine = match.opportunity if match.opportunity.owner_id in user.organisation_ids else match.capability
        title = _("Evidence of “%(stage)s” is owed: %(title)s") % {
            "stage": step.label,
            "title": match.opportunity.title,
        }
        text = _("Still needed: %(what)s") % {"what": needs(step)}
        verb = _verb(user, May.DEAL, mine.owner_id, _("Hand in"))
        due = deal.moved_at + timedelta(days=STEP_DAYS)
        yield Task("evidence", due, "file-check", title, text, deal.get_absolute_url(), verb)


def _imports(user: Any) -> Iterator[Task]:
    mine = Q(by=user, state=ImportState.PREVIEW) | Q(by=user, work_state=WorkState.DEAD)
    for job in ImportJob.objects.filter(mine)[:AT_ONCE]:
        url = reverse("import", args=[job.public_id])
        if job.state == ImportState.PREVIEW:
            title = _("To be confirmed: %(file)s") % {"file": job.file_name}
            text = _("%(good)s rows are ready, %(bad)s have a fault") % {
                "good": job.total - job.faulty,
                "bad": job.faulty,
            }
            yield Task("import", None, "table-import", title, text, url, _("Look at it"))
        else:
            title, text = (
                _("An import was set aside: %(file)s") % {"file": job.file_name},
                job.refusal or job.last_error[:120],
            )
            yield Task("import", None, "alert-triangle", title, text, url, _("Look at it"))


def _invitations(user: Any) -> Iterator[Task]:
    for invitation in invitations_of(user):
        title = _("You are invited to join %(name)s") % {"name": invitation.organisation}
        text = _("Asked by %(by)s") % {"by": invitation.by or "—"}
        yield Task("invitation", None, "user-plus", title, text, reverse("preferences"), _("Join"))


# --- A city -------------------------------------------------------------------------------------------------------------
def _city(user: Any) -> Iterator[Task]:
    """For a reviewer: listings, matches, approved pairs that wait for release, runs that were set aside, reports."""
    cities = [c for c in user.cities if can(user, May.REVIEW_MATCHES, city=c)]
    if cities:
        yield from _reports(user)
        yield from _listings_to_review(cities)
        yield from _matches_to_review(cities)
        yield from _matches_to_release(cities)
        yield from _runs_set_aside(cities)


def _reports(user: Any) -> Iterator[Task]:
    for report in reports_visible(user).waiting().whole().order_by("at")[:AT_ONCE]:
        title = _("Reported message: %(title)s") % {"title": report.message.conversation}
        due = report.at + timedelta(days=REVIEW_DAYS)
        yield Task("report", due, "flag", title, report.get_reason_display(), report.get_absolute_url(), _("Decide"))


def _matches_to_review(cities: list[str]) -> Iterator[Task]:
    rows = Match.objects.of_cities(cities).filter(state=MatchState.PROPOSED).order_by()
    found = rows.aggregate(n=Count("pk"), best=Max("score"))
    if found["n"]:
        title = ngettext("%(n)s match to review", "%(n)s matches to review", found["n"]) % {"n": found["n"]}
        text = _("The best has %(score)s points") % {"score": round(found["best"])}
        waiting = Exists(Match.objects.filter(run=OuterRef("pk"), state=MatchState.PROPOSED))
        ready = MatchRun.objects.filter(waiting, city__in=cities).aggregate(last=Max("ready_at"))["last"]
        due = ready and ready + timedelta(days=REVIEW_DAYS)
        yield Task("match", due, "checks", title, text, reverse("review"), _("Review"))


def _matches_to_release(cities: list[str]) -> Iterator[Task]:
    n = Match.objects.of_cities(cities).filter(state=MatchState.APPROVED).count()
    if n:
        title = ngettext("%(n)s approved match waits for release", "%(n)s approved matches wait for release", n) % {
            "n": n
        }
        yield Task(
            "match", None, "send", title, _("Nothing leaves before release"), reverse("review-release"), _("Release")
        )


def _runs_set_aside(cities: list[str]) -> Iterator[Task]:
    dead = Shard.objects.filter(run__city__in=cities, work_state=WorkState.DEAD).exclude(run__state=RunState.WITHDRAWN)
    for shard in dead.select_related("run")[:AT_ONCE]:
        title, url = _("A part of run %(run)s was set aside") % {"run": shard.run}, shard.run.get_absolute_url()
        yield Task("run", None, "alert-triangle", title, shard.last_error[:120], url, _("Look at it"))


def _listings_to_review(cities: list[str]) -> Iterator[Task]:
    """The longest waiting few of each kind by name, the rest as one row that leads to the queue."""
    for kind in kinds.every():
        rows: QuerySet[Any] = kind.model.objects.filter(city__in=cities, state=State.SUBMITTED).order_by("submitted_at")
        found = list(rows.select_related("owner")[: EACH_LISTING + 1])
        for listing in found[:EACH_LISTING]:
            title = _("To be reviewed: %(title)s") % {"title": listing.title}
            due = listing.submitted_at + timedelta(days=REVIEW_DAYS) if listing.submitted_at else None
            text = f"{Kind(kind.code).label} · {listing.owner}"
            yield Task("listing", due, "file-text", title, text, listing.get_absolute_url(), _("Review"))
        if len(found) > EACH_LISTING:
            n = rows.count() - EACH_LISTING
            title = ngettext("%(n)s more listing to review", "%(n)s more listings to review", n) % {"n": n}
            yield Task(
                "listing", None, "file-text", title, str(Kind(kind.code).label), reverse("listing-review"), _("Review")
            )


def _verifying(user: Any) -> Iterator[Task]:
    cities = [c for c in user.cities if can(user, May.VERIFY, city=c)]
    rows = Organisation.objects.filter(city__in=cities, verified_at=None).exclude(pk__in=user.organisation_ids)
    for organisation in rows.order_by("created_at")[:AT_ONCE] if cities else ():
        title = _("To be verified: %(name)s") % {"name": organisation.name}
        url = reverse("organisation", args=[organisation.public_id])
        due = organisation.created_at + timedelta(days=REVIEW_DAYS)
        yield Task("organisation", due, "building", title, organisation.get_kind_display(), url, _("Verify"))


def _own(source: Callable[[Any], Iterable[Task]]) -> Callable[[Any], Iterable[Task]]:
    """Asked only of people who belong to an organisation."""
    return lambda user: source(user) if user.organisation_ids else ()


SOURCES: list[Callable[[Any], Iterable[Task]]] = [
    _own(_suggestions), _own(_messages), _own(_drafts), _own(_typed), _own(_evidence), _own(_closing), _own(_titles), _imports, _invitations,
    _city, _verifying,
]  # fmt: skip
