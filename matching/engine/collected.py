"""All that a collection consists of, once it is measured: what build() makes and what a folder keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from matching.engine.compiled import fixed
from matching.engine.concepts import Concepts
from matching.engine.exact import NeedArrays
from matching.engine.fusion import Levels, channel_weights, few_of, trust
from matching.engine.lexical import postings
from matching.engine.meaning import Provider, Short
from matching.engine.model import Integers, Need, Offer
from matching.engine.ranking import by_rank
from matching.engine.scoring import REFERENCES, chosen, measure, nearness_of_offers, spread_evenly
from matching.engine.settings import Settings
from matching.engine.sides import Frame, NeedSide, OfferSide, measured
from matching.engine.tables import Judged


@dataclass(frozen=True)
class Collected:
    """A collection: its frame, records by side, arrays, tables, and what hubs are corrected by.

    `references` are places of offers that needs are measured by, `reference_needs` needs that offers are measured by.
    """

    frame: Frame
    needs_kept: Sequence[Need]
    offers_kept: Sequence[Offer]
    need_ids: list[str]
    offer_ids: list[str]
    needs: NeedSide
    offers: OfferSide
    judged: Judged
    references: Integers
    reference_places: Integers
    reference_needs: NeedArrays
    levels: Levels

    @cached_property
    def reference_meaning(self) -> Short:
        """The vectors of the offers that needs are measured by."""
        found: Short = self.offers.arrays.meaning[self.references]
        return found


def collected(
    needs: Sequence[Need],
    offers: Sequence[Offer],
    settings: Settings,
    concepts: Concepts,
    provider: Provider | None,
    day: date,
) -> Collected:
    """Read, measure and freeze."""
    frame, (read_needs, left), (read_offers, right) = measured(needs, offers, settings, concepts, provider, day)
    need_arrays, need_classes = frame.need_arrays(needs, left, frame.queries(read_needs), frame.tagged(read_needs))
    documents, tags = frame.documents(read_offers.texts), frame.tagged(read_offers)
    words = postings(documents, len(frame.lexicon.codes))
    offer_arrays, offer_classes = frame.offer_arrays(offers, right, words, postings(tags, max(1, len(concepts.tags))))
    need_ids, offer_ids = [need.id for need in needs], [offer.id for offer in offers]
    references = spread_evenly(by_rank(offer_ids)[0], REFERENCES)
    need_arrays, spreads, best = measure(
        need_arrays, offer_arrays, references, right[references], settings, channel_weights(settings, frame.model_id)
    )
    places = spread_evenly(by_rank(need_ids)[0], settings.references)
    reference_needs = chosen(need_arrays, places)
    nearness = nearness_of_offers(reference_needs, offer_arrays, few_of(settings.hub_neighbours, len(places)))
    levels = Levels()
    if len(places) and len(offers):
        # an offer's nearness is measured over needs, a need's over offers
        levels = Levels(float(nearness.mean()), float(best[places].mean()), trust(len(places)), trust(len(references)))
    need_arrays = _fixed(need_arrays._replace(taken=levels.taken_from_needs(best, settings)))
    offer_arrays = offer_arrays._replace(taken=fixed(levels.taken_from_offers(nearness, settings)))
    return Collected(
        frame, needs, offers, need_ids, offer_ids, NeedSide(need_arrays, need_classes, best, spreads),
        OfferSide(offer_arrays, offer_classes), Judged(need_classes, offer_classes, day), references, places,
        chosen(need_arrays, places), levels,
    )  # fmt: skip


def _fixed(arrays: NeedArrays) -> NeedArrays:
    return NeedArrays(*map(fixed, arrays))
