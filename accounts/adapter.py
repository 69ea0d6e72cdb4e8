"""What allauth asks this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from rest_framework.authtoken.models import Token


class Adapter(DefaultAccountAdapter):
    def set_password(self, user: Any, password: str) -> None:
        """A new password ends what the old one opened: sessions end by their hash, the token of programs here."""
        super().set_password(user, password)
        Token.objects.filter(user=user).delete()
