"""The registers that a city's reviewer keeps: batches, programmes, code lists. Check, change, record."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from activity.models import Event
from activity.services import event, record
from codelists import services as codelists
from codelists.models import Code, List
from listings import kinds
from listings.models import Batch, Kind, Listing, Programme
from listings.states import State
from scenemarket.errors import Invalid, NotFound
from scenemarket.plaintext import tidy

SHOWN = (State.PUBLISHED, State.PAUSED, State.CLOSED)
CODE_TAKEN = _("Another batch of this city has this number; nothing was changed.")
NAME_TAKEN = _("Another programme of this city has this name; nothing was changed.")
NO_SUCH = _("There is no such entry.")


@transaction.atomic
def save_batch(batch: Batch | None, *, by: User, values: dict[str, Any]) -> Batch:
    """Make a batch, or change its number, name or day of publication; raises Invalid when the number is taken."""
    row = batch or Batch()
    return _save(row, by=by, values=values, verb="batch", taken={"code": [CODE_TAKEN]})


@transaction.atomic
def save_programme(programme: Programme | None, *, by: User, values: dict[str, Any]) -> Programme:
    """Make a programme, or change its name, words or field; raises Invalid when the name is taken."""
    row = programme or Programme()
    return _save(row, by=by, values=values, verb="programme", taken={"name": [NAME_TAKEN]})


def _save(row: Any, *, by: User, values: dict[str, Any], verb: str, taken: dict[str, list[object]]) -> Any:
    new, values = row.pk is None, tidy(values)
    check_can(by, May.REGISTER, city=values.get("city") or row.city)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if not changed and not new:
        return row
    for name in changed:
        setattr(row, name, values[name])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid(next(iter(taken.values()))[0], faults=taken) from error
    record(by=by, verb=f"{verb}.created" if new else f"{verb}.changed", subject=row, fields=changed)
    return row


@transaction.atomic
def add_listings(programme: Programme, *, by: User, kind: str, numbers: Iterable[str]) -> int:
    """Put the city's listings with these numbers into the programme; returns how many were not in it before.

    Raises Invalid, and adds none, when a number is not known. Grouping is the city's doing: it makes no new version.
    """
    check_can(by, May.REGISTER, city=programme.city)
    wanted = {number.strip() for number in numbers} - {""}
    rows = list(_numbered(kind, programme.city, wanted).select_for_update(of=("self",)))
    missing = sorted(wanted - {row.number for row in rows})
    if missing or not wanted:
        sentence = _("No listing of the city has the number %(numbers)s; nothing was added.") % {
            "numbers": "、".join(missing)
        }
        raise Invalid(sentence, faults={"numbers": [sentence]})
    added = [row for row in rows if row.programme_id != programme.pk]
    _group(kind, added, programme, by, "listing.grouped")
    return len(added)


@transaction.atomic
def take_out(programme: Programme, listing: Listing, *, by: User) -> None:
    """Take a listing out of the programme; it stays as it is otherwise."""
    check_can(by, May.REGISTER, city=programme.city)
    if listing.programme_id != programme.pk:
        raise NotFound(NO_SUCH)
    _group(listing.log_kind, [listing], None, by, "listing.ungrouped")


def _numbered(kind: str, city: str, numbers: set[str]) -> QuerySet[Any]:
    return kinds.of(kind).model._default_manager.filter(city=city, number__in=numbers).select_related("owner")


def _group(kind: str, rows: list[Any], programme: Programme | None, by: User, verb: str) -> None:
    model = kinds.of(kind).model
    model._default_manager.filter(pk__in=[row.pk for row in rows]).update(programme=programme)
    names = {"programme": programme.name} if programme else {}
    Event.objects.bulk_create([event(by=by, verb=verb, subject=row, **names) for row in rows])


def add_code(*, by: User, list_name: List, code: str, values: dict[str, Any]) -> Code:
    """Put a new code into a list; raises NotAllowed, or Invalid when the code is taken."""
    check_can(by, May.EDIT_CODES)
    return codelists.add(by=by, list_name=list_name, code=code, values=values)


def change_code(row: Code, *, by: User, values: dict[str, Any]) -> Code:
    """Change names, other words or validity of a code; it is never deleted, it ends on a day."""
    check_can(by, May.EDIT_CODES)
    return codelists.change(row, by=by, values=values)


def code_read(list_name: str, code: str) -> Code:
    """One code of one list, or NotFound."""
    found = Code.objects.filter(list_name=list_name, code=code).first()
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def batches(kind: str = "", city: str = "") -> QuerySet[Batch]:
    """Batches that are published by today, newest first."""
    rows = Batch.objects.filter(published_on__lte=timezone.localdate())
    rows = rows.filter(kind=kind) if kind else rows
    return rows.filter(city=city) if city else rows


def batch_read(user: Any, public_id: str) -> Batch:
    """A batch that is published, or of a city that this person keeps registers for; else NotFound."""
    found = Batch.objects.filter(public_id=public_id).first()
    if found is None or (not _is_out(found) and found.city not in getattr(user, "cities", [])):
        raise NotFound(_("There is no such batch, or it is not published yet."))
    return found


def _is_out(batch: Batch) -> bool:
    """Whether visitors may see it: its day of publication has come."""
    return batch.published_on is not None and batch.published_on <= timezone.localdate()


def programme_read(public_id: str) -> Programme:
    """A programme, or NotFound."""
    found = Programme.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such programme."))
    return found


def counts(field: str, rows: Iterable[Any]) -> dict[int, dict[str, int]]:
    """How many listings, by kind, each batch or programme holds that visitors may see; one query for each kind."""
    keys = [row.pk for row in rows]
    found: dict[int, dict[str, int]] = {key: {} for key in keys}
    for kind in Kind.values:
        shown = kinds.of(kind).model._default_manager.filter(
            state__in=SHOWN, visibility="public", **{f"{field}__in": keys}
        )
        for key, n in shown.order_by().values_list(field).annotate(n=Count("pk")):
            found[key][kind] = n
    return found
