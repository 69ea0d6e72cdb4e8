"""The addresses of the inbox under /api/v1/."""

from django.urls import path

from activity import api

api_urlpatterns = [
    path("inbox/", api.Inbox.as_view(), name="api-inbox"),
    path("inbox/read/", api.InboxRead.as_view(), name="api-inbox-read"),
]
