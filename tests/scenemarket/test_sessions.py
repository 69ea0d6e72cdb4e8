"""A signed-in person goes on while Valkey is away."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import AgencyFactory, member


@pytest.mark.django_db
def test_it_reads_sessions_without_valkey(client: Client, settings: Any) -> None:
    client.force_login(member(AgencyFactory()))
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert client.get("/desk/").status_code == 200
