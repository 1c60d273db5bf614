"""Importing files: drafts are made and changed, what is public amended, all of it or nothing."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests import make
from tests.actions.importing import (
    COMMITMENT,
    CONTRIBUTOR,
    MEETING,
    SOURCE,
    UPDATE,
    bring_in,
    check,
    exported,
    importer,
    lines_of,
    told,
    written,
)
from tests.log_chain import first_break
from tests.stored import stored_rows
from tracker.actions.imports.files import ImportRefusedError, RegisterChangedError
from tracker.actions.imports.publishing import DraftDisposition
from tracker.actions.review.states import send_for_review
from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Alias,
    Change,
    Citation,
    Commitment,
    Meeting,
    Review,
    ReviewState,
    Source,
    StatusUpdate,
)
from tracker.queries.visibility import log_head
from tracker.schema import payloads
from tracker.spreadsheets.report import Rights
from tracker.spreadsheets.tables import TABLES

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> None:
    """What the rows name: parties and a source."""
    make.both_parties()
    make.make_source(slug="a-statement")


# -- There and back -----------------------------------------------------------------------------


@pytest.mark.parametrize("noun", TABLES)
def test_what_was_exported_differs_nowhere(shipped_register: None, noun: str) -> None:
    draft = make.make_update(quotation="a; b", rationale="=1+1\nand more")
    make.make_alias(draft.commitment, name="'Name", note="x; y")
    make.make_meeting()
    file = exported(noun)
    report = bring_in(noun, file)
    assert (told(report), dict(report.counts)) == ([], {"unchanged": len(lines_of(file))})
    assert Review.objects.count() == 0


@pytest.mark.usefixtures("ground")
def test_every_noun_is_drafted_and_a_second_time_nothing_happens() -> None:
    Source.objects.all().delete()
    files = {
        "sources": written(SOURCE | {"published_on": "25 Feb 2026", "text": "The whole text."}),
        "meetings": written(MEETING | {"date_words": "on Wednesday"}),
        "commitments": written(
            COMMITMENT
            | {"aliases": "GSOMIA; 협정", "alias_languages": "en; ko", "part_of": ""}
            | {"first_stated_at": "a-meeting"},
            COMMITMENT
            | {"reference": "CAN-KOR-2024-102", "title": "The protocol"}
            | {"part_of": "CAN-KOR-2024-101", "related": "CAN-KOR-2024-103"},
            COMMITMENT
            | {"reference": "CAN-KOR-2024-103", "title": "협정"}
            | {"supersedes": "CAN-KOR-2024-102", "related": "CAN-KOR-2024-102"},
        ),
        "updates": written(
            UPDATE
            | {"meeting": "a-meeting", "sources": "a-statement; a-statement"}
            | {
                "quotations": r"will sign\; soon; and more",
                "target": "2026",
                "target_words": "soon",
            }
        ),
    }
    for noun, file in files.items():
        assert told(check(noun, file)) == []
        assert set(bring_in(noun, file).counts) == {"new"}
    source, meeting = Source.objects.get(), Meeting.objects.get()
    assert (source.published_on.iso, len(source.text_sha256)) == ("2026-02-25", 64)
    assert meeting.date == PartialDate(2026, 2, 25, "on Wednesday")
    assert list(meeting.sources.all()) == [source]
    first, second, third = Commitment.objects.all()
    assert [c.slug for c in (first, second, third)] == [
        *("sign-an-agreement", "the-protocol", "can-kor-2024-103"),
    ]
    assert (second.part_of, third.supersedes, first.first_stated_at) == (first, second, meeting)
    assert list(third.related.all()) == [second]
    assert sorted(first.aliases.values_list("name", "language")) == [
        ("GSOMIA", "en"),
        ("협정", "ko"),
    ]
    update = StatusUpdate.objects.get()
    assert (update.meeting, update.target) == (meeting, PartialDate(2026, words="soon"))
    assert [c.quotation for c in update.citations.all()] == ["will sign; soon", "and more"]
    assert (log_head().seq, Change.objects.count()) == (0, 0)
    assert set(Review.objects.values_list("edited_by__username", "state")) == {
        ("importer", "draft")
    }
    before = stored_rows()
    for noun, file in files.items():
        assert set(bring_in(noun, file).counts) == {"unchanged"}
    assert stored_rows() == before


def test_a_draft_is_changed_as_by_hand_and_is_no_longer_in_review() -> None:
    update = make.make_update(commitment=make.make_commitment(topics=[make.make_topic()]))
    send_for_review(update.commitment, now=make.NOW, by=importer())
    [line] = lines_of(exported("updates"))
    report = bring_in("updates", written(line | {"stage": "signed", "locators": "page 2"}))
    assert report.differences["changed"] == [
        {
            "row": 2,
            "name": f"draft {update.pk}",
            "cells": [
                {"column": "stage", "before": "announced", "after": "signed"},
                {"column": "locators", "before": "paragraph 1", "after": "page 2"},
            ],
        }
    ]
    update.refresh_from_db()
    assert (update.stage, update.review.state) == ("signed", ReviewState.DRAFT)
    assert Citation.objects.get().locator == "page 2"
    [line] = lines_of(exported("commitments"))
    changed = line | {"topics": "", "aliases": "Other", "title": "New"}
    assert set(bring_in("commitments", written(changed)).counts) == {"changed"}
    commitment = Commitment.objects.get()
    assert (commitment.title, commitment.topics.count()) == ("New", 0)
    assert Alias.objects.get().name == "Other"
    assert commitment.review.state == ReviewState.DRAFT


def test_columns_that_a_file_lacks_stay_as_they_were() -> None:
    update = make.make_update(target="2026", quotation="kept", firmness="firm")
    line = {"commitment": update.commitment.reference, "draft": update.pk, "target_words": "soon"}
    bring_in("updates", written(line | {"sources": update.citations.get().source.slug}))
    update.refresh_from_db()
    assert update.target == PartialDate(2026, words="soon")
    assert (update.firmness, update.citations.get().quotation) == ("firm", "kept")


# -- What is public -----------------------------------------------------------------------------


def test_what_is_public_is_amended_in_the_open_as_back_fill() -> None:
    commitment = make.published_commitment(topics=[make.make_topic(slug="cyber")])
    kept = make.make_alias(commitment, name="Unpublished")
    [line] = lines_of(exported("commitments"))
    line |= {"summary": "Said better.", "aliases": "Unpublished; Another", "alias_notes": "; n"}
    seq = log_head().seq
    report = bring_in("commitments", written(line), why="Taken from the ministry’s list.")
    assert dict(report.counts) == {"amended": 1}
    amended, named = Change.objects.filter(seq__gt=seq).order_by("seq")
    assert amended.payload["commitment"]["summary"] == "Said better."
    assert amended.payload["reason"] == "Taken from the ministry’s list."
    assert [a["name"] for a in named.payload["commitment"]["aliases"]] == ["Another"]
    assert {c.is_backfill for c in (amended, named)} == {True}
    assert {c.recorded_by_id for c in (amended, named)} == {importer().pk}
    kept.refresh_from_db()
    assert not kept.is_published
    assert set(bring_in("commitments", exported("commitments")).counts) == {"unchanged"}


def test_sources_and_meetings_are_amended_too() -> None:
    meeting = make.published_meeting()
    [of_source], [of_meeting] = (lines_of(exported(noun)) for noun in ("sources", "meetings"))
    url = "https://web.archive.org/1"
    assert bring_in("sources", written(of_source | {"archived_url": url})).counts["amended"] == 1
    assert bring_in("meetings", written(of_meeting | {"place": "Seoul"})).counts["amended"] == 1
    meeting.refresh_from_db()
    assert (meeting.place, meeting.sources.get().archived_url) == ("Seoul", url)


@pytest.mark.parametrize(
    ("noun", "change", "sentence"),
    [
        (
            "commitments",
            {"slug": "another"},
            "Row 2, column “slug”: What names a public record is permanent.",
        ),
        ("commitments", {"parties": ""}, "Row 2: A commitment keeps at least one party."),
        ("meetings", {"sources": ""}, "Row 2: A meeting keeps at least one source that says so."),
        (
            "updates",
            {"stage": "signed"},
            "Row 2, column “stage”: Update 1 is public and never altered; the row says something "
            "else. Correct it instead, on its page; or, if the row tells of another event, record "
            "that by hand.",
        ),
        (
            "updates",
            {"number": "", "rationale": "Otherwise."},
            "Row 2, column “rationale”: Update 1 is public and never altered; the row says "
            "something else. Correct it instead, on its page; or, if the row tells of another "
            "event, record that by hand.",
        ),
    ],
)
def test_what_an_amendment_must_not_do_is_told(
    noun: str, change: dict[str, Any], sentence: str
) -> None:
    make.published_commitment(meeting=make.published_meeting())
    [line] = lines_of(exported(noun))
    before = stored_rows()
    assert told(check(noun, written(line | change))) == [sentence]
    with pytest.raises(ImportRefusedError) as refusal:
        bring_in(noun, written(line | change))
    assert told(refusal.value.report) == [sentence]
    assert stored_rows() == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"level": "leaders"}, "Parties and level stay as they are once updates rest on the"),
        ({"state": "planned"}, "A fully recorded meeting was held, and stays so."),
        ({"date": "", "date_words": "soon"}, "A fully recorded meeting keeps at least its year."),
        ({"date": ""}, "It is needed and not given"),
    ],
)
def test_what_rests_on_a_meeting_keeps_it(change: dict[str, Any], sentence: str) -> None:
    make.published_commitment(meeting=make.published_meeting(fully_recorded=True))
    [line] = lines_of(exported("meetings"))
    problem = told(check("meetings", written(line | change)))[0]
    assert sentence in problem


def test_a_public_commitment_is_not_related_to_a_draft() -> None:
    commitment, draft = make.published_commitment(), make.make_commitment()
    line = lines_of(exported("commitments"))[0]
    assert line["reference"] == commitment.reference
    report = check("commitments", written(line | {"related": draft.reference}))
    assert told(report) == [f"Row 2: Publish “{draft}” first."]


def test_who_may_not_publish_does_not_amend() -> None:
    make.published_commitment()
    [line] = lines_of(exported("commitments"))
    report = check("commitments", written(line | {"title": "Other"}), rights=CONTRIBUTOR)
    assert told(report) == [
        "Row 2, column “title”: It is public and the row says something else: only an editor "
        "amends it."
    ]
    assert told(check("commitments", written(line), rights=CONTRIBUTOR)) == []
    assert len(told(check("sources", written(SOURCE), rights=Rights(may_add=False)))) == 1


# -- What is wrong ------------------------------------------------------------------------------


@pytest.mark.usefixtures("ground")
def test_each_problem_names_row_column_and_what_to_do() -> None:
    make.make_commitment(reference="CAN-KOR-2024-200", slug="taken")
    lines = [
        COMMITMENT | {"slug": "one", "topics": "", "part_of": ""},
        COMMITMENT,
        COMMITMENT | {"reference": "CAN-KOR-2024-102", "slug": "one"},
        COMMITMENT | {"reference": "CAN-KOR-2024-103", "slug": "taken"},
        COMMITMENT | {"reference": "CAN-KOR-2024-104", "title": "", "instrument": "deal"},
        COMMITMENT | {"reference": "CAN-KOR-2024-105", "topics": "nowhere", "parties": "CAN; USA"},
        COMMITMENT | {"reference": "CAN-KOR-2024-106", "part_of": "CAN-KOR-2024-106"},
        COMMITMENT | {"reference": "CAN-KOR-2024-107", "part_of": "CAN-KOR-2024-999"},
        COMMITMENT | {"reference": "CAN-KOR-2024-108", "aliases": "One; Two; One"},
    ]
    file = written(*lines)
    before = stored_rows()
    with pytest.raises(ImportRefusedError) as refusal:
        bring_in("commitments", file)
    told_of = told(refusal.value.report)
    choices = "agreement, arrangement, dialogue, meeting, action_plan, exercise, cooperation"
    assert told_of == [
        "Row 3: “CAN-KOR-2024-101” stands in row 2 already: leave one of them out.",
        "Row 4, column “slug”: The address “one” stands in row 2 already: choose another.",
        "Row 5, column “slug”: The address “taken” is that of CAN-KOR-2024-200: choose another.",
        "Row 6, column “title”: The cell is empty, and it is needed.",
        f"Row 6, column “instrument”: “deal” is none of: {choices}, statement.",
        "Row 7, column “topics”: There is no topic “nowhere” in the register: add it first, or "
        "correct it.",
        "Row 7, column “parties”: There is no party “USA” in the register: add it first, or "
        "correct it.",
        "Row 8, column “part_of”: Name another commitment, not this one.",
        "Row 9, column “part_of”: There is no commitment “CAN-KOR-2024-999” in the register: add "
        "it first, or correct it.",
        "Row 10, column “aliases”: “One” is given twice in one language; keep one.",
    ]
    assert told(check("commitments", file)) == told_of
    assert stored_rows() == before


@pytest.mark.usefixtures("ground")
def test_dates_that_are_two_days_are_asked_about_once() -> None:
    file = written(SOURCE | {"published_on": "03/04/2026"}, SOURCE | {"slug": "b"})
    report = check("sources", file)
    assert [str(asked) for asked in report.ambiguous_dates] == [
        "Row 2, column “published_on”: 03/04/2026",
    ]
    assert not report.is_sound
    with pytest.raises(ImportRefusedError):
        bring_in("sources", file)
    Source.objects.all().delete()
    bring_in("sources", file, dates="month_first")
    assert Source.objects.get(slug="a-statement").published_on.iso == "2026-03-04"


@pytest.mark.usefixtures("ground")
def test_a_date_may_be_known_in_words_alone_but_not_that_of_an_event() -> None:
    bring_in("meetings", written(MEETING | {"date": "", "date_words": "next spring"}))
    assert Meeting.objects.get().date == PartialDate(words="next spring")
    make.make_commitment(reference=UPDATE["commitment"])
    line = UPDATE | {"happened": "", "happened_words": "in spring"}
    assert told(check("updates", written(line))) == [
        "Row 2, column “happened”: Say when it happened, at least the year: words alone are not "
        "enough."
    ]


@pytest.mark.usefixtures("ground")
def test_updates_say_what_hinders_them() -> None:
    reference = UPDATE["commitment"]
    make.published_commitment(reference=reference)
    lines = [
        UPDATE | {"stage": "signed"},
        UPDATE | {"number": 7},
        UPDATE | {"draft": 999},
        UPDATE | {"commitment": "CAN-KOR-2024-999"},
        UPDATE | {"corrects": 1},
        UPDATE | {"corrects": 3, "reason": "It was misread."},
        UPDATE | {"happened": "2026-02-26", "quotations": "one; two"},
    ]
    assert sorted(told(check("updates", written(*lines)))) == [
        "Row 2, column “stage”: Update 1 is public and never altered; the row says something else. "
        "Correct it instead, on its page; or, if the row tells of another event, record that by "
        "hand.",
        f"Row 3, column “number”: {reference} has no update 7: leave it empty for a new one.",
        f"Row 4, column “draft”: {reference} has no draft 999: leave it empty for a new one.",
        "Row 5, column “commitment”: There is no commitment “CAN-KOR-2024-999” in the register: "
        "add it first, or correct it.",
        "Row 6, column “reason”: Say why: readers see it beside what it corrects.",
        "Row 7, column “corrects”: It has no public update 3 that still counts.",
        "Row 8, column “quotations”: It holds 2 values and “sources” 1. Write a backslash before "
        "a semicolon that does not separate two of them.",
    ]


@pytest.mark.usefixtures("ground")
def test_one_broken_row_among_many_keeps_all_out() -> None:
    lines = [
        COMMITMENT | {"reference": f"CAN-KOR-2024-{n}", "title": f"Number {n}"}
        for n in range(101, 1_400)
    ]
    file = written(*lines)
    content = file.getvalue().splitlines(keepends=True)
    content[700] = content[700].replace(b"agreement", b"agreement,,,,,stray")
    content[701] = content[701].replace(b"The two", b"\x1bThe two")
    file = type(file)(b"".join(content))
    with pytest.raises(ImportRefusedError) as refusal:
        bring_in("commitments", file)
    assert told(refusal.value.report) == [
        "Row 701: It has 10 cells and the headings are 5: is a quotation mark or a separator "
        "missing?",
        "Row 702, column “summary”: It holds a control character, which no page can show: type it "
        "anew.",
    ]
    assert Commitment.objects.count() == 0


@pytest.mark.usefixtures("ground")
def test_queries_do_not_grow_with_the_rows_of_a_lot(django_assert_max_num_queries: Any) -> None:
    counts = []
    for start, many in ((100, 3), (200, 90)):
        file = written(
            *[
                COMMITMENT
                | {"reference": f"CAN-KOR-2024-{n}", "title": f"Number {n}", "aliases": "Other"}
                for n in range(start, start + many)
            ]
        )
        with django_assert_max_num_queries(60) as counted:
            bring_in("commitments", file)
        counts.append(len(counted))
    # A statement of SQLite holds some forty rows.
    assert counts[1] - counts[0] <= 15


# -- Drafts, review, publication -----------------------------------------------------------------


def _imported_register(then: str, settings: Any) -> list[str]:
    settings.REQUIRE_SECOND_PERSON = False
    bring_in("sources", written(SOURCE))
    bring_in("meetings", written(MEETING), disposition=then)
    bring_in("commitments", written(COMMITMENT), disposition=DraftDisposition.KEEP)
    later = UPDATE | {"happened": "2026-03", "stage": "signed", "meeting": ""}
    report = bring_in(
        "updates", written(later, UPDATE | {"meeting": "a-meeting"}), disposition=then
    )
    return told(report)


def test_drafts_are_published_as_back_fill_in_the_order_of_events(settings: Any) -> None:
    make.both_parties()
    assert _imported_register(DraftDisposition.PUBLISH, settings) == []
    commitment = Commitment.objects.get()
    assert (commitment.is_public, commitment.stage) == (True, "signed")
    assert [(u.number, u.stage) for u in commitment.updates.all()] == [
        (1, "announced"),
        (2, "signed"),
    ]
    assert set(Change.objects.values_list("is_backfill", flat=True)) == {True}
    published = Review.objects.filter(state=ReviewState.PUBLISHED)
    assert published.count() == Review.objects.exclude(source__isnull=False).count() == 4


def test_updates_published_in_bulk_are_like_those_published_one_by_one(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.make_source(slug="a-statement")
    commitments = [make.published_commitment(happened="2026-01") for _number in "ab"]
    lines = [
        UPDATE | {"commitment": c.reference, "happened": day, "stage": stage}
        for day, stage in (("2026-03", "signed"), ("2026-02-25", "negotiating"))
        for c in commitments
    ]
    report = bring_in("updates", written(*lines), disposition=DraftDisposition.PUBLISH)
    assert dict(report.counts) == {"new": 4}
    for commitment in commitments:
        commitment.refresh_from_db()
        assert commitment.stage == "signed"
        told_of = commitment.updates.values_list("number", "stage")
        assert list(told_of) == [(1, "announced"), (2, "negotiating"), (3, "signed")]
    assert Review.objects.filter(state=ReviewState.PUBLISHED, reviewed_by=importer()).count() == 4
    assert first_break() is None
    assert set(Change.objects.filter(seq__gt=4).values_list("is_backfill", flat=True)) == {True}


def test_drafts_published_in_bulk_are_logged_with_all_that_belongs_to_them(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.make_source(slug="a-statement")
    whole = make.make_commitment(topics=[make.make_topic()])
    whole.aliases.create(name="The other name")
    part = make.make_commitment(part_of=whole, related=[whole])
    lines = [
        UPDATE | {"commitment": c.reference, "happened": day}
        for c, day in ((part, "2026-02-20"), (whole, "2026-02-10"), (part, "2026-02-25"))
    ]
    bring_in("updates", written(*lines), disposition=DraftDisposition.PUBLISH)
    logged = [
        change.payload["commitment"]
        for change in Change.objects.filter(kind="commitment_published").order_by("seq")
    ]
    now = [payloads.commitment(c) for c in Commitment.objects.order_by("pk")]
    # What it is related to was not public yet.
    assert logged == [now[0] | {"related": []}, now[1]]
    assert len(logged[1]["related"]) == 1
    assert (len(logged[0]["topics"]), len(logged[0]["aliases"])) == (1, 1)
    assert first_break() is None
    assert set(Review.objects.values_list("state", flat=True)) == {ReviewState.PUBLISHED}


def test_each_draft_that_cannot_be_published_is_named(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.make_source(slug="a-statement")
    drafts = [make.make_commitment() for _number in "abc"]
    lines = [UPDATE | {"commitment": draft.reference} for draft in drafts]
    for line in lines[1:]:
        line |= {"sources": "", "quotations": ""}
    before = stored_rows()
    with pytest.raises(ImportRefusedError) as refusal:
        bring_in("updates", written(*lines), disposition=DraftDisposition.PUBLISH)
    assert [problem.row for problem in refusal.value.report.problems] == [3, 4]
    assert stored_rows() == before


def test_a_row_that_cannot_be_published_is_named(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.make_source(slug="a-statement")
    public, draft = make.published_commitment(), make.make_commitment()
    lines = [
        UPDATE | {"commitment": public.reference, "happened": "2026-02-20"},
        UPDATE | {"commitment": public.reference, "happened": "2026-12"},
        UPDATE | {"commitment": draft.reference, "sources": "", "quotations": ""},
    ]
    before = stored_rows()
    for some, rows in ((lines, [3, 4]), (lines[:2], [3])):
        with pytest.raises(ImportRefusedError) as refusal:
            bring_in("updates", written(*some), disposition=DraftDisposition.PUBLISH)
        assert [problem.row for problem in refusal.value.report.problems] == rows
    assert "lies in the future" in told(refusal.value.report)[0]
    assert stored_rows() == before


def test_what_cannot_be_published_is_told_and_nothing_is_written(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.both_parties()
    before = stored_rows()
    with pytest.raises(ImportRefusedError) as refusal:
        bring_in(
            "meetings", written(MEETING | {"sources": ""}), disposition=DraftDisposition.PUBLISH
        )
    assert told(refusal.value.report) == [
        "The file: A meeting (2026-02-25): Name a source that says so before publishing "
        "“A meeting”."
    ]
    assert stored_rows() == before


def test_drafts_are_sent_for_review(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    make.both_parties()
    make.make_source(slug="a-statement")
    bring_in("meetings", written(MEETING))
    other = MEETING | {"slug": "b-meeting"}
    bring_in("meetings", written(MEETING, other), disposition=DraftDisposition.REVIEW)
    reviews = Review.objects.values_list("state", "sent_by__username")
    assert list(reviews) == [("in_review", "importer")] * 2


@pytest.mark.parametrize(
    ("noun", "rights", "second_person", "sentence"),
    [
        ("meetings", Rights(), True, "Here a second person publishes"),
        ("meetings", CONTRIBUTOR, False, "Only an editor publishes."),
        ("commitments", Rights(), False, "A commitment becomes public with its first update"),
        ("sources", Rights(), False, "Sources are drafts until a record that rests on them"),
    ],
)
def test_publication_is_refused_in_words(
    settings: Any, noun: str, rights: Rights, second_person: bool, sentence: str
) -> None:
    settings.REQUIRE_SECOND_PERSON = second_person
    line = {"meetings": MEETING, "commitments": COMMITMENT, "sources": SOURCE}[noun]
    with pytest.raises(ValidationError, match=sentence):
        bring_in(noun, written(line), disposition=DraftDisposition.PUBLISH, rights=rights)
    assert sum(model.objects.count() for model in (Meeting, Commitment, Source)) == 0


@pytest.mark.usefixtures("ground")
def test_what_a_person_saw_is_what_is_written() -> None:
    file = written(COMMITMENT)
    seen = check("commitments", file)
    make.make_commitment(reference=COMMITMENT["reference"], title="Somebody was faster")
    with pytest.raises(RegisterChangedError):
        bring_in("commitments", file, digest=seen.digest)
    assert Commitment.objects.get().title == "Somebody was faster"
    bring_in("commitments", file, digest=check("commitments", file).digest)
    assert Commitment.objects.get().title == COMMITMENT["title"]


@pytest.mark.usefixtures("ground")
def test_progress_is_told_lot_by_lot() -> None:
    seen: list[int] = []
    lines = ({**SOURCE, "slug": f"source-{n}"} for n in itertools.count())
    file = written(*itertools.islice(lines, 1_200))
    check("sources", file, on_read=seen.append)
    assert seen == [500, 1_000, 1_200]


def _peak(rows: int) -> int:
    """The most memory that Python holds while a file of so many rows is checked."""
    file = written(*({**SOURCE, "slug": f"source-{rows}-{n}"} for n in range(rows)))
    tracemalloc.start()
    try:
        assert check("sources", file).counts == {"new": rows}
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("ground")
def test_memory_does_not_grow_with_the_file() -> None:
    """What is written is written by the lot, too; SQLite keeps its last statements beside that."""
    Source.objects.all().delete()
    _peak(600)  # pays for what is kept once
    assert _peak(4_000) < 1.5 * _peak(1_000)


def _source_is_edited() -> None:
    Source.objects.filter(slug="a-statement").update(title="Unreviewed")


def _draft_is_cited_anew() -> None:
    make.make_citation(StatusUpdate.objects.draft().get(), quotation="Unreviewed")


def _draft_gets_a_name() -> None:
    update = StatusUpdate.objects.draft().get()
    make.make_alias(update.commitment, name="Unreviewed", update=update)


def _commitment_is_edited() -> None:
    Commitment.objects.draft().update(summary="Unreviewed")


@pytest.mark.usefixtures("ground")
@pytest.mark.parametrize(
    "edit", [_source_is_edited, _draft_is_cited_anew, _draft_gets_a_name, _commitment_is_edited]
)
def test_what_is_published_beside_the_rows_is_what_a_person_saw(settings: Any, edit: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    commitment = make.make_commitment(reference=UPDATE["commitment"])
    source = Source.objects.get(slug="a-statement")
    make.make_update(commitment=commitment, source=source)
    file = exported("updates")
    seen = check("updates", file)
    edit()
    before = stored_rows()
    with pytest.raises((RegisterChangedError, ImportRefusedError)):
        bring_in("updates", file, disposition=DraftDisposition.PUBLISH, digest=seen.digest)
    assert stored_rows() == before
    file = exported("updates")
    bring_in(
        "updates", file, disposition=DraftDisposition.PUBLISH, digest=check("updates", file).digest
    )
    assert Commitment.objects.get().is_public


@pytest.mark.usefixtures("ground")
def test_names_drafted_with_an_update_are_published_by_an_import_too(settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    update = make.make_update(commitment=make.published_commitment())
    make.make_alias(update.commitment, name="GSOMIA", update=update)
    bring_in("updates", exported("updates"), disposition=DraftDisposition.PUBLISH)
    assert Alias.objects.get().is_public
