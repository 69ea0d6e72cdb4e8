"""Every change of a listing: check, change, record, tell after commit. Pages, API, import and tasks are doors to these."""

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.permissions import check_can
from accounts.roles import May
from accounts.services import members_with, reviewers
from activity.services import record, tell
from listings import drafts, kinds
from listings.models import Listing, SavedDraft, Version
from listings.signals import tell_opened
from listings.states import DELETABLE, EDITABLE, MOVES, CloseReason, State
from scenemarket.errors import Invalid, NotAllowed, WrongState
from scenemarket.plaintext import tidy

encoder = DjangoJSONEncoder()
# what a listing cannot be reviewed, or stay open, without
NEEDED = ("title", "summary", "field")
NO_REASON: dict[str, list[object]] = {"reason": [_("Please give a reason.")]}


@transaction.atomic
def create_draft(*, kind: str, owner: Organisation, by: User, values: dict[str, Any]) -> Listing:
    """Make a draft of `kind` with validated content `values` for `owner`; raises NotAllowed."""
    check_can(by, May.WRITE, organisation=owner)
    listing = kinds.of(kind).model(owner=owner, city=owner.city, author=by, **tidy(values))
    listing.save()
    _keep_version(listing, by)
    record(by=by, verb="listing.drafted", subject=listing, after=State.DRAFT)
    drafts.forget(by=by, kind=kind)
    return listing


@transaction.atomic
def edit(
    listing: Listing,
    *,
    by: User,
    values: dict[str, Any],
    expected_version: int | None = None,
    seen_at: datetime | None = None,
) -> Listing:
    """Change content. A draft or returned listing changes in place; an open one gets a new version at once.

    `seen_at` is the `updated_at` that the person was looking at. Raises WrongState when the state does not allow it, or
    when somebody else has saved since `expected_version` or `seen_at`; Invalid when an open listing would lose a needed field.
    """
    check_can(by, May.WRITE, organisation=listing.owner)
    check_editable(listing)
    changed = {name: value for name, value in tidy(values).items() if getattr(listing, name) != value}
    _check_complete(listing, changed)
    rows = type(listing).objects.filter(pk=listing.pk, state=listing.state, version=expected_version or listing.version)
    return _change(listing, by=by, changed=changed, rows=rows.filter(updated_at=seen_at) if seen_at else rows)


def check_editable(listing: Listing) -> None:
    """Raise WrongState unless content can be changed in this state."""
    if listing.state not in EDITABLE:
        raise WrongState(_refusal(listing))


def _check_complete(listing: Listing, changed: dict[str, Any]) -> None:
    emptied = [name for name in NEEDED if name in changed and not changed[name]]
    if listing.state == State.PUBLISHED and emptied:
        raise Invalid(
            _("The listing is open, so these fields cannot be left empty; nothing was changed."),
            faults={name: [_("An open listing needs this.")] for name in emptied},
        )


def _change(listing: Listing, *, by: User, changed: dict[str, Any], rows: QuerySet[Any]) -> Listing:
    published = listing.state == State.PUBLISHED
    step = {"version": F("version") + 1} if published and set(changed) - set(listing.QUIET) else {}
    stamp = {"updated_at": Now()} if changed else {"updated_at": F("updated_at")}
    if rows.update(**changed, **step, **stamp) != 1:
        raise WrongState(
            _("Somebody else has changed “%(title)s” meanwhile. Your text is kept as unsaved work; reload to see both.")
            % {"title": listing.title},
            code="changed_meanwhile",
        )
    drafts.forget(by=by, kind=listing.log_kind, listing=listing)
    if not changed:
        return listing
    listing.refresh_from_db()
    _keep_version(listing, by)
    verb = "listing.revised" if published else "listing.edited"
    record(by=by, verb=verb, subject=listing, before=listing.state, after=listing.state, fields=sorted(changed))
    if published:
        tell_opened(listing)
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
    move, before = MOVES[name], listing.state
    if by is not None:
        _check_may(listing, name, by)
    if before not in move.sources:
        raise WrongState(_refusal(listing))
    if move.needs_reason and not reason.strip():
        raise Invalid(_("Please say why, so that the other side can act on it; nothing was changed."), faults=NO_REASON)
    rows = type(listing).objects.filter(pk=listing.pk, state=before, version=listing.version)
    if rows.update(state=move.target, updated_at=Now(), **values) != 1:
        listing.refresh_from_db()
        raise WrongState(_refusal(listing))
    listing.refresh_from_db()
    record(by=by, verb=f"listing.{name}", subject=listing, before=before, after=move.target, reason=reason)
    if move.target == State.PUBLISHED:
        tell_opened(listing)
    return listing


def _check_may(listing: Listing, name: str, by: User) -> None:
    move = MOVES[name]
    if move.side == "owner":
        check_can(by, move.may, organisation=listing.owner)
    else:
        check_can(by, move.may, city=listing.city)


def _refusal(listing: Listing) -> Any:
    return _(
        "“%(title)s” is “%(state)s” now, so this is not possible; nothing was changed. Reload to see its state."
    ) % {
        "title": listing.title,
        "state": State(listing.state).label,
    }


