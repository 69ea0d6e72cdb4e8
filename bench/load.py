"""Fifty people at once on the running web: what they wait, what a page costs in processor time and in queries.

    DATABASE_URL=… ./market bench load [--people 50] [--seconds 60] [--think 2 8] [--address http://127.0.0.1:8000 --pids 123]

Without an address it starts the web server of ./market start (two processes) on the database. A person looks at a page, thinks for
a while (evenly between the two seconds given), and looks at the next: the front page, lists with chosen facets, words typed
letter by letter, notices, and who is signed in also a desk, the own listings, the review queue and why a pair was suggested.
Queries are counted in this process beforehand. The load comes from this machine, so it takes a share of the same cores.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# before Django: it replaces threads and sockets, and may find none that are in use
import gevent
from locust import FastHttpUser, between, task
from locust.env import Environment

from runtime.places import ROOT
from runtime.sockets import LOOPBACK

PORT, WORKERS, TICKS = 8190, 2, os.sysconf("SC_CLK_TCK")
WORDS = ("夜间巡检", "机器人", "管网渗漏", "图像识别", "老人随访", "充电", "垃圾分类", "桥梁")
# of a hundred looks
SHARES = {
    "anybody": {
        "home": 8,
        "opportunities": 18,
        "capabilities": 22,
        "deep page": 4,
        "words": 10,
        "typing": 14,
        "notice": 24,
    },
    "agency": {"desk": 20, "mine": 10, "deals": 10, "capabilities": 25, "words": 10, "typing": 5, "notice": 20},
    "firm": {"desk": 20, "mine": 10, "matches": 15, "opportunities": 25, "words": 10, "notice": 20},
    "reviewer": {"desk": 10, "review": 30, "why": 25, "review listings": 10, "opportunities": 15, "notice": 10},
}
PEOPLE = {
    "agency": ("zhixia@shuiwu.example", "mubai@weijian.example", "zhiyuan@hc-rail.example"),
    "firm": ("qinghe@qingmai.example", "yuanshan@yuanxiu.example", "chengjiang@chengchuan.example"),
    "reviewer": ("wenlan@hucheng-scene.example", "shouzheng@hucheng-scene.example"),
}
# of twenty people
WHO = ("anybody",) * 11 + ("agency",) * 4 + ("firm",) * 4 + ("reviewer",)


@dataclass
class Pages:
    """Addresses that exist, for each kind of look."""

    notices: list[str]
    pairs: list[str]
    facets: dict[str, dict[str, list[str]]]
    chance: random.Random = field(default_factory=lambda: random.Random(3))

    @classmethod
    def read(cls) -> "Pages":
        """From the database."""
        from django.urls import reverse

        from capabilities.models import Capability
        from codelists import names
        from matching.models import Match
        from opportunities.models import Opportunity

        open_rows = [m.objects.filter(state="published", visibility="public") for m in (Opportunity, Capability)]
        notices = [row.get_absolute_url() for rows in open_rows for row in rows.order_by("public_id")[:400]]
        waiting = Match.objects.filter(state="proposed", opportunity__city="990100").select_related(
            "opportunity", "capability"
        )
        pairs = [
            reverse("why", args=[m.opportunity.public_id, m.capability.public_id]) for m in waiting.order_by("pk")[:200]
        ]
        facets = {
            "opportunities": {"field": names.codes("field"), "region": ["990101", "990102", "990103"], "deadline": ["7", "30"]},
            "capabilities": {"field": names.codes("field"), "trl": ["9", "8", "7"], "verified": ["yes"], "price": ["-50", "50-200"]},
        }  # fmt: skip
        return cls(notices, pairs, facets)

    def of(self, look: str) -> list[str]:
        """The addresses of one look: one, or as many as letters are typed."""
        chance = self.chance
        if look in self.facets:
            chosen = chance.sample(sorted(self.facets[look]), chance.randint(0, 2))
            return [f"/{look}/?" + "&".join(f"{name}={chance.choice(self.facets[look][name])}" for name in chosen)]
        if look == "typing":
            word = chance.choice(WORDS)
            return [f"/search/?q={word[: n + 1]}" for n in range(len(word))]
        many = {
            "home": ["/"], "deep page": [f"/capabilities/?page={chance.randint(2, 4000)}"], "notice": self.notices, "why": self.pairs,
            "words": [f"/{chance.choice(sorted(self.facets))}/?q={chance.choice(WORDS)}"], "desk": ["/desk/"], "mine": ["/mine/"],
            "deals": ["/deals/"], "matches": ["/matches/"], "review": ["/review/"], "review listings": ["/review/listings/"],
        }  # fmt: skip
        return [chance.choice(many[look])]


def main() -> int:
    """Count queries, then let people look; print the figures."""
    parser = argparse.ArgumentParser(prog="market bench load", description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--think", type=float, nargs=2, default=(2.0, 8.0))
    parser.add_argument("--address", default="")
    parser.add_argument("--pids", type=int, nargs="*", default=[])
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    import django

    django.setup()
    pages, cookies = Pages.read(), signed_in()
    queries = counted(pages, cookies)
    with served(asked.address, asked.pids) as (address, pids):
        warm(address, pages)
        stats, took, cost = looked(address, pages, cookies, asked, pids)
    told(stats, queries, cost, took, asked)
    return 0 if stats.total.get_response_time_percentile(0.95) <= 300 and not stats.total.num_failures else 1


def signed_in() -> dict[str, list[str]]:
    """Session keys of people of each kind; nobody has none."""
    from django.test import Client

    from accounts.models import User

    keys: dict[str, list[str]] = {"anybody": [""]}
    for who, addresses in PEOPLE.items():
        clients = [(Client(), person) for person in User.objects.filter(email__in=addresses)]
        for client, person in clients:
            client.force_login(person)
        keys[who] = [client.session.session_key or "" for client, _person in clients]
    return keys


def counted(pages: Pages, cookies: dict[str, list[str]]) -> dict[str, int]:
    """Queries of each look, the most that somebody needed; the second time counts, as some tables are read once per process."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["*"]
    found: dict[str, int] = {}
    for who, shares in SHARES.items():
        client = Client()
        if cookies[who][0]:
            client.cookies[settings.SESSION_COOKIE_NAME] = cookies[who][0]
        for look in shares:
            address = pages.of(look)[-1]
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                status = client.get(address).status_code
            assert status == 200, f"{address}: {status}"
            found[look] = max(found.get(look, 0), len(queries))
    return found


