"""The API: the same rules as the pages, in JSON."""

from typing import Any

import pytest
from django.test import Client

from matching import serializers as shapes
from matching.models import Match, MatchRun
from matching.services import review
from tests.conftest import Cast
from tests.factories import CITY, MatchFactory, RunFactory, pushed_match
from tests.matching.working import work_all

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


def post(client: Client, path: str, **data: Any) -> Any:
    return client.post(f"{V1}{path}", data, content_type="application/json")


def test_it_walks_from_a_run_to_agreement(cast: Cast, opportunity: Any, capability: Any) -> None:
    reviewer = cast.client("reviewer")
    assert post(reviewer, "/runs/", city=CITY).status_code == 201
    assert post(reviewer, "/runs/", city=CITY).status_code == 409
    work_all()
    match = reviewer.get(f"{V1}/matches/?state=proposed").json()["results"][0]
    assert (
        post(reviewer, f"/matches/{match['id']}/decision/", decision="approve", note="请看现场").json()["state"]
        == "approved"
    )
    assert post(reviewer, "/runs/release/", city=CITY).json() == {"count": 1}
    assert post(cast.client("owner"), f"/matches/{match['id']}/answer/", answer="accept").json()["state"] == "pushed"
    assert (
        post(cast.client("counterpart"), f"/matches/{match['id']}/answer/", answer="accept").json()["state"] == "agreed"
    )


@pytest.mark.parametrize(
    ("name", "seen"), [("owner", 1), ("colleague", 1), ("counterpart", 1), ("stranger", 0), ("reviewer", 2)]
)
def test_it_lists_pairs_put_before_the_own_side(cast: Cast, match: Match, name: str, seen: int) -> None:
    MatchFactory()
    assert cast.client(name).get(f"{V1}/matches/").json()["count"] == seen


def test_it_hides_proposals_from_both_sides(cast: Cast, opportunity: Any, capability: Any) -> None:
    hidden = MatchFactory(opportunity=opportunity, capability=capability)
    for name in ("owner", "counterpart", "stranger"):
        assert cast.client(name).get(f"{V1}/matches/{hidden.public_id}/").status_code == 404


@pytest.mark.parametrize("path", ["/runs/", "/matches/", "/answers/", "/inbox/", "/deals/"])
def test_it_shows_visitors_nothing(client: Client, db: None, path: str) -> None:
    assert client.get(f"{V1}{path}").status_code in (401, 403)


def test_it_keeps_a_closed_name_closed_until_both_have_agreed(cast: Cast, match: Match) -> None:
    match.capability.visibility = "verified"
    match.capability.save()
    assert cast.client("owner").get(f"{V1}/matches/{match.public_id}/").json()["capability"]["owner"] is None
    for name in ("counterpart", "reviewer"):
        seen = cast.client(name).get(f"{V1}/matches/{match.public_id}/").json()
        assert seen["capability"]["owner"] == cast.firm.name


def test_it_never_shows_contacts(cast: Cast, match: Match) -> None:
    body = cast.client("owner").get(f"{V1}/matches/{match.public_id}/").content.decode()
    assert cast.firm.contact_phone not in body
    assert match.opportunity.contact_phone not in body


def test_it_says_in_a_sentence_what_is_wrong(cast: Cast, match: Match) -> None:
    answer = post(
        cast.client("counterpart"), f"/matches/{match.public_id}/answer/", answer="decline", reason="nonsense"
    )
    assert answer.status_code == 422
    assert answer.json()["error"]["sentence"]
    assert post(cast.client("counterpart"), f"/matches/{match.public_id}/answer/", answer="perhaps").status_code == 422


@pytest.mark.parametrize(("name", "code"), [("colleague", 403), ("stranger", 404), ("reviewer", 404)])
def test_it_takes_answers_from_the_sides_only(cast: Cast, match: Match, name: str, code: int) -> None:
    assert post(cast.client(name), f"/matches/{match.public_id}/answer/", answer="accept").status_code == code


