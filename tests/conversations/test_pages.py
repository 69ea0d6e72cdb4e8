"""Conversations in the browser: the list, a thread, files, reports."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from conversations import services
from conversations.access import seat
from conversations.models import Attachment, Message
from listings.models import Visibility
from matching.models import Match
from matching.states import MatchState
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import OpportunityFactory, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def say(match: Match, by: Any, text: str = "现场有供电吗？", key: str = "k1") -> Message:
    return services.post(seat(by, match.public_id), by=by, text=text, key=key)


def send(cast: Cast, match: Match, who: str = "owner", **data: Any) -> Any:
    return cast.client(who).post(reverse("message-post", args=[match.public_id]), {"key": "k1", **data})


def shown(cast: Cast, who: str, match: Match) -> str:
    return cast.client(who).get(reverse("conversation", args=[match.public_id])).content.decode()


def test_it_sends_and_shows_that_the_other_side_has_read(cast: Cast, match: Match) -> None:
    assert send(cast, match, text="现场有供电吗？").status_code == 302
    thread = cast.client("owner").get(reverse("conversation", args=[match.public_id])).context
    assert [i["read"] for i in thread["items"]] == [False]
    assert "现场有供电吗？" in shown(cast, "counterpart", match)
    thread = cast.client("owner").get(reverse("conversation", args=[match.public_id])).context
    assert [i["read"] for i in thread["items"]] == [True]


def test_it_answers_an_empty_form_where_it_was_written(cast: Cast, match: Match) -> None:
    answer = send(cast, match, text=" ")
    assert answer.status_code == 422
    assert "text" in answer.context["form"].errors


def test_it_counts_what_is_unread_in_the_list(cast: Cast, match: Match) -> None:
    for n in range(2):
        say(match, cast.owner, key=f"k{n}")
    address = reverse("conversations") + "?show=unread"
    assert [r["unread"] for r in cast.client("counterpart").get(address).context["rows"]] == [2]
    shown(cast, "counterpart", match)
    assert cast.client("counterpart").get(address).context["rows"] == []
    assert cast.client("owner").get(address).context["rows"] == []


def test_it_names_nobody_before_both_have_accepted(cast: Cast, match: Match) -> None:
    Opportunity.objects.update(visibility=Visibility.VERIFIED)
    say(match, cast.owner)
    page = shown(cast, "counterpart", match)
    assert cast.owner.name not in page
    assert str(cast.agency) not in page
    Match.objects.update(state=MatchState.AGREED)
    page = shown(cast, "counterpart", match)
    assert cast.owner.name in page
    assert str(cast.agency) in page


def test_it_shows_what_people_write_as_text(cast: Cast, match: Match) -> None:
    say(
        match,
        cast.owner,
        "<script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) https://evil.example/",
    )
    page = shown(cast, "counterpart", match)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="https://evil.example' not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.pdf", "a\u202efdp.exe.pdf", 'x"; filename="evil.html.pdf', "报价 单.PDF", "a" * 300 + ".pdf"],
)
def test_it_keeps_a_file_under_a_name_of_its_own(cast: Cast, match: Match, own_folder: Path, name: str) -> None:
    assert send(cast, match, files=SimpleUploadedFile(name, b"%PDF-1.7 x")).status_code == 302
    file = Attachment.objects.get()
    assert Path(file.file.path).resolve().is_relative_to(own_folder)
    assert not {"/", "\\", "\u202e"} & set(file.name)
    answer = cast.client("counterpart").get(reverse("message-file", args=[match.public_id, file.public_id]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")


@pytest.mark.parametrize(
    ("name", "body"), [("a.html", b"<p>"), ("a.svg", b"<svg/>"), ("a.pdf", b"<html>"), ("a.exe", b"MZ"), ("a", b"x")]
)
def test_it_keeps_no_file_that_is_something_else(
    cast: Cast, match: Match, own_folder: Path, name: str, body: bytes
) -> None:
    assert send(cast, match, text="x", files=SimpleUploadedFile(name, body)).status_code == 422
    assert not Message.objects.exists()
    assert not list(own_folder.rglob("*.*"))


def test_it_answers_a_fragment_with_an_empty_form(cast: Cast, match: Match) -> None:
    address = reverse("message-post", args=[match.public_id])
    answer = cast.client("owner").post(address, {"key": "k1", "text": "好"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert 'value="k1"' not in answer.content.decode()


def test_it_lets_the_reviewer_decide_on_a_report(cast: Cast, match: Match) -> None:
    message = say(match, cast.counterpart, "请私下转账")
    address = reverse("message-report-new", args=[match.public_id, message.public_id])
    assert cast.client("owner").post(address, {"reason": "bribe", "words": "索要好处"}).status_code == 302
    listed = cast.client("reviewer").get(reverse("message-reports"))
    assert "请私下转账" in listed.content.decode()
    report = listed.context["page_obj"][0]
    assert (
        cast.client("reviewer").post(report.get_absolute_url(), {"decision": "hidden", "words": "违反约定"}).status_code
        == 302
    )
    assert "请私下转账" not in shown(cast, "owner", match)


def test_it_asks_a_constant_number_of_questions(cast: Cast, match: Match) -> None:
    def more(n: int) -> None:
        for _ in range(n):
            found = pushed_match(opportunity=OpportunityFactory(owner=cast.agency), capability=match.capability)
            say(found, cast.counterpart, key=found.public_id)
            Message.objects.update(at="2026-01-01T00:00Z")

    few, many = stays_constant(cast.client("owner"), reverse("conversations"), more)
    assert few == many
    assert many <= 10


def test_it_asks_a_constant_number_of_questions_in_a_thread(cast: Cast, match: Match) -> None:
    def more(n: int) -> None:
        for i in range(n):
            say(match, cast.counterpart, key=f"{n}-{i}")
            Message.objects.update(at="2026-01-01T00:00Z")

    few, many = stays_constant(cast.client("owner"), reverse("conversation", args=[match.public_id]), more)
    assert few == many
