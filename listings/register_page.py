"""What the pages of registers show, put together for the templates."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.permissions import can
from accounts.roles import May
from codelists.models import Code, List
from listings import imports, registers
from listings.access import visible
from listings.models import Batch, Kind, Programme
from scenemarket.figures import count


def cities(user: Any) -> list[str]:
    """The cities whose registers this person keeps."""
    if not user.is_authenticated:
        return []
    return [city for city in user.cities if can(user, May.REGISTER, city=city)]


def crumbs(*last: str) -> list[tuple[str, str]]:
    if not last:
        return [(_("Registers"), "")]
    return [(_("Registers"), reverse("registers")), (last[0], "")]


def below(label: str, route: str, here: str) -> list[tuple[str, str]]:
    return [(label, reverse(route)), (here, "")]


def start(user: Any) -> list[dict[str, Any]]:
    """The registers with how much is in each."""
    own = cities(user)
    waiting = Organisation.objects.of_cities(own).filter(verified_at=None).count()
    rows = [
        (_("Batches"), "batches", "stack-2", Batch.objects.filter(city__in=own).count(), _("Numbered lists that the city publishes")),
        (_("Programmes"), "programmes", "topology-star-3", Programme.objects.filter(city__in=own).count(), _("What belongs together across both lists")),
        (_("Imports"), "imports", "table-import", imports.visible(user).count(), _("Bring in a list, see each row, put it right, confirm")),
        (_("Organisations"), "organisations", "building", waiting, _("To be verified first")),
        (_("Code lists"), "codes", "list-details", Code.objects.values("list_name").distinct().count(), _("Names, other words and validity of every code")),
    ]  # fmt: skip
    return [{"title": t, "url": reverse(r), "icon": i, "figure": count(n), "text": x} for t, r, i, n, x in rows]


def batches_for(user: Any, kind: str) -> QuerySet[Batch]:
    """Published batches, and for their keepers those that are not published yet."""
    own = Batch.objects.filter(city__in=cities(user))
    rows = registers.batches() | own
    return (rows.filter(kind=kind) if kind else rows).order_by("-published_on", "-pk")


def with_counts(field: str, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Each row with how many listings of each kind it holds."""
    shown = list(rows)
    found = registers.counts(field, shown)
    return [{"row": row, "n": sum(found[row.pk].values()), **found[row.pk]} for row in shown]


def kind_tabs(kind: str) -> list[dict[str, Any]]:
    url = reverse("batches")
    rows = [("", _("All"), url), *((k, label, f"{url}?kind={k}") for k, label in Kind.choices)]
    return [{"label": label, "url": address, "active": k == kind} for k, label, address in rows]


def listings_of(field: str, row: Any, kind: str, user: Any) -> QuerySet[Any]:
    """The listings of a batch or programme that this person may read, in the order of their numbers."""
    return (
        visible(kind, user)
        .filter(**{field: row})
        .exclude(state__in=["draft", "submitted", "returned"])
        .order_by("number", "pk")
    )


def listing_rows(kind: str, listings: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"row": row, "url": reverse(kind, args=[row.public_id])} for row in listings]


def side(programme: Programme, kind: str, user: Any) -> dict[str, Any]:
    """One list of a programme."""
    rows = listings_of("programme", programme, kind, user)[:200]
    listed = listing_rows(kind, rows)
    return {"kind": kind, "label": Kind(kind).label, "rows": listed, "n": len(listed)}


def list_tabs(name: str) -> list[dict[str, Any]]:
    """One tab for each code list, with how many entries it has."""
    found = dict(Code.objects.order_by().values_list("list_name").annotate(n=Count("pk")))
    rows = [(value, label) for value, label in List.choices if value in found]
    return [
        {"label": label, "url": codes_url(value), "count": found[value], "active": value == name}
        for value, label in rows
    ]


def codes_url(name: str) -> str:
    return f"{reverse('codes')}?list={name}"
