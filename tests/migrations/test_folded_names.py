"""The migration folds the names that are stored as saving them does."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from tests import make
from tracker.actions.log.rebuild import rebuild
from tracker.models import Forum, Meeting, Party, Source, Topic

pytestmark = pytest.mark.django_db

migration = importlib.import_module("tracker.migrations.0030_folded_names")


def test_names_are_folded_as_rebuild_would_fold_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "_AT_ONCE", 2)
    for number in range(3):
        meeting = make.published_meeting(title=f"Séance {number}", place="Đà Nẵng")
        make.make_source(summary="«\u00a0Œuvre\u00a0»")
    make.published_commitment(topics=[make.make_topic(name="Défense")], meeting=meeting)
    make.make_forum(name="L’Atlantique")
    nouns = (Forum, Meeting, Party, Source, Topic)
    for noun in nouns:
        noun._base_manager.update(folded_text="")
    migration.fold_names(apps, None)
    assert rebuild(now=make.NOW) == []
    assert all(all(noun._base_manager.values_list("folded_text", flat=True)) for noun in nouns)
