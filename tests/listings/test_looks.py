"""How a list can be looked at: table, columns, marks, comparison, feed; all of it in the address."""

from typing import Any
from xml.etree import ElementTree

import pytest

from codelists import services as codes
from listings import marks
from listings.models import Visibility
from listings.states import State
from tests.conftest import Cast
from tests.listings.listings import listing
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _lists(db: None) -> None:
    codes.load()


def page(cast: Cast, address: str, name: str = "nobody") -> Any:
    response = cast.client(name).get(address)
    assert response.status_code == 200
    return response


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        (["管网"], "供水<mark>管网</mark>渗漏"), (["供水", "水管", "管网"], "<mark>供水管网</mark>渗漏"), ([], "供水管网渗漏"),
        (["网渗", "DN100"], "供水管<mark>网渗</mark>漏"), ([""], "供水管网渗漏"),
    ],
)  # fmt: skip
def test_it_marks_the_words_of_a_search(words: list[str], drawn: str) -> None:
    assert marks.marked("供水管网渗漏", words) == drawn


def test_it_escapes_what_it_marks() -> None:
    assert marks.marked("<b>管网</b>&", ["管网", "<b>"]) == "<mark>&lt;b&gt;管网</mark>&lt;/b&gt;&amp;"


def test_it_shows_the_sentence_in_which_the_word_stands() -> None:
    texts = ("第一句与此无关，写得很长，" * 6 + "。", "第二段说的是夜间听漏。")
    assert marks.passage(texts, ["听漏"]) == "第二段说的是夜间<mark>听漏</mark>。"


@pytest.mark.parametrize("many", ["opportunities", "capabilities"])
def test_it_draws_a_table_with_the_columns_of_the_address(many: str, cast: Cast) -> None:
    listing("opportunity" if many == "opportunities" else "capability", State.PUBLISHED)
    context = page(cast, f"/{many}/?view=table&columns=owner&columns=number&columns=unheard").context
    assert [column.name for column in context["columns"]] == ["owner", "number"]
    assert len(page(cast, f"/{many}/?view=table").context["columns"]) > 3
    every = "&".join(f"columns={column.name}" for column in context["all_columns"])
    page(cast, f"/{many}/?view=table&{every}")


def test_it_keeps_view_columns_and_compared_ones_when_filters_are_cleared(cast: Cast) -> None:
    one = listing(state=State.PUBLISHED, field="city")
    address = f"/opportunities/?field=city&view=table&columns=owner&compare={one.public_id}"
    assert (
        page(cast, address).context["clear_url"] == f"/opportunities/?view=table&columns=owner&compare={one.public_id}"
    )


def test_it_carries_chosen_ones_that_stand_on_another_page(cast: Cast) -> None:
    one, other = listing(state=State.PUBLISHED, field="city"), listing(state=State.PUBLISHED, field="society")
    context = page(cast, f"/opportunities/?field=city&compare={one.public_id},{other.public_id}").context
    assert context["compared_elsewhere"] == [other.public_id]
    assert context["compare_url"] == f"/opportunities/compare/?compare={one.public_id}&compare={other.public_id}"


@pytest.mark.parametrize(("kind", "many"), [("opportunity", "opportunities"), ("capability", "capabilities")])
def test_it_compares_four_at_most_in_the_order_chosen(kind: str, many: str, cast: Cast) -> None:
    rows = [listing(kind, State.PUBLISHED, title=f"第{n}条") for n in range(5)]
    ids = ",".join(row.public_id for row in rows[::-1])
    context = page(cast, f"/{many}/compare/?compare={ids}").context
    assert [head["listing"].title for head in context["heads"]] == ["第4条", "第3条", "第2条", "第1条"]
    assert {fact["same"] for fact in context["facts"]} == {True, False}


def test_it_compares_only_what_this_person_may_read(cast: Cast) -> None:
    hidden = listing(state=State.PUBLISHED, visibility=Visibility.VERIFIED, owner=cast.agency)
    address = f"/opportunities/compare/?compare={hidden.public_id}&compare=nosuchthing0&compare=%27%3B--"
    assert [len(page(cast, address, name).context["heads"]) for name in ("nobody", "owner")] == [0, 1]
    assert page(cast, address).context["missing"] >= 1


def test_it_feeds_the_list_with_its_filters_to_everybody_alike(cast: Cast) -> None:
    listing(state=State.PUBLISHED, field="city", title="城市的")
    listing(state=State.PUBLISHED, field="society")
    listing(state=State.PUBLISHED, field="city", visibility=Visibility.VERIFIED)
    answer = page(cast, "/opportunities/feed/?field=city", "owner")
    feed = ElementTree.fromstring(answer.content)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")] == ["城市的"]


@pytest.mark.parametrize("address", ["/search/?q=管网", "/search/suggest/?q=管网"])
def test_it_searches_both_lists_with_few_questions_to_the_database(address: str, cast: Cast) -> None:
    def more(n: int) -> None:
        for _each in range(n):
            listing(state=State.PUBLISHED, title="供水管网")
            listing("capability", State.PUBLISHED, title="管网检漏")

    few, many = stays_constant(cast.client("nobody"), address, more)
    # inside a test's transaction the columns of each kind are read anew, which are two of them
    assert few == many <= 8


def test_it_suggests_both_kinds_and_all_of_it(cast: Cast) -> None:
    listing(state=State.PUBLISHED, title="供水管网")
    listing("capability", State.PUBLISHED, title="管网检漏")
    html = page(cast, "/search/suggest/?q=管网").content.decode()
    assert html.count('role="option"') == 3
    assert 'href="/search/?q=%E7%AE%A1%E7%BD%91"' in html
    assert not page(cast, "/search/suggest/?q=").content.strip()
