"""Runs, matches, decisions and answers over the API, through the same services as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import SignedInCall
from listings.access import listing_read
from matching import serializers as shapes
from matching.access import match_answer, match_read, match_review, run_read, runs_visible, visible
from matching.filters import AnswerFilter, MatchFilter, RunFilter
from matching.models import Answer, Match, MatchRun
from matching.services import answers, release, review, runs
from matching.services.explain import Explanation, explain


class Members(APIView):
    """Nothing here is for visitors."""

    request: SignedInCall

    permission_classes = (IsAuthenticated,)

    def given(self, shape: type[Any], request: SignedInCall) -> dict[str, Any]:
        """The checked body; a fault is a 422 that names the field."""
        body = shape(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


@extend_schema(summary=_("Runs of the cities that you review"), tags=["runs"])
class RunList(Members, generics.ListAPIView[MatchRun]):
    """Runs of the cities that the caller reviews; POST starts one (409 while one is under way)."""

    serializer_class = shapes.RunSerializer
    filterset_class = RunFilter
    queryset = MatchRun.objects.none()

    def get_queryset(self) -> QuerySet[MatchRun]:
        return runs_visible(self.request.user)

    @extend_schema(
        summary=_("Start a run; 409 while one is under way"),
        request=shapes.StartSerializer,
        responses={201: shapes.RunSerializer},
    )
    def post(self, request: SignedInCall) -> Response:
        run = runs.start_run(by=request.user, **self.given(shapes.StartSerializer, request))
        return Response(shapes.RunSerializer(run).data, status=status.HTTP_201_CREATED)


@extend_schema(summary=_("One run with its settings and counts"), tags=["runs"])
class RunDetail(Members, generics.RetrieveAPIView[MatchRun]):
    """One run with its settings and counts."""

    serializer_class = shapes.RunSerializer
    queryset = MatchRun.objects.none()

    def get_object(self) -> MatchRun:
        return run_read(self.request.user, self.kwargs["public_id"])


@extend_schema(
    summary=_("Repeat the steps of a failed run that were set aside"),
    tags=["runs"],
    request=None,
    responses=shapes.RunSerializer,
)
class RunAgain(Members):
    """Repeat the steps of a failed run that were set aside."""

    def post(self, request: SignedInCall, public_id: str) -> Response:
        run = run_read(request.user, public_id)
        runs.try_again(run, by=request.user)
        return Response(shapes.RunSerializer(run).data)


@extend_schema(
    summary=_("Take a released run back; both sides of what is not yet agreed are told"),
    tags=["runs"],
    request=shapes.WithdrawSerializer,
    responses=shapes.CountSerializer,
)
class RunWithdraw(Members):
    """Take a released run back; both sides of what is not yet agreed are told."""

    def post(self, request: SignedInCall, public_id: str) -> Response:
        run = run_read(request.user, public_id)
        count = release.withdraw(run, by=request.user, **self.given(shapes.WithdrawSerializer, request))
        return Response({"count": count})


@extend_schema(
    summary=_("Push every approved pair of a city, or of one run, to both sides"),
    tags=["runs"],
    request=shapes.ReleaseSerializer,
    responses=shapes.CountSerializer,
)
class Release(Members):
    """Push every approved pair of a city, or of one run, to both sides."""

    def post(self, request: SignedInCall) -> Response:
        given = self.given(shapes.ReleaseSerializer, request)
        run = run_read(request.user, given["run"]) if given.get("run") else None
        return Response({"count": release.release(city=given["city"], by=request.user, run=run)})


@extend_schema(
    summary=_("Pairs put before your organisation, and all pairs of the cities that you review"), tags=["matches"]
)
class MatchList(Members, generics.ListAPIView[Match]):
    """Pairs put before the caller's organisation, and all pairs of the cities that the caller reviews."""

    serializer_class = shapes.MatchSerializer
    filterset_class = MatchFilter
    queryset = Match.objects.none()

    def get_queryset(self) -> QuerySet[Match]:
        return visible(self.request.user).whole()


@extend_schema(summary=_("One pair"), tags=["matches"])
class MatchDetail(Members, generics.RetrieveAPIView[Match]):
    """One pair."""

    serializer_class = shapes.MatchSerializer
    queryset = Match.objects.none()

    def get_object(self) -> Match:
        return match_read(self.request.user, self.kwargs["public_id"])


