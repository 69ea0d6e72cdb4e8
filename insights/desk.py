"""The desk: what waits for this person, ordered by due date, and the own listings with their course."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from accounts.permissions import can
from accounts.roles import May
from deals.deal_page import needs, next_stage
from deals.models import Deal
from deals.states import Stage
from listings import kinds
from listings.models import ImportJob, ImportState, Kind
from listings.states import State
from matching.access import full_runs_visible
from matching.models import Answer, Match, Shard
from matching.pair import side_names
from matching.states import AnswerState, MatchState, Side, other
from scenemarket.leases import WorkState

SHOWN_LISTINGS, SHOWN_TASKS = 8, 30
# how long work may lie on a desk before it counts as overdue
REVIEW_DAYS, STEP_DAYS = 3, 30
LIVE_DEALS = [Stage.CONNECTED, Stage.PILOTING, Stage.CONTRACTED]


@dataclass(frozen=True)
class Task:
    """One thing to do: `due` (None: no date), an icon with its word, what and why, where to, and one verb."""

    due: datetime | None
    icon: str
    kind: str
    title: str
    text: str
    url: str
    verb: str


def tasks(user: Any) -> list[Task]:
    """Everything that waits for this person, the first due first, what has no date last."""
    found = [*_answers(user), *_returned(user), *_evidence(user), *_imports(user), *_reviewing(user), *_verifying(user)]
    far = timezone.now() + timedelta(days=36500)
    return sorted(found, key=lambda t: (t.due or far, t.title))


def grouped(found: list[Task]) -> list[tuple[str, list[Task]]]:
    """Overdue, today, this week, later, without a date; empty groups are left out."""
    now = timezone.now()
    today = timezone.localdate()
    groups: dict[str, list[Task]] = {}
    for task in found[:SHOWN_TASKS]:
        groups.setdefault(_group(task.due, now, today), []).append(task)
    names = {
        "over": _("Overdue"),
        "today": _("Today"),
        "week": _("This week"),
        "later": _("Later"),
        "open": _("Without a date"),
    }
    return [(names[key], groups[key]) for key in names if key in groups]


def _group(due: datetime | None, now: datetime, today: Any) -> str:
    if due is None:
        return "open"
    if due < now:
        return "over"
    days = (timezone.localtime(due).date() - today).days
    return "today" if days == 0 else "week" if days <= 7 else "later"


def _answers(user: Any) -> Iterable[Task]:
    """Suggestions to answer: one row for each where the other side has said yes, one per listing for the rest."""
    mine = _where(user, May.ANSWER)
    sides = Q(side=Side.OPPORTUNITY, match__opportunity__owner__in=mine) | Q(
        side=Side.CAPABILITY, match__capability__owner__in=mine
    )
    waiting = Answer.objects.waiting().filter(sides, match__state=MatchState.PUSHED)
    rows = waiting.select_related("match__opportunity__owner", "match__capability__owner").prefetch_related(
        "match__answers"
    )
    fresh: dict[Any, list[Answer]] = {}
    for answer in rows.order_by("due_at"):
        across = answer.match.answer_of(other(answer.side))
        if across and across.state == AnswerState.ACCEPTED:
            yield _said_yes(answer, across, side_names(user, answer.match)[across.side])
        else:
            fresh.setdefault((answer.side, answer.match.listing(answer.side).pk), []).append(answer)
    for together in fresh.values():
        yield _new_ones(together)


def _said_yes(answer: Answer, across: Answer, name: str) -> Task:
    match = answer.match
    text = _("They accepted on %(day)s and wait for your answer") % {
        "day": timezone.localtime(across.answered_at).strftime("%m-%d")
    }
    title = _("%(name)s is willing: %(title)s") % {"name": name, "title": match.listing(answer.side).title}
    return Task(answer.due_at, "bulb", _("Suggestion"), title, text, match.get_absolute_url(), _("Reply"))


def _new_ones(together: list[Answer]) -> Task:
    first = together[0]
    listing = first.match.listing(first.side)
    n, best = len(together), round(max(a.match.score for a in together))
    title = ngettext("%(n)s new suggestion: %(title)s", "%(n)s new suggestions: %(title)s", n) % {
        "n": n,
        "title": listing.title,
    }
    url = first.match.get_absolute_url() if n == 1 else f"{reverse('matches')}?listing={listing.public_id}"
    text = _("The best has %(score)s points") % {"score": best}
    return Task(
        min(a.due_at for a in together),
        "bulb",
        _("Suggestion"),
        title,
        text,
        url,
        _("Reply") if n == 1 else _("Look through"),
    )


def _returned(user: Any) -> Iterable[Task]:
    mine = _where(user, May.WRITE)
    for kind in kinds.every():
        for listing in kind.model.objects.filter(owner__in=mine, state=State.RETURNED).order_by("-updated_at")[
            :SHOWN_TASKS
        ]:
            title = _("Returned: %(title)s") % {"title": listing.title}
            text = _("The reviewer's words: %(words)s") % {"words": listing.return_reason}
            url = reverse(f"{kind.code}-edit", args=[listing.public_id])
            yield Task(
                listing.updated_at + timedelta(days=STEP_DAYS), "file-pencil", _("Draft"), title, text, url, _("Revise")
            )


def _evidence(user: Any) -> Iterable[Task]:
    """Deals whose next step is to be proved: due a month after the last one."""
    for deal in (
        Deal.objects.of_organisations(_where(user, May.DEAL)).filter(stage__in=LIVE_DEALS).whole()[:SHOWN_TASKS]
    ):
        step = next_stage(deal)
        if step is None:
            continue
        title = _("Evidence of “%(stage)s” is owed: %(title)s") % {
            "stage": step.label,
            "title": deal.match.opportunity.title,
        }
        text = _("Still needed: %(what)s") % {"what": needs(step)}
        due = deal.moved_at + timedelta(days=STEP_DAYS)
        yield Task(due, "file-check", _("Evidence"), title, text, deal.get_absolute_url(), _("Hand in"))


def _imports(user: Any) -> Iterable[Task]:
    mine = Q(by=user, state=ImportState.PREVIEW) | Q(by=user, work_state=WorkState.DEAD)
    for job in ImportJob.objects.filter(mine)[:SHOWN_TASKS]:
        url = reverse("import", args=[job.public_id])
        if job.state == ImportState.PREVIEW:
            text = _("%(good)s rows are ready, %(bad)s have a fault") % {
                "good": job.total - job.faulty,
                "bad": job.faulty,
            }
            yield Task(
                None,
                "table-import",
                _("Import"),
                _("To be confirmed: %(file)s") % {"file": job.file_name},
                text,
                url,
                _("Look at it"),
            )
        else:
            title = _("An import was set aside: %(file)s") % {"file": job.file_name}
            yield Task(
                None, "alert-triangle", _("Import"), title, job.refusal or job.last_error[:120], url, _("Look at it")
            )


def _reviewing(user: Any) -> Iterable[Task]:
    """For a reviewer: listings, matches, approved pairs that wait for release, work that was set aside."""
    cities = [c for c in user.cities if can(user, May.REVIEW_MATCHES, city=c)]
    if cities:
        yield from _listings_to_review(cities)
        yield from _matches_to_review(cities)
        yield from _matches_to_release(cities)
        yield from _work_set_aside(cities)


def _matches_to_review(cities: list[str]) -> Iterable[Task]:
    rows = Match.objects.of_cities(cities).filter(state=MatchState.PROPOSED).order_by()
    found = rows.aggregate(n=Count("pk"), best=Max("score"), run=Max("run__ready_at"))
    if found["n"]:
        title = ngettext("%(n)s match to review", "%(n)s matches to review", found["n"]) % {"n": found["n"]}
        text = _("The best has %(score)s points") % {"score": round(found["best"])}
        due = found["run"] and found["run"] + timedelta(days=REVIEW_DAYS)
        yield Task(due, "checks", _("Match review"), title, text, reverse("review"), _("Review"))


def _matches_to_release(cities: list[str]) -> Iterable[Task]:
    n = Match.objects.of_cities(cities).filter(state=MatchState.APPROVED).count()
    if n:
        title = ngettext("%(n)s approved match waits for release", "%(n)s approved matches wait for release", n) % {
            "n": n
        }
        text = _("Nothing leaves before release")
        yield Task(None, "send", _("Release"), title, text, reverse("review-release"), _("Release"))


def _work_set_aside(cities: list[str]) -> Iterable[Task]:
    dead = Shard.objects.filter(run__city__in=cities, work_state=WorkState.DEAD).select_related("run")
    for shard in dead[:SHOWN_TASKS]:
        title, url = _("A part of run %(run)s was set aside") % {"run": shard.run}, shard.run.get_absolute_url()
        yield Task(None, "alert-triangle", _("Match run"), title, shard.last_error[:120], url, _("Look at it"))


def _listings_to_review(cities: list[str]) -> Iterable[Task]:
    for kind in kinds.every():
        rows = kind.model.objects.filter(city__in=cities, state=State.SUBMITTED).order_by("submitted_at")
        found: Any = rows.select_related("owner")[:SHOWN_TASKS]
        for listing in found:
            title = _("To be reviewed: %(title)s") % {"title": listing.title}
            due = listing.submitted_at + timedelta(days=REVIEW_DAYS) if listing.submitted_at else None
            yield Task(
                due,
                "file-text",
                str(Kind(kind.code).label),
                title,
                str(listing.owner),
                listing.get_absolute_url(),
                _("Review"),
            )


def _verifying(user: Any) -> Iterable[Task]:
    cities = [c for c in user.cities if can(user, May.VERIFY, city=c)]
    for organisation in Organisation.objects.filter(city__in=cities, verified_at=None).order_by("created_at")[
        :SHOWN_TASKS
    ]:
        title = _("To be verified: %(name)s") % {"name": organisation.name}
        url = reverse("organisation", args=[organisation.public_id])
        due = organisation.created_at + timedelta(days=REVIEW_DAYS)
        yield Task(due, "building", _("Organisation"), title, organisation.get_kind_display(), url, _("Verify"))


def _where(user: Any, may: May) -> list[int]:
    """The own organisations in which this person may do that."""
    return [i for i in user.organisation_ids if can(user, may, organisation=i)]


def own_listings(user: Any, kind: str) -> list[dict[str, Any]]:
    """The newest own listings of one kind, each with published, matched, pushed, agreed and landed; one query."""
    model = kinds.of(kind).model
    rows = model.objects.filter(owner__in=user.organisation_ids).exclude(state=State.CLOSED, close_reason="withdrawn")
    counted = rows.annotate(
        matched=_count(kind, ~Q(state__in=[MatchState.EXCLUDED, MatchState.SUPERSEDED])),
        pushed=_count(kind, Q(pushed_at__isnull=False)), agreed=_count(kind, Q(agreed_at__isnull=False)), landed=_landed(kind),
    )  # fmt: skip
    return [
        {"listing": row, "steps": _steps(kind, row)} for row in counted.order_by("-updated_at", "-pk")[:SHOWN_LISTINGS]
    ]


def _count(kind: str, which: Q) -> Any:
    rows = (
        Match.objects.filter(**{kind: OuterRef("pk")})
        .filter(which)
        .order_by()
        .values(kind)
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def _landed(kind: str) -> Any:
    landed: QuerySet[Deal, dict[str, Any]] = (
        Deal.objects.filter(**{f"match__{kind}": OuterRef("pk")}, stage__in=[Stage.LANDED, Stage.REPLICATED])
        .order_by().values(f"match__{kind}").annotate(n=Count("pk")).values("n")
    )  # fmt: skip
    return Coalesce(Subquery(landed, output_field=IntegerField()), 0)


def _steps(kind: str, row: Any) -> list[dict[str, Any]]:
    """The five cells of the mini funnel; each figure leads to its list."""
    here, out = row.public_id, int(row.published_at is not None)
    matches, deals = f"{reverse('matches')}?listing={here}", f"{reverse('deals')}?listing={here}"
    most = row.matched or 1
    return [
        {"label": _("Published"), "count": out, "of": 1, "url": row.get_absolute_url()},
        {"label": _("Paired"), "count": row.matched, "of": most, "url": ""},
        {"label": _("Sent"), "count": row.pushed, "of": most, "url": matches},
        {"label": _("Agreed"), "count": row.agreed, "of": most, "url": f"{matches}&tab=agreed"},
        {"label": _("Landed"), "count": row.landed, "of": most, "url": f"{deals}&stage=landed"},
    ]


def runs_now(user: Any) -> Any:
    """For a reviewer: the newest runs, for the side of the desk."""
    return full_runs_visible(user).order_by("-pk")[:4]


def figures(user: Any) -> dict[str, int]:
    """How many listings of each kind the own organisations have."""
    return {k.code: k.model.objects.filter(owner__in=user.organisation_ids).count() for k in kinds.every()}
