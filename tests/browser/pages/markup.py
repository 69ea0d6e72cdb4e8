"""What a test needs to know of a page's markup, read once from its source."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template", "svg"}
# attributes that people read or hear
SPOKEN = ("alt", "aria-label", "aria-description", "placeholder", "title")
LINKED = ("hx-get", "data-url", "data-more")
Attributes = dict[str, str]


@dataclass
class Form:
    """A form with what it would send when nothing is typed."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def address(self, here: str) -> str:
        """Where a form that asks (get) leads."""
        path = (self.action or here).partition("?")[0]
        sent = [(name, value) for name, value in self.fields if value]
        return f"{path}?{urlencode(sent)}" if sent else path


@dataclass
class Words:
    """A piece of text with the language that its surroundings claim; `whose` is "data" when it is said to be a person's."""

    text: str
    language: str
    where: str


class Markup(HTMLParser):
    """Reads a page: Markup(source). What it has found stands in its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.language, self.title, self.h1 = "", "", 0
        self.breadcrumb = False
        self.ids: list[str] = []
        self.links: list[str] = []
        self.asked: list[str] = []
        self.opens: list[str] = []
        self.forms: list[Form] = []
        self.words: list[Words] = []
        self._open: list[tuple[str, str, bool]] = []
        self._form: Form | None = None
        self._select: str | None = None
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have: Attributes = {name: value or "" for name, value in attrs}
        language = have.get("lang") or (self._open[-1][1] if self._open else "")
        silent = tag in SILENT or bool(self._open and self._open[-1][2])
        self._note(tag, have)
        self._note_form(tag, have)
        for name in SPOKEN:
            if have.get(name) and not silent:
                self.words.append(Words(have[name], language, f"{tag}[{name}]"))
        if tag not in VOID:
            self._open.append((tag, language, silent))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _language, _silent in self._open):
            while self._open.pop()[0] != tag:
                pass
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if not self._open or not data.strip():
            return
        tag, language, silent = self._open[-1]
        if tag == "title" and not silent:
            self.title += data
        if not silent:
            self.words.append(Words(" ".join(data.split()), language, tag))

    def _note(self, tag: str, have: Attributes) -> None:
        if tag == "html":
            self.language = have.get("lang", "")
        self.h1 += tag == "h1"
        self.breadcrumb |= "s-crumb" in have.get("class", "").split()
        if have.get("id"):
            self.ids.append(have["id"])
        if tag == "a" and "href" in have:
            self.links.append(have["href"])
        self.asked += [have[name] for name in LINKED if have.get(name)]
        if have.get("data-open"):
            self.opens.append(have["data-open"])

    def _note_form(self, tag: str, have: Attributes) -> None:
        if tag == "form":
            self._form = Form(have.get("method", "get").lower(), have.get("action", ""))
            self.forms.append(self._form)
        form, name = self._form, have.get("name", "")
        if form is None or "disabled" in have:
            return
        if tag == "button" and have.get("type", "submit") == "submit":
            form.buttons.append((name, have.get("value", "")))
        if tag == "select" and name:
            self._select = name
        if tag == "option" and self._select and "selected" in have:
            form.fields.append((self._select, have.get("value", "")))
        if tag == "input" and name and _is_sent(have):
            form.fields.append((name, have.get("value", "")))


def _is_sent(have: Attributes) -> bool:
    kind = have.get("type", "text")
    return kind not in ("file", "submit") and (kind not in ("checkbox", "radio") or "checked" in have)
