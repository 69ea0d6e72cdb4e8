"""Addresses of the pages that read everything."""

from django.urls import path, re_path

from insights import calendar_views, figures_views, guide_views, health, overview_views, portal, views

urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("search/suggest/", portal.suggest, name="search-suggest"),
    path("privacy/", guide_views.page, {"slug": "privacy"}, name="privacy"),
    path("accessibility/", guide_views.page, {"slug": "accessibility"}, name="accessibility"),
    path("help/", guide_views.index, name="help"),
    path("help/matching/", guide_views.matching, name="help-matching"),
    path("help/<slug:slug>/", guide_views.page, name="help-page"),
    path("help/<slug:slug>/seen/", guide_views.seen, name="help-seen"),
    path("desk/", views.desk, name="desk"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/key/", calendar_views.calendar_key, name="calendar-key"),
    re_path(r"^calendar/(?P<key>[0-9a-f]{32})\.ics$", calendar_views.calendar_feed, name="calendar-feed"),
    path("figures/", figures_views.figures, name="figures"),
    path("figures/sheet/", figures_views.figures_sheet, name="figures-sheet"),
    path("figures/list/<slug:what>/", figures_views.figures_list, name="figures-list"),
    path("overview/", overview_views.overview, name="overview"),
    path("overview/sheet/", overview_views.overview_sheet_file, name="overview-sheet"),
    path("overview/panel/<slug:name>/", overview_views.overview_panel, name="overview-panel"),
    path("overview/list/<slug:what>/", overview_views.overview_list, name="overview-list"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
api_urlpatterns: list[object] = []
