"""What allauth asks this house."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from rest_framework.authtoken.models import Token

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords stand in the log; %r, so that nothing typed can begin a line of its own."""
        logger.warning("sign-in refused for %r from %s", credentials.get("email", ""), self.get_client_ip(request))

    def set_password(self, user: Any, password: str) -> None:
        """A new password ends what the old one opened: sessions end by their hash, the token of programs here."""
        super().set_password(user, password)
        Token.objects.filter(user=user).delete()
