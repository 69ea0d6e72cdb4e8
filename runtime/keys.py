"""One secret of this installation, and the keys that are derived from it."""

import hashlib
import hmac
import secrets

from runtime.places import Var, write_private


def installation_secret(var: Var) -> str:
    """The secret in var/secret; made on first use, readable by its owner only."""
    if not var.secret.exists():
        write_private(var.secret, secrets.token_urlsafe(48))
    return var.secret.read_text(encoding="utf-8").strip()


def derived(secret: str, purpose: str) -> str:
    """A key for one purpose (64 hexadecimal digits), from which neither the secret nor another key can be told."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
