"""What the page of changes keeps of a line is what it would write anew, after each act."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from tests.acts import every_act
from tests.make import published_commitment
from tracker.dashboard import log_lines
from tracker.models import Commitment

pytestmark = pytest.mark.django_db


def page(client: Client, address: str = "/changes/") -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    return response.content


def made_anew(client: Client, address: str = "/changes/") -> bytes:
    log_lines._KEPT.clear()
    return page(client, address)


def test_after_each_act_the_log_is_the_one_written_anew(client: Client) -> None:
    told: list[Commitment] = []
    for act in every_act(told):
        for address in ("/changes/", "/changes/?kind=status"):
            kept = page(client, address)
            assert page(client, address) == kept == made_anew(client, address), act


def test_lines_are_kept_for_a_language(client: Client) -> None:
    published_commitment()
    here = page(client)
    with translation.override("fr"):
        there = page(client)
        assert there == made_anew(client)
    assert there != here == page(client)
