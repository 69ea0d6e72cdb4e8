"""Addresses of the pages that read everything."""

from django.urls import path

from insights import health, portal, views

urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("privacy/", portal.privacy, name="privacy"),
    path("accessibility/", portal.accessibility, name="accessibility"),
    path("desk/", views.desk, name="desk"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
api_urlpatterns: list[object] = []
