"""Every change of a listing: check, change, record, tell after commit. Pages, API, import and tasks are doors to these."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.permissions import check_can
from accounts.roles import May, Office
from activity.services import record, tell
from listings import kinds
from listings.models import Listing, SavedDraft, Version
from listings.states import DELETABLE, EDITABLE, MOVES, CloseReason, State
from scenemarket.errors import Invalid, NotAllowed, WrongState

encoder = DjangoJSONEncoder()


@transaction.atomic
def create_draft(*, kind: str, owner: Organisation, by: User, values: dict[str, Any]) -> Listing:
    """Make a draft of `kind` with validated content `values` for `owner`; raises NotAllowed."""
    check_can(by, May.WRITE, organisation=owner)
    listing = kinds.of(kind).model(owner=owner, city=owner.city, author=by, **values)
    listing.save()
    _keep_version(listing, by)
    record(by=by, verb="listing.drafted", subject=listing, after=State.DRAFT)
    forget_typed(by=by, kind=kind)
    return listing


@transaction.atomic
def edit(listing: Listing, *, by: User, values: dict[str, Any], expected_version: int | None = None) -> Listing:
    """Change content. A draft or returned listing changes in place; a published one gets a new version at once.

    Raises WrongState when the state does not allow it, or when somebody else has saved since `expected_version`.
    """
    check_can(by, May.WRITE, organisation=listing.owner)
    return _change(listing, by=by, values=values, expected_version=expected_version)


def _change(listing: Listing, *, by: User | None, values: dict[str, Any], expected_version: int | None) -> Listing:
    if listing.state not in EDITABLE:
        raise WrongState(
            _("“%(title)s” is %(state)s and cannot be edited now; nothing was changed.")
            % {"title": listing.title, "state": State(listing.state).label}
        )
    changed = {name: value for name, value in values.items() if getattr(listing, name) != value}
    if not changed:
        return listing
    published = listing.state == State.PUBLISHED
    rows = type(listing).objects.filter(pk=listing.pk, state=listing.state, version=expected_version or listing.version)
    step = {"version": F("version") + 1} if published else {}
    if rows.update(**changed, **step, updated_at=Now()) != 1:
        raise WrongState(
            _("Somebody else has changed “%(title)s” meanwhile. Your text is kept as unsaved work; reload to see both.")
            % {"title": listing.title}
        )
    listing.refresh_from_db()
    _keep_version(listing, by)
    verb = "listing.revised" if published else "listing.edited"
    record(by=by, verb=verb, subject=listing, before=listing.state, after=listing.state, fields=sorted(changed))
    if by:
        forget_typed(by=by, kind=listing.log_kind, listing=listing)
    return listing


def _keep_version(listing: Listing, by: User | None) -> None:
    content = encoder.encode(listing.content())
    Version.objects.update_or_create(
        kind=listing.log_kind,
        listing_id=listing.pk,
        number=listing.version,
        defaults={"content": json.loads(content), "by": by},
    )


def _move(listing: Listing, name: str, *, by: User | None, reason: str = "", **values: Any) -> Listing:
    """Make one move of the table with a conditional UPDATE; the loser of a race gets WrongState. `by` None: the platform."""
    move = MOVES[name]
    if by is not None:
        _check_may(listing, name, by)
    if move.needs_reason and not reason.strip():
        raise Invalid(_("Please say why, so that the other side can act on it; nothing was changed."))
    before = listing.state
    if before not in move.sources:
        raise WrongState(_refusal(listing))
    rows = type(listing).objects.filter(pk=listing.pk, state__in=move.sources)
    if rows.update(state=move.target, updated_at=Now(), **values) != 1:
        listing.refresh_from_db()
        raise WrongState(_refusal(listing))
    listing.refresh_from_db()
    record(by=by, verb=f"listing.{name}", subject=listing, before=before, after=move.target, reason=reason)
    return listing


def _check_may(listing: Listing, name: str, by: User) -> None:
    move = MOVES[name]
    if move.side == "owner":
        check_can(by, move.may, organisation=listing.owner)
    else:
        check_can(by, move.may, city=listing.city)


def _refusal(listing: Listing) -> Any:
    return _("“%(title)s” is “%(state)s” now, so this is not possible; nothing was changed. Reload to see its state.") % {
        "title": listing.title,
        "state": State(listing.state).label,
    }


@transaction.atomic
def submit(listing: Listing, *, by: User) -> Listing:
    """Ask for review; raises Invalid with each missing field."""
    missing = {name: [_("This is needed before review.")] for name in ("title", "summary", "field") if not getattr(listing, name)}
    if missing:
        raise Invalid(_("The draft is kept, but some fields are missing before it can be reviewed."), faults=missing)
    _move(listing, "submit", by=by, author=by, submitted_at=Now(), return_reason="")
    tell(
        reviewers(listing.city),
        kind="listing.submitted",
        key=f"listing.submitted:{listing.public_id}:{listing.version}:{listing.submitted_at:%s}",
        path=listing.get_absolute_url(),
        params={"title": listing.title, "owner": str(listing.owner)},
    )
    return listing


@transaction.atomic
def approve(listing: Listing, *, by: User) -> Listing:
    """Publish what was submitted; the author never approves the own listing."""
    if listing.author_id == by.pk:
        raise NotAllowed(_("You wrote this listing, so somebody else has to approve it; nothing was changed."))
    _move(listing, "approve", by=by, approved_by=by, published_at=Now())
    _tell_owner(listing, "listing.approved")
    return listing


@transaction.atomic
def send_back(listing: Listing, *, by: User, reason: str) -> Listing:
    """Return what was submitted, with the reason that its author will read."""
    _move(listing, "send_back", by=by, reason=reason, return_reason=reason)
    _tell_owner(listing, "listing.returned", reason=reason)
    return listing


@transaction.atomic
def pause(listing: Listing, *, by: User) -> Listing:
    """Stop suggestions for a while."""
    return _move(listing, "pause", by=by)


@transaction.atomic
def resume(listing: Listing, *, by: User) -> Listing:
    """Open it again."""
    return _move(listing, "resume", by=by)


@transaction.atomic
def close(listing: Listing, *, by: User | None, reason: CloseReason) -> Listing:
    """End it as matched, expired or withdrawn; `by` None is the platform."""
    return _move(listing, "close", by=by, reason=reason, close_reason=reason, closed_at=Now())


@transaction.atomic
def delete_draft(listing: Listing, *, by: User) -> None:
    """Remove a draft for good; anything that was ever submitted stays."""
    check_can(by, May.WRITE, organisation=listing.owner)
    if listing.state not in DELETABLE:
        raise WrongState(_refusal(listing))
    record(by=by, verb="listing.deleted", subject=listing, before=listing.state)
    Version.objects.filter(kind=listing.log_kind, listing_id=listing.pk).delete()
    listing.delete()


@transaction.atomic
def keep_typed(*, by: User, kind: str, data: dict[str, Any], listing: Listing | None = None) -> SavedDraft:
    """Keep what a person has typed so far, valid or not."""
    key = listing.public_id if listing else ""
    draft, _new = SavedDraft.objects.update_or_create(
        by=by, kind=kind, listing_public_id=key, defaults={"data": data, "at": Now()}
    )
    draft.refresh_from_db()
    return draft


def forget_typed(*, by: User, kind: str, listing: Listing | None = None) -> None:
    """Drop unsaved work once it is saved, or when its author gives it up."""
    SavedDraft.objects.filter(by=by, kind=kind, listing_public_id=listing.public_id if listing else "").delete()


def reviewers(city: str) -> list[User]:
    """Who reviews for a city."""
    return list(User.objects.filter(appointments__office=Office.REVIEWER, appointments__city=city, is_active=True))


def members_with(organisation: Organisation, may: May) -> list[User]:
    """Members whose role allows `may`."""
    members = organisation.memberships.filter(user__is_active=True).select_related("user")
    return [m.user for m in members if may in m.permissions]


def _tell_owner(listing: Listing, kind: str, **params: Any) -> None:
    tell(
        members_with(listing.owner, May.WRITE),
        kind=kind,
        key=f"{kind}:{listing.public_id}:{listing.version}:{listing.submitted_at:%s}",
        path=listing.get_absolute_url(),
        params={"title": listing.title, "owner": str(listing.owner), **params},
    )
