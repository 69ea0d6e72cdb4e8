"""WSGI pages inside an ASGI server: requests arrive whole, answers leave whole, threads keep their own."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scenemarket.pages import Pages, environ_of
from tests import loops

SCOPE = {
    "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/ä b/", "raw_path": b"/%C3%A4%20b/",
    "query_string": b"q=%E5%9C%BA", "server": ("127.0.0.1", 8000), "client": ("10.0.0.9", 4711),
    "headers": [(b"host", b"x"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"content-length", b"4"), (b"x-twice", b"1"), (b"x-twice", b"2")],
}  # fmt: skip


def ask(
    application: Any, *sent: bytes, largest: int = 1_000_000, scope: Any = None
) -> tuple[int, dict[bytes, bytes], list[bytes]]:
    """Run one request; out: status, headers, the bodies as they were sent."""
    said: list[Any] = []
    pieces = [{"type": "http.request", "body": body, "more_body": True} for body in sent]
    messages = iter([*pieces, {"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        said.append(message)

    pages = Pages(application, threads=2, largest=largest)
    loops.run(pages.answer(scope or dict(SCOPE), receive, send))
    return said[0]["status"], dict(said[0]["headers"]), [message["body"] for message in said[1:]]


def plain(body: Callable[[Any], list[bytes] | Iterator[bytes]]) -> Any:
    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("X-One", "1")])
        return body(environ)

    return application


def test_it_hands_the_request_over_as_a_wsgi_server_does() -> None:
    environ = environ_of(dict(SCOPE), None)  # type: ignore[arg-type]
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/ä b/"
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_TWICE"]) == ("a=1; b=2", "1,2")
    assert (environ["CONTENT_LENGTH"], environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("4", "10.0.0.9", "8000")


def test_it_takes_a_body_in_pieces_and_answers_in_one() -> None:
    status, headers, bodies = ask(plain(lambda environ: [environ["wsgi.input"].read(), b"!"]), b"ab", b"cd")
    assert (status, headers[b"x-one"], bodies) == (200, b"1", [b"abcd!"])


def test_it_takes_no_more_than_the_largest_body() -> None:
    status, _, _ = ask(plain(lambda environ: [b"reached"]), b"x" * 600, b"x" * 600, largest=1000)
    assert status == 413


def test_it_streams_what_is_too_large_for_memory_and_closes_it() -> None:
    closed: list[bool] = []

    def many(environ: Any) -> Iterator[bytes]:
        try:
            yield from (b"x" * 50_000 for _ in range(40))
        finally:
            closed.append(True)

    _, _, bodies = ask(plain(many))
    assert len(b"".join(bodies)) == 2_000_000
    assert len(bodies) > 5
    assert closed == [True]


def test_it_lets_go_of_a_sender_that_left() -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError

    reached: list[Any] = []
    pages = Pages(plain(lambda environ: reached), threads=1, largest=10)
    assert loops.run(pages.answer(dict(SCOPE), receive, send)) is None


def test_it_uses_its_own_few_threads() -> None:
    seen: set[str] = set()
    ask(plain(lambda environ: [seen.add(threading.current_thread().name) or b""]))
    assert [name.startswith("page") for name in seen] == [True]


def test_it_passes_a_fault_on_to_the_server() -> None:
    with pytest.raises(ZeroDivisionError):
        ask(plain(lambda environ: [1 // 0]))  # type: ignore[list-item]


def test_it_closes_an_answer_that_breaks_off() -> None:
    closed: list[bool] = []

    class Broken:
        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            raise ValueError("broken")

        def close(self) -> None:
            closed.append(True)

    with pytest.raises(ValueError, match="broken"):
        ask(plain(lambda _: Broken()))  # type: ignore[arg-type,return-value]
    assert closed == [True]


def test_it_hears_no_header_that_only_looks_like_a_proxys() -> None:
    headers = [(b"x-forwarded-proto", b"http"), (b"x_forwarded_proto", b"https")]
    environ = environ_of({**SCOPE, "headers": headers}, None)  # type: ignore[arg-type]
    assert environ["HTTP_X_FORWARDED_PROTO"] == "http"
