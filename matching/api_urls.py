"""The addresses of runs, matches and answers under /api/v1/."""

from django.urls import path

from matching import api

api_urlpatterns = [
    path("runs/", api.RunList.as_view(), name="api-runs"),
    path("runs/release/", api.Release.as_view(), name="api-release"),
    path("runs/<public_id:public_id>/", api.RunDetail.as_view(), name="api-run"),
    path("runs/<public_id:public_id>/again/", api.RunAgain.as_view(), name="api-run-again"),
    path("runs/<public_id:public_id>/withdraw/", api.RunWithdraw.as_view(), name="api-run-withdraw"),
    path("matches/", api.MatchList.as_view(), name="api-matches"),
    path("matches/invite/", api.Invite.as_view(), name="api-invite"),
    path("matches/apply/", api.Apply.as_view(), name="api-apply"),
    path("matches/<public_id:public_id>/", api.MatchDetail.as_view(), name="api-match"),
    path("matches/<public_id:public_id>/decision/", api.Decision.as_view(), name="api-decision"),
    path("matches/<public_id:public_id>/answer/", api.Reply.as_view(), name="api-answer"),
    path("answers/", api.AnswerList.as_view(), name="api-answers"),
    path(
        "why/<public_id:opportunity_id>/<public_id:capability_id>/",
        api.Why.as_view(),
        name="api-why",
    ),
]
