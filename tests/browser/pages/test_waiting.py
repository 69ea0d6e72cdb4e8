"""A page that needs what somebody else holds is answered in the end, and says so."""

import urllib.error
import urllib.request

import pytest
from django.conf import settings

from conversations.thread_page import waits_since
from tests.browser.pages.city import client, person

pytestmark = pytest.mark.django_db
# the web gives up after ten seconds
PATIENCE = 60


def test_a_page_that_waits_for_a_row_gives_up_and_says_so(city: None, web: str, signed_in: dict[str, str]) -> None:
    reader = person("agency")
    assert reader
    talk = waits_since(reader).first()
    assert talk
    # noted by this test's transaction, which stays open
    client("agency").get(talk.get_absolute_url())
    cookie = f"{settings.SESSION_COOKIE_NAME}={signed_in['agency']}"
    asked = urllib.request.Request(
        web + talk.get_absolute_url(), headers={"Cookie": cookie, "Accept-Language": "zh-hans"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=PATIENCE)
    assert refused.value.code == 503
    assert "请过几秒再试" in refused.value.read().decode()
