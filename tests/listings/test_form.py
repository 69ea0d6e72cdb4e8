"""The form: drafts, faults at their fields, unsaved work, two people at once; all of it without a script."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from codelists import services as codes
from listings.fields import PlacesField, SupplierPlacesField, WordsField
from listings.states import State
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.listings.listings import listing

pytestmark = pytest.mark.django_db
WHOLE = {
    "title": "夜间桥梁索检测", "summary": "跨湖大桥 168 根拉索，每年两次人工检查。", "field": "city", "visibility": "public",
    "technologies_0": "爬索机器人、机器视觉", "supplier_regions_0": "本地", "cooperation": ["pilot"], "budget_max_wan": "120",
    "required_titles_0": "高新技术企业", "deadline": "", "region": "990101",
}  # fmt: skip


@pytest.fixture
def owner(cast: Cast) -> Client:
    codes.load()
    return cast.client("owner")


def edit(client: Client, row: Any, **changes: Any) -> Any:
    seen = {"seen_at": row.updated_at.isoformat()}
    return client.post(f"/opportunities/{row.public_id}/edit/", {**WHOLE, **seen, **changes})


def test_it_saves_a_draft_with_every_kind_of_field(owner: Client) -> None:
    owner.post("/opportunities/new/", WHOLE)
    made = Opportunity.objects.get()
    assert made.state == State.DRAFT
    assert made.technologies == ["爬索机器人", "机器视觉"]
    assert (made.supplier_regions, made.cooperation, made.budget_max_wan, made.budget_min_wan) == (
        ["local"],
        ["pilot"],
        120,
        None,
    )


def test_it_saves_a_draft_with_a_title_alone(owner: Client) -> None:
    owner.post("/opportunities/new/", {"title": "夜间检测", "visibility": "public"})
    assert Opportunity.objects.get().summary == ""


def test_it_saves_and_submits_in_one_step(owner: Client) -> None:
    owner.post("/opportunities/new/", {**WHOLE, "then": "submit"})
    assert Opportunity.objects.get().state == State.SUBMITTED


def test_it_says_at_each_field_what_review_still_needs(owner: Client) -> None:
    answer = owner.post(
        "/opportunities/new/", {**WHOLE, "summary": "", "field": "", "deadline": "2020-01-01", "then": "submit"}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"summary", "field", "deadline"}
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("budget_max_wan", "-5"), ("budget_max_wan", "many"), ("deadline", "31.2.2027"), ("field", "moon"), ("min_trl", "12"),
     ("cooperation", ["charity"]), ("title", "长" * 121), ("supplier_regions_0", "大洋洲某岛"), ("technologies_0", "长" * 121)],
)  # fmt: skip
def test_it_refuses_a_value_at_its_field_and_keeps_what_was_typed(name: str, value: Any, owner: Client) -> None:
    answer = owner.post("/opportunities/new/", {**WHOLE, name: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name.removesuffix("_0")]
    assert owner.get("/opportunities/new/").context["restored"].data[name] == (
        value if isinstance(value, list) else [value]
    )


def test_it_refuses_an_upper_end_below_the_lower(owner: Client) -> None:
    answer = owner.post("/opportunities/new/", {**WHOLE, "budget_min_wan": "500"})
    assert list(answer.context["form"].errors) == ["budget_max_wan"]


def test_it_brings_back_unsaved_work_and_lets_it_go(owner: Client) -> None:
    owner.post("/opportunities/new/keep/", {**WHOLE, "title": "还没写完", "csrfmiddlewaretoken": "x"})
    html = owner.get("/opportunities/new/").content.decode()
    assert 'value="还没写完"' in html
    assert 'value="爬索机器人、机器视觉"' in html
    owner.post("/opportunities/new/discard/")
    assert "还没写完" not in owner.get("/opportunities/new/").content.decode()


def test_it_says_when_it_has_saved_by_itself(owner: Client) -> None:
    answer = owner.post("/opportunities/new/keep/", WHOLE)
    assert answer["Content-Type"].startswith("text/plain")
    assert ":" in answer.content.decode()


def test_it_keeps_no_more_than_a_form_can_hold(owner: Client) -> None:
    assert owner.post("/opportunities/new/keep/", {"summary": "长" * 100_001}).status_code == 422


def test_it_keeps_unsaved_work_of_one_person_from_all_others(owner: Client, cast: Cast) -> None:
    owner.post("/opportunities/new/keep/", {"title": "只有我看得见"})
    assert "只有我看得见" not in cast.client("counterpart").get("/opportunities/new/").content.decode()


def test_it_shows_both_texts_when_somebody_else_was_faster(owner: Client, cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    stale = Opportunity.objects.get(pk=row.pk)
    assert edit(owner, row, title="第一个").status_code == 302
    answer = edit(owner, stale, title="第二个")
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "第一个" in html
    assert 'value="第二个"' in html
    row.refresh_from_db()
    assert row.title == "第一个"


def test_it_lets_the_slower_one_decide_after_having_seen_both(owner: Client, cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    stale = Opportunity.objects.get(pk=row.pk)
    edit(owner, row, title="第一个")
    seen = edit(owner, stale, title="第二个").context["seen_at"]
    assert edit(owner, stale, title="第二个", seen_at=seen).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.version) == ("第二个", 3)


def test_it_changes_nothing_when_a_form_is_saved_as_it_was_opened(owner: Client, cast: Cast) -> None:
    owner.post("/opportunities/new/", WHOLE)
    row = Opportunity.objects.get()
    before = row.content()
    from listings import faces, form_page

    posted = form_page._as_posted(faces.of("opportunity"), row)
    owner.post(f"/opportunities/{row.public_id}/edit/", QueryDict(posted.urlencode()))
    row.refresh_from_db()
    assert row.content() == before


def test_it_shows_faults_of_a_submission_at_the_fields_of_the_form(owner: Client, cast: Cast) -> None:
    row = listing(owner=cast.agency, summary="")
    answer = owner.post(f"/opportunities/{row.public_id}/submit/")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["summary"]


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [(WordsField(), ["声学、机器人", "声学", " "], ["声学", "机器人"]), (PlacesField(), ["东湖区", "全国"], ["990101", "000000"]),
     (SupplierPlacesField(), ["本市", "湖城市"], ["local", "990100"])],
)  # fmt: skip
def test_it_reads_words_and_places_as_people_type_them(field: WordsField, typed: list[str], kept: list[str]) -> None:
    assert field.clean(typed) == kept
    assert field.clean(field.prepare_value(kept)) == kept
