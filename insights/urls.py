"""Addresses of the pages that read everything."""

from django.urls import path

from insights import health, portal

urlpatterns = [
    path("", portal.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
api_urlpatterns: list[object] = []
