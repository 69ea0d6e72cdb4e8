"""Conversations over the API."""

import pytest
from django.urls import reverse

from conversations.models import Message
from matching.models import Match
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


def test_it_posts_once_reads_and_lists(cast: Cast, match: Match) -> None:
    address = reverse("api-messages", args=[match.public_id])
    for _ in range(2):
        answer = cast.client("owner").post(address, {"text": "你好", "key": "a1"}, content_type="application/json")
        assert answer.status_code == 201
    assert Message.objects.count() == 1
    listed = cast.client("counterpart").get(reverse("api-conversations")).json()["results"]
    assert [(row["match"], row["unread"]) for row in listed] == [(match.public_id, 1)]
    assert cast.client("counterpart").post(reverse("api-messages-read", args=[match.public_id])).status_code == 204
    assert cast.client("owner").get(address).json()[0]["read"] is True


def test_it_answers_429_to_who_writes_too_fast(cast: Cast, match: Match) -> None:
    address, client = reverse("api-messages", args=[match.public_id]), cast.client("owner")
    codes = [
        client.post(address, {"text": "x", "key": f"k{n}"}, content_type="application/json").status_code
        for n in range(11)
    ]
    assert codes == [201] * 10 + [429]
