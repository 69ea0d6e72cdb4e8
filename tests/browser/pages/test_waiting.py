"""A page that needs what somebody else holds is answered in the end, and says so."""

import httpx
import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from tests.browser.pages.city import person

pytestmark = pytest.mark.django_db
# the web gives up after ten seconds
PATIENCE = 60


def test_a_page_that_waits_for_a_row_gives_up_and_says_so(city: None, web: str, signed_in: dict[str, str]) -> None:
    reader = person("agency")
    assert reader
    # this test's transaction stays open
    User.objects.select_for_update().get(pk=reader.pk)
    cookies = {settings.SESSION_COOKIE_NAME: signed_in["agency"]}
    with httpx.Client(base_url=web, cookies=cookies, timeout=PATIENCE) as browser:
        browser.get("/help/glossary/").raise_for_status()
        token = browser.cookies[settings.CSRF_COOKIE_NAME]
        answer = browser.post(reverse("help-seen", args=["glossary"]), headers={"X-CSRFToken": token})
    assert answer.status_code == 503
    assert "请过几秒再试" in answer.text
