"""The API says of itself what it is."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from scenemarket import api_schema
from scenemarket.ids import ALPHABET

V1 = "api/v1/"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema as a client reads it; warnings and errors of its writer fail here."""
    told, complaints = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as afresh:
        afresh.setattr(api_schema, "_written", {})
        call_command(
            "spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=told, stderr=complaints
        )
    assert not complaints.getvalue()
    return dict(json.loads(told.getvalue()))


def routes(patterns: list[Any], before: str = "") -> list[str]:
    """Every address below /api/v1/, as the resolver holds it."""
    found = []
    for entry in patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += routes(entry.url_patterns, here)
        elif isinstance(entry, URLPattern) and here.startswith(V1):
            found.append(here)
    return found


def plain(address: str) -> str:
    """The address as the schema writes it."""
    text = address.replace("^", "").replace("$", "")
    text = text.replace(f"(?P<public_id>[{ALPHABET}]{{12}})", "{public_id}")
    return "/" + text.replace("<public_id:", "{").replace(">", "}")


def test_it_is_valid_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    validate(schema, cls=OpenAPIV31SpecValidator)


def test_it_covers_every_route(schema: dict[str, Any]) -> None:
    wanted = {plain(address) for address in routes(get_resolver().url_patterns)}
    assert len(wanted) > 35
    assert wanted == set(schema["paths"])


def test_it_names_things_by_public_id_only(schema: dict[str, Any]) -> None:
    for address, operations in schema["paths"].items():
        given = [p for o in operations.values() for p in o.get("parameters", ()) if p["in"] == "path"]
        assert {p["schema"]["type"] for p in given} <= {"string"}, address
    for name, shape in schema["components"]["schemas"].items():
        for key, field in shape.get("properties", {}).items():
            if key in ("id", "owner", "batch", "programme", "match", "run"):
                assert field.get("type") != "integer", f"{name}.{key}"


def test_it_says_how_every_operation_refuses(schema: dict[str, Any]) -> None:
    for address, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert "4XX" in operation["responses"], f"{method} {address}"


@pytest.mark.django_db
def test_it_is_served_to_everybody() -> None:
    answer = Client().get("/api/schema/", headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == "SceneMarket API"
