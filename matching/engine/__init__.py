"""The matching engine: plain Python, numpy and scipy. Plain records in, scores with reasons out.

    corpus = Corpus.build(needs, offers, concepts=Concepts(tags), day=day, settings=Settings(), provider=None)
    shard = corpus.score(start, stop, progress=None)    # ShardResult: .to_bytes(), ShardResult.from_bytes(...)
    ranking = corpus.merge(shards)                      # Ranking: .pairs(top_offers, top_needs=0), .of_need(place, top)
    corpus.pair(need, offer)                            # PairScore of any pair, by ids or as records: "why not this one"
    corpus.match_need(need, top, besides=(), without=())           # increments: lists of PairScore, best first; match_offer
                                                                   # likewise. Besides: records not in the collection yet.
    corpus.save(folder); Corpus.open(folder, concepts=..., provider=None)   # arrays mapped into memory; open raises Torn
    texts_to_embed(record)                              # the texts for which build() asks the provider
    explain(corpus, need, offer)                        # Explanation: reasons with passages, facets side by side
    sentence(reason, "zh" | "en")                       # also wording.PART_NAMES, ITEMS, REASONS: (English, Chinese)

Everything that depends on the collection (which terms are telling, directions of meaning, what is usual, hubs) is measured
by build() and then frozen, so that pair(), match_need(), match_offer() and any way of sharding give the same numbers to the
last bit. Places in a Corpus are positions in the lists given to build().
"""

from matching.engine.concepts import Concepts, Tag
from matching.engine.corpus import Corpus
from matching.engine.facet_reasons import Line
from matching.engine.meaning import Provider
from matching.engine.model import (
    Condition,
    Credential,
    Named,
    Need,
    Offer,
    PairScore,
    Part,
    Passage,
    Place,
    Reason,
    Requirement,
)
from matching.engine.ranking import RankedPair, Ranking, ShardResult
from matching.engine.reasons import Explanation, explain
from matching.engine.settings import PARTS, SENTENCES, Settings
from matching.engine.sides import texts_to_embed
from matching.engine.store import Torn
from matching.engine.wording import sentence

__all__ = [
    "PARTS", "SENTENCES", "Concepts", "Condition", "Corpus", "Credential", "Explanation", "Line", "Named", "Need", "Offer", "PairScore",
    "Part", "Passage", "Place", "Provider", "RankedPair", "Ranking", "Reason", "Requirement", "Settings", "ShardResult", "Tag",
    "Torn", "explain", "sentence", "texts_to_embed",
]  # fmt: skip
