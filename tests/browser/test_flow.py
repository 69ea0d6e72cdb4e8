"""The whole walk, unmocked: written, approved, matched, reviewed, released, accepted twice, a deal with its contacts."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Organisation
from activity.models import Event
from capabilities.models import Capability
from codelists import services as codelists
from deals.models import Deal
from matching.models import Match, MatchRun
from matching.states import MatchState, RunState
from opportunities.models import Opportunity
from tests import factories
from tests.browser.conftest import Enter
from tests.workers import Process, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "老城区供水管网渗漏巡检与预警"
WORDS = {
    "title": TITLE,
    "summary": "老城区供水管道漏水多发，人工听漏慢，需要在不停水的条件下查出漏点，并接入水务一张图。",
    "need": "在不停水的条件下完成管道检测，定位误差不超过 1 米，给出渗漏等级。",
    "deliverables": "20 公里试点管段的检测报告，含每处渗漏的位置、等级与影像。",
}
VERBS = {
    "opportunity": ["listing.drafted", "listing.submit", "listing.approve"],
    "match": ["match.approved", "match.pushed", "answer.accepted", "answer.accepted", "match.agreed"],
    "deal": ["deal.opened", "contacts.revealed"],
}


@pytest.fixture
def city() -> tuple[Organisation, Organisation]:
    """An agency, a firm with a fitting capability among others, a reviewer; all sign in with the same password."""
    codelists.load()
    agency, firm = factories.AgencyFactory(name="湖城市水务局"), factories.OrganisationFactory(name="青麦科技有限公司")
    factories.member(agency, email="agency@city.example", name="林知夏")
    factories.member(firm, email="firm@city.example", name="苏见山")
    factories.reviewer(email="reviewer@city.example", name="周文澜")
    factories.CapabilityFactory(owner=firm, title="带压球形检漏与管网预警服务", field="city")
    for title, text in [("多楼层配送机器人", "医院夜间物资自动配送"), ("一次性温度标签", "冷链运输温度可信记录")]:
        factories.CapabilityFactory(title=title, summary=text, technologies=[], field="industry")
    return agency, firm


def write_and_submit(page: Page) -> Opportunity:
    page.goto("/opportunities/new/")
    for name, words in WORDS.items():
        page.fill(f"[name={name}]", words)
    page.select_option("select[name=field]", "city")
    page.click("button[name=then][value=submit]")
    page.wait_for_url(re.compile(r"/opportunities/\w{12}/$"))
    return Opportunity.objects.get(title=TITLE)


def approve_listing(page: Page, listing: Opportunity) -> None:
    page.goto("/review/listings/")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.locator(".near-review a[href$='/near/']")).to_have_count(0)
    page.click("[data-key=a]")
    until(lambda: Opportunity.objects.filter(pk=listing.pk, state="published").exists(), what="the approval")


def run(page: Page) -> MatchRun:
    """Start a run and stay on its page until it says that it is ready; the nightly one comes first."""
    nightly = MatchRun.objects.full()
    until(lambda: nightly.exists() and not nightly.exclude(state=RunState.READY), what="the nightly run")
    page.goto("/runs/")
    page.locator("form[action$='/runs/start/'] button").click()
    page.wait_for_url(re.compile(r"/runs/\w{12}/$"))
    expect(page.locator("main a[href*='/review/?run=']").first).to_be_visible()
    return MatchRun.objects.full().latest("pk")


def review_and_release(page: Page, match: Match) -> None:
    page.goto(f"/review/?pair={match.public_id}")
    page.fill("#note", "建议先看 20 公里试点。")
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text(TITLE)
    page.goto("/review/release/")
    expect(page.locator("main")).to_contain_text("苏见山")
    page.locator(".s-hd form button").click()
    until(lambda: Match.objects.filter(pk=match.pk, state=MatchState.PUSHED).exists(), what="the push")


def accept(page: Page) -> None:
    """From the inbox to the pair, and yes."""
    page.goto("/inbox/")
    page.locator("main a.ttl", has_text="建议").first.click()
    expect(page.locator("main")).to_contain_text(TITLE)
    assert "0000-1234567" not in page.content()
    page.locator("form[action$='/accept/'] button").click()
    expect(page.locator("form[action$='/accept/']")).to_have_count(0)


def open_deal(page: Page) -> None:
    page.goto("/deals/")
    page.locator("main a.ttl", has_text=TITLE).first.click()
    page.locator("#contacts button").click()
    expect(page.locator("#contacts")).to_contain_text("0000-1234567")


def letters(folder: Path) -> list[EmailMessage]:
    """Every letter that the worker has written to disk."""
    found = [
        part for file in folder.glob("*.log") for part in re.split(rb"\n-{70,}\n", file.read_bytes()) if part.strip()
    ]
    return [message_from_bytes(part, policy=policy.default) for part in found]  # type: ignore[misc]


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's worker puts letters; asked for before the worker, which inherits the environment."""
    monkeypatch.setenv("EMAIL_FILE_PATH", str(tmp_path / "mail"))
    return tmp_path / "mail"


def test_it_walks_from_a_draft_to_a_deal(
    city: tuple[Organisation, Organisation], mail: Path, worker: Process, enter: Enter
) -> None:
    agency, reviewer, firm = (
        enter(f"{who}@city.example", factories.PASSWORD) for who in ("agency", "reviewer", "firm")
    )
    listing = write_and_submit(agency)
    approve_listing(reviewer, listing)
    run(reviewer)
    match = Match.objects.get(opportunity=listing, capability=Capability.objects.get(owner=city[1]))
    review_and_release(reviewer, match)
    accept(firm)
    accept(agency)
    deal = until(lambda: Deal.objects.filter(match=match).first(), what="the deal")
    open_deal(agency)

    found = {"opportunity": listing, "match": match, "deal": deal}
    for kind, verbs in VERBS.items():
        rows = Event.objects.about(kind, found[kind].public_id)
        assert [v for v in rows.order_by("id").values_list("verb", flat=True) if v in verbs] == verbs
    told = until(lambda: (sent := letters(mail)) and len(sent) >= 6 and sent, what="six letters")
    assert {str(m["To"]) for m in told} == {f"{who}@city.example" for who in ("agency", "reviewer", "firm")}
    assert len({str(m["Message-ID"]) for m in told}) == len(told)
