"""The signed address with which a receiver ends letters without signing in."""

from typing import Any

from django.core import signing

from activity import kinds

DIGEST = "together"
SALT = "activity.unsubscribing"


def token(person: Any, topic: str) -> str:
    """What the address carries: who, and what is to end: one of kinds.TOPICS, or DIGEST (all letters that gather)."""
    return signing.dumps([person.public_id, topic], salt=SALT)


def read(text: str) -> tuple[str, str]:
    """Public id and topic. Raises ValueError when we did not write it."""
    try:
        person, topic = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise ValueError("not ours") from error
    if topic != DIGEST and topic not in kinds.TOPICS:
        raise ValueError(f"no topic {topic}")
    return person, topic
