"""The listeners of one web process: one subscription to the broker, handed to every open stream that it is for.

Runs in one event loop; nothing here touches the database. Broker away: the streams stay and are told so, and their
pages ask now and then until it is back.
"""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import redis.asyncio
from redis.exceptions import RedisError

from activity.live import REFRESH, Change, now_ms

Write = Callable[[bytes], Awaitable[None]]
Check = Callable[[Iterable[str]], Awaitable[set[str]]]

BEAT = b": \n\n"
MOST_WAITING = 20
STALLED_SECONDS = 30.0
# a broker that says nothing for so long although it was asked is not there
DEAF_SECONDS = 15.0
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Of one process. The oldest stream of a person gives way to a new one; an address or process that is full gets no more."""

    person: int = 8
    address: int = 600
    process: int = 2000
    check_seconds: float = 20.0


class Listener:
    """One open stream: what waits to be written, and the bell that wakes its writer."""

    __slots__ = ("address", "closed", "person", "session", "waiting", "wake")

    def __init__(self, person: int, session: str, address: str) -> None:
        self.person, self.session, self.address = person, session, address
        self.waiting: dict[bytes, None] = {}
        self.wake = asyncio.Event()
        self.closed = False

    def say(self, words: bytes) -> None:
        """Have something written; the same twice is written once, too much becomes one "look at everything"."""
        if len(self.waiting) >= MOST_WAITING:
            self.waiting = {event("live", {"topic": REFRESH, "id": ""}): None}
        else:
            self.waiting[words] = None
        self.wake.set()

    def close(self) -> None:
        self.closed = True
        self.wake.set()

    async def serve(self, write: Write) -> None:
        """Write what comes until the stream is closed. Raises TimeoutError when its reader takes nothing any more."""
        while True:
            await self.wake.wait()
            self.wake.clear()
            words, self.waiting = b"".join(self.waiting), {}
            if words:
                async with asyncio.timeout(STALLED_SECONDS):
                    await write(words)
            if self.closed:
                return


def event(name: str, data: dict[str, str]) -> bytes:
    """One server-sent event with the time as its id."""
    return f"id: {now_ms()}\nevent: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Hub:
    """All listeners of this process. `check` says which of some session keys still stand."""

    def __init__(self, url: str, channel: str, check: Check, limits: Limits | None = None) -> None:
        self.url, self.channel, self.check = url, channel, check
        self.limits = limits or Limits()
        self.people: defaultdict[int, list[Listener]] = defaultdict(list)
        self.addresses: defaultdict[str, int] = defaultdict(int)
        self.count = 0
        self.hearing: bool | None = None  # None: not known yet
        self.work: list[asyncio.Task[None]] = []

    def room_for(self, address: str) -> bool:
        """Whether one more stream may be opened from that address."""
        return self.count < self.limits.process and self.addresses[address] < self.limits.address

    def join(self, person: int, session: str, address: str) -> Listener:
        """A new listener; the first one begins to hear the broker."""
        if not self.work:
            self.work = [asyncio.create_task(self._hear_for_ever()), asyncio.create_task(self._beat_for_ever())]
        listener = Listener(person, session, address)
        own = self.people[person]
        if len(own) >= self.limits.person:
            own[0].close()
        own.append(listener)
        self.addresses[address] += 1
        self.count += 1
        if self.hearing is False:
            listener.say(event("away", {}))
        return listener

    def leave(self, listener: Listener) -> None:
        """The stream has ended."""
        own = self.people[listener.person]
        own.remove(listener)
        if not own:
            del self.people[listener.person]
        self.addresses[listener.address] -= 1
        if not self.addresses[listener.address]:
            del self.addresses[listener.address]
        self.count -= 1

    @property
    def listeners(self) -> list[Listener]:
        return [one for own in self.people.values() for one in own]

    def pass_on(self, change: Change) -> None:
        """Hand a change to the streams of those whom it is for."""
        words = event("live", {"topic": change.topic, "id": change.public_id})
        for person in change.people:
            for listener in self.people.get(person, ()):
                listener.say(words)

    def close(self) -> None:
        """End every stream: the process is about to end."""
        for task in self.work:
            task.cancel()
        for listener in self.listeners:
            listener.close()

    def _say_all(self, name: str) -> None:
        for listener in self.listeners:
            listener.say(event(name, {}))

    async def _hear_for_ever(self) -> None:
        failures = 0
        while True:
            try:
                await self._hear()
            except (RedisError, OSError, TimeoutError) as error:
                failures = 0 if self.hearing else failures + 1
                if self.hearing is not False:
                    logger.warning("the broker cannot be heard (%s); open pages ask now and then", type(error).__name__)
                    self._say_all("away")
                self.hearing = False
            await asyncio.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])

    async def _hear(self) -> None:
        """Subscribe and pass on what comes. Raises RedisError, OSError or TimeoutError when the broker is gone."""
        client = redis.asyncio.Redis.from_url(self.url, socket_connect_timeout=2)
        try:
            async with client.pubsub() as heard:
                await heard.subscribe(self.channel)
                last = time.monotonic()
                while True:
                    message = await heard.get_message(timeout=DEAF_SECONDS / 3)
                    if message is None:
                        await heard.ping()
                        if time.monotonic() - last > DEAF_SECONDS:
                            raise TimeoutError
                        continue
                    last = time.monotonic()
                    self._take(message)
        finally:
            await client.aclose()

    def _take(self, message: dict[str, object]) -> None:
        if message["type"] == "subscribe":
            if self.hearing is False:
                self._say_all("back")
            self.hearing = True
        elif message["type"] == "message":
            try:
                change = Change.unpacked(message["data"])  # type: ignore[arg-type]
            except (ValueError, TypeError):
                # another release, or somebody else, writes here: the rest of the news must not end with it
                logger.warning("a message on the channel of news was not understood and is left out")
                return
            self.pass_on(change)

    async def _beat_for_ever(self) -> None:
        """Show each stream and each proxy on its way that it lives, and end those whose session has ended."""
        while True:
            await asyncio.sleep(self.limits.check_seconds)
            for listener in self.listeners:
                listener.say(BEAT)
            good = await self.check({listener.session for listener in self.listeners})
            for listener in self.listeners:
                if listener.session not in good:
                    listener.say(event("bye", {}))
                    listener.close()
