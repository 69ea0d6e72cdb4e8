"""Addresses of review, runs, suggestions and reasons."""

from typing import Any

from django.urls import path

from matching.api_urls import api_urlpatterns
from matching.views import fairness, learning, matches, release, review, runs, why, writing

urlpatterns: list[Any] = [
    path("review/", review.review, name="review"),
    path("review/bulk/", review.review_bulk, name="review-bulk"),
    path("review/undo/", review.review_undo_last, name="review-undo-last"),
    path("review/release/", release.review_release, name="review-release"),
    path("review/told/<slug:kind>/", release.review_told, name="review-told"),
    path("review/<public_id:public_id>/approve/", review.review_approve, name="review-approve"),
    path("review/<public_id:public_id>/exclude/", review.review_exclude, name="review-exclude"),
    path("review/<public_id:public_id>/undo/", review.review_undo, name="review-undo"),
    path("review/<public_id:public_id>/note/", review.review_note, name="review-note"),
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.run_start, name="run-start"),
    path("runs/<public_id:public_id>/", runs.run, name="run"),
    path("runs/<public_id:public_id>/against/<public_id:other_id>/", runs.run_compared, name="run-compared"),
    path("runs/<public_id:public_id>/again/", runs.run_again, name="run-again"),
    path("runs/<public_id:public_id>/release/", release.run_release, name="run-release"),
    path("runs/<public_id:public_id>/withdraw/", release.run_withdraw, name="run-withdraw"),
    path("runs/<public_id:public_id>/fairness/", fairness.run_fairness, name="run-fairness"),
    path("learning/", learning.learning, name="learning"),
    path("learning/train/", learning.train, name="learning-train"),
    path("learning/<public_id:public_id>/", learning.ranker, name="ranker"),
    path("learning/<public_id:public_id>/on/", learning.ranker_on, name="ranker-on"),
    path("learning/<public_id:public_id>/off/", learning.ranker_off, name="ranker-off"),
    path("matches/", matches.matches, name="matches"),
    path("matches/file/", matches.matches_file, name="matches-file"),
    path("matches/compare/", matches.compare, name="matches-compare"),
    path("matches/<public_id:public_id>/", matches.match, name="match"),
    path("matches/<public_id:public_id>/reply/", matches.match_reply, name="match-reply"),
    path("matches/<public_id:public_id>/accept/", matches.match_accept, name="match-accept"),
    path("matches/<public_id:public_id>/decline/", matches.match_decline, name="match-decline"),
    path("why/<public_id:opportunity_id>/", why.why_mine, name="why-mine"),
    path("why/of/<public_id:capability_id>/", why.why_ours, name="why-ours"),
    path("why/doors/<public_id:capability_id>/", why.doors, name="doors"),
    path("why/conditions/<public_id:opportunity_id>/", why.conditions, name="conditions"),
    path("why/<public_id:opportunity_id>/<public_id:capability_id>/", why.why, name="why"),
    path("why/<public_id:opportunity_id>/<public_id:capability_id>/invite/", why.invite, name="invite"),
    path("why/<public_id:opportunity_id>/<public_id:capability_id>/apply/", why.apply, name="apply"),
    path("writing/<slug:kind>/fit/", writing.fit, name="writing-fit-new"),
    path("writing/<slug:kind>/near/", writing.near, name="writing-near-new"),
    path("writing/<slug:kind>/apart/", writing.apart, name="writing-apart-new"),
    path("writing/<slug:kind>/<public_id:public_id>/fit/", writing.fit, name="writing-fit"),
    path("writing/<slug:kind>/<public_id:public_id>/near/", writing.near, name="writing-near"),
    path("writing/<slug:kind>/<public_id:public_id>/apart/", writing.apart, name="writing-apart"),
]
__all__ = ["api_urlpatterns", "urlpatterns"]
