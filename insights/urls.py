"""Addresses of the pages that read everything."""

from django.urls import path

from insights import guide_views, health, portal, views

urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("privacy/", portal.privacy, name="privacy"),
    path("accessibility/", portal.accessibility, name="accessibility"),
    path("help/", guide_views.index, name="help"),
    path("help/matching/", guide_views.matching, name="help-matching"),
    path("help/<slug:slug>/", guide_views.page, name="help-page"),
    path("help/<slug:slug>/seen/", guide_views.seen, name="help-seen"),
    path("desk/", views.desk, name="desk"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
api_urlpatterns: list[object] = []
