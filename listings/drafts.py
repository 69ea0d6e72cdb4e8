"""What a person has typed and not saved yet: kept, told apart from another window's, given back, forgotten."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from listings.models import Listing, SavedDraft


@dataclass(frozen=True)
class Kept:
    """What was kept. `beside`: another window was further on, so its text stands and this one is kept beside it."""

    draft: SavedDraft
    beside: bool = False


def keep(
    *, by: User, kind: str, data: dict[str, Any], listing: Listing | None = None, revision: int | None = None, take: bool = False
) -> Kept:  # fmt: skip
    """Keep what a person has typed so far, valid or not.

    `revision` is the one that the window has seen; None does not ask. `take`: this text is to stand, the other one beside it.
    """
    draft, new = SavedDraft.objects.get_or_create(
        by=by, kind=kind, listing_public_id=_key(listing), defaults={"data": data}
    )
    if new or draft.data == data:
        draft.refresh_from_db()
        return Kept(draft)
    rows = SavedDraft.objects.filter(pk=draft.pk)
    seen = rows if revision is None or take else rows.filter(revision=revision)
    older = {"beside": F("data"), "beside_at": F("at")} if take else {}
    stands = seen.update(data=data, at=Now(), revision=F("revision") + 1, **older)
    if not stands:
        rows.update(beside=data, beside_at=Now())
    draft.refresh_from_db()
    return Kept(draft, beside=not stands)


def typed(*, by: User, kind: str, listing: Listing | None = None) -> SavedDraft | None:
    """The unsaved work of a person on this form, if there is any."""
    return _rows(by, kind, listing).first()


def forget(*, by: User, kind: str, listing: Listing | None = None) -> None:
    """Drop unsaved work once it is saved, or when its author gives it up."""
    _rows(by, kind, listing).delete()


def unfinished(by: User) -> QuerySet[SavedDraft]:
    """All unsaved work of a person, the latest first."""
    return SavedDraft.objects.filter(by=by).order_by("-at", "-pk")


def _rows(by: User, kind: str, listing: Listing | None) -> QuerySet[SavedDraft]:
    return SavedDraft.objects.filter(by=by, kind=kind, listing_public_id=_key(listing))


def _key(listing: Listing | None) -> str:
    return listing.public_id if listing else ""
