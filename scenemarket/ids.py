"""Ids that may stand in an address: random, so that nobody learns how many there are or guesses the next."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 12


def new_id() -> str:
    """Return 12 random characters (59 bits) without look-alikes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class PublicIdConverter:
    """URL converter `<id:public_id>`: a wrong shape is a 404 before any query."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)
