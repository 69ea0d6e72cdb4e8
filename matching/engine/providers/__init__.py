"""Providers of vectors: `local` (a model on this machine), `openai` (an address that speaks OpenAI's language), `none`.

    provider = chosen(os.environ)      # None: the engine uses what stands together in the lists (LSI)
    here = choice(os.environ)          # the same with the one that steps in: here.first, here.spare

No model is loaded by choosing: the first text does that, so that a process may fork before.
"""

from matching.engine.meaning import Provider
from matching.engine.providers.budget import Budget, Unavailable
from matching.engine.providers.choosing import DEFAULTS, NAMES, Choice, Misconfigured, choice, chosen
from matching.engine.providers.kept import Gathered, Kept, gathered
from matching.engine.providers.local import Local
from matching.engine.providers.pieces import plain
from matching.engine.providers.weights import NoWeights

__all__ = [
    "DEFAULTS", "NAMES", "Budget", "Choice", "Gathered", "Kept", "Local", "Misconfigured", "NoWeights", "Provider",
    "Unavailable", "choice", "chosen", "gathered", "plain",
]  # fmt: skip
