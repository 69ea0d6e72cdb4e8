"""The listeners of one process: who hears what, who must leave, what a broker that is away does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import redis
from django.conf import settings

from activity.listening import BEAT, MOST_WAITING, Hub, Limits, Listener
from activity.live import Change
from tests import loops

CHANNEL = "live:test-listening"


async def everybody(sessions: Iterable[str]) -> set[str]:
    return set(sessions)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def words(listener: Listener) -> str:
    return b"".join(listener.waiting).decode()


def with_hub(test: Callable[[Hub], Awaitable[None]], url: str = "", **limits: Any) -> None:
    """Run `test` with a hub of its own, which is closed after it."""

    async def run() -> None:
        hub = Hub(url or settings.REDIS_URL, CHANNEL, everybody, Limits(**limits))
        try:
            await test(hub)
        finally:
            hub.close()

    loops.run(run())


def test_only_those_hear_it_whom_it_is_for() -> None:
    async def test(hub: Hub) -> None:
        one, same, other = hub.join(1, "a", "x"), hub.join(1, "b", "x"), hub.join(2, "c", "x")
        hub.pass_on(Change("run", (1,), "abc", 5))
        assert '"id":"abc"' in words(one)
        assert words(one).split("data")[1] == words(same).split("data")[1]
        assert other.waiting == {}

    with_hub(test)


def test_one_subscription_serves_all_listeners() -> None:
    async def test(hub: Hub) -> None:
        listeners = [hub.join(person, str(person), "x") for person in range(50)]
        broker = redis.Redis.from_url(settings.REDIS_URL)
        await until(lambda: hub.hearing)
        assert broker.pubsub_numsub(CHANNEL)[0][1] == 1
        broker.publish(CHANNEL, Change("inbox", tuple(range(50)), "", 5).packed())
        await until(lambda: all("inbox" in words(listener) for listener in listeners))

    with_hub(test)


def test_a_message_that_nobody_understands_does_not_end_the_news() -> None:
    async def test(hub: Hub) -> None:
        listener = hub.join(1, "a", "x")
        broker = redis.Redis.from_url(settings.REDIS_URL)
        await until(lambda: hub.hearing)
        for strange in ("not json", "[1]", "7"):
            broker.publish(CHANNEL, strange)
        broker.publish(CHANNEL, Change("inbox", (1,), "", 5).packed())
        await until(lambda: "inbox" in words(listener))
        assert words(listener).count("inbox") == 1

    with_hub(test)


def test_a_broker_that_is_away_is_told_once_and_the_streams_stay() -> None:
    async def test(hub: Hub) -> None:
        first = hub.join(1, "a", "x")
        await until(lambda: "away" in words(first))
        later = hub.join(2, "b", "x")
        assert "away" in words(later)
        await asyncio.sleep(0.5)
        assert words(first).count("away") == 1
        assert not first.closed

    with_hub(test, "redis://127.0.0.1:1/0")


def test_whose_session_has_ended_is_sent_off() -> None:
    async def only_b(sessions: Iterable[str]) -> set[str]:
        return {"b"}

    async def test(hub: Hub) -> None:
        hub.check = only_b
        gone, stays = hub.join(1, "a", "x"), hub.join(2, "b", "x")
        await until(lambda: gone.closed)
        assert "bye" in words(gone)
        assert BEAT in stays.waiting
        assert not stays.closed

    with_hub(test, check_seconds=0.02)


def test_the_oldest_stream_of_a_person_gives_way() -> None:
    async def test(hub: Hub) -> None:
        streams = [hub.join(1, "a", "x") for _ in range(3)]
        assert [stream.closed for stream in streams] == [True, False, False]

    with_hub(test, person=2)


def test_an_address_or_a_process_that_is_full_gets_no_more() -> None:
    async def test(hub: Hub) -> None:
        first = hub.join(1, "a", "x")
        hub.join(2, "b", "x")
        assert (hub.room_for("x"), hub.room_for("y")) == (False, True)
        hub.join(3, "c", "y")
        assert hub.room_for("z") is False
        hub.leave(first)
        assert hub.room_for("x") is True

    with_hub(test, address=2, process=3)


def test_what_nobody_takes_becomes_one_word() -> None:
    async def test(hub: Hub) -> None:
        listener = hub.join(1, "a", "x")
        for n in range(MOST_WAITING + 5):
            hub.pass_on(Change("run", (1,), str(n), 5))
        assert len(listener.waiting) < MOST_WAITING
        assert "refresh" in words(listener)

    with_hub(test)


def test_a_stream_writes_what_waits_and_ends_when_it_is_closed() -> None:
    async def test(hub: Hub) -> None:
        listener, written = hub.join(1, "a", "x"), []

        async def write(data: bytes) -> None:
            written.append(data)

        serving = asyncio.create_task(listener.serve(write))
        listener.say(b"one")
        await until(lambda: written == [b"one"])
        listener.say(b"two")
        listener.close()
        await serving
        assert written == [b"one", b"two"]

    with_hub(test)
