"""Every page that a person reaches by links, forms that ask, and fragments; of pages alike a few are read."""

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.browser.pages.markup import Form, Markup

HOST = "http://testserver"
# of pages that differ by their row or by one filter only, so many are read
ALIKE, FILTERED = 3, 12
# ends the session or changes the language that is looked at; streams never end
LEFT_OUT = {"account_logout", "set_language", "live"}


@dataclass
class Read:
    """One answer: where, how one came there, what it was."""

    address: str
    came_from: str
    status: int
    route: str
    page: Markup | None = None
    fragment: bool = False


@dataclass
class Graph:
    """What one person has seen; `read` in the order of reading."""

    client: Client
    alike: int = ALIKE
    read: list[Read] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._waiting: deque[tuple[str, str, bool]] = deque()
        self._known: set[str] = set()
        self._kinds: Counter[tuple[str, ...]] = Counter()

    def explore(self, *starts: str) -> "Graph":
        """Read everything that can be reached from there."""
        for start in starts:
            self._note(start, "", fragment=False)
        while self._waiting:
            self._visit(*self._waiting.popleft())
        return self

    def pages(self) -> list[tuple[Read, Markup]]:
        """Whole pages."""
        return [(one, one.page) for one in self.read if one.page and not one.fragment]

    def routes(self) -> dict[str, str]:
        """The first address of each page of the house: route → address."""
        found: dict[str, str] = {}
        for one, _page in self.pages():
            found.setdefault(one.route, one.address)
        return found

    def _note(self, link: str, here: str, fragment: bool) -> None:
        parts = urlsplit(urljoin(HOST + here, link))
        if parts.scheme not in ("http", "https"):
            return
        if parts.netloc != urlsplit(HOST).netloc:
            self.elsewhere.add(link)
            return
        address = parts._replace(scheme="", netloc="", fragment="").geturl()
        key = f"{fragment}{address}"
        if key in self._known or address.startswith("/static/"):
            return
        self._known.add(key)
        route, kind = route_of(address), kind_of(address)
        if route in LEFT_OUT or self._kinds[kind, fragment] >= self.alike or self._kinds[route,] >= FILTERED:  # type: ignore[index]
            return
        self._kinds[kind, fragment] += 1  # type: ignore[index]
        self._kinds[route,] += 1
        self._waiting.append((address, here, fragment))

    def _visit(self, address: str, came_from: str, fragment: bool) -> None:
        answer = self.client.get(address, headers={"HX-Request": "true"} if fragment else {})
        seen = Read(address, came_from, answer.status_code, route_of(address), fragment=fragment)
        self.read.append(seen)
        if answer.status_code in (301, 302, 303):
            self._note(answer.headers["Location"], address, fragment)
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            seen.page = Markup(answer.content.decode())
            self._follow(seen.page, address)

    def _follow(self, page: Markup, here: str) -> None:
        for link in page.links:
            self._note(link, here, fragment=False)
        for link in page.asked:
            self._note(link, here, fragment=True)
        for form in page.forms:
            if form.method == "get":
                self._note(form.address(here), here, fragment=False)


def route_of(address: str) -> str:
    """The name of the page behind an address; the address itself where there is none."""
    path = urlsplit(address).path
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return path


def kind_of(address: str) -> str:
    """Pages alike: the same route, asked the same questions."""
    asked = sorted({name for name, _value in parse_qsl(urlsplit(address).query)})
    return f"{route_of(address)}?{'&'.join(asked)}"


def buttons(graph: Graph) -> list[tuple[str, Form]]:
    """The forms that change something, one or two of each kind, with the page they stand on."""
    found: list[tuple[str, Form]] = []
    kinds: Counter[tuple[str, ...]] = Counter()
    for one, page in graph.pages():
        for form in page.forms:
            route = route_of(urljoin(one.address, form.action or one.address))
            kind = (one.route, route, *sorted(name for name, _value in form.fields))
            if form.method == "post" and route not in LEFT_OUT and not kinds[kind]:
                kinds[kind] += 1
                found.append((one.address, form))
    return found
