"""The migration fills the new columns with what `rebuild` would make of the same updates."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from tests import make
from tracker.actions.log.rebuild import rebuild
from tracker.models import Commitment, Standing

pytestmark = pytest.mark.django_db

migration = importlib.import_module("tracker.migrations.0019_series_and_cadence")


def test_the_columns_are_filled_as_rebuild_would_fill_them() -> None:
    forum = make.make_forum(cadence_months=24)
    first = make.published_meeting(date="2025-10-02", forum=forum)
    second = make.published_meeting(date="2026-02-25")
    commitment = make.published_commitment(happened="2025-10-02", meeting=first)
    make.published_update(commitment, happened="2025-12-01")
    wrong = make.published_update(commitment, happened="2026-02-25", meeting=second)
    make.published_correction(wrong, happened="2026-02-26", meeting=first)
    make.published_commitment(happened="2026-02-25", meeting=second)
    make.make_commitment()
    for rows in (Commitment.objects, Standing.objects):
        rows.update(silence_counts_after=None, expected_by=None)
    migration.fill(apps, None)
    assert rebuild(now=make.NOW) == []
    assert str(Commitment.objects.get(pk=commitment.pk).expected_by) == "2029-02-26"
