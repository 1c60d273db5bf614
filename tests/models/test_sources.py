from __future__ import annotations

import hashlib

import pytest

from tests import make
from tracker.models import Source, SourceKind

pytestmark = pytest.mark.django_db


def test_a_text_is_kept_with_its_hash() -> None:
    source = make.make_source(text="공동성명")
    assert source.text_sha256 == hashlib.sha256("공동성명".encode()).hexdigest()
    source.text = "Other."
    source.full_clean()
    source.save()
    stored = Source.objects.get()
    assert stored.text_sha256 == hashlib.sha256(b"Other.").hexdigest()
    stored.text = ""
    stored.save()
    assert Source.objects.get().text_sha256 == ""


@pytest.mark.parametrize("kind", SourceKind.values)
def test_everything_but_commentary_is_evidence(kind: str) -> None:
    assert Source(kind=kind).is_evidence is (kind != "analyst_note")
