from __future__ import annotations

import pytest

from tests import make
from tracker.models import Party
from tracker.models.records import PublicRecord

pytestmark = pytest.mark.django_db

# Since when public, and since when retracted.
STATES = {"draft": (None, None), "public": (3, None), "retracted": (3, 5)}


@pytest.fixture
def parties() -> None:
    for code, (published, retracted) in STATES.items():
        make.make_party(
            code=code[:3].upper(), name=code, published_seq=published, retracted_seq=retracted
        )


@pytest.mark.usefixtures("parties")
@pytest.mark.parametrize(
    ("known", "names"),
    [
        (None, {"public"}),
        (0, set()),
        (2, set()),
        (3, {"public", "retracted"}),
        (4, {"public", "retracted"}),
        (5, {"public"}),
        (99, {"public"}),
    ],
)
def test_a_record_is_public_from_one_change_to_another(known: int | None, names: set[str]) -> None:
    assert set(Party.objects.public(known=known).values_list("name", flat=True)) == names


@pytest.mark.usefixtures("parties")
def test_a_draft_was_never_public() -> None:
    assert [party.name for party in Party.objects.draft()] == ["draft"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", (False, False, False)),
        ("public", (True, True, False)),
        ("retracted", (True, False, True)),
    ],
)
def test_a_record_says_what_it_is(state: str, expected: tuple[bool, bool, bool]) -> None:
    published, retracted = STATES[state]
    record: PublicRecord = Party(published_seq=published, retracted_seq=retracted)
    assert (record.is_published, record.is_public, record.is_retracted) == expected
