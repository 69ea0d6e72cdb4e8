"""Addresses of this room."""

from typing import Any

from listings.routes import pages

urlpatterns = pages("opportunity", "opportunities")
api_urlpatterns: list[Any] = []
