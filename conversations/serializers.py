"""The shapes of conversations over the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.models import Report
from conversations.states import REPORT_MOVES, ReportReason, ReportState


class ConversationSerializer(serializers.Serializer[Any]):
    """One row of the list; `match` is the public id that the thread's address carries."""

    match = serializers.CharField(source="match.public_id")
    side = serializers.CharField(source="across", help_text=_("the other side: `opportunity` or `capability`"))
    name = serializers.CharField(help_text=_("what the other side may be called before the caller"))
    listing = serializers.CharField(source="own.public_id", help_text=_("the own listing"))
    other_listing = serializers.CharField(source="their.public_id")
    unread = serializers.IntegerField()
    last_at = serializers.DateTimeField(source="conversation.last_at")


class FileSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    size = serializers.IntegerField(help_text=_("bytes"))


class MessageSerializer(serializers.Serializer[Any]):
    """A message as the caller may see it; one that was taken back or hidden has no text."""

    id = serializers.CharField(source="message.public_id")
    side = serializers.CharField()
    by = serializers.CharField(source="person", help_text=_("empty until people are named"))
    at = serializers.DateTimeField(source="message.at")
    text = serializers.SerializerMethodField()
    files = FileSerializer(many=True)
    mine = serializers.BooleanField()
    read = serializers.BooleanField(help_text=_("read by the other side"))
    withdrawn = serializers.SerializerMethodField()
    hidden = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField())
    def get_text(self, item: dict[str, Any]) -> str:
        return item["message"].text if item["shown"] else ""

    @extend_schema_field(serializers.BooleanField())
    def get_withdrawn(self, item: dict[str, Any]) -> bool:
        return item["message"].withdrawn_at is not None

    @extend_schema_field(serializers.BooleanField())
    def get_hidden(self, item: dict[str, Any]) -> bool:
        return item["message"].hidden_at is not None


class PostSerializer(serializers.Serializer[Any]):
    """`key` is the caller's own: the same key posts once, however often the call is repeated."""

    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    key = serializers.CharField(max_length=36)
    files = serializers.ListField(child=serializers.FileField(), required=False, default=list)


class ReportNewSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=ReportReason.choices)
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ReportSerializer(serializers.ModelSerializer[Report]):
    id = serializers.CharField(source="public_id")
    match = serializers.CharField(source="message.conversation.match.public_id")
    text = serializers.CharField(source="message.text")

    class Meta:
        model = Report
        fields = ["id", "match", "text", "reason", "words", "at", "state", "decision", "decided_at"]


class ReportDecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(
        choices=[(s.value, s.label) for s in ReportState if s in REPORT_MOVES[ReportState.WAITING]]
    )
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