@contextmanager
def served(address: str, pids: list[int]) -> Iterator[tuple[str, list[int]]]:
    """The web server of ./market start, unless another is given; with the processes whose time counts."""
    if address:
        yield address, pids
        return
    bound = f"{LOOPBACK}:{PORT}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:runtime.web",
        "--bind",
        bound,
        "scenemarket.asgi:application",
    ]
    environment = {**os.environ, "ALLOWED_HOSTS": LOOPBACK, "SITE_URL": f"http://{bound}", "LOG_LEVEL": "WARNING"}
    web = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        await_web(f"http://{bound}/healthz")
        workers: list[int] = []
        while len(workers) < WORKERS:
            time.sleep(0.2)
            workers = [int(pid) for pid in Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text("ascii").split()]
        yield f"http://{bound}", [web.pid, *workers]
    finally:
        web.terminate()
        web.wait(10)


def await_web(address: str) -> None:
    """Until it answers."""
    import httpx

    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


def warm(address: str, pages: Pages) -> None:
    """Each process has read its columns before the clock starts, as on a server that has run for a minute."""
    import httpx

    for _ in range(12):
        for look in ("opportunities", "capabilities", "words"):
            httpx.get(address + pages.of(look)[0], timeout=60)


def processor(pids: list[int]) -> float:
    """Seconds of processor time that these processes have taken."""
    spent = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        spent += (int(fields[11]) + int(fields[12])) / TICKS
    return spent


def visitors(
    address: str, pages: Pages, cookies: dict[str, list[str]], asked: argparse.Namespace
) -> type[FastHttpUser]:
    """What locust makes people of: each is one of WHO, looks as SHARES says, and thinks between two looks."""
    numbers = iter(range(10**9))

    class Person(FastHttpUser):
        host = address
        wait_time = between(*asked.think)

        def on_start(self) -> None:
            number = next(numbers)
            self.who = WHO[number % len(WHO)]
            session = cookies[self.who][number % len(cookies[self.who])]
            self.headers = {
                "Accept-Language": "zh-hans",
                "Accept-Encoding": "gzip",
                "Cookie": f"sessionid={session}" if session else "",
            }

        @task
        def look(self) -> None:
            shares = SHARES[self.who]
            name = pages.chance.choices(list(shares), list(shares.values()))[0]
            for page in pages.of(name):
                self.client.get(page, headers=self.headers, name=name)

    return Person


def looked(
    address: str, pages: Pages, cookies: dict[str, list[str]], asked: argparse.Namespace, pids: list[int]
) -> tuple[Any, float, float]:
    """Let people look for a while: locust's figures, the seconds, and the processor time that the web processes took.

    People come one after the other, as long as the longest thought takes; the clock starts when all are there.
    """
    environment = Environment(user_classes=[visitors(address, pages, cookies, asked)])
    runner = environment.create_local_runner()
    runner.start(asked.people, spawn_rate=asked.people / asked.think[1])
    gevent.sleep(asked.think[1] + 2)
    environment.stats.reset_all()
    before, clock = processor(pids), time.perf_counter()
    gevent.sleep(asked.seconds)
    took, cost = time.perf_counter() - clock, processor(pids) - before
    runner.quit()
    runner.greenlet.join()
    return environment.stats, took, cost


def told(stats: Any, queries: dict[str, int], cost: float, took: float, asked: argparse.Namespace) -> None:
    """Print a line for each look, and the whole."""
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    total = stats.total
    print(
        f"{asked.people} people, thinking {asked.think[0]:g} to {asked.think[1]:g} s, {took:.0f} s; load of the machine {load}"
    )
    print(f"{'':16}{'looks':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'failed':>8}{'queries':>9}")
    for entry in [*sorted(stats.entries.values(), key=lambda e: e.name), total]:
        points = [entry.get_response_time_percentile(p) for p in (0.5, 0.95, 0.99)]
        asks = queries.get(entry.name, "")
        print(
            f"{entry.name[:15]:16}{entry.num_requests:7}"
            + "".join(f"{p:5.0f} ms" for p in points)
            + f"{entry.num_failures:8}{asks:>9}"
        )
    each = cost / max(total.num_requests, 1) * 1e3
    print(
        f"{total.num_requests / took:.1f} requests a second; {each:.0f} ms of processor time each in the web processes"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
