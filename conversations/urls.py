"""Addresses of conversations. A thread carries the public id of its match."""

from typing import Any

from django.urls import path

from conversations import views
from conversations.api_urls import api_urlpatterns

urlpatterns: list[Any] = [
    path("messages/", views.conversations, name="conversations"),
    path("messages/reports/", views.message_reports, name="message-reports"),
    path("messages/reports/<public_id:public_id>/", views.message_report, name="message-report"),
    path("messages/<public_id:public_id>/", views.conversation, name="conversation"),
    path("messages/<public_id:public_id>/post/", views.message_post, name="message-post"),
    path("messages/<public_id:public_id>/files/<public_id:file_id>/", views.message_file, name="message-file"),
    path(
        "messages/<public_id:public_id>/<public_id:message_id>/withdraw/",
        views.message_withdraw,
        name="message-withdraw",
    ),
    path(
        "messages/<public_id:public_id>/<public_id:message_id>/report/",
        views.message_report_new,
        name="message-report-new",
    ),
]
__all__ = ["api_urlpatterns", "urlpatterns"]
