"""Asking the API as a program does: JSON in hand, problems as problems, page after page."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


def body(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, (address, response.getvalue().decode())
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def problem(client: Client, address: str, status: int, **headers: str) -> dict[str, Any]:
    """The Problem Details that an address answers; `type` without the site."""
    response = client.get(address, headers=headers)
    assert response.status_code == status, (address, response.getvalue().decode())
    assert response.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    told["type"] = told["type"].removeprefix("http://testserver")
    return told


def faults(client: Client, address: str) -> dict[str, str]:
    """The sentence for each parameter of a refused address."""
    told = problem(client, address, 400)
    assert told["type"] == "/api/docs/#bad-parameters"
    return {error["parameter"]: error["detail"] for error in told["errors"]}


def all_pages(client: Client, address: str) -> list[dict[str, Any]]:
    """The records of a list, from the first page on by `next`; checks what places each page."""
    found: list[dict[str, Any]] = []
    following: str | None = address
    previous, number = None, 0
    while following is not None:
        told = body(client, following)
        number += 1
        assert told["page"] == number
        assert told["previous"] == previous
        found += told["results"]
        previous = f"http://testserver{following}" if following.startswith("/") else following
        if number == 1 and told["next"] is not None:
            # The first page was asked for without its number.
            previous = told["next"].replace("page=2", "page=1")
        following = told["next"]
        assert (following is None) == (told["page"] == told["pages"])
        assert told["count"] >= len(found)
    assert told["count"] == len(found)
    return found


def ndjson(client: Client, address: str, **headers: str) -> list[dict[str, Any]]:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.streaming
    text = response.getvalue().decode()
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]
