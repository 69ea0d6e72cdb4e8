"""What is looked at before anything starts."""

from typing import Any

from django.core.checks import CheckMessage, Error

from matching.engine.providers import Misconfigured
from matching.services import embedding


def embedding_can_be(**_: Any) -> list[CheckMessage]:
    """The settings of who embeds texts; a wrong one would otherwise only be seen by workers."""
    try:
        embedding.providers()
    except Misconfigured as error:
        return [Error(str(error), hint="README.md lists the variables.", id="matching.E001")]
    return []
