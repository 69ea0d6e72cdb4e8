"""Texts cut into the model's pieces, whatever they hold."""

import re
import unicodedata
from collections.abc import Sequence

from tokenizers import Tokenizer, models, pre_tokenizers

from matching.engine.providers.weights import Vocabulary

MOST_CHARACTERS = 20_000
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_SPACES = re.compile(" {2,}")


def plain(text: str) -> str:
    """Text as it is embedded and known by: width folded (NFKC), without NUL and surrogates, at most 20,000 characters.

    Folding also turns single characters that stand for a whole sentence into that sentence, before anything counts lengths.
    """
    head = _BROKEN.sub(" ", text[:MOST_CHARACTERS])
    return unicodedata.normalize("NFKC", head)[:MOST_CHARACTERS].strip()


class Pieces:
    """The cutter. Making it takes most of a second, and 150 MB while it lasts."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.begin, self.end = vocabulary.begin, vocabulary.end
        self._replaced = vocabulary.replaced
        model = models.Unigram(vocabulary.pieces, unk_id=vocabulary.unknown, byte_fallback=False)
        self._cutter = Tokenizer(model)
        self._cutter.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)

    def cut(self, texts: Sequence[str]) -> list[list[int]]:
        """The pieces of each text, without those that mark begin and end."""
        clean = [_SPACES.sub(" ", text.translate(self._replaced)) for text in texts]
        return [self._cutter.encode(text, add_special_tokens=False).ids for text in clean]
