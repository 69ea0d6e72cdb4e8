"""Open a deal for each agreed match, follow its steps with their evidence, and show the contacts, logged."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import May
from accounts.services import members_with
from activity.models import Event
from activity.services import record, tell
from deals.access import may_write
from deals.models import Deal, Evidence
from deals.states import EVIDENCE, STAGE_MOVES, Stage
from matching.models import Match
from matching.services.learning import landed
from matching.states import MatchState, Side, other
from scenemarket import uploads
from scenemarket.errors import Invalid, NotAllowed, WrongState

AT_ONCE = 200
FIELDS = ("words", "contract_number", "amount_wan", "day", "months_in_use")
LEAST_MONTHS = 6


def open_due() -> int:
    """Sweep: open exactly one deal for each agreed match and tell both sides; returns how many were opened."""
    without = ~Exists(Deal.objects.filter(match=OuterRef("pk")))
    agreed = Match.objects.filter(without, state=MatchState.AGREED).select_related(
        "opportunity__owner", "capability__owner"
    )
    return sum(_open(match) for match in agreed.order_by("pk")[:AT_ONCE])


@transaction.atomic
def _open(match: Match) -> bool:
    deal, new = Deal.objects.get_or_create(match=match)
    if not new:
        return False
    record(by=None, verb="deal.opened", subject=deal, after=Stage.CONNECTED)
    _tell_both(deal, "deal.opened", key=f"deal.opened:{deal.public_id}")
    return True


def _tell_both(deal: Deal, kind: str, *, key: str, **params: Any) -> None:
    for side in Side.values:
        listing, across = deal.match.listing(side), deal.match.listing(other(side))
        tell(
            members_with(listing.owner, May.ANSWER),
            kind=kind,
            key=key,
            path=deal.get_absolute_url(),
            params={"title": listing.title, "other": across.title, **params},
        )


@transaction.atomic
def advance(deal: Deal, *, to: str, by: User, evidence: dict[str, Any], file: Any | None = None) -> Deal:
    """Bring the deal to its next stage with the evidence that this stage needs (keys of FIELDS), and tell both sides.

    Raises NotAllowed, Invalid with each missing or unusable field, WrongState when the table does not allow the step.
    """
    _check_may(deal, by)
    proof = _proof(deal, to, by=by, evidence=evidence, file=file)
    before = _move(deal, to)
    proof.save()
    if to == Stage.LANDED:
        landed(deal.match)
    record(by=by, verb=f"deal.{to}", subject=deal, before=before, after=to, reason=proof.words)
    params = {"stage": str(Stage(to).label), "by": str(by)}
    _tell_both(deal, "deal.moved", key=f"deal.moved:{deal.public_id}:{to}", **params)
    return deal


def stop(deal: Deal, *, by: User, words: str) -> Deal:
    """End a deal that does not go on; raises Invalid without the reason in words."""
    return advance(deal, to=Stage.STOPPED, by=by, evidence={"words": words})


def _check_may(deal: Deal, by: User) -> None:
    if not may_write(by, deal):
        raise NotAllowed(_("Only the two sides record the steps of a deal; nothing was changed."))


def _move(deal: Deal, to: str) -> str:
    """The conditional UPDATE; returns the stage before."""
    before = deal.stage
    stopped_from = before if to == Stage.STOPPED else ""
    rows = Deal.objects.filter(pk=deal.pk, stage=before)
    allowed = to in STAGE_MOVES.get(before, frozenset())
    if not allowed or rows.update(stage=to, stopped_from=stopped_from, moved_at=Now()) != 1:
        deal.refresh_from_db(fields=["stage"])
        raise WrongState(
            _("This deal is at “%(stage)s”, so this step is not possible; nothing was changed. Reload to see it.")
            % {"stage": Stage(deal.stage).label}
        )
    deal.refresh_from_db(fields=["stage", "stopped_from", "moved_at", "evidence"])
    return before


def _proof(deal: Deal, to: str, *, by: User, evidence: dict[str, Any], file: Any | None) -> Evidence:
    """The evidence row, checked and not yet saved."""
    values = {name: evidence[name] for name in FIELDS if evidence.get(name) not in (None, "")}
    missing: dict[str, list[object]] = {
        name: [_("This is the evidence for the step.")] for name in EVIDENCE.get(to, ()) if name not in values
    }
    if missing:
        raise Invalid(_("The step needs its evidence; nothing was changed."), faults=missing)
    proof = Evidence(deal=deal, stage=to, by=by, **values)
    faults = {**_field_faults(proof), **_plausible(proof)}
    if file:
        _attach(proof, file, faults)
    if faults:
        raise Invalid(_("Some of the evidence cannot be used; nothing was changed."), faults=faults)
    return proof


def _attach(proof: Evidence, file: Any, faults: dict[str, list[object]]) -> None:
    if sentence := uploads.fault(file):
        faults["file"] = [sentence]
    # the name on disk is ours: nothing that a person typed reaches the file system
    file.name = f"{proof.deal.public_id}-{proof.stage}{uploads.ending(file)}"
    proof.file = file


def _field_faults(proof: Evidence) -> dict[str, list[object]]:
    try:
        proof.clean_fields(exclude=["deal", "by", "file"])
    except ValidationError as error:
        return {name: list(words) for name, words in error.message_dict.items()}
    return {}


def _plausible(proof: Evidence) -> dict[str, list[object]]:
    faults: dict[str, list[object]] = {}
    if isinstance(proof.day, date) and proof.day > timezone.localdate():
        faults["day"] = [_("This day is still to come.")]
    if proof.stage == Stage.CONTRACTED and isinstance(proof.amount_wan, Decimal) and proof.amount_wan <= 0:
        faults["amount_wan"] = [_("The amount is above zero.")]
    if proof.stage == Stage.REPLICATED and isinstance(proof.months_in_use, int) and proof.months_in_use < LEAST_MONTHS:
        faults["months_in_use"] = [_("In use for at least %(n)s months.") % {"n": LEAST_MONTHS}]
    return faults


@dataclass(frozen=True)
class Contact:
    """Whom to call on one side."""

    side: str
    organisation: Organisation
    name: str
    phone: str


def contacts(deal: Deal, *, by: User) -> list[Contact]:
    """Both contacts, the opportunity's first. Each look is logged, once per person, deal and day."""
    today = Event.objects.about("deal", deal.public_id).filter(at__date=timezone.localdate())
    if not today.filter(verb="contacts.revealed", actor_id=by.pk).exists():
        record(by=by, verb="contacts.revealed", subject=deal)
    return [_contact(deal.match, side) for side in Side.values]


def _contact(match: Match, side: str) -> Contact:
    """A listing's own contact comes before that of its organisation."""
    listing = match.listing(side)
    own = side == Side.OPPORTUNITY and listing.contact_name
    source = (
        (listing.contact_name, listing.contact_phone)
        if own
        else (listing.owner.contact_name, listing.owner.contact_phone)
    )
    return Contact(side, listing.owner, *source)
