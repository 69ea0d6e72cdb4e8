"""The WSGI application inside an ASGI server: its requests run in a fixed number of threads.

Each thread keeps its database connection from request to request, as under a WSGI server. A body is taken in whole
before a thread is used, so a slow sender holds none; an answer of usual size is handed over whole.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any
from urllib.parse import unquote_to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

IN_MEMORY = 256 * 1024
SLOWEST_READER_SECONDS = 60


class TooLarge(Exception):
    """The body is larger than any page takes."""


class Left(Exception):
    """The sender has gone away before the body was whole."""


@dataclass
class Answer:
    """Status, headers, the beginning of the body (all of it, when `rest` is None), and what else the view left behind."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    rest: Iterator[bytes] | None = None

    def begin(self, status: str, headers: list[tuple[str, str]], fault: Any = None) -> Callable[[bytes], Any]:
        """WSGI's start_response."""
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
        return self._write

    def _write(self, data: bytes) -> None:
        self.body += data


class Pages:
    """Runs a WSGI application for an ASGI server. `threads` requests at once; a body has at most `largest` bytes."""

    def __init__(self, application: Any, *, threads: int, largest: int) -> None:
        self.application = application
        self.largest = largest
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def answer(
        self, scope: Scope, receive: Receive, send: Send, **more: Any
    ) -> tuple[int, Headers, bytes] | None:
        """Answer a request; out: nothing, or status, headers and body where `more` (for the environ) was given."""
        try:
            body = await self._body(scope, receive)
        except Left:
            return None
        except TooLarge:
            await _say(send, 413, [(b"content-type", b"text/plain"), (b"connection", b"close")], b"Too large.")
            return None
        with body:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self.pool, self._run, environ_of(scope, body) | more)
            if more:
                return found.status, found.headers, found.body
            await _say(send, found.status, found.headers, found.body, more=found.rest is not None)
            if found.rest is not None:
                await loop.run_in_executor(self.pool, _hand_over, found.rest, loop, send)
                await send({"type": "http.response.body", "body": b""})
        return None

    def _run(self, environ: dict[str, Any]) -> Answer:
        """In a thread: ask the application, and take what fits into memory."""
        answer = Answer()
        result = self.application(environ, answer.begin)
        taken, chunks = [answer.body], iter(result)
        size = 0
        try:
            for chunk in chunks:
                taken.append(chunk)
                size += len(chunk)
                if size > IN_MEMORY:
                    answer.rest = _closing(chunks, result)
                    break
        finally:
            if answer.rest is None:
                _close(result)
        answer.body = b"".join(taken)
        return answer

    async def _body(self, scope: Scope, receive: Receive) -> IO[bytes]:
        """The whole body, on disk when it is large."""
        body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (the caller closes it)
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise Left
            data = message.get("body", b"")
            size += len(data)
            if size > self.largest:
                body.close()
                raise TooLarge
            body.write(data)
            more = message.get("more_body", False)
        body.seek(0)
        return body


def _close(result: Any) -> None:
    if hasattr(result, "close"):
        result.close()


def _closing(chunks: Iterable[bytes], result: Any) -> Iterator[bytes]:
    try:
        yield from chunks
    finally:
        _close(result)


def _hand_over(rest: Iterator[bytes], loop: asyncio.AbstractEventLoop, send: Send) -> None:
    """In a thread: send the rest of a large answer as fast as its reader takes it."""
    try:
        for piece in _pieces(rest):
            sending = asyncio.run_coroutine_threadsafe(_more(send, piece), loop)
            sending.result(SLOWEST_READER_SECONDS)
    finally:
        rest.close()  # type: ignore[attr-defined]


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of a size that is worth a hand-over."""
    taken, size = [], 0
    for chunk in chain(chunks, [None]):
        if chunk is not None:
            taken.append(chunk)
            size += len(chunk)
        if taken and (chunk is None or size > IN_MEMORY // 4):
            yield b"".join(taken)
            taken, size = [], 0


async def _more(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _say(send: Send, status: int, headers: Headers, body: bytes, *, more: bool = False) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})


def environ_of(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """The request as a WSGI application reads it."""
    server, client = scope.get("server") or ("", 80), scope.get("client") or ("", 0)
    path = scope.get("raw_path")
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": (unquote_to_bytes(path) if path else scope["path"].encode()).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        # X_Forwarded_For would be read as X-Forwarded-For, which only a proxy may say
        if b"_" in name:
            continue
        _add_header(found, name.decode("latin-1"), value.decode("latin-1"))
    return found


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value
