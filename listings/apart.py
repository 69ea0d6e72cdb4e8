"""Listings that look alike and are not the same: what somebody has said of them is not asked again."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from activity.services import record
from listings.models import Apart, Listing, SavedDraft


@transaction.atomic
def tell_apart(listing: Listing, others: Iterable[str], *, by: User) -> None:
    """Keep that a listing is another one than those with these public ids; whoever comes second changes nothing."""
    kind = listing.log_kind
    for other in others:
        one, two = sorted((listing.public_id, other))
        _row, new = Apart.objects.get_or_create(kind=kind, one=one, other=two, defaults={"by": by})
        if new:
            record(by=by, verb="listing.told_apart", subject=listing, other=other)


@transaction.atomic
def tell_typed_apart(draft: SavedDraft, other: str) -> None:
    """The same for a text that is no listing yet; create_draft() makes it lasting."""
    here = SavedDraft.objects.select_for_update().get(pk=draft.pk)
    if other not in here.apart:
        SavedDraft.objects.filter(pk=here.pk).update(apart=[*here.apart, other])


def told_apart(kind: str, public_id: str, draft: SavedDraft | None = None) -> set[str]:
    """Public ids of the listings that this one is not, as somebody has said."""
    rows: Any = Apart.objects.filter(Q(one=public_id) | Q(other=public_id), kind=kind).values_list("one", "other")
    return {each for row in rows for each in row if each != public_id} | set(draft.apart if draft else ())
