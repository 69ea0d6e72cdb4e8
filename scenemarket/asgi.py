"""The door for an ASGI server: pages run in threads as under WSGI, streams of /live/ wait in the event loop.

Why not Django's own ASGI handler: docs/decisions/0040.
"""

import asyncio
import logging
import os
from collections.abc import Iterable

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from scenemarket.pages import Pages, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
django_application = get_wsgi_application()

from django.db import Error, close_old_connections  # noqa: E402  (after the apps are loaded)

from activity import live  # noqa: E402
from activity.listening import Hub, Limits  # noqa: E402
from activity.live_views import OPEN_STREAMS, Ticket  # noqa: E402

LIVE = "/live/"
logger = logging.getLogger(__name__)


class Application:
    """One a process. `close` ends the open streams, so that the process can end."""

    def __init__(self) -> None:
        self.pages = Pages(django_application, threads=settings.WEB_THREADS, largest=settings.LARGEST_BODY)
        limits = Limits(settings.LIVE_PER_PERSON, settings.LIVE_PER_ADDRESS, check_seconds=settings.LIVE_CHECK_SECONDS)
        self.hub = Hub(settings.REDIS_URL, live.channel(), self._still_signed_in, limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == LIVE:
            await self._stream(scope, receive, send)
        else:
            await self.pages.answer(scope, receive, send)

    def close(self) -> None:
        """End the open streams: the process is about to end."""
        self.hub.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Django say who may listen and what was missed; if it says so, keep the answer open."""
        tickets: list[Ticket] = []
        found = await self.pages.answer(scope, receive, send, **{OPEN_STREAMS: tickets})
        if found is None:
            return
        status, headers, body = found
        full = bool(tickets) and not self.hub.room_for(_address(scope))
        if full:
            status, headers, body, tickets = 429, [(b"retry-after", b"60")], b"", []
        if tickets:
            headers = [(name, value) for name, value in headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": bool(tickets)})
        if tickets:
            await self._listen(tickets[0], _address(scope), receive, send)

    async def _listen(self, ticket: Ticket, address: str, receive: Receive, send: Send) -> None:
        async def write(words: bytes) -> None:
            await send({"type": "http.response.body", "body": words, "more_body": True})

        listener = self.hub.join(ticket.person, ticket.session, address)
        leaving = asyncio.create_task(_left(receive))
        leaving.add_done_callback(lambda _: listener.close())
        try:
            await listener.serve(write)
            await send({"type": "http.response.body", "body": b""})
        except (OSError, TimeoutError):
            logger.debug("a listener went away")
        finally:
            leaving.cancel()
            self.hub.leave(listener)

    async def _still_signed_in(self, sessions: Iterable[str]) -> set[str]:
        """Asked in a thread of the pages. While the database is away nobody is sent off."""
        return await asyncio.get_running_loop().run_in_executor(self.pages.pool, _still_signed_in, set(sessions))


def _still_signed_in(sessions: set[str]) -> set[str]:
    close_old_connections()
    try:
        return live.still_signed_in(sessions)
    except Error:
        return sessions
    finally:
        close_old_connections()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _address(scope: Scope) -> str:
    """Where the listener sits: the last word of a proxy counts only where there is a proxy."""
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    if settings.BEHIND_PROXY and told:
        return told[-1].rpartition(",")[2].strip()
    return (scope.get("client") or ("", 0))[0]


application = Application()
