from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests import make
from tracker.models import Assessment, Commitment, Stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "reference",
    ["CAN-KOR-2025-004", "CAN-KOR-JPN-2025-1234", "NATO-2025-000001", "A1-2025-001"],
)
def test_a_reference_names_parties_year_and_number(reference: str) -> None:
    make.make_commitment(reference=reference).full_clean()


@pytest.mark.parametrize(
    "reference",
    [
        *("can-kor-2025-004", "CAN-KOR-2025", "CAN-KOR-2025-04", "2025-004", "CAN_KOR-2025-004"),
        *("CAN-KOR-2025-0000004", "CAN--2025-004", "-2025-004", "CAN-KOR-25-004", "CÄN-2025-004"),
        *("CAN-KOR-2025-004\n", "CAN-KOR-2025-٠٠٤"),
    ],
)
def test_a_reference_in_another_form_is_refused(reference: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make.make_commitment(reference=reference).full_clean()
    assert refusal.value.message_dict == {
        "reference": ["Write parties, year and number, such as CAN-KOR-2025-004."]
    }


DELIVERED = {"in_effect", "completed"}
CLOSED = {*DELIVERED, "superseded", "withdrawn"}


@pytest.mark.parametrize("stage", Stage.values)
def test_a_stage_is_open_or_closed(stage: str) -> None:
    position = Commitment(stage=stage, assessment=Assessment.NOT_ASSESSED)
    assert (position.is_delivered, position.is_open) == (stage in DELIVERED, stage not in CLOSED)


@pytest.mark.parametrize("assessment", Assessment.values)
def test_an_assessment_is_open_or_closed(assessment: str) -> None:
    position = Commitment(stage=Stage.SIGNED, assessment=assessment)
    delivered = assessment in {"delivered", "delivered_late"}
    assert position.is_delivered is delivered
    assert position.is_open is not (delivered or assessment == "abandoned")


def test_names_are_told() -> None:
    commitment = make.make_commitment(reference="CAN-KOR-2030-001", title="Agreement", slug="a")
    update = make.make_update(commitment=commitment, stage="signed", happened="2026-02")
    assert str(commitment) == "CAN-KOR-2030-001 Agreement"
    assert str(update) == "CAN-KOR-2030-001/draft (2026-02: signed)"
    assert str(make.make_alias(commitment, name="GSOMIA")) == "GSOMIA"
    assert str(make.make_meeting(title="Second", date="2028")) == "Second (2028)"
    assert str(make.make_source(title="Statement")) == "Statement (2026-02-25)"
