"""The sample city's files hold together: counts, codes, references."""

import itertools
import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from accounts import uscc
from codelists import plain
from deals.states import EVIDENCE, STAGE_MOVES
from listings.sheets.tables import open_table

SAMPLE = Path(__file__).parents[2] / "sample"


@cache
def city() -> dict[str, Any]:
    return json.loads((SAMPLE / "city.json").read_text(encoding="utf-8"))


@cache
def organisations() -> dict[str, dict[str, Any]]:
    lines = (SAMPLE / "organisations.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


@cache
def rows(kind: str) -> dict[str, dict[str, Any]]:
    name = {"opportunity": "opportunities.xlsx", "capability": "capabilities.xlsx"}[kind]
    found = list(open_table(SAMPLE / name, None, kind).rows())
    assert not [row for row in found if row.faults]
    return {row.values["id"]: row.values for row in found}


@cache
def judgments() -> list[tuple[str, str, str]]:
    lines = (SAMPLE / "judgments.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["opportunity_id", "capability_id", "grade"]
    return [tuple(line.split("\t")) for line in lines[1:]]


def test_it_has_eighty_opportunities_and_two_hundred_capabilities() -> None:
    assert (len(rows("opportunity")), len(rows("capability"))) == (80, 200)
    assert sum(number.startswith("HC-") for number in rows("opportunity")) >= 60


def test_it_has_the_promised_organisations() -> None:
    kinds = Counter(row["kind"] for row in organisations().values())
    assert kinds["agency"] + kinds["soe"] == 12
    assert kinds["firm"] + kinds["institute"] == 70
    assert kinds["operator"] == 3


@pytest.mark.parametrize("kind", ["opportunity", "capability"])
def test_it_says_something_in_each_title_and_text(kind: str) -> None:
    short = [number for number, row in rows(kind).items() if len(row["title"]) < 4 or len(row["summary"]) < 10]
    assert short == []


def test_it_covers_the_five_fields_on_both_sides() -> None:
    fields = {entry.code for entry in plain.entries("field")}
    assert {row["field"] for row in rows("opportunity").values()} == fields
    assert {row["field"] for row in rows("capability").values()} == fields


def test_it_has_codes_that_pass_both_checks() -> None:
    codes = [row["uscc"] for row in organisations().values()]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if uscc.fault(code) or uscc.has_inner_fault(code)] == []


def test_it_names_only_organisations_that_are_there() -> None:
    assert {row["owner"] for row in rows("opportunity").values()} <= set(organisations())
    assert {(row["firm"], row["uscc"]) for row in rows("capability").values()} <= {
        (name, row["uscc"]) for name, row in organisations().items()
    }
    assert {person["organisation"] for person in city()["people"]} <= {None, *organisations()}


def test_it_has_only_addresses_that_nobody_has() -> None:
    addresses = [person["email"] for person in city()["people"]]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") for address in addresses)


def test_it_gives_each_organisation_an_owner() -> None:
    owners = {person["organisation"] for person in city()["people"] if person["role"] == "owner"}
    assert owners == set(organisations())


def test_it_tells_only_of_listings_that_are_there() -> None:
    known = set(rows("opportunity")) | set(rows("capability"))
    assert {entry["number"] for entry in city()["listings"]} <= known
    for programme in city()["programmes"]:
        assert {*programme["opportunities"], *programme["capabilities"]} <= known


@pytest.mark.parametrize("part", ["decisions", "answers", "invitations", "applications", "deals"])
def test_it_tells_only_of_pairs_that_are_there(part: str) -> None:
    for entry in city()[part]:
        assert entry["opportunity"] in rows("opportunity")
        assert entry["capability"] in rows("capability")


def test_it_acts_through_people_that_are_there() -> None:
    addresses = {person["email"] for person in city()["people"]}
    acts = [
        entry for part in ("listings", "decisions", "answers", "invitations", "applications") for entry in city()[part]
    ]
    acts += [stage for deal in city()["deals"] for stage in deal["stages"]]
    assert {act["by"] for act in acts} <= {None, *addresses}


def test_it_gives_reasons_from_the_code_lists() -> None:
    lists = {
        name: {entry.code for entry in plain.entries(name)}
        for name in ("exclusion", "decline_opportunity", "decline_capability")
    }
    assert {entry["exclusion"] for entry in city()["decisions"]} <= {"", *lists["exclusion"]}
    for entry in city()["answers"]:
        assert entry["answer"] == "accepted" or entry["reason"] in lists[f"decline_{entry['side']}"]


def test_it_opens_deals_only_where_both_sides_accepted() -> None:
    accepted = Counter((a["opportunity"], a["capability"]) for a in city()["answers"] if a["answer"] == "accepted")
    assert {pair for pair, sides in accepted.items() if sides == 2} == {
        (d["opportunity"], d["capability"]) for d in city()["deals"]
    }


def test_it_moves_deals_as_the_table_allows_with_their_evidence() -> None:
    for deal in city()["deals"]:
        stages = deal["stages"]
        assert stages[0]["stage"] == "connected"
        for before, after in itertools.pairwise(stages):
            assert after["stage"] in STAGE_MOVES[before["stage"]]
            assert before["day"] <= after["day"] <= 0
            assert all(after.get(field) for field in EVIDENCE[after["stage"]])


def test_it_has_deadlines_ahead_of_its_base_date() -> None:
    base = date.fromisoformat(city()["base_date"])
    days = [(row["deadline"] - base).days for row in rows("opportunity").values() if row["deadline"]]
    assert sum(20 <= day <= 300 for day in days) >= 65
    assert sum(0 <= day <= 3 for day in days) >= 2
    assert sum(day < 0 for day in days) == 1


def test_it_judges_pairs_of_forty_opportunities_or_more() -> None:
    pairs = [(opportunity, capability) for opportunity, capability, _grade in judgments()]
    assert len(set(pairs)) == len(pairs)
    assert {o for o, _c in pairs} <= set(rows("opportunity"))
    assert {c for _o, c in pairs} <= set(rows("capability"))
    assert {grade for *_pair, grade in judgments()} == {"0", "1", "2", "3"}
    assert len({o for o, _c in pairs}) >= 40