def test_it_invites_and_applies(cast: Cast, opportunity: Any, capability: Any) -> None:
    pair = {"opportunity": opportunity.public_id, "capability": capability.public_id}
    assert post(cast.client("stranger"), "/matches/apply/", **pair).status_code == 403
    assert post(cast.client("counterpart"), "/matches/apply/", **pair).status_code == 201
    assert post(cast.client("owner"), "/matches/invite/", **pair).json()["state"] == "agreed"


def test_it_tells_ranks_and_conflict_to_reviewers_only(cast: Cast, match: Match) -> None:
    Match.objects.update(conflict=True, rank_for_opportunity=3, rank_for_capability=2, score_before=50)
    shown = {
        n: cast.client(n).get(f"{V1}/matches/{match.public_id}/").json() for n in ("reviewer", "owner", "counterpart")
    }
    hidden = {name: [values[name] for values in shown.values()] for name in shapes.FOR_REVIEWERS}
    assert hidden == {
        "score_before": ["50.000000", None, None], "rank_for_opportunity": [3, None, None],
        "rank_for_capability": [2, None, None], "conflict": [True, None, None],
    }  # fmt: skip


@pytest.mark.parametrize("query", ["conflict=true", "conflict=false", "new=true", "new=false"])
def test_it_chooses_by_them_for_reviewers_only(cast: Cast, match: Match, query: str) -> None:
    found = [cast.client(n).get(f"{V1}/matches/?{query}").json()["count"] for n in ("owner", "counterpart")]
    assert found == [0, 0]


def test_it_lists_what_the_own_side_is_asked(cast: Cast, match: Match) -> None:
    (answer,) = cast.client("counterpart").get(f"{V1}/answers/?state=waiting").json()["results"]
    assert (answer["match"], answer["side"]) == (match.public_id, "capability")


def test_it_hides_runs_from_everybody_but_the_reviewer(cast: Cast) -> None:
    run = RunFactory()
    assert [cast.client(n).get(f"{V1}/runs/{run.public_id}/").status_code for n in ("reviewer", "owner")] == [200, 404]


def test_it_leaves_increments_out_of_the_list_of_runs(cast: Cast) -> None:
    RunFactory(), RunFactory(origin="increment")
    assert cast.client("reviewer").get(f"{V1}/runs/").json()["count"] == 1
    assert cast.client("reviewer").get(f"{V1}/runs/?origin=increment").json()["count"] == 1


@pytest.mark.parametrize("path", ["/matches/", "/answers/", "/runs/"])
def test_it_asks_the_database_as_often_for_13_rows_as_for_3(cast: Cast, path: str) -> None:
    def asked(rows: int) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for _ in range(rows):
            pushed_match()
        with CaptureQueriesContext(connection) as queries:
            assert cast.client("reviewer").get(f"{V1}{path}?page_size=50").status_code == 200
        return len(queries)

    assert asked(3) == asked(10)


def test_it_excludes_with_a_reason_and_takes_it_back(cast: Cast, codes: None) -> None:
    match, reviewer = MatchFactory(), cast.client("reviewer")
    path = f"/matches/{match.public_id}/decision/"
    assert post(reviewer, path, decision="exclude").status_code == 422
    assert post(reviewer, path, decision="exclude", exclusion="word_trap").json()["state"] == "excluded"
    assert post(reviewer, path, decision="undo").json()["state"] == "proposed"


def test_it_withdraws_a_run(cast: Cast) -> None:
    match = MatchFactory()
    review.approve(match, by=cast.reviewer)
    post(cast.client("reviewer"), "/runs/release/", city=CITY, run=match.run.public_id)
    answer = post(cast.client("reviewer"), f"/runs/{match.run.public_id}/withdraw/", reason="名单有误")
    assert answer.json() == {"count": 1}
    assert MatchRun.objects.get(pk=match.run_id).state == "withdrawn"


def test_it_explains_any_pair_that_the_caller_may_read(cast: Cast, opportunity: Any, capability: Any) -> None:
    told = cast.client("stranger").get(f"{V1}/why/{opportunity.public_id}/{capability.public_id}/").json()
    assert told["score"] == pytest.approx(sum(part["earned"] or 0 for part in told["parts"]), abs=1e-5)
