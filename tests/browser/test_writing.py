"""Writing with the keyboard alone: work saves itself, the panel answers, steps are turned, unsaved work is found again."""

import pytest
from playwright.sync_api import Page, expect

from codelists import services as codelists
from listings.models import SavedDraft
from tests import factories
from tests.browser.conftest import Enter
from tests.workers import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(enter: Enter) -> Page:
    codelists.load()
    factories.member(factories.AgencyFactory(name="湖城市水务局"), email="agency@city.example", name="林知夏")
    return enter("agency@city.example", factories.PASSWORD)


def test_it_is_written_with_the_keyboard_and_found_again(page: Page) -> None:
    page.goto("/opportunities/new/")
    page.locator("#id_title").focus()
    page.keyboard.type("管网巡检")
    page.keyboard.press("Tab")
    page.keyboard.type("老城区管网较多，需要提升巡检效率。")
    expect(page.locator("#advice q")).to_have_text("需要提升巡检效率")
    page.locator('#matter .turn a[href="#offer"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#offer h2")).to_be_focused()
    expect(page.locator("#matter")).to_be_hidden()
    expect(page.locator('#steps li[aria-current="step"] a')).to_have_attribute("href", "#offer")
    until(
        lambda: SavedDraft.objects.filter(data__summary__0="老城区管网较多，需要提升巡检效率。").exists(),
        what="the saving",
    )
    page.goto("/mine/")
    page.locator(".unfinished a.s-btn").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_title")).to_have_value("管网巡检")


def test_a_save_that_fails_is_said_kept_and_made_up_for(page: Page) -> None:
    page.goto("/opportunities/new/")
    page.context.set_offline(True)
    page.locator("#id_title").focus()
    page.keyboard.type("没有连接")
    expect(page.locator("[data-saved]")).to_have_text(page.locator("[data-saved]").get_attribute("data-failed") or "")
    assert "没有连接" in page.evaluate("Object.values(localStorage).join()")
    page.context.set_offline(False)
    until(lambda: SavedDraft.objects.filter(data__title__0="没有连接").exists(), what="the second try")
    expect(page.locator("[data-saved]")).not_to_have_class("saved ha")
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('writing:')).length") == 0
