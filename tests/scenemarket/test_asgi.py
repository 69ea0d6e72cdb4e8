"""The stream's door: who is let in, from where, and how many."""

from typing import Any

import pytest

from scenemarket.asgi import Application, _address
from tests import loops

SCOPE = {
    "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/live/", "raw_path": b"/live/",
    "query_string": b"", "server": ("127.0.0.1", 8000), "client": ("10.0.0.9", 4711), "headers": [(b"host", b"127.0.0.1")],
}  # fmt: skip


def scope(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {**SCOPE, "headers": [*SCOPE["headers"], *headers]}  # type: ignore[misc]


@pytest.mark.parametrize(("behind", "found"), [(False, "10.0.0.9"), (True, "8.8.8.8")])
def test_a_proxys_word_counts_only_where_there_is_a_proxy(settings: Any, behind: bool, found: str) -> None:
    settings.BEHIND_PROXY = behind
    assert _address(scope((b"x-forwarded-for", b"6.6.6.6, 8.8.8.8"))) == found


def stream(application: Application, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What the door says to one who asks and leaves at once."""
    said: list[dict[str, Any]] = []
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        said.append(message)

    async def run() -> None:
        await application(asked, receive, send)
        application.close()

    loops.run(run())
    return said


def ticketed(environ: Any, start_response: Any) -> list[bytes]:
    from activity.live_views import OPEN_STREAMS, Ticket

    environ[OPEN_STREAMS].append(Ticket(1, "session"))
    start_response("200 OK", [("Content-Type", "text/event-stream"), ("Content-Length", "5")])
    return [b"hello"]


def test_a_stream_has_no_length_and_ends_when_its_reader_leaves() -> None:
    application = Application()
    application.pages.application = ticketed
    said = stream(application, scope())
    assert b"content-length" not in dict(said[0]["headers"])
    assert (said[1]["body"], said[1]["more_body"], said[-1].get("more_body", False)) == (b"hello", True, False)
    assert application.hub.count == 0


def test_an_address_that_is_full_is_told_to_ask_later(settings: Any) -> None:
    settings.LIVE_PER_ADDRESS = 0
    application = Application()
    application.pages.application = ticketed
    said = stream(application, scope())
    assert (said[0]["status"], dict(said[0]["headers"])[b"retry-after"]) == (429, b"60")


def test_nobody_is_refused_by_the_view_and_not_kept() -> None:
    application = Application()
    application.pages.application = lambda environ, start: (start("401 Unauthorized", []), [b""])[1]
    said = stream(application, scope())
    assert (said[0]["status"], said[-1].get("more_body", False)) == (401, False)
