"""The page for whoever writes programs against the API: every operation with what it takes and gives, read from the schema."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from scenemarket.api_schema import OnceForEachLanguage, language

COMPONENTS = "#/components/schemas/"
# a name that programs know, and "* `draft` - Draft", as the schema describes a choice
CODE = re.compile(r"`([^`]+)`")
CHOICE = re.compile(r"^\* `([^`]*)` - (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """A value that is taken or given: its name, kind in words, the shape of an object, and the values it may have."""

    name: str
    kind: str
    shape: str
    needed: bool
    fixed: bool
    text: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    """One address and method: what it does, what may follow its question mark, what is sent, what comes back."""

    anchor: str
    method: str
    address: str
    text: str
    given: list[Field]
    sent: Field | None
    answers: list[Field]
    open: bool


@dataclass(frozen=True)
class Group:
    """Operations about one thing."""

    name: str
    title: str
    operations: list[Operation]


@dataclass(frozen=True)
class Shape:
    """What an object holds."""

    name: str
    fields: list[Field]


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """The page, for everybody."""
    found, objects = _read(language())
    house = request.build_absolute_uri("/").rstrip("/")
    crumbs = [(_("Help"), reverse("help")), (_("Open data interface"), "")]
    shown = {"groups": found, "shapes": objects, "house": house, "crumbs": crumbs}
    return render(request, "help/api.html", shown)


@cache
def _read(spoken: str) -> tuple[list[Group], list[Shape]]:
    """Once for each language, as the schema itself."""
    with override(spoken):
        schema = OnceForEachLanguage().get_schema()
        return groups(schema), shapes(schema)


def groups(schema: dict[str, Any]) -> list[Group]:
    """The operations by their tag, in the order of the tags.

    In: OpenAPI 3.1 as plain data.
    """
    every = [
        (operation["tags"][0], _operation(schema, address, method, operation))
        for address, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]
    return [
        Group(tag["name"], tag["description"], [o for name, o in every if name == tag["name"]])
        for tag in schema["tags"]
    ]


def shapes(schema: dict[str, Any]) -> list[Shape]:
    """The objects that are sent or come back, by name; lists in pages and choices are told where they occur."""
    return [
        Shape(name, _fields(schema, each))
        for name, each in sorted(schema["components"]["schemas"].items())
        if each.get("type") == "object" and not _in_pages(each)
    ]


def _operation(schema: dict[str, Any], address: str, method: str, found: dict[str, Any]) -> Operation:
    given = [
        _field(schema, p["name"], p["schema"], text=p.get("description", ""))
        for p in found.get("parameters", ())
        if p["in"] == "query"
    ]
    body = [content["schema"] for content in found.get("requestBody", {}).get("content", {}).values()]
    answers = [
        _field(schema, code, next(iter(answer["content"].values()))["schema"] if "content" in answer else {})
        for code, answer in found["responses"].items()
    ]
    return Operation(
        anchor=found["operationId"], method=method.upper(), address=address, text=_marked(found["summary"]), given=given,
        sent=_field(schema, "", body[0]) if body else None, answers=answers, open={} in found.get("security", ({},)),
    )  # fmt: skip


def _fields(schema: dict[str, Any], shape: dict[str, Any]) -> list[Field]:
    needed = shape.get("required", ())
    return [
        _field(schema, name, each, needed=name in needed, fixed=bool(each.get("readOnly")))
        for name, each in shape.get("properties", {}).items()
    ]


def _field(
    schema: dict[str, Any],
    name: str,
    value: dict[str, Any],
    *,
    needed: bool = False,
    fixed: bool = False,
    text: str = "",
) -> Field:
    target, many = _target(schema, value)
    shape = _name(target)
    whole = schema["components"]["schemas"][shape] if shape else target
    is_object = whole.get("type") == "object" and bool(shape)
    said = text or value.get("description", "") or value.get("title", "")
    return Field(
        name=name, kind=_kind({} if is_object else whole, many=many), shape=shape if is_object else "", needed=needed, fixed=fixed,
        text=_marked(CHOICE.sub("", said).strip()), choices=_choices(whole, said),
    )  # fmt: skip


def _marked(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    parts = enumerate(CODE.split(text))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", part) if n % 2 else part,) for n, part in parts))


def _target(schema: dict[str, Any], value: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """What a value is in the end, and whether it is a list of that."""
    several = value.get("allOf") or value.get("oneOf")
    if several:
        return _target(schema, several[0])
    if "array" in _types(value):
        return _target(schema, value["items"])[0], True
    whole = schema["components"]["schemas"].get(_name(value), {})
    if _in_pages(whole):
        return whole["properties"]["results"]["items"], True
    return value, False


def _in_pages(shape: dict[str, Any]) -> bool:
    return {"count", "next", "results"} <= set(shape.get("properties", ()))


def _name(value: dict[str, Any]) -> str:
    return str(value.get("$ref", "")).removeprefix(COMPONENTS)


def _types(value: dict[str, Any]) -> list[str]:
    kind = value.get("type", "")
    return kind if isinstance(kind, list) else [kind]


def _kind(value: dict[str, Any], *, many: bool) -> str:
    """The kind of a value in words; "" or "list of" where an object's name follows."""
    words = {
        "string": _("text"), "integer": _("whole number"), "number": _("decimal number"), "boolean": _("yes or no"), "object": _("object"),
        "date-time": _("time"), "date": _("day"), "decimal": _("decimal number"), "email": _("e-mail address"),
    }  # fmt: skip
    kind = _types(value)[0]
    said = words.get(value.get("format", "")) or words.get(kind, "")
    return _("list of %(kind)s") % {"kind": said} if many else said


def _choices(value: dict[str, Any], said: str) -> list[tuple[str, str]]:
    """(code, in words) of each value that is allowed; the words are empty where they only repeat the code."""
    listed = value.get("enum") or value.get("items", {}).get("enum") or ()
    words = dict(CHOICE.findall(f"{value.get('description', '')}\n{said}"))
    told = [(code, words.get(code, "")) for code in listed if code]
    return [(code, "" if word == code else word) for code, word in told]
