"""What is kept of an amendment, and that the log alone brings it back."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from tests.acts import every_act
from tests.make import NOW
from tracker.actions.log.rebuild import rebuild
from tracker.models import Commitment, FormerValue
from tracker.models.former_values import COLUMNS

pytestmark = pytest.mark.django_db

ROWS = FormerValue.objects.order_by("until", "noun", "record", "field")


def test_an_upgrade_fills_the_table_from_the_log() -> None:
    told: list[Commitment] = []
    assert list(every_act(told))
    kept = list(ROWS.values_list(*COLUMNS))
    assert {row[0] for row in kept} == {"commitment", "meeting", "source", "party", "topic"}
    FormerValue.objects.all().delete()
    importlib.import_module("tracker.migrations.0024_former_values").fill(apps, None)
    assert list(ROWS.values_list(*COLUMNS)) == kept


def test_a_rebuild_puts_them_right_and_says_so() -> None:
    list(every_act([]))
    assert rebuild(now=NOW) == []
    kept = list(ROWS.values_list(*COLUMNS))
    FormerValue.objects.filter(field="title").update(value="Damaged")
    FormerValue.objects.filter(field="slug").delete()
    assert rebuild(now=NOW) == ["former values"]
    assert list(ROWS.values_list(*COLUMNS)) == kept
