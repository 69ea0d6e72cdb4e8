"""The schema is written once for each language, by one thread at a time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.utils.translation import override

from scenemarket import api_schema
from scenemarket.api_schema import OnceForEachLanguage

# A new process, as only the very first two calls collided: eight at once, in turn Chinese and English.
AT_ONCE = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.utils.translation import override
from scenemarket.api_schema import OnceForEachLanguage

def written(language):
    with override(language):
        return OnceForEachLanguage().get_schema()

with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(written, ["zh-hans", "en"] * 4))
assert all(schema is found[0] for schema in found[::2])
assert all(schema is found[1] for schema in found[1::2])
assert found[0] != found[1]
"""


def in_language(language: str) -> dict[str, Any]:
    with override(language):
        return OnceForEachLanguage().get_schema()


def words(schema: dict[str, Any]) -> str:
    return str([tag["description"] for tag in schema["tags"]])


def test_it_says_the_same_to_the_first_eight_who_ask_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_it_is_written_anew_in_each_language_only() -> None:
    with ThreadPoolExecutor(4) as pool:
        chinese, english, again, french = pool.map(in_language, ["zh-hans", "en", "zh-hans", "fr"])
    assert "场景机会" in words(chinese)
    assert "Opportunities" in words(english)
    assert again is chinese
    assert french is english
    assert set(api_schema._written) == {"zh-hans", "en"}
