"""Each database constraint refuses, by its readable name, what Python also refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction

from tests import make
from tests.notify.subscriptions import make_webhook
from tests.stored import without_triggers
from tracker.models import (
    Change,
    Commitment,
    Delivery,
    FormerValue,
    LogHead,
    Meeting,
    PassageLeftOut,
    RaisedFlag,
    Review,
    Revision,
    Standing,
    StatusUpdate,
    Upload,
    UploadPart,
    WorksheetRow,
)

pytestmark = pytest.mark.django_db

Case = tuple[str, Callable[[], Any]]


def setting(row: models.Model, **values: Any) -> Any:
    """Write to a row past everything that Python checks."""
    return type(row)._base_manager.filter(pk=row.pk).update(**values)


def twice_on_one_worksheet(meeting: Meeting, commitment: Commitment) -> None:
    for _time in range(2):
        WorksheetRow.objects.create(meeting=meeting, commitment=commitment, edited_at=make.NOW)


def published(update: StatusUpdate, *, number: int, seq: int) -> Any:
    return setting(update, number=number, published_seq=seq, published_at=make.NOW)


def change(**overrides: Any) -> Change:
    values = {
        "seq": 1,
        "recorded_at": make.NOW,
        "kind": "meeting",
        "significance": "major",
        "payload": {},
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    }
    return Change.objects.create(**values | overrides)


def make_upload(**overrides: Any) -> Upload:
    user = get_user_model().objects.create(username=f"user {Upload.objects.count()}")
    values = {"noun": "updates", "ending": "csv", "size": 1, "uploaded_at": make.NOW} | overrides
    return Upload.objects.create(uploaded_by=user, **values)


def upload_part(upload: Upload) -> UploadPart:
    return UploadPart.objects.create(upload=upload, number=1, content=b"a")


def raised_flag(commitment: Commitment | None = None, *, flag: str = "overdue") -> RaisedFlag:
    commitment = commitment or make.published_commitment()
    last = Change.objects.order_by("seq").last()
    assert last is not None
    line = change(seq=last.seq + 1, previous_hash=last.hash, hash=f"{last.seq:064d}")
    return RaisedFlag.objects.create(
        commitment=commitment, flag=flag, basis=dt.date(2026, 1, 1), change=line
    )


def flag_told_twice() -> None:
    commitment = make.published_commitment()
    raised_flag(commitment)
    raised_flag(commitment)


def delivery(**overrides: Any) -> Delivery:
    values = {
        "subscription": make_webhook(),
        "message_id": "m",
        "attempt": 1,
        "started_at": make.NOW,
        "milliseconds": 1,
    }
    return Delivery.objects.create(**values | overrides)


def standing(**overrides: Any) -> Standing:
    update = make.make_update()
    values = {
        "commitment": update.commitment,
        "update": update,
        "valid_from": dt.date(2026, 1, 1),
        "known_from": 1,
    }
    return Standing.objects.create(**values | overrides)


def update_with_a_number_taken() -> Any:
    first = make.make_update()
    second = make.make_update(commitment=first.commitment)
    published(first, number=1, seq=1)
    return published(second, number=1, seq=2)


def second_correction() -> Any:
    original = make.make_update()
    for number in (1, 2):
        replacement = make.make_update(
            commitment=original.commitment, corrects=original, reason="Misread."
        )
        published(replacement, number=number, seq=number)
    return None


def correction_without_reason() -> Any:
    return make.make_update(corrects=make.make_update())


def revision(**overrides: Any) -> Any:
    update = make.make_update()
    return Revision.objects.create(**{"update": update, "reason": "Wrong.", "seq": 1} | overrides)


def revision_by_itself() -> Any:
    update = make.make_update()
    return revision(update=update, replacement=update)


def line_zero() -> Any:
    with without_triggers():
        change(seq=0)


def twice_the_same_alias(**values: Any) -> Any:
    commitment = make.make_commitment()
    for _ in range(2):
        make.make_alias(commitment, name="GSOMIA", **values)


def scheduled(**values: Any) -> Any:
    return Review.objects.create(
        **{
            "meeting": make.make_meeting(),
            "state": "scheduled",
            "sent_digest": "the same",
            "approved_digest": "the same",
            "publish_at": make.NOW,
            "reviewed_by": User.objects.create_user("editor"),
            **values,
        }
    )


def part_of_itself() -> Any:
    commitment = make.make_commitment()
    return setting(commitment, part_of=commitment)


def superseding_itself() -> Any:
    commitment = make.make_commitment()
    return setting(commitment, supersedes=commitment)


def passage(**overrides: Any) -> PassageLeftOut:
    values = {
        "source": make.make_source(),
        "locator": "paragraph 3",
        "quotation": "shared values",
        "reason": "aim",
    }
    return PassageLeftOut.objects.create(**values | overrides)


def former_value(**overrides: Any) -> FormerValue:
    values = {"noun": "party", "record": 1, "field": "name", "since": 1, "until": 2}
    return FormerValue.objects.create(**values | overrides)


def recorded(**overrides: Any) -> Any:
    values = {"published_seq": 1, "fully_recorded_seq": 2, "first_day": "2026-02-25"}
    return setting(make.make_meeting(), **values | overrides)


CASES: list[Case] = [
    (
        "what_waits_names_what_was_sent",
        lambda: Review.objects.create(meeting=make.make_meeting(), state="in_review"),
    ),
    ("what_is_scheduled_names_what_was_approved", lambda: scheduled(approved_digest="other")),
    ("review_is_of_one_record", Review.objects.create),
    (
        "review_is_of_one_record",
        lambda: Review.objects.create(meeting=make.make_meeting(), party=make.make_party()),
    ),
    (
        "review_state_is_known",
        lambda: Review.objects.create(meeting=make.make_meeting(), state="lost"),
    ),
    (
        "what_is_scheduled_has_a_time_and_an_approver",
        lambda: scheduled(publish_at=None),
    ),
    (
        "worksheet_has_one_row_for_each_commitment",
        lambda: twice_on_one_worksheet(make.make_meeting(), make.make_commitment()),
    ),
    ("passage_reason_is_known", lambda: passage(reason="dull")),
    ("passage_is_quoted_or_described", lambda: passage(quotation="")),
    ("party_kind_is_known", lambda: make.make_party(kind="empire")),
    ("source_kind_is_known", lambda: make.make_source(kind="rumour")),
    ("source_text_has_its_hash", lambda: setting(make.make_source(), text="Text.")),
    ("source_text_has_its_hash", lambda: setting(make.make_source(), text_sha256="0" * 64)),
    ("forum_level_is_known", lambda: make.make_forum(level=5)),
    ("meeting_level_is_known", lambda: make.make_meeting(level=5)),
    ("meeting_state_is_known", lambda: make.make_meeting(state="adjourned")),
    (
        "meeting_is_held_and_public_before_it_is_fully_recorded",
        lambda: recorded(published_seq=None),
    ),
    ("meeting_is_held_and_public_before_it_is_fully_recorded", lambda: recorded(state="planned")),
    ("meeting_is_held_and_public_before_it_is_fully_recorded", lambda: recorded(first_day=None)),
    ("commitment_instrument_is_known", lambda: make.make_commitment(instrument="oath")),
    ("commitment_stage_is_known", lambda: make.make_commitment(stage="ratified")),
    ("commitment_assessment_is_known", lambda: make.make_commitment(assessment="broken")),
    (
        "commitment_has_a_stage_before_it_is_public",
        lambda: make.make_commitment(published_seq=1),
    ),
    ("commitment_is_not_part_of_itself", part_of_itself),
    ("commitment_is_not_part_of_itself", superseding_itself),
    ("alias_is_given_once", lambda: twice_the_same_alias(published_seq=1)),
    ("alias_is_drafted_once", twice_the_same_alias),
    ("update_stage_is_known", lambda: make.make_update(stage="")),
    ("update_stage_is_known", lambda: make.make_update(stage="ratified")),
    ("update_assessment_is_known", lambda: make.make_update(assessment="broken")),
    ("update_firmness_is_known", lambda: make.make_update(firmness="solemn")),
    ("update_significance_is_known", lambda: make.make_update(significance="huge")),
    (
        "update_is_numbered_when_it_is_published",
        lambda: setting(make.make_update(), number=1),
    ),
    (
        "update_is_numbered_when_it_is_published",
        lambda: setting(make.make_update(), published_seq=1),
    ),
    (
        "update_is_numbered_when_it_is_published",
        lambda: setting(make.make_update(), number=1, published_seq=1),
    ),
    ("update_that_corrects_says_why", correction_without_reason),
    ("update_happened_on_a_known_date", lambda: make.make_update(happened="soon")),
    ("update_number_is_given_once", update_with_a_number_taken),
    ("update_is_corrected_once", second_correction),
    ("revision_says_why", lambda: revision(reason="")),
    ("revision_is_not_by_itself", revision_by_itself),
    ("note_is_about_one_thing", lambda: make.make_note(meeting=None)),
    (
        "note_is_about_one_thing",
        lambda: make.make_note(meeting=make.make_meeting(), commitment=make.make_commitment()),
    ),
    ("change_kind_is_known", lambda: change(kind="rumour")),
    ("change_significance_is_known", lambda: change(significance="huge")),
    ("change_is_numbered_from_one", line_zero),
    ("log_has_one_head", lambda: LogHead.objects.create(pk=2)),
    ("standing_covers_a_day", lambda: standing(valid_to=dt.date(2026, 1, 1))),
    ("standing_covers_a_change", lambda: standing(known_to=1)),
    ("former_value_covers_a_change", lambda: former_value(since=2)),
    ("former_value_is_said_once", lambda: [former_value() for _ in "12"]),
    ("flag_is_told_once", flag_told_twice),
    ("raised_flag_is_made_by_time", lambda: raised_flag(flag="slipped")),
    ("subscription_channel_is_known", lambda: make_webhook(channel="pigeon")),
    ("subscription_state_is_known", lambda: make_webhook(state="asleep")),
    ("subscription_frequency_is_known", lambda: make_webhook(frequency="hourly")),
    ("webhook_has_a_secret", lambda: make_webhook(secret="")),
    ("subscription_says_why_it_stopped", lambda: make_webhook(state="stopped")),
    ("address_subscribes_to_a_filter_once", lambda: [make_webhook(channel="email") for _ in "12"]),
    ("there_is_one_hub", lambda: [make_webhook(channel="hub", address=a) for a in "12"]),
    ("delivery_outcome_is_known", lambda: delivery(outcome="lost")),
    ("upload_noun_is_known", lambda: make_upload(noun="songs")),
    ("upload_state_is_known", lambda: make_upload(state="lost")),
    ("upload_part_is_kept_once", lambda: [upload_part(u) for u in [make_upload()] * 2]),
    *[
        (
            f"{noun}_is_public_before_it_is_retracted",
            lambda make_one=make_one, seqs=seqs: setting(
                make_one(), published_seq=seqs[0], retracted_seq=seqs[1]
            ),
        )
        for noun, make_one in (
            ("party", make.make_party),
            ("source", make.make_source),
            ("topic", make.make_topic),
            ("forum", make.make_forum),
            ("meeting", make.make_meeting),
            ("commitment", lambda: make.make_commitment(stage="signed")),
            ("alias", lambda: make.make_alias(make.make_commitment())),
            ("note", make.make_note),
            ("passageleftout", passage),
        )
        for seqs in ((None, 2), (2, 1))
    ],
]

# SQLite names the columns of a unique constraint instead, or a trigger speaks first.
SQLITE_COLUMNS = {
    "worksheet_has_one_row_for_each_commitment": "tracker_worksheetrow.commitment_id",
    "alias_is_given_once": "tracker_alias.commitment_id, tracker_alias.name",
    "alias_is_drafted_once": "tracker_alias.commitment_id, tracker_alias.name",
    "update_number_is_given_once": "a published update is never replaced",
    "update_is_corrected_once": "tracker_statusupdate.corrects_id",
    "former_value_is_said_once": "tracker_formervalue.noun, tracker_formervalue.record",
    "flag_is_told_once": "tracker_raisedflag.commitment_id, tracker_raisedflag.flag",
    "address_subscribes_to_a_filter_once": "tracker_subscription.address",
    "upload_part_is_kept_once": "tracker_uploadpart.upload_id",
    "there_is_one_hub": "tracker_subscription.channel",
}


@pytest.mark.parametrize(("name", "write"), CASES, ids=[name for name, _ in CASES])
def test_a_constraint_refuses(name: str, write: Callable[[], Any], on_postgresql: bool) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    assert (name if on_postgresql else SQLITE_COLUMNS.get(name, name)) in str(refusal.value)


def declared_names() -> Iterator[str]:
    for model in apps.get_app_config("tracker").get_models():
        for constraint in model._meta.constraints:
            yield constraint.name


def test_every_constraint_has_its_case() -> None:
    assert {name for name, _ in CASES} == set(declared_names())


@pytest.mark.parametrize(
    ("make_two", "column"),
    [
        (lambda: [make.make_party(code="JPN", slug=s) for s in "ab"], "code"),
        (lambda: [make.make_source(slug="same") for _ in "ab"], "slug"),
        (lambda: [make.make_meeting(slug="same") for _ in "ab"], "slug"),
        (lambda: [make.make_commitment(reference="CAN-KOR-2020-001") for _ in "ab"], "reference"),
        (lambda: [make.make_commitment(slug="same") for _ in "ab"], "slug"),
        (lambda: [make.make_note(key="same") for _ in "ab"], "key"),
    ],
)
def test_a_permanent_name_is_given_once(make_two: Callable[[], Any], column: str) -> None:
    with pytest.raises(IntegrityError, match=column), transaction.atomic():
        make_two()
