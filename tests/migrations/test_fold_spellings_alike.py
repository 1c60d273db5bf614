"""Search documents of a register in use are folded as new ones are."""

from __future__ import annotations

import importlib
import re
import unicodedata

import pytest
from django.apps import apps

from tests.lib.test_folding import ALIKE
from tests.make import NOW, make_alias, make_commitment, make_update, published_commitment
from tracker.actions.log.search_index import index_anew
from tracker.actions.publishing.publish import publish_commitment
from tracker.models import Commitment, LogHead, SearchDocument

pytestmark = pytest.mark.django_db

migration = importlib.import_module("tracker.migrations.0023_fold_spellings_alike")


def folded_before(text: str) -> str:
    """As documents were written before: no case, no accents, single spaces."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", bare)).strip()


def test_stored_documents_are_folded_anew() -> None:
    for spellings in ALIKE:
        commitment = make_commitment(title=spellings[0], summary=", ".join(spellings))
        make_alias(commitment, name=spellings[-1])
        first = make_update(commitment=commitment, quotation=f"“{spellings[0]}”.")
        publish_commitment(commitment, first_update=first, now=NOW)
        names = [commitment.title, commitment.reference, spellings[-1]]
        parts = [*names, commitment.summary, f"“{spellings[0]}”."]
        SearchDocument.objects.filter(commitment=commitment).update(
            names="\n".join(map(folded_before, names)), text="\n".join(map(folded_before, parts))
        )
    generation = LogHead.objects.get().generation
    migration.fold_anew(apps, None)
    assert LogHead.objects.get().generation == generation + 1
    assert not any(index_anew(commitment) for commitment in Commitment.objects.all())
    migration.fold_anew(apps, None)
    assert LogHead.objects.get().generation == generation + 1


def test_what_is_folded_already_is_left_alone() -> None:
    published_commitment()
    generation = LogHead.objects.get().generation
    migration.fold_anew(apps, None)
    assert LogHead.objects.get().generation == generation
