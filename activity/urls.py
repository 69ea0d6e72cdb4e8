"""Addresses of the inbox and the log."""

from typing import Any

from django.urls import path

from activity import live_views, views
from activity.api_urls import api_urlpatterns

urlpatterns: list[Any] = [
    path("live/", live_views.stream, name="live"),
    path("live/since/", live_views.since, name="live-since"),
    path("inbox/bell/", live_views.bell, name="inbox-bell"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox-read"),
    path("inbox/<public_id:public_id>/", views.inbox_open, name="inbox-open"),
    path("log/", views.log, name="log"),
]

__all__ = ["api_urlpatterns", "urlpatterns"]
