"""Matches, runs and answers as JSON; ids are public ids, and a firm's name stays closed until both have agreed."""

from typing import Any

from rest_framework import serializers

from matching.access import reviewed_cities, sees_owner
from matching.models import Answer, Match, MatchRun
from matching.states import Side

# of other listings they tell something too
FOR_REVIEWERS = ("score_before", "rank_for_opportunity", "rank_for_capability", "conflict")


class RunSerializer(serializers.ModelSerializer[MatchRun]):
    id = serializers.CharField(source="public_id", read_only=True)
    number = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = MatchRun
        fields = [
            "id", "number", "city", "origin", "state", "engine_version", "model_id", "engine_settings", "opportunities",
            "capabilities", "proposed", "at", "started_at", "ready_at", "released_at", "failure",
        ]  # fmt: skip
        read_only_fields = [f for f in fields if f != "city"]


class PartSerializer(serializers.Serializer[Any]):
    """One part of the score; the parts add up to it."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the stubs keep Field.label in its way
    earned = serializers.FloatField(allow_null=True)
    possible = serializers.FloatField()
    known = serializers.BooleanField()


class ReasonSerializer(serializers.Serializer[Any]):
    """One sentence for, against, or about what is unknown, with the characters of both texts that it rests on."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=["for", "against", "unknown"])
    sentence = serializers.CharField()
    points = serializers.FloatField(allow_null=True)
    in_need = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    in_offer = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    in_need_title = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    in_offer_title = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class FacetSerializer(serializers.Serializer[Any]):
    """What was asked, what is offered, how that stands in a few words, and whether it speaks for or against the pair."""

    item = serializers.CharField()
    asked = serializers.CharField()
    offered = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["met", "barred", "unknown", "close"])
    words = serializers.CharField()
    kind = serializers.ChoiceField(choices=["for", "against", "unknown"])


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why, why not, and what is unknown, for one pair."""

    score = serializers.FloatField()
    eligible = serializers.BooleanField(allow_null=True)
    barred_by = serializers.ListField(child=serializers.CharField())
    parts = PartSerializer(many=True)
    reasons = ReasonSerializer(many=True)
    facets = FacetSerializer(many=True)
    need_text = serializers.CharField()
    offer_text = serializers.CharField()


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    """One side's answer; the reason is only for the own side and the reviewer (see MatchSerializer)."""

    id = serializers.CharField(source="public_id", read_only=True)
    match = serializers.SlugRelatedField[Match](slug_field="public_id", read_only=True)

    class Meta:
        model = Answer
        fields = ["id", "match", "side", "state", "pushed_at", "due_at", "answered_at"]


class ListingBrief(serializers.Serializer[Any]):
    """A listing in one line; `owner` is null while the name is closed to the reader."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    version = serializers.IntegerField()
    owner = serializers.CharField(allow_null=True)


class MatchSerializer(serializers.ModelSerializer[Match]):
    id = serializers.CharField(source="public_id", read_only=True)
    run = serializers.SlugRelatedField[MatchRun](slug_field="public_id", read_only=True)
    opportunity = serializers.SerializerMethodField()
    capability = serializers.SerializerMethodField()
    answers = AnswerSerializer(many=True, read_only=True)

    class Meta:
        model = Match
        fields = [
            "id", "state", "origin", "run", "score", "score_before", "rank_for_opportunity", "rank_for_capability",
            "eligible", "barred_by", "conflict", "note", "opportunity", "capability", "answers", "pushed_at", "agreed_at",
        ]  # fmt: skip

    def to_representation(self, match: Match) -> dict[str, Any]:
        """How a pair ranks, and whether both sides belong together, is for those who review it: null for both sides."""
        found: dict[str, Any] = super().to_representation(match)
        if match.opportunity.city not in reviewed_cities(self.context["request"].user):
            found |= dict.fromkeys(FOR_REVIEWERS)
        return found

    def get_opportunity(self, match: Match) -> dict[str, Any]:
        return self._brief(match, Side.OPPORTUNITY)

    def get_capability(self, match: Match) -> dict[str, Any]:
        return self._brief(match, Side.CAPABILITY)

    def _brief(self, match: Match, side: str) -> dict[str, Any]:
        listing = match.listing(side)
        named = sees_owner(self.context["request"].user, match, side)
        return {
            "id": listing.public_id, "title": listing.title, "version": listing.version,
            "owner": listing.owner.name if named else None,
        }  # fmt: skip


class StartSerializer(serializers.Serializer[Any]):
    city = serializers.CharField(max_length=12)


class ReleaseSerializer(serializers.Serializer[Any]):
    city = serializers.CharField(max_length=12)
    run = serializers.CharField(max_length=12, required=False)


class CountSerializer(serializers.Serializer[Any]):
    """How many pairs a step was about."""

    count = serializers.IntegerField()


class WithdrawSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer[Any]):
    """approve (with `note`), exclude (with `exclusion`, a code, and `reason`), or undo."""

    decision = serializers.ChoiceField(choices=["approve", "exclude", "undo"])
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    exclusion = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ReplySerializer(serializers.Serializer[Any]):
    """accept, or decline with `reason` (a code of that side's list); `words` are optional, except for “other”."""

    answer = serializers.ChoiceField(choices=["accept", "decline"])
    reason = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ComeFirstSerializer(serializers.Serializer[Any]):
    """Invite this firm, or apply for this opportunity."""

    opportunity = serializers.CharField(max_length=12)
    capability = serializers.CharField(max_length=12)
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
