"""Writing in steps: work that saves itself, two windows, advice that never blocks, found again on the list of own ones."""

import pytest
from django.test import Client

from codelists import services as codes
from listings import drafts
from listings.models import Apart, SavedDraft
from listings.states import State
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.listings.listings import listing
from tests.queries import asked

pytestmark = pytest.mark.django_db
NEW, KEEP, ADVICE = "/opportunities/new/", "/opportunities/new/keep/", "/opportunities/new/advice/"
VAGUE = {
    "title": "管网巡检",
    "summary": "老城区管网较多，需要提升巡检效率。",
    "need": "加强管网预警能力，提升处置水平",
    "visibility": "public",
}


@pytest.fixture
def owner(cast: Cast) -> Client:
    codes.load()
    return cast.client("owner")


def kept() -> SavedDraft:
    return SavedDraft.objects.get()


def test_it_counts_the_revisions_of_one_window(owner: Client) -> None:
    seen = "0"
    for title in ("一", "一二", "一二三"):
        answer = owner.post(KEEP, {"title": title, "revision": seen})
        seen = answer["X-Revision"]
    assert (answer.status_code, seen, kept().data) == (200, "3", {"title": ["一二三"]})


def test_it_loses_no_text_of_two_windows(owner: Client) -> None:
    owner.post(KEEP, {"title": "左边", "revision": "0"})
    answer = owner.post(KEEP, {"title": "右边", "revision": "0"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert (kept().data, kept().beside) == ({"title": ["左边"]}, {"title": ["右边"]})
    html = owner.get(NEW).content.decode()
    assert 'value="左边"' in html
    assert "?beside=1" in html
    assert 'value="右边"' in owner.get(f"{NEW}?beside=1").content.decode()


def test_it_lets_the_second_window_go_on_and_keeps_the_first_beside_it(owner: Client) -> None:
    owner.post(KEEP, {"title": "左边", "revision": "0"})
    answer = owner.post(KEEP, {"title": "右边", "revision": "0", "take": "here"})
    assert (answer.status_code, answer["X-Revision"]) == (200, "2")
    assert (kept().data, kept().beside) == ({"title": ["右边"]}, {"title": ["左边"]})


def test_it_sees_no_other_window_in_the_same_text(owner: Client) -> None:
    owner.post(KEEP, {"title": "同一份", "revision": "0"})
    assert owner.post(KEEP, {"title": "同一份", "revision": "0"}).status_code == 200


@pytest.mark.parametrize("revision", ["x", "-1", "9" * 40, "٣"])
def test_it_takes_a_revision_that_is_none_as_not_asked(owner: Client, revision: str) -> None:
    owner.post(KEEP, {"title": "一", "revision": "0"})
    assert owner.post(KEEP, {"title": "二", "revision": revision}).status_code in (200, 409)


def test_it_says_what_is_vague_and_what_is_missing_of_the_text_as_it_is_typed(owner: Client) -> None:
    owner.post(KEEP, VAGUE)
    found = owner.get(ADVICE, headers={"HX-Request": "true"})
    groups = {group["code"]: [row["field"] for row in group["rows"]] for group in found.context["groups"]}
    assert "need" in groups["vague"]
    assert {"budget_source", "procurement", "approval", "decider"} == set(groups["adoption"])
    html = found.content.decode()
    assert "提升巡检效率" in html
    assert 'href="#id_need"' in html
    assert 'id="steps"' in html


def test_advice_falls_silent_when_it_was_followed(owner: Client) -> None:
    owner.post(
        KEEP,
        {
            **VAGUE,
            "need": "查出漏点，误差不超过 1 米；由第三方复核验收",
            "summary": "管网 42 公里，每年漏水 137 处。" * 4,
        },
    )
    groups = {group["code"] for group in owner.get(ADVICE).context["groups"]}
    assert "vague" not in groups


def test_it_never_blocks(owner: Client) -> None:
    owner.post(NEW, {**VAGUE, "field": "city", "then": "submit"})
    assert Opportunity.objects.get().state == State.SUBMITTED


def test_it_says_of_each_step_what_it_lacks(owner: Client) -> None:
    steps = {step["id"]: step for step in owner.get(ADVICE).context["steps"]}
    assert list(steps) == ["matter", "offer", "adoption", "requirements", "publication"]
    assert (steps["matter"]["needed"], steps["requirements"]["needed"]) == (3, 0)


def test_it_opens_the_step_that_the_address_names_and_first_the_one_with_a_fault(owner: Client) -> None:
    assert owner.get(f"{NEW}?step=adoption").context["start"] == "adoption"
    assert owner.get(f"{NEW}?step=nowhere").context["start"] == "matter"
    assert owner.post(NEW, {**VAGUE, "budget_max_wan": "x"}).context["start"] == "offer"


def test_it_shows_hostile_text_as_text(owner: Client) -> None:
    owner.post(KEEP, {**VAGUE, "summary": "提升<script>alert(1)</script>能力"})
    for address in (NEW, ADVICE, "/mine/"):
        assert "<script>alert" not in owner.get(address).content.decode()


def test_unsaved_work_is_found_again_on_the_own_list(owner: Client, cast: Cast) -> None:
    draft = listing(owner=cast.agency)
    owner.post(KEEP, {"title": "还没写完"})
    owner.post(f"/opportunities/{draft.public_id}/keep/", {"title": "改了一半"})
    html = owner.get("/mine/").content.decode()
    assert "还没写完" in html
    assert f"/opportunities/{draft.public_id}/edit/" in html
    assert "还没写完" not in cast.client("colleague").get("/mine/").content.decode()
    assert owner.post("/opportunities/new/discard/", {"next": "/mine/"})["Location"] == "/mine/"


def test_the_own_list_asks_no_more_for_more_unsaved_work(owner: Client, cast: Cast) -> None:
    drafts.keep(by=cast.owner, kind="opportunity", data={"title": ["甲"]}, listing=listing(owner=cast.agency))
    few = asked(owner, "/mine/")
    for _n in range(5):
        drafts.keep(by=cast.owner, kind="opportunity", data={"title": ["乙"]}, listing=listing(owner=cast.agency))
    assert asked(owner, "/mine/") == few


def test_what_was_told_apart_while_typing_stays_told_apart(owner: Client, cast: Cast) -> None:
    other = listing(owner=cast.agency, state=State.PUBLISHED)
    owner.post(KEEP, VAGUE)
    owner.post("/writing/opportunity/apart/", {"other": other.public_id})
    owner.post(KEEP, {**VAGUE, "title": "又改了"})
    owner.post(NEW, VAGUE)
    made = Opportunity.objects.exclude(pk=other.pk).get()
    assert {made.public_id, other.public_id} == set(Apart.objects.values_list("one", "other").get())


def test_the_advice_asks_a_fixed_number_of_times(owner: Client) -> None:
    owner.post(KEEP, VAGUE)
    assert asked(owner, ADVICE) <= 22
