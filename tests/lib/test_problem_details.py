from __future__ import annotations

import json

from tracker.lib.problem_details import problem


def test_has_the_members_of_the_rfc() -> None:
    answer = problem(
        status=400,
        title="Not so",
        detail="“é” is no stage.",
        kind="https://example.org/errors#stage",
        errors={"stage": ["There is no “é”.", "Choose another."], "page": ["Leave it out."]},
    )
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content) == {
        "type": "https://example.org/errors#stage",
        "title": "Not so",
        "status": 400,
        "detail": "“é” is no stage.",
        "errors": [
            {"parameter": "stage", "detail": "There is no “é”."},
            {"parameter": "stage", "detail": "Choose another."},
            {"parameter": "page", "detail": "Leave it out."},
        ],
    }


def test_without_a_kind_of_its_own_the_type_is_blank() -> None:
    told = json.loads(problem(status=404, title="Not found", detail="Nothing is here.").content)
    assert told == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "Nothing is here.",
    }


def test_further_members_stand_beside_the_errors() -> None:
    answer = problem(status=409, title="No", detail="Not here.", members={"head": {"seq": 3}})
    assert json.loads(answer.content)["head"] == {"seq": 3}
