"""Which listings have vectors for all their texts: noted once for each version, so that no sweep reads or hashes texts again.

ask(side, key)    note the texts of a listing and want their vectors
ask_due()         the same for some open listings that nobody has asked for yet
note_arrivals()   which of those that wait are complete by now
model_of_all(...) the model that a run over these lists may take
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from matching import adapters
from matching.engine import texts_to_embed
from matching.engine.providers import plain
from matching.models import TextVector, Worded
from matching.services import embedding
from matching.services.snapshot import capabilities, opportunities
from matching.states import Side
from opportunities.models import Opportunity
from scenemarket.leases import WorkState

AT_ONCE = 500
LOOKED_AT = 2000
# vectors that nobody asks for are forgotten after a month
ASK_AGAIN = timedelta(days=7)
# so long a listing waits for its vectors before it is matched without
PATIENCE = timedelta(seconds=2)
NONE = "none"


def models() -> list[str]:
    """The models that vectors may come from, the preferred one first; empty when matching does without."""
    return [provider.model_id for provider in embedding.providers().both]


def ask_due() -> int:
    """Ask for the vectors of some open listings whose present version nobody has asked for, or not lately; returns how many."""
    return sum(_ask_due(side, rows) for side, rows in _sides()) if models() else 0


def _sides() -> tuple[tuple[str, QuerySet[Any]], ...]:
    needs = Opportunity.objects.open().select_related("owner").order_by("pk")
    return ((Side.OPPORTUNITY, needs), (Side.CAPABILITY, capabilities()))


def _ask_due(side: str, rows: QuerySet[Any]) -> int:
    fresh = _notes(side).filter(asked_of=models()[0], asked_at__gte=Now() - ASK_AGAIN)
    return ask(side, rows.filter(~Exists(fresh))[:AT_ONCE])


def ask(side: str, listings: Iterable[Any]) -> int:
    """Note the texts of these listings in their present versions and want the vectors; returns how many listings."""
    if not models():
        return 0
    texts = {(row.pk, row.version): _texts(side, row) for row in listings}
    embedding.want(text for each in texts.values() for text in each)
    rows = [
        Worded(kind=side, listing_id=pk, version=version, hashes=_hashes(each), asked_of=models()[0])
        for (pk, version), each in texts.items()
    ]
    Worded.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "listing_id"],
        update_fields=["version", "hashes", "model_id", "asked_of", "asked_at"],
    )  # fmt: skip
    _note(Worded.objects.filter(kind=side, listing_id__in=[row.listing_id for row in rows]))
    return len(rows)


def _texts(side: str, row: Any) -> tuple[str, ...]:
    if side == Side.OPPORTUNITY:
        return texts_to_embed(adapters.need(adapters.need_record(row)))
    return texts_to_embed(adapters.offer(adapters.offer_record(row)))


def _hashes(texts: Iterable[str]) -> list[str]:
    return sorted({embedding.hash_of(text) for text in texts if plain(text)})


def note_arrivals() -> int:
    """See which listings that wait have all their vectors by now; returns how many are new."""
    wanted = models()
    if not wanted:
        return 0
    # one that only the second model has may get the first one's later
    return _note(Worded.objects.exclude(model_id=wanted[0]).order_by("-asked_at")[:LOOKED_AT])


def _note(waiting: QuerySet[Worded]) -> int:
    rows = list(waiting.values_list("pk", "hashes", "model_id"))
    changed = 0
    for model_id in reversed(models()):
        ended = TextVector.objects.filter(model_id=model_id, work_state__in=[WorkState.DONE, WorkState.DEAD])
        hashes = {name for _pk, names, _model in rows for name in names}
        there = set(ended.filter(text_hash__in=hashes).values_list("text_hash", flat=True))
        changed += _all_there(
            model_id, {pk: names for pk, names, known in rows if known != model_id and there.issuperset(names)}
        )
    return changed


@transaction.atomic
def _all_there(model_id: str, read: dict[int, list[str]]) -> int:
    """Note that a model has all texts of these, unless they consist of other texts than were read, since a listing was edited."""
    # locked in order: several processes note the same arrivals at once
    rows = Worded.objects.filter(pk__in=read).order_by("pk").select_for_update(no_key=True)
    same = [pk for pk, names in rows.values_list("pk", "hashes") if names == read[pk]]
    return Worded.objects.filter(pk__in=same).update(model_id=model_id)


def _notes(side: str) -> QuerySet[Worded]:
    return Worded.objects.filter(kind=side, listing_id=OuterRef("pk"), version=OuterRef("version"))


def model_of_all(city: str) -> str:
    """The first model that has vectors for all that a run over this city would read now; “none” when there is none."""
    return next((model_id for model_id in models() if is_complete(city, model_id)), NONE)


def is_complete(city: str, model_id: str) -> bool:
    """Whether a model has vectors for all that a run over this city would read now."""
    sides = ((Side.OPPORTUNITY, opportunities(city)), (Side.CAPABILITY, capabilities().prefetch_related(None)))
    return not any(rows.filter(~Exists(_notes(side).filter(model_id=model_id))).exists() for side, rows in sides)


def usable(side: str, versions: dict[int, int], model_id: str) -> dict[int, str]:
    """With which model each of these open listings (key: version) can be matched now: `model_id`, or “none” when its vectors let wait.

    A listing whose vectors may come at any moment is left out.
    """
    if model_id == NONE:
        return dict.fromkeys(versions, NONE)
    rows = Worded.objects.filter(Q(model_id=model_id) | Q(asked_at__lt=Now() - PATIENCE), kind=side)
    notes = rows.filter(listing_id__in=versions).values_list("listing_id", "version", "model_id")
    return {key: model_id if known == model_id else NONE for key, version, known in notes if version == versions[key]}
