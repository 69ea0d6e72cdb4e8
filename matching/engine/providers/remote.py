"""The provider behind an address: anything that answers /v1/embeddings as OpenAI does.

Batches, time-outs, retries that wait longer each time, a budget of tokens a day. When it cannot, it raises Unavailable and
keeps nothing: whoever asked lets the local provider do all of it, under the local model's id.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import numpy as np

from matching.engine.model import Matrix
from matching.engine.providers.budget import Budget, Counted, Unavailable
from matching.engine.providers.pieces import plain

TEXTS_AT_ONCE = 64
CHARACTERS_AT_ONCE = 20_000
# most models of this kind end at 8,191 tokens
MOST_CHARACTERS = 6_000
LEAST_CHARACTERS = 200
# texts refused by themselves before it is the address that is taken to be at fault
MOST_REFUSED = 3
TRIES = 4
# all tries of one batch together: shorter than a lease
PATIENCE = 40.0
WRONG_PAUSE = 300.0
AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
REFUSED = {400, 413, 422}


class _RefusedTexts(Exception):
    """The address finds fault with what was sent; a part of it may pass."""


@dataclass(frozen=True)
class Address:
    """Where to ask, for what; `timeout` for one answer and `wait` before the second try in seconds, doubled for each more.

    `tokens_a_day` and `dimensions` of 0: no limit; as many as the model gives.
    """

    url: str
    key: str
    model: str
    tokens_a_day: int = 0
    dimensions: int = 0
    timeout: float = 20.0
    wait: float = 0.5


class Remote:
    """Vectors from an address. They keep the length that the model gives: all of one model id have the same."""

    common_directions = 1

    def __init__(self, address: Address, budget: Budget | None = None) -> None:
        length = f"/{address.dimensions}" if address.dimensions else ""
        self.model_id = f"openai:{address.model}{length}"[:80]
        self._address, self._budget = address, budget or Counted()
        self._width = 0

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, one row for each text; zeros for a text without any content, and for a few that the address refuses among others.

        Raises Unavailable.
        """
        clean = [plain(text)[:MOST_CHARACTERS] for text in texts]
        places = [place for place, text in enumerate(clean) if text]
        refused: list[str] = []
        vectors = [
            row for some in _batches(clean, places) for row in self._ask([clean[place] for place in some], refused)
        ]
        if places and len(refused) == len(places):
            raise Unavailable(refused[0], WRONG_PAUSE)
        found = np.zeros((len(texts), self._width or 384), np.float32)
        for place, vector in zip(places, vectors, strict=True):
            found[place] = 0.0 if vector is None else vector
        return found

    @cached_property
    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._address.key}"} if self._address.key else {}
        return httpx.Client(headers=headers, timeout=httpx.Timeout(self._address.timeout, connect=5.0))

    def _ask(self, texts: list[str], refused: list[str]) -> list[Matrix | None]:
        """The vectors of one batch; what the address refuses is halved, at last a single text itself.

        One that is refused even then (by a filter, say) is None, with the words in `refused`: it is not to hold up all others.
        """
        try:
            return [*self._read(self._answer(texts), texts)]
        except _RefusedTexts as refusal:
            if len(texts) > 1:
                middle = len(texts) // 2
                return self._ask(texts[:middle], refused) + self._ask(texts[middle:], refused)
            if len(texts[0]) > LEAST_CHARACTERS:
                return self._ask([texts[0][: len(texts[0]) // 2]], refused)
            refused.append(str(refusal))
            if len(refused) > MOST_REFUSED:
                raise Unavailable(str(refusal), WRONG_PAUSE) from refusal
            return [None]

    def _answer(self, texts: list[str]) -> Any:
        self._afford(sum(map(len, texts)))
        end, words = time.monotonic() + PATIENCE, ""
        for attempt in range(TRIES):
            wait = self._address.wait * 2**attempt * random.uniform(0.75, 1.25)
            try:
                answer = self._client.post(self._where, json=self._question(texts))
            except httpx.HTTPError as error:
                words = f"{type(error).__name__}: {error}"
            else:
                if answer.status_code not in AGAIN:
                    return _content(answer)
                words = f"it answered {answer.status_code}"
                wait = max(wait, _asked_to_wait(answer))
            if attempt + 1 == TRIES or time.monotonic() + wait + self._address.timeout > end:
                break
            time.sleep(wait)
        raise Unavailable(f"{self._address.url} does not answer ({words})")

    @property
    def _where(self) -> str:
        base = self._address.url.rstrip("/")
        return f"{base}/embeddings" if base.endswith("/v1") else f"{base}/v1/embeddings"

    def _question(self, texts: list[str]) -> dict[str, Any]:
        asked: dict[str, Any] = {"model": self._address.model, "input": texts, "encoding_format": "float"}
        return {**asked, "dimensions": self._address.dimensions} if self._address.dimensions else asked

    def _afford(self, tokens: int) -> None:
        """A Chinese character is about a token, so characters are a fair guess of what will be counted."""
        limit = self._address.tokens_a_day
        if limit and self._budget.spent() + tokens > limit:
            raise Unavailable(f"the budget of {limit} tokens a day is used up", 3600.0)

    def _read(self, content: Any, texts: list[str]) -> list[Matrix]:
        try:
            rows = sorted(content["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
            counted = (content.get("usage") or {}).get("total_tokens")
            self._budget.add(int(counted or sum(map(len, texts))))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unavailable(f"{self._address.url} answered something else than embeddings", WRONG_PAUSE) from error
        return list(self._checked(vectors, len(texts)))

    def _checked(self, vectors: Any, count: int) -> Matrix:
        """Unit rows, of the length that this model has always had."""
        fits = vectors.ndim == 2 and len(vectors) == count and vectors.shape[1] == (self._width or vectors.shape[1])
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) if fits else np.zeros(1)
        if not np.all(np.isfinite(lengths)) or np.any(lengths < 1e-9):
            raise Unavailable(f"{self._address.url} answered vectors that cannot be: {vectors.shape}", WRONG_PAUSE)
        self._width = vectors.shape[1]
        unit: Matrix = (vectors / lengths[:, None]).astype(np.float32)
        return unit


def _content(answer: httpx.Response) -> Any:
    if answer.status_code in REFUSED:
        raise _RefusedTexts(f"it answered {answer.status_code}: {answer.text[:200]}")
    if answer.status_code != 200:
        raise Unavailable(f"it answered {answer.status_code}: {answer.text[:200]}", WRONG_PAUSE)
    try:
        return answer.json()
    except ValueError as error:
        raise Unavailable("it answered no JSON", WRONG_PAUSE) from error


def _asked_to_wait(answer: httpx.Response) -> float:
    """Seconds of the header Retry-After; 0 when it says nothing that is a number."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else 0.0


def _batches(texts: list[str], places: list[int]) -> Iterator[list[int]]:
    some: list[int] = []
    for place in places:
        full = len(some) == TEXTS_AT_ONCE or sum(len(texts[p]) for p in some) + len(texts[place]) > CHARACTERS_AT_ONCE
        if some and full:
            yield some
            some = []
        some.append(place)
    if some:
        yield some
