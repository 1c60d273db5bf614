"""The schema is valid, complete, and true of every answer."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from tests.api.asking import ndjson
from tests.exports.small_register import publish_small_register
from tests.make import NOW, published_commitment, published_note
from tracker.actions.amend import amend
from tracker.actions.correct import retract_commitment
from tracker.api.describing import EXAMPLES, example
from tracker.api.openapi import schema
from tracker.filters import ChangeFilter, CommitmentFilter
from tracker.models import Commitment

PATHS = list(schema()["paths"])


def closed() -> dict[str, Any]:
    """The shapes, each of which allows nothing that it does not describe."""
    components = copy.deepcopy(schema()["components"])
    for shape in components["schemas"].values():
        if "properties" in shape:
            shape["additionalProperties"] = False
    return {"components": json.loads(json.dumps(components))}


def wrong(value: Any, of: dict[str, Any]) -> list[str]:
    """Where a value is not what a schema says."""
    validator = Draft202012Validator(closed() | of, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def answers_of(path: str) -> dict[str, Any]:
    told: dict[str, Any] = schema()["paths"][path]["get"]["responses"]
    return told


def shape_of(path: str, status: int = 200, form: str = "application/json") -> dict[str, Any]:
    found: dict[str, Any] = answers_of(path)[str(status)]["content"][form]["schema"]
    return found


def test_it_is_valid() -> None:
    assert schema()["openapi"].startswith("3.1.")
    validate_schema(schema())
    for shape in closed()["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)


def test_it_names_the_licence_of_what_the_api_answers() -> None:
    assert schema()["info"] == {
        "title": "Commitment Tracker",
        "version": "1",
        "license": {
            "name": "CC-BY-4.0",
            "url": "https://creativecommons.org/licenses/by/4.0/",
        },
    }


def test_making_it_warns_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert "warning" not in capsys.readouterr().err.lower()
    assert not GENERATOR_STATS


def test_it_comes_as_json_and_as_yaml(client: Client, db: None) -> None:
    as_json = client.get("/api/v1/schema/")
    assert as_json.headers["Content-Type"] == "application/json"
    assert set(as_json.json()["paths"]) == set(PATHS)
    for address, accept in (("?format=yaml", "*/*"), ("", "application/yaml")):
        as_yaml = client.get(f"/api/v1/schema/{address}", headers={"accept": accept})
        assert as_yaml.headers["Content-Type"].startswith("application/yaml")
        assert yaml.safe_load(as_yaml.content) == as_json.json()


@pytest.mark.parametrize("path", PATHS)
def test_everything_is_described(path: str) -> None:
    told = schema()["paths"][path]["get"]
    assert list(schema()["paths"][path]) == ["get"]
    for words in (told["summary"], told["description"], *told["tags"]):
        assert words
    for parameter in told.get("parameters", ()):
        assert parameter.get("description"), parameter["name"]
    assert {"200", "304", "400", "406"} <= set(told["responses"])
    for status, answer in told["responses"].items():
        assert answer["description"]
        if status >= "400":
            assert list(answer["content"]) == ["application/problem+json"]
    assert "ETag" in told["responses"]["200"]["headers"]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/v1/commitments/", [*CommitmentFilter.base_filters, "page", "per_page"]),
        ("/api/v1/updates/", [*CommitmentFilter.base_filters, "page", "per_page"]),
        (
            "/api/v1/changes/",
            [
                *("after", "limit", "wait", "format"),
                *(n for n in ChangeFilter.base_filters if n not in {"as_of", "known_at", "sort"}),
            ],
        ),
        ("/api/v1/forums/", ["as_of", "known_at", "page", "per_page"]),
        ("/api/v1/sources/{slug}/", ["as_of", "known_at", "page"]),
        ("/api/v1/changes/{seq}/", []),
    ],
)
def test_every_parameter_is_described(path: str, names: list[str]) -> None:
    told = [p for p in schema()["paths"][path]["get"]["parameters"] if p["in"] == "query"]
    assert [parameter["name"] for parameter in told] == names


def test_the_values_of_a_vocabulary_are_listed() -> None:
    told = {
        p["name"]: p["schema"] for p in schema()["paths"]["/api/v1/changes/"]["get"]["parameters"]
    }
    for name in ("stage", "assessment", "flag", "instrument", "firmness", "kind", "significance"):
        values = [str(value) for value, _label in ChangeFilter.base_filters[name].extra["choices"]]
        assert told[name] == {"type": "array", "items": {"type": "string", "enum": values}}


# -- Real answers -------------------------------------------------------------------------------

ASKED = {
    "/api/v1/": ["/api/v1/"],
    "/api/v1/commitments/": [
        "/api/v1/commitments/",
        "/api/v1/commitments/?as_of=2025-11-01&q=dialogue&per_page=1",
        "/api/v1/commitments/?known_at=2026-11-21",
    ],
    "/api/v1/commitments/{slug}/": [
        "/api/v1/commitments/agreement/",
        "/api/v1/commitments/dialogue/?known_at=2026-11-22",
        "/api/v1/commitments/dialogue/?as_of=2026-01-01",
    ],
    "/api/v1/updates/": ["/api/v1/updates/", "/api/v1/updates/?per_page=1&page=2"],
    "/api/v1/meetings/": ["/api/v1/meetings/"],
    "/api/v1/meetings/{slug}/": ["/api/v1/meetings/first-meeting/"],
    "/api/v1/sources/": ["/api/v1/sources/"],
    "/api/v1/sources/{slug}/": ["/api/v1/sources/statement/", "/api/v1/sources/report/"],
    "/api/v1/parties/": ["/api/v1/parties/"],
    "/api/v1/topics/": ["/api/v1/topics/"],
    "/api/v1/forums/": ["/api/v1/forums/"],
    "/api/v1/changes/": ["/api/v1/changes/", "/api/v1/changes/?after=2&limit=1&kind=status"],
    "/api/v1/changes/{seq}/": ["/api/v1/changes/1/"],
}


def test_every_path_is_asked() -> None:
    assert set(ASKED) | {"/api/v1/schema/"} == set(PATHS)


@pytest.mark.parametrize("path", ASKED)
def test_the_answers_are_what_is_described(client: Client, db: None, path: str) -> None:
    publish_small_register()
    published_note(key="remark", commitment=Commitment.objects.get(slug="agreement"))
    for address in ASKED[path]:
        response = client.get(address)
        assert response.status_code == 200, address
        assert wrong(response.json(), shape_of(path)) == [], address
        assert "200" in answers_of(path)


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize(
    "path",
    [path for path in ASKED if "{" not in path],
)
def test_the_shipped_register_is_what_is_described(client: Client, path: str) -> None:
    following: str | None = path
    while following:
        told = client.get(following).json()
        assert wrong(told, shape_of(path)) == []
        following = told.get("next")


@pytest.mark.parametrize("path", ASKED)
def test_an_empty_register_is_what_is_described(client: Client, db: None, path: str) -> None:
    if "{" not in path:
        assert wrong(client.get(path).json(), shape_of(path)) == []


def test_each_line_of_ndjson_is_what_is_described(client: Client, db: None) -> None:
    publish_small_register()
    lines = ndjson(client, "/api/v1/changes/?format=ndjson")
    shape = shape_of("/api/v1/changes/", form="application/x-ndjson")
    assert [wrong(line, shape) for line in lines] == [[]] * len(lines)


@pytest.mark.parametrize(
    ("path", "address", "status"),
    [
        ("/api/v1/commitments/", "/api/v1/commitments/?stage=late&x=1", 400),
        ("/api/v1/commitments/", "/api/v1/commitments/?page=9", 404),
        ("/api/v1/commitments/{slug}/", "/api/v1/commitments/never/", 404),
        ("/api/v1/commitments/{slug}/", "/api/v1/commitments/mistaken/", 410),
        ("/api/v1/changes/", "/api/v1/changes/?after=900", 409),
        ("/api/v1/changes/", "/api/v1/changes/?after=x", 400),
        ("/api/v1/changes/{seq}/", "/api/v1/changes/900/", 404),
    ],
)
def test_the_errors_are_what_is_described(
    client: Client, db: None, path: str, address: str, status: int
) -> None:
    retract_commitment(published_commitment(slug="mistaken"), reason="Never promised.", now=NOW)
    response = client.get(address)
    assert response.status_code == status
    assert wrong(response.json(), shape_of(path, status, "application/problem+json")) == []
    refused = client.get(address, headers={"accept": "text/html"})
    assert wrong(refused.json(), shape_of(path, 406, "application/problem+json")) == []


def test_a_moved_record_is_described(client: Client, db: None) -> None:
    amend(published_commitment(slug="old"), values={"slug": "new"}, now=NOW)
    assert client.get("/api/v1/commitments/old/").status_code == 301
    assert "301" in answers_of("/api/v1/commitments/{slug}/")


# -- Examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ASKED)
def test_the_example_is_what_is_described(path: str) -> None:
    told = schema()["paths"][path]["get"]
    shown = told["responses"]["200"]["content"]["application/json"]["examples"]["Example"]["value"]
    assert shown == example(told["operationId"])
    assert wrong(shown, shape_of(path)) == []


def test_every_example_is_shown() -> None:
    names = {schema()["paths"][path]["get"]["operationId"] for path in ASKED}
    assert {file.stem for file in EXAMPLES.iterdir()} == names


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("path", ASKED)
def test_the_request_of_the_example_is_answered(client: Client, path: str) -> None:
    asked = schema()["paths"][path]["get"]["x-request"]
    told = client.get(asked).json()
    shown = example(schema()["paths"][path]["get"]["operationId"])
    assert list(told) == list(shown)
    for name in ("reference", "slug", "count", "seq"):
        assert told.get(name) == shown.get(name)


def test_a_wrong_answer_would_be_noticed() -> None:
    shape = shape_of("/api/v1/topics/")
    shown = copy.deepcopy(example("topics"))
    shown["results"][0]["secret"] = 1
    assert len(wrong(shown, shape)) == 1
    del shown["results"][0]["secret"], shown["results"][0]["name"]
    assert len(wrong(shown, shape)) == 1
