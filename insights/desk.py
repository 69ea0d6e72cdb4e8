"""The desk beside the tasks: own listings with their course, quality and completeness, the runs of a city."""

from collections import Counter
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.completeness import Completeness, of_organisation
from accounts.permissions import can
from accounts.roles import May
from deals.models import Deal
from deals.states import Stage
from listings import faces, kinds
from listings.quality import quality
from listings.states import State
from matching.access import full_runs_visible
from matching.models import Match
from matching.states import MatchState

SHOWN_LISTINGS, SHOWN_LACKS = 8, 4
# what quality is counted over: what may still be improved
OPEN_STATES = [State.DRAFT, State.RETURNED, State.SUBMITTED, State.PUBLISHED, State.PAUSED]
MOST_READ = 200


def own_listings(user: Any, kind: str) -> list[dict[str, Any]]:
    """The newest own listings of one kind, each with published, matched, pushed, agreed and landed; one query."""
    model = kinds.of(kind).model
    rows = model.objects.filter(owner__in=user.organisation_ids).exclude(state=State.CLOSED, close_reason="withdrawn")
    counted = rows.annotate(
        matched=_count(kind, ~Q(state__in=[MatchState.EXCLUDED, MatchState.SUPERSEDED])),
        pushed=_count(kind, Q(pushed_at__isnull=False)), agreed=_count(kind, Q(agreed_at__isnull=False)), landed=_landed(kind),
    )  # fmt: skip
    return [
        {"listing": row, "steps": _steps(kind, row)}
        for row in counted.order_by(_course(), "-updated_at", "-pk")[:SHOWN_LISTINGS]
    ]


def _course() -> Any:
    """What needs work or is open comes before what has ended."""
    order = [State.RETURNED, State.PUBLISHED, State.SUBMITTED, State.PAUSED, State.DRAFT]
    return Case(*(When(state=state, then=Value(n)) for n, state in enumerate(order)), default=Value(len(order)))


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
        {"label": _("Opened"), "count": out, "of": 1, "url": row.get_absolute_url()},
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


def quality_of(user: Any, kind: str) -> dict[str, Any] | None:
    """The mean quality of the own open listings of a kind, and what most of them lack; None when there are none."""
    rows = kinds.of(kind).model.objects.filter(owner__in=user.organisation_ids, state__in=OPEN_STATES)
    found = [quality(listing, faces.of(kind).hints) for listing in rows.order_by("-updated_at")[:MOST_READ]]
    if not found:
        return None
    counts = Counter(lack["field"] for each in found for lack in each.lacks)
    words = {lack["field"]: lack for each in found for lack in each.lacks}
    return {
        "value": round(sum(each.value for each in found) / len(found)), "n": len(found), "kind": kind,
        "lacks": [_lack(kind, words[field], n) for field, n in counts.most_common(SHOWN_LACKS)],
    }  # fmt: skip


def _lack(kind: str, lack: dict[str, Any], n: int) -> dict[str, Any]:
    text = ngettext("%(n)s listing: %(lack)s", "%(n)s listings: %(lack)s", n) % {"n": n, "lack": lack["text"]}
    url = f"{reverse('my-listings')}?kind={kind}&lacks={lack['field']}"
    return {"icon": lack["icon"], "text": text, "effect": lack["effect"], "url": url}


def profile(user: Any) -> dict[str, Any] | None:
    """How complete the own organisation's profile is, with what each missing piece would change; None without one."""
    organisation = user.organisation
    if organisation is None:
        return None
    told: Completeness = of_organisation(organisation)
    may = can(user, May.EDIT_ORGANISATION, organisation=organisation)
    page = reverse("organisation-edit" if may else "organisation", args=[organisation.public_id])
    titles = reverse("title-new" if may else "organisation", args=[organisation.public_id])
    lacks = [{**lack, "url": titles if lack["field"] == "titles" else page} for lack in told.lacks]
    return {"organisation": organisation, "value": told.value, "lacks": lacks}