@transaction.atomic
def submit(listing: Listing, *, by: User) -> Listing:
    """Ask for review; raises Invalid with each missing field."""
    _check_may(listing, "submit", by)
    if listing.state in MOVES["submit"].sources:
        _check_ready(listing)
    _move(listing, "submit", by=by, author=by, submitted_at=Now(), return_reason="")
    _tell(listing, reviewers(listing.city), "listing.submitted")
    return listing


def _check_ready(listing: Listing) -> None:
    faults: dict[str, list[object]] = {
        name: [_("This is needed before review.")] for name in NEEDED if not getattr(listing, name)
    }
    if is_past(listing):
        faults["deadline"] = [_("The deadline has passed; give a later day or leave it open.")]
    if faults:
        raise Invalid(
            _("The draft is kept, but something has to be put right before it can be reviewed."), faults=faults
        )


def is_past(listing: Listing) -> bool:
    """Whether its deadline was before today in Shanghai; a listing without one is never past."""
    deadline = getattr(listing, "deadline", None)
    return bool(deadline and deadline < timezone.localdate())


@transaction.atomic
def approve(listing: Listing, *, by: User) -> Listing:
    """Publish what was submitted. Nobody approves what they wrote, or what their own organisation opens."""
    _check_may(listing, "approve", by)
    if listing.author_id == by.pk or _has_written(listing, by):
        raise NotAllowed(_("You wrote this listing, so somebody else has to approve it; nothing was changed."))
    if listing.owner_id in by.organisation_ids:
        raise NotAllowed(
            _("This listing is your own organisation's, so another reviewer has to approve it; nothing was changed.")
        )
    if not listing.owner.is_verified:
        raise WrongState(
            _("%(owner)s is not verified yet. Verify the organisation first; the listing waits.")
            % {"owner": listing.owner}
        )
    if listing.state == State.SUBMITTED and is_past(listing):
        raise WrongState(
            _("The deadline has passed while the listing was waiting. Return it with a word about a later day.")
        )
    _move(listing, "approve", by=by, approved_by=by, published_at=Now())
    _tell(listing, members_with(listing.owner, May.WRITE), "listing.approved")
    return listing


def _has_written(listing: Listing, by: User) -> bool:
    return Version.objects.filter(kind=listing.log_kind, listing_id=listing.pk, by=by).exists()


@transaction.atomic
def send_back(listing: Listing, *, by: User, reason: str) -> Listing:
    """Return what was submitted, with the reason that its author will read."""
    _move(listing, "send_back", by=by, reason=reason.strip(), return_reason=reason.strip())
    _tell(listing, members_with(listing.owner, May.WRITE), "listing.returned", reason=listing.return_reason)
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
def close(listing: Listing, *, by: User | None, reason: str) -> Listing:
    """End it as matched, expired or withdrawn; `by` None is the platform. Raises Invalid for any other reason."""
    if reason not in CloseReason.values:
        raise Invalid(
            _("Please choose why it ends: matched, expired or withdrawn; nothing was changed."), faults=NO_REASON
        )
    return _move(listing, "close", by=by, reason=reason, close_reason=reason, closed_at=Now())


def close_expired(limit: int = 200) -> int:
    """Close open listings whose deadline was before today (the database's clock, Shanghai days); returns how many.

    Safe to run anywhere, any number of times at once: each is closed by its own conditional UPDATE.
    """
    return sum(
        _close_expired(kind.model.objects.past(), limit) for kind in kinds.every() if hasattr(kind.model, "deadline")
    )


def _close_expired(rows: QuerySet[Any], limit: int) -> int:
    closed = 0
    for listing in rows.select_related("owner")[:limit]:
        try:
            with transaction.atomic():
                close(listing, by=None, reason=CloseReason.EXPIRED)
                _tell(listing, members_with(listing.owner, May.WRITE), "listing.expired")
        except WrongState:  # another process, or a person, was faster
            continue
        closed += 1
    return closed


@transaction.atomic
def delete_draft(listing: Listing, *, by: User) -> None:
    """Remove a draft for good; anything that was ever submitted stays."""
    check_can(by, May.WRITE, organisation=listing.owner)
    if listing.state not in DELETABLE or listing.submitted_at:
        raise WrongState(_refusal(listing))
    gone, _rows = type(listing).objects.filter(pk=listing.pk, state=listing.state, submitted_at=None).delete()
    if not gone:
        raise WrongState(_refusal(listing))
    Version.objects.filter(kind=listing.log_kind, listing_id=listing.pk).delete()
    SavedDraft.objects.filter(kind=listing.log_kind, listing_public_id=listing.public_id).delete()
    record(by=by, verb="listing.deleted", subject=listing, before=listing.state)


def _tell(listing: Listing, people: list[User], kind: str, **params: Any) -> None:
    """Once per (person, submission): a listing that comes back and is submitted again is told again."""
    moment = listing.submitted_at.isoformat() if listing.submitted_at else ""
    tell(
        people,
        kind=kind,
        key=f"{kind}:{listing.public_id}:{listing.version}:{moment}",
        path=listing.get_absolute_url(),
        params={
            "title": listing.title, "owner": str(listing.owner),
            "listing_kind": listing.log_kind, "listing": listing.public_id, **params,
        },
    )  # fmt: skip
