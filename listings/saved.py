"""Saved searches: keep, change, delete, and tell what is new."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from activity.services import record, tell
from listings import kinds
from listings.address import LONGEST
from listings.found import narrowed
from listings.saved_models import Alert, SavedSearch
from scenemarket.errors import Invalid, NotFound

logger = logging.getLogger(__name__)
MOST = 50
MORNING, MONDAY = 8, 0
# a listing is stamped when its transaction begins and seen when it ends, so each look goes a little further back
OVERLAP = timedelta(minutes=15)
AT_MOST = 1000


def own(user: User, public_id: str) -> SavedSearch:
    """A saved search of this person; NotFound for everybody else's."""
    found = SavedSearch.objects.filter(owner=user, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such saved search, or it is not yours."))
    return found


def kinds_of(search: SavedSearch) -> list[str]:
    """The lists that a search looks into."""
    return [search.kind] if search.kind else [each.code for each in kinds.every()]


def save(*, by: User, kind: str, query: str, name: str, alert: str) -> tuple[SavedSearch, bool]:
    """Keep a search; the one that was kept before (and False) when it is the same. Raises Invalid."""
    name, alert = _checked(name, alert)
    if kind and kind not in [each.code for each in kinds.every()]:
        raise Invalid(_("There is no such list, so nothing was saved."))
    query = narrowed(kind, query, by).normal
    if len(query) > LONGEST:
        raise Invalid(
            _("This search is too long to be kept, so it was not saved. Choose fewer filters or shorter words.")
        )
    with transaction.atomic():
        # one at a time for each person, so that the limit holds
        User.objects.select_for_update().get(pk=by.pk)
        before = SavedSearch.objects.filter(owner=by, kind=kind, query=query).first()
        if before:
            return before, False
        if SavedSearch.objects.filter(owner=by).count() >= MOST:
            raise Invalid(
                _("You keep %(n)s searches already, so this one was not saved. Delete one that you need no more.")
                % {"n": MOST}
            )
        made = SavedSearch(owner=by, kind=kind, query=query, name=name, alert=alert, next_at=next_look(alert))
        made.told = [public_id for public_id, _at in _matches(made, timezone.now() - OVERLAP)]
        made.save()
        record(by=by, verb="saved.created", subject=made)
    return made, True


@transaction.atomic
def change(search: SavedSearch, *, by: User, name: str, alert: str) -> None:
    """Another name, or to be told otherwise. Raises Invalid."""
    name, alert = _checked(name, alert)
    if (name, alert) == (search.name, search.alert):
        return
    values: dict[str, Any] = {"name": name}
    if alert != search.alert:
        values |= {"alert": alert, "next_at": next_look(alert)}
        # who was not told for a while is told of what comes from now on
        values |= {"told_until": Now()} if search.alert == Alert.OFF else {}
    SavedSearch.objects.filter(pk=search.pk).update(**values)
    record(by=by, verb="saved.changed", subject=search, before=search.alert, after=alert)


@transaction.atomic
def delete(search: SavedSearch, *, by: User) -> None:
    """Forget it."""
    if SavedSearch.objects.filter(pk=search.pk).delete()[0]:
        record(by=by, verb="saved.deleted", subject=search)


def seen(search: SavedSearch) -> None:
    """The owner looks at it now."""
    SavedSearch.objects.filter(pk=search.pk).update(seen_at=Now(), unseen=0)


def tell_due(limit: int = 100) -> int:
    """Tell the owners of searches that are due what is new; returns how many were told. Safe to run anywhere, any number of times."""
    keys = list(SavedSearch.objects.due().order_by("next_at").values_list("pk", flat=True)[:limit])
    return sum(_tell_or_put_off(key) for key in keys)


def _tell_or_put_off(key: int) -> bool:
    """One that cannot be searched (its address is of an older release, say) must not keep the others waiting."""
    try:
        return _tell(key)
    except Exception:
        logger.exception("saved search %s cannot be searched; it is tried again in an hour", key)
        SavedSearch.objects.filter(pk=key).update(next_at=timezone.now() + timedelta(hours=1))
        return False


@transaction.atomic
def _tell(key: int) -> bool:
    """One search: count, tell, move on, all or nothing; whoever comes second finds it not due."""
    rows = (
        SavedSearch.objects.due()
        .filter(pk=key)
        .select_related("owner")
        .select_for_update(skip_locked=True, of=("self",))
    )
    search = rows.first()
    if search is None:
        return False
    now = timezone.now()
    found = list(_matches(search, search.told_until - OVERLAP)) if search.owner.is_active else []
    fresh = [public_id for public_id, _at in found if public_id not in set(search.told)]
    if fresh:
        params = {"name": search.name, "n": len(fresh)}
        tell(
            [search.owner],
            kind="saved.new",
            key=f"saved:{search.public_id}:{now.isoformat()}",
            path=path(search),
            params=params,
        )
    recent = [public_id for public_id, at in found if at >= now - OVERLAP]
    SavedSearch.objects.filter(pk=key).update(
        told_until=now, told=recent, unseen=F("unseen") + len(fresh), next_at=next_look(search.alert)
    )
    return bool(fresh)


def path(search: SavedSearch) -> str:
    """Its own address, which leads to the list."""
    return reverse("saved-search", args=[search.public_id])


def next_look(alert: str) -> datetime:
    """When to look again: at the next sweep, the next morning, the next Monday morning (in Shanghai)."""
    now = timezone.localtime()
    if alert in (Alert.INSTANT, Alert.OFF):
        return now
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    days = 1 if now >= morning else 0
    if alert == Alert.WEEKLY:
        days += (MONDAY - (now + timedelta(days=days)).weekday()) % 7
    return morning + timedelta(days=days)


def _matches(search: SavedSearch, since: datetime) -> Iterator[tuple[str, datetime]]:
    """Public id and moment of what was published since and fits, in all lists of the search."""
    for kind in kinds_of(search):
        rows = narrowed(kind, search.query, search.owner).rows.filter(published_at__gte=since)
        yield from rows.order_by("-published_at").values_list("public_id", "published_at")[:AT_MOST]


def _checked(name: str, alert: str) -> tuple[str, str]:
    name = " ".join(name.split())[:80]
    if not name:
        raise Invalid(_("The search needs a name, so that you find it again."))
    if alert not in Alert.values:
        raise Invalid(_("Choose how you want to be told."))
    return name, alert
