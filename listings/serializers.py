"""What listings look like over the API, and what can be written. Contacts go only to those who may see them."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.permissions import can
from accounts.roles import May
from codelists import names
from listings import access
from listings.states import CloseReason


class ReturnRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class CloseRequest(serializers.Serializer[Any]):
    reason = serializers.ChoiceField([CloseReason.MATCHED, CloseReason.WITHDRAWN])


class OwnerSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    verified = serializers.BooleanField(source="is_verified")


class ListingSerializer(serializers.ModelSerializer[Any]):
    """Content of one kind. `codes` names the code list of each coded field, `amounts` the two ends of a range."""

    codes: ClassVar[dict[str, str]] = {"field": "field", "policy": "policy"}
    amounts: ClassVar[tuple[str, str]] = ("", "")
    CONTACTS: ClassVar[tuple[str, ...]] = ("contact_name", "contact_phone")
    INSIDE: ClassVar[tuple[str, ...]] = ("return_reason",)
    SHOWN: ClassVar[tuple[str, ...]] = (
        "id", "number", "url", "owner", "city", "state", "close_reason", "version", "batch", "programme", "published_at", "updated_at",
        "closed_at", "return_reason",
    )  # fmt: skip

    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    owner = OwnerSerializer(read_only=True)
    batch: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    programme: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    version = serializers.IntegerField(
        required=False, min_value=1, help_text=_("The version that was read; 409 when it is not the newest.")
    )
    updated_at = serializers.DateTimeField(
        required=False, help_text=_("As it was read; 409 when somebody has saved since.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        faults = {
            name: [_("This code is not in its list.")] for name in self.codes if not self._known(name, attrs.get(name))
        }
        low, high = (attrs.get(name, getattr(self.instance, name, None)) for name in self.amounts)
        if low is not None and high is not None and high < low:
            faults[self.amounts[1]] = [
                _("The upper end is below the lower end; give it as 280 to 350, or leave one empty.")
            ]
        if faults:
            raise serializers.ValidationError(faults)
        if self.instance is None:
            attrs.pop("version", None)
            attrs.pop("updated_at", None)
        return attrs

    def _known(self, name: str, value: Any) -> bool:
        wanted = value if isinstance(value, list) else [value] if value else []
        return not wanted or set(wanted) <= set(names.codes(self.codes[name]))

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        user = self.context["request"].user
        hidden = () if access.sees_contacts(user, instance) else self.CONTACTS
        inside = can(user, May.SEE, organisation=instance.owner_id) or can(
            user, May.REVIEW_LISTINGS, city=instance.city
        )
        for name in (*hidden, *(() if inside else self.INSIDE)):
            shown.pop(name, None)
        return shown


@extend_schema_field({"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": 20})
class WordsField(serializers.ListField):
    """Up to 20 short words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=120), max_length=20, required=False, **options)
