"""The addresses of conversations under /api/v1/."""

from django.urls import path

from conversations import api

api_urlpatterns = [
    path("conversations/", api.ConversationList.as_view(), name="api-conversations"),
    path("conversations/<public_id:public_id>/messages/", api.Messages.as_view(), name="api-messages"),
    path("conversations/<public_id:public_id>/read/", api.Read.as_view(), name="api-messages-read"),
    path(
        "conversations/<public_id:public_id>/messages/<public_id:message_id>/withdraw/",
        api.Withdraw.as_view(), name="api-message-withdraw",
    ),
    path(
        "conversations/<public_id:public_id>/messages/<public_id:message_id>/report/",
        api.ReportNew.as_view(), name="api-message-report",
    ),
    path("message-reports/", api.ReportList.as_view(), name="api-message-reports"),
    path("message-reports/<public_id:public_id>/decide/", api.Decide.as_view(), name="api-message-report-decide"),
]  # fmt: skip
