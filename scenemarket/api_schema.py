"""The API's schema as drf-spectacular writes it, once for each language of the interface."""

from threading import Lock
from typing import Any

from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator

from scenemarket.figures import speaks_chinese

# The writer keeps what it has met in its modules: two at once mix languages, and the first two at once fail.
_writing = Lock()
_written: dict[str, dict[str, Any]] = {}


def language() -> str:
    """The reader's, of the two that the interface has."""
    return "zh-hans" if speaks_chinese() else "en"


class OnceForEachLanguage(SchemaGenerator):
    """Writes one schema at a time and keeps it; it says the same to everybody, so neither the request nor rights count."""

    def get_schema(self, request: Any = None, public: bool = True) -> dict[str, Any]:
        """OpenAPI 3.1 as plain data, with the words of the reader's language."""
        spoken = language()
        with _writing:
            if spoken not in _written:
                with override(spoken):
                    _written[spoken] = dict(super().get_schema(request=None, public=True))
        return _written[spoken]
