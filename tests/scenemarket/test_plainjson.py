"""JSON that no field can hold is refused with a sentence."""

import pytest
from rest_framework.exceptions import ParseError

from scenemarket.plainjson import MAX_DEPTH, check_plain


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("bad", ["a\x00b", {"k": "\ud800"}, {"\x00": 1}, [["\udfff"]], nested(MAX_DEPTH + 2)])
def test_it_refuses_what_postgresql_cannot_hold(bad: object) -> None:
    with pytest.raises(ParseError):
        check_plain(bad)


@pytest.mark.parametrize("good", ["场景", {"a": [1, None, "b"]}, nested(MAX_DEPTH - 1)])
def test_it_lets_ordinary_json_pass(good: object) -> None:
    assert check_plain(good) is None
