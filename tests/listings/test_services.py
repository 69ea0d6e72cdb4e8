"""What a change of a listing promises."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from activity.letters import deliver_due
from activity.models import Delivery, Event, Notice
from listings import drafts, services, tasks
from listings.models import SavedDraft, Version
from listings.states import CloseReason, State
from scenemarket.errors import Invalid, NotAllowed, WrongState
from tests.conftest import Cast
from tests.factories import CITY, member, reviewer
from tests.listings.listings import listing

pytestmark = pytest.mark.django_db


def submitted(cast: Cast, **values: Any) -> Any:
    return services.submit(listing(owner=cast.agency, **values), by=cast.owner)


def test_it_writes_a_draft_with_its_first_version(cast: Cast) -> None:
    draft = services.create_draft(kind="opportunity", owner=cast.agency, by=cast.owner, values={"title": "夜间巡检"})
    assert (draft.state, draft.version, draft.city) == (State.DRAFT, 1, CITY)
    assert Version.objects.get(kind="opportunity", listing_id=draft.pk).content["title"] == "夜间巡检"


def test_it_lets_no_viewer_write(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.create_draft(kind="opportunity", owner=cast.agency, by=cast.colleague, values={"title": "夜间巡检"})


def test_it_changes_a_draft_in_place(cast: Cast) -> None:
    draft = services.edit(listing(owner=cast.agency), by=cast.owner, values={"title": "新题目"})
    assert (draft.title, draft.version) == ("新题目", 1)


def test_it_makes_a_version_of_an_edit_of_an_open_listing(cast: Cast) -> None:
    open_ = listing(owner=cast.agency, state=State.PUBLISHED)
    services.edit(open_, by=cast.owner, values={"need": "误差 0.5 米"})
    assert open_.version == 2
    assert Version.objects.get(listing_id=open_.pk, number=2).content["need"] == "误差 0.5 米"


def test_it_makes_no_version_when_nothing_changes(cast: Cast) -> None:
    open_ = listing(owner=cast.agency, state=State.PUBLISHED)
    services.edit(open_, by=cast.owner, values={"title": open_.title})
    open_.refresh_from_db()
    assert open_.version == 1
    assert not Event.objects.filter(verb="listing.revised").exists()


@pytest.mark.parametrize("state", [State.SUBMITTED, State.PAUSED, State.CLOSED])
def test_it_edits_nothing_that_waits_or_rests(state: str, cast: Cast) -> None:
    with pytest.raises(WrongState):
        services.edit(listing(owner=cast.agency, state=state), by=cast.owner, values={"title": "新题目"})


def test_it_leaves_no_open_listing_without_what_review_needs(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        services.edit(listing(owner=cast.agency, state=State.PUBLISHED), by=cast.owner, values={"summary": ""})
    assert set(refusal.value.faults) == {"summary"}


def test_it_lets_the_slower_of_two_editors_lose(cast: Cast) -> None:
    open_ = listing(owner=cast.agency, state=State.PUBLISHED)
    stale = type(open_).objects.get(pk=open_.pk)
    services.edit(open_, by=cast.owner, values={"title": "第一个"})
    with pytest.raises(WrongState):
        services.edit(stale, by=cast.owner, values={"title": "第二个"}, expected_version=1)
    stale.refresh_from_db()
    assert stale.title == "第一个"


def test_it_notices_that_a_draft_was_saved_meanwhile(cast: Cast) -> None:
    draft = listing(owner=cast.agency)
    seen = draft.updated_at
    services.edit(draft, by=cast.owner, values={"title": "第一个"})
    with pytest.raises(WrongState):
        services.edit(draft, by=cast.owner, values={"title": "第二个"}, seen_at=seen - timedelta(seconds=1))


def test_it_says_which_fields_review_needs(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        services.submit(listing(owner=cast.agency, summary="", field=""), by=cast.owner)
    assert set(refusal.value.faults) == {"summary", "field"}


def test_it_submits_nothing_whose_deadline_has_passed(cast: Cast) -> None:
    past = listing(owner=cast.agency, deadline=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Invalid) as refusal:
        services.submit(past, by=cast.owner)
    assert set(refusal.value.faults) == {"deadline"}


def test_it_tells_the_reviewer_of_the_city_once_for_each_submission(cast: Cast) -> None:
    reviewer(city="990200")
    row = submitted(cast)
    services.send_back(row, by=cast.reviewer, reason="请补充指标")
    services.submit(row, by=cast.owner)
    told = Notice.objects.filter(kind="listing.submitted")
    assert [n.recipient for n in told] == [cast.reviewer, cast.reviewer]


def test_it_lets_nobody_approve_what_they_wrote(cast: Cast) -> None:
    Membership.objects.filter(user=cast.owner).update(user=cast.reviewer)
    cast.reviewer.__dict__.pop("memberships_now", None)
    row = services.submit(listing(owner=cast.agency), by=cast.reviewer)
    with pytest.raises(NotAllowed):
        services.approve(row, by=cast.reviewer)


def test_it_lets_nobody_approve_a_text_that_they_changed_before_somebody_else_submitted_it(cast: Cast) -> None:
    row = submitted(cast)
    Version.objects.create(kind="opportunity", listing_id=row.pk, number=1, content={}, by=cast.reviewer)
    with pytest.raises(NotAllowed):
        services.approve(row, by=cast.reviewer)


def test_it_lets_nobody_approve_for_their_own_organisation(cast: Cast) -> None:
    row = submitted(cast)
    judge = reviewer()
    Membership.objects.create(user=judge, organisation=cast.agency)
    with pytest.raises(NotAllowed):
        services.approve(row, by=judge)


def test_it_approves_only_for_verified_organisations(cast: Cast) -> None:
    row = submitted(cast)
    type(cast.agency).objects.filter(pk=cast.agency.pk).update(verified_at=None)
    row.owner.refresh_from_db()
    with pytest.raises(WrongState):
        services.approve(row, by=cast.reviewer)


def test_it_returns_only_with_a_reason(cast: Cast) -> None:
    row = submitted(cast)
    with pytest.raises(Invalid):
        services.send_back(row, by=cast.reviewer, reason="  ")
    services.send_back(row, by=cast.reviewer, reason="请补充指标")
    assert row.return_reason == "请补充指标"
    assert Notice.objects.get(kind="listing.returned").recipient == cast.owner


def test_it_lets_one_of_two_reviewers_through(cast: Cast) -> None:
    row = submitted(cast)
    stale = type(row).objects.get(pk=row.pk)
    services.approve(row, by=cast.reviewer)
    with pytest.raises(WrongState):
        services.send_back(stale, by=cast.reviewer, reason="请补充指标")
    row.refresh_from_db()
    assert row.state == State.PUBLISHED


def test_it_closes_with_a_known_reason_only(cast: Cast) -> None:
    with pytest.raises(Invalid):
        services.close(listing(owner=cast.agency, state=State.PUBLISHED), by=cast.owner, reason="bored")


@pytest.mark.parametrize(("days", "state"), [(-1, State.CLOSED), (0, State.PUBLISHED), (1, State.PUBLISHED)])
def test_it_closes_at_the_end_of_the_last_day(days: int, state: str, cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED, deadline=timezone.localdate() + timedelta(days=days))
    tasks.close_expired()
    row.refresh_from_db()
    assert row.state == state


def test_it_closes_each_expired_listing_once_and_tells_its_owner(cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED, deadline=timezone.localdate() - timedelta(days=2))
    assert [services.close_expired(), services.close_expired()] == [1, 0]
    row.refresh_from_db()
    assert row.close_reason == CloseReason.EXPIRED
    assert Event.objects.get(verb="listing.close").actor_id is None
    assert [n.recipient for n in Notice.objects.filter(kind="listing.expired")] == [cast.owner]


def test_it_deletes_a_draft_with_all_that_belongs_to_it(cast: Cast) -> None:
    draft = services.create_draft(kind="opportunity", owner=cast.agency, by=cast.owner, values={"title": "夜间巡检"})
    drafts.keep(by=cast.owner, kind="opportunity", data={"title": ["x"]}, listing=draft)
    services.delete_draft(draft, by=cast.owner)
    assert not Version.objects.exists()
    assert not SavedDraft.objects.exists()
    assert Event.objects.filter(verb="listing.deleted").count() == 1


def test_it_never_deletes_what_was_once_submitted(cast: Cast) -> None:
    with pytest.raises(WrongState):
        services.delete_draft(listing(owner=cast.agency, submitted_at=timezone.now()), by=cast.owner)


def test_it_keeps_what_a_person_types_until_it_is_saved(cast: Cast) -> None:
    draft = listing(owner=cast.agency)
    for text in ("一", "一二"):
        drafts.keep(by=cast.owner, kind="opportunity", data={"title": [text]}, listing=draft)
    kept = drafts.typed(by=cast.owner, kind="opportunity", listing=draft)
    assert kept
    assert kept.data == {"title": ["一二"]}
    services.edit(draft, by=cast.owner, values={"title": "一二"})
    assert drafts.typed(by=cast.owner, kind="opportunity", listing=draft) is None


def test_it_sends_no_letter_about_what_is_no_longer_so(cast: Cast) -> None:
    row = submitted(cast)
    services.approve(row, by=cast.reviewer)
    deliver_due()
    letter = Delivery.objects.get(notice__kind="listing.submitted")
    assert "published" in letter.withheld


def test_it_tells_only_those_who_can_write(cast: Cast) -> None:
    editor = member(cast.agency, "editor")
    services.approve(submitted(cast), by=cast.reviewer)
    told = {n.recipient for n in Notice.objects.filter(kind="listing.approved")}
    assert told == {cast.owner, editor}