class OneMatch(Members):
    """Answers with the match as it is after the step."""

    def answer(self, match: Match, code: int = status.HTTP_200_OK) -> Response:
        whole = match_read(self.request.user, match.public_id)
        return Response(shapes.MatchSerializer(whole, context={"request": self.request}).data, status=code)


@extend_schema(
    summary=_("Approve a pair, exclude it, or take a decision back"),
    tags=["matches"],
    request=shapes.DecisionSerializer,
    responses=shapes.MatchSerializer,
)
class Decision(OneMatch):
    """The reviewer approves, excludes, or takes a decision back."""

    def post(self, request: SignedInCall, public_id: str) -> Response:
        match = match_review(request.user, public_id)
        given = self.given(shapes.DecisionSerializer, request)
        if given["decision"] == "approve":
            review.approve(match, by=request.user, note=given["note"] or None)
        elif given["decision"] == "exclude":
            review.exclude(match, by=request.user, exclusion=given["exclusion"], reason=given["reason"])
        else:
            review.undo(match, by=request.user)
        return self.answer(match)


@extend_schema(
    summary=_("Accept or decline for your side"),
    tags=["answers"],
    request=shapes.ReplySerializer,
    responses=shapes.MatchSerializer,
)
class Reply(OneMatch):
    """The caller's side accepts or declines."""

    def post(self, request: SignedInCall, public_id: str) -> Response:
        match, side = match_answer(request.user, public_id)
        given = self.given(shapes.ReplySerializer, request)
        said = {"side": side, "by": request.user, "words": given["words"]}
        if given["answer"] == "accept":
            answers.accept(match, **said)
        else:
            answers.decline(match, reason=given["reason"], **said)
        return self.answer(match)


class ComeFirst(OneMatch):
    """One side puts a pair forward by itself."""

    def put_forward(self, request: SignedInCall, service: Any) -> Response:
        given = self.given(shapes.ComeFirstSerializer, request)
        opportunity = listing_read(request.user, "opportunity", given["opportunity"])
        capability = listing_read(request.user, "capability", given["capability"])
        match = service(opportunity=opportunity, capability=capability, by=request.user, words=given["words"])
        return self.answer(match, status.HTTP_201_CREATED)


@extend_schema(
    summary=_("Invite a firm for an opportunity; your own answer is yes"),
    tags=["answers"],
    request=shapes.ComeFirstSerializer,
    responses={201: shapes.MatchSerializer},
)
class Invite(ComeFirst):
    """The opportunity's side invites a firm; its own answer is yes."""

    def post(self, request: SignedInCall) -> Response:
        return self.put_forward(request, answers.invite)


@extend_schema(
    summary=_("Apply for an opportunity with a capability; your own answer is yes"),
    tags=["answers"],
    request=shapes.ComeFirstSerializer,
    responses={201: shapes.MatchSerializer},
)
class Apply(ComeFirst):
    """The capability's side applies; its own answer is yes."""

    def post(self, request: SignedInCall) -> Response:
        return self.put_forward(request, answers.apply)


@extend_schema(summary=_("What your organisation is asked and what it said, the soonest due first"), tags=["answers"])
class AnswerList(Members, generics.ListAPIView[Answer]):
    """What the caller's organisation is asked, and what it said; soonest due first."""

    serializer_class = shapes.AnswerSerializer
    filterset_class = AnswerFilter
    queryset = Answer.objects.none()

    def get_queryset(self) -> QuerySet[Answer]:
        return (
            Answer.objects.asked_of(self.request.user.organisation_ids).select_related("match").order_by("due_at", "pk")
        )


@extend_schema(
    summary=_("Why, why not and what is unknown, for any two listings that you may read"),
    tags=["matches"], responses=shapes.ExplanationSerializer,
    parameters=[OpenApiParameter(n, str, OpenApiParameter.PATH) for n in ("opportunity_id", "capability_id")],
)  # fmt: skip
class Why(Members):
    """Why, why not, and what is unknown: for any two listings that the caller may read."""

    def get(self, request: SignedInCall, opportunity_id: str, capability_id: str) -> Response:
        opportunity = listing_read(request.user, "opportunity", opportunity_id)
        capability = listing_read(request.user, "capability", capability_id)
        told: Explanation = explain(opportunity, capability)
        return Response(shapes.ExplanationSerializer(told).data)
