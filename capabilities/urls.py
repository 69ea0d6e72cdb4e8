"""Addresses of this room."""

from typing import Any

from listings.routes import pages

urlpatterns = pages("capability", "capabilities")
api_urlpatterns: list[Any] = []
