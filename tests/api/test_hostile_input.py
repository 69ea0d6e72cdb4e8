"""Whatever is sent, to whatever address: never a 5xx, always a sentence."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.security.addresses import Address, gets, posts

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"
TURNS = 4
BOUNDED = settings(
    max_examples=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
NAMES = (
    "q", "page", "page_size", "state", "field", "sort", "city", "owner", "batch", "programme", "technology", "policy", "budget",
    "deadline", "kind", "open", "run", "pair", "band", "novelty", "conflict", "line", "against", "listing", "stage", "tab", "ids",
    "show", "since", "until", "list", "uscc", "in", "format", "sheet", "name", "code", "score_from", "score_to", "new", "origin",
    "opportunity", "capability", "unread", "next", "side", "industry", "region", "waiting", "id", "",
)  # fmt: skip
VALUES = (
    "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "9" * 5000, "0", "-1", str(10**30), "1e400", "NaN",
    "\u202egpj.exe\u2066", "%", "_", "\\", "'", '"', "';--", "a' & !b | (c:*", "<->", ":*", "& & |", "水' | !'", "𠮷👨\u200d👩\u200d👧",
    "０１", "२", "true", "[]", "{}", "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "\r\nX: y",
)  # fmt: skip


def refusal(answer: Any, address: str) -> None:
    """No 5xx; an error of the API has the one shape and a sentence."""
    assert answer.status_code < 500, f"{address}: {answer.status_code}"
    if address.startswith(V1) and answer.status_code >= 400:
        error = answer.json()["error"]
        assert set(error) == {"code", "sentence", "faults"}, address
        assert error["sentence"], address
        assert isinstance(error["faults"], dict), address


def ask(client: Client, address: str, query: list[tuple[str, Any]]) -> None:
    """GET with a query, read to its end."""
    answer = client.get(f"{address}?{urlencode(query)}")
    _body = b"".join(answer) if answer.streaming else answer.content
    refusal(answer, address)


def clients(cast: Cast) -> dict[str, Client]:
    found = {name: cast.client(name) for name in Cast.NAMES}
    for client in found.values():
        client.raise_request_exception = False
    return found


ONLY_ONCE = {"readyz", "healthz", "import-template", "styleguide"}


def asked(cast: Cast) -> list[Address]:
    return [a for a in gets(cast) if a.route not in ONLY_ONCE]


@pytest.mark.parametrize("turn", range(TURNS))
def test_it_answers_every_parameter_with_such_values(cast: Cast, turn: int) -> None:
    """Each turn gives each name another value."""
    browser = clients(cast)
    query = [(name, VALUES[(n + turn * 8) % len(VALUES)]) for n, name in enumerate(NAMES)]
    for address in with_parameters(cast):
        ask(browser[address.name], address.url, query)


@pytest.mark.parametrize("value", ["\x00", "水" * 30_000, "a " * 45_000], ids=["nul", "long", "words"])
def test_it_answers_a_search_for(cast: Cast, value: str) -> None:
    browser = clients(cast)
    for address in with_parameters(cast):
        ask(browser[address.name], address.url, [("q", value)])


def with_parameters(cast: Cast) -> list[Address]:
    """Addresses that read their query; the others are asked with one value by the test below."""
    named = {
        "search", "opportunities", "capabilities", "opportunities-export", "my-listings", "listing-review", "review", "runs", "run", "matches",
        "matches-compare", "deals", "inbox", "log", "codes", "organisations", "check-code", "batches", "batch", "import", "imports", "import-row",
    }  # fmt: skip
    return [a for a in gets(cast) if a.route in named or (a.route.startswith("api-") and a.url.startswith(V1))]


def test_it_answers_every_address_with_unknown_and_repeated_parameters(cast: Cast) -> None:
    browser = clients(cast)
    odd = [("page", "0"), ("page", "x"), ("nothing", "1"), *[("state", "x")] * 50, ("q", "水"), ("q", "管")]
    for address in asked(cast):
        ask(browser[address.name], address.url, odd)


TEXTS = (
    st.just("\x00")
    | st.text(st.characters(codec="utf-8"), max_size=40)
    | st.sampled_from([v for v in VALUES if isinstance(v, str) and len(v) < 6000])
)
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=5)


@BOUNDED
@given(data=st.data())
def test_it_answers_any_query(cast: Cast, data: st.DataObject) -> None:
    browser = clients(cast)
    address = data.draw(st.sampled_from(_askable(cast)))
    ask(browser[address.name], address.url, data.draw(QUERIES))


_kept: dict[str, Any] = {}


def once(name: str, cast: Cast, make: Any) -> Any:
    """What `make` returns, made for the first example of this test only."""
    if _kept.get(name, (None, None))[0] is not cast:
        _kept[name] = (cast, make())
    return _kept[name][1]


def _askable(cast: Cast) -> Any:
    return once("get", cast, lambda: with_parameters(cast))


def _sendable(cast: Cast) -> Any:
    return once("post", cast, lambda: [a for a in posts(cast) if a.url.startswith(V1)])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from(["2026-01-01", "9999-12-31", "0001-01-01", "1E+999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6,
)  # fmt: skip
FIELDS = (
    "title", "summary", "field", "technologies", "deadline", "budget_min_wan", "budget_max_wan", "min_trl", "version", "updated_at",
    "owner", "state", "cooperation", "stated_titles", "cases", "capacity", "decision", "exclusion", "reason", "answer", "words", "city",
    "run", "opportunity", "capability", "to", "evidence", "amount_wan", "day", "months_in_use", "ids", "email", "password", "visibility",
)  # fmt: skip
BODIES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6) | JSON


@BOUNDED
@given(data=st.data())
def test_it_answers_any_json(cast: Cast, data: st.DataObject) -> None:
    browser = clients(cast)
    address = data.draw(st.sampled_from(_sendable(cast)))
    send(browser[address.name], address, json.dumps(data.draw(BODIES)))


def send(client: Client, address: Address, body: Any) -> None:
    answer = getattr(client, address.row.method)(address.url, body, content_type="application/json")
    refusal(answer, address.url)


BROKEN_BODIES = {
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"title":' * 50_000 + "1" + "}" * 50_000,
    "two megabytes": json.dumps({"title": "x" * 2_000_000}),
    "long number": '{"version": ' + "9" * 5000 + "}",
    "nul": '{"title": "a\\u0000b", "cases": ["\\u0000"]}',
    "surrogate": '{"title": "\\ud800", "stated_titles": [{"name": "\\udfff"}]}',
    "key": '{"\\u0000": 1, "\\ud800": 2}',
    "not json": "title=1",
    "not text": b"\xff\xfe\x00",
    "infinite": '{"budget_min_wan": Infinity, "version": NaN}',
    "list": "[1, 2]",
    "string": '"水"',
    "null": "null",
    "empty": "",
    "twice": '{"title": "一", "title": 2}',
}


@pytest.mark.parametrize("body", BROKEN_BODIES.values(), ids=BROKEN_BODIES.keys())
def test_it_answers_a_body_that_is_no_use(cast: Cast, body: Any) -> None:
    browser = clients(cast)
    for address in posts(cast):
        if address.url.startswith(V1):
            send(browser[address.name], address, body)


TYPED = ("\u202e", "9" * 5000, "水" * 5000, "9999-12-31", "0001-01-01T00:00:00+23:59", "<b>\r\n", "true")
MORE = ("pick", "next", "line", "shown", "note", "numbers", "listing", "kind", "seen_at", "role", "uscc", "name")


@pytest.mark.parametrize("turn", [0, 3, 5])
def test_it_answers_a_form_full_of_such_values(cast: Cast, turn: int) -> None:
    browser = clients(cast)
    for address in posts(cast):
        if not address.url.startswith(V1):
            names = (*FIELDS, *MORE, *address.data)
            data = {name: TYPED[(n + turn) % len(TYPED)] for n, name in enumerate(names)}
            refusal(browser[address.name].post(address.url, data), address.url)


def test_it_keeps_no_nul_of_any_form(cast: Cast) -> None:
    browser = clients(cast)
    for address in posts(cast):
        if not address.url.startswith(V1):
            answer = browser[address.name].post(address.url, dict.fromkeys((*FIELDS, *MORE), "a\x00"))
            assert answer.status_code in (302, 400), address.url


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_it_shows_a_day_at_the_end_of_all_days(cast: Cast, day: str) -> None:
    client = clients(cast)["owner"]
    made = client.post(f"{V1}opportunities/", {"title": "巡检", "deadline": day}, content_type="application/json")
    number = made.json()["id"]
    Opportunity.objects.filter(public_id=number).update(state="published", published_at=timezone.now())
    for address in (
        "/",
        "/desk/",
        "/mine/",
        "/opportunities/?state=published",
        f"/opportunities/{number}/",
        f"{V1}opportunities/{number}/",
    ):
        refusal(client.get(address), address)


def test_it_says_what_is_too_large(cast: Cast) -> None:
    client = cast.client("owner")
    answer = client.post("/opportunities/new/", {"title": "x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert answer.status_code == 400
    assert "没有做任何更改" in answer.content.decode() or "nothing was changed" in answer.content.decode()


def test_it_answers_unknown_addresses_of_the_api_in_the_same_shape(cast: Cast) -> None:
    for address in (f"{V1}nothing/", f"{V1}opportunities/0/", f"{V1}matches/%00/", f"{V1}codes/?code=%00"):
        answer = cast.client("owner").get(address)
        refusal(answer, address)
        assert answer.status_code in (400, 404)
