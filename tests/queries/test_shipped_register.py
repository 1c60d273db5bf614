"""What the shipped register must say: the facts for which the project was ordered."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import pytest

from tracker.lib.partial_dates import PartialDate
from tracker.models import (
    Change,
    Citation,
    Commitment,
    Forum,
    Level,
    Source,
    SourceKind,
    Stage,
    StatusUpdate,
)
from tracker.queries.flags import QUERIES, with_silence
from tracker.queries.history import history
from tracker.queries.lists.search import matching
from tracker.queries.records.crosswalk import crosswalk_of
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import (
    position_of,
    public_commitments,
    public_meetings,
    public_notes,
    public_parties,
    public_passages,
    public_sources,
)
from tracker.schema.vocabulary import Flag

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_register")]

AGREEMENT = "classified-information-agreement"
CYBER = "cyber-policy-consultations"
AIR_FORCE = "air-force-staff-talks-terms-of-reference"


def flagged(flag: Flag, moment: Viewpoint) -> set[str]:
    visible = public_commitments(moment)
    found = with_silence(visible, moment).filter(QUERIES[flag](moment))
    return set(found.values_list("slug", flat=True))


def stage(slug: str, as_of: str) -> str:
    row = public_commitments(Viewpoint(dt.date.max, dt.date.fromisoformat(as_of))).get(slug=slug)
    return position_of(row).stage


def test_it_holds_all_that_was_found() -> None:
    assert public_commitments().count() == 25
    assert public_meetings().count() == 12
    assert set(public_parties().values_list("code", flat=True)) == {"CAN", "KOR"}
    assert public_notes().count() == 1
    recorded = public_meetings().filter(fully_recorded_seq__isnull=False)
    assert set(recorded.values_list("slug", flat=True)) == {
        "2025-10-02-first-2plus2-director-general",
        "2026-02-25-second-2plus2-ministerial",
    }


def test_everything_is_marked_as_backfill() -> None:
    assert not Change.objects.filter(is_backfill=False).exists()


def test_exactly_two_are_not_mentioned(today: dt.date) -> None:
    silent = {
        "indo-pacific-dialogue",
        "energy-supply-chain-security",
    }
    assert flagged(Flag.NOT_MENTIONED, Viewpoint(today=today)) == silent
    assert flagged(Flag.NOT_MENTIONED, Viewpoint(today=dt.date(2026, 2, 25))) == silent
    assert flagged(Flag.NOT_MENTIONED, Viewpoint(today=dt.date(2026, 2, 24))) == set()
    assert flagged(Flag.NOT_MENTIONED, Viewpoint(today=today, as_of=dt.date(2026, 2, 24))) == set()
    assert flagged(Flag.NOT_MENTIONED, Viewpoint(today=today, as_of=dt.date(2026, 2, 25))) == silent


def test_a_series_that_is_not_due_is_not_missed() -> None:
    """The Director-General meeting is next due in October 2027; the matrix shows the silence."""
    row = public_commitments().get(slug="biennial-director-general-2plus2")
    assert row.series is not None
    assert row.series.slug == "2plus2-director-general"
    assert row.silence_counts_after == dt.date(2027, 10, 2)


@pytest.mark.parametrize("day", ["2027-02-24", "2027-02-25", "2027-02-26", "2027-03-31"])
def test_they_do_not_turn_quiet_together_after_a_year(day: str) -> None:
    """Their forum meets every two years: silence of one year means nothing."""
    assert flagged(Flag.QUIET, Viewpoint(today=dt.date.fromisoformat(day))) == set()


def test_cyber_is_overdue_for_want_of_information(today: dt.date) -> None:
    assert flagged(Flag.OVERDUE, Viewpoint(today=today)) == {CYBER}
    row = public_commitments().get(slug=CYBER)
    assert (row.stage, row.assessment) == ("scheduled", "not_assessed")
    assert row.has_no_information(today)
    assert flagged(Flag.OVERDUE, Viewpoint(today=dt.date(2026, 3, 31))) == set()
    assert flagged(Flag.OVERDUE, Viewpoint(today=dt.date(2026, 4, 1))) == {CYBER}


@pytest.mark.parametrize("day", ["2026-02-25", "2026-06-30", "2026-11-22", "2026-12-31"])
def test_a_target_of_2026_is_not_overdue_in_2026(day: str) -> None:
    assert AIR_FORCE not in flagged(Flag.OVERDUE, Viewpoint(today=dt.date.fromisoformat(day)))


def test_a_target_of_2026_is_overdue_on_new_years_day() -> None:
    assert flagged(Flag.OVERDUE, Viewpoint(today=dt.date(2027, 1, 1))) == {CYBER, AIR_FORCE}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2023-04-01", "announced"),
        ("2024-10-31", "announced"),
        ("2024-12-01", "negotiating"),
        ("2025-10-29", "negotiating"),
        ("2025-11-01", "concluded"),
        ("2026-02-24", "concluded"),
        ("2026-02-25", "signed"),
        ("2026-11-22", "signed"),
    ],
)
def test_the_agreement_stood_where_it_stood(as_of: str, expected: str) -> None:
    assert stage(AGREEMENT, as_of) == expected


def test_the_agreement_is_nowhere_in_force() -> None:
    agreement = Commitment.objects.get(slug=AGREEMENT)
    assert not agreement.is_delivered
    assert not agreement.updates.filter(stage=Stage.IN_EFFECT).exists()
    assert not agreement.standings.filter(stage=Stage.IN_EFFECT).exists()


def test_nothing_stood_anywhere_before_it_was_said() -> None:
    before = public_commitments(Viewpoint(dt.date.max, dt.date(2023, 3, 31)))
    assert not before.exists()
    assert public_commitments(Viewpoint(dt.date.max, dt.date(2025, 10, 1))).count() == 2
    assert not public_commitments(Viewpoint(dt.date.max, known_at=dt.date(2026, 11, 21))).exists()
    assert public_commitments(Viewpoint(dt.date.max, known_at=dt.date(2026, 11, 22))).count() == 25


# What each meeting did to each commitment, in order: the day, the stage, how firmly it was worded
# there, and what that moved. Nothing stands here that the text of that day does not say.
VISIT, FIRST, OFFICIALS, LEADERS, SECOND = (
    *("2023-04", "2024-11-01", "2025-10-02", "2025-10-30", "2026-02-25"),
)
NEW_AREA = (OFFICIALS, "announced", "firm", "new")
NEW_IN_2026 = (SECOND, "announced", "firm", "new")
NAMED_BY_LEADERS = (LEADERS, "announced", "", "mentioned")
TABLE = {
    AGREEMENT: [
        (VISIT, "announced", "intent", "new"),
        (FIRST, "negotiating", "", "advanced"),
        # From talks to signing: it binds more, at the same stage.
        (OFFICIALS, "negotiating", "firm", "strengthened renamed"),
        (LEADERS, "concluded", "", "advanced renamed"),
        (SECOND, "signed", "", "advanced"),
    ],
    "biennial-2plus2-ministerial": [
        (FIRST, "announced", "", "new"),
        (OFFICIALS, "announced", "", "mentioned"),
        # A reaffirmation that adds a date binds more.
        (SECOND, "announced", "firm", "strengthened"),
    ],
    "biennial-director-general-2plus2": [NEW_AREA],
    "security-and-defence-cooperation": [
        NEW_AREA,
        NAMED_BY_LEADERS,
        (SECOND, "announced", "firm", "restated"),
    ],
    "sdcp-cooperation": [
        NEW_AREA,
        NAMED_BY_LEADERS,
        (SECOND, "announced", "firm", "restated"),
    ],
    "defence-industry-cooperation": [
        NEW_AREA,
        NAMED_BY_LEADERS,
        # An effect expected of another agreement says nothing of how firm this is.
        (SECOND, "announced", "", "mentioned"),
    ],
    "energy-supply-chain-security": [NEW_AREA],
    "space-security-dialogue": [
        NEW_AREA,
        NAMED_BY_LEADERS,
        (SECOND, "announced", "aspiration", "weakened"),
    ],
    "hybrid-threats-and-information-manipulation": [
        NEW_AREA,
        NAMED_BY_LEADERS,
        (SECOND, "announced", "aspiration", "weakened"),
    ],
    "multilateral-cooperation-and-nato": [
        NEW_AREA,
        (SECOND, "announced", "aspiration", "weakened"),
    ],
    CYBER: [NEW_AREA, (SECOND, "scheduled", "firm", "advanced strengthened renamed")],
    "second-2plus2-ministerial": [
        (OFFICIALS, "announced", "intent", "new"),
        (SECOND, "completed", "", "delivered"),
    ],
    "indo-pacific-dialogue": [NEW_AREA],
    "cyber-security-cooperation": [
        NEW_AREA,
        NAMED_BY_LEADERS,
        (SECOND, "announced", "", "mentioned"),
    ],
    "csp-action-plan-update": [(SECOND, "announced", "intent", "new")],
    "economic-security-coordination": [NEW_IN_2026],
    "asean-engagement": [NEW_IN_2026],
    "sdcp-action-plan": [NEW_IN_2026],
    "bilateral-and-multilateral-exercises": [NEW_IN_2026],
    AIR_FORCE: [NEW_IN_2026],
    "maritime-security": [NEW_IN_2026],
    # "Will initiate" says of nothing that it has begun.
    "defence-cooperation-agreement": [(SECOND, "announced", "intent", "new")],
    "defence-science-technology-and-materiel": [(SECOND, "announced", "intent", "new")],
    "artificial-intelligence-policy": [NEW_IN_2026],
    "civil-and-commercial-space": [NEW_IN_2026],
}


def test_each_meeting_did_to_each_commitment_what_its_text_says() -> None:
    told = {commitment.slug: history(commitment) for commitment in public_commitments()}
    assert {
        slug: [
            (
                step.update.happened.iso,
                step.update.stage,
                step.update.firmness,
                " ".join(step.movements),
            )
            for step in found.steps
        ]
        for slug, found in told.items()
    } == TABLE
    assert not any(found.revised for found in told.values())


def test_the_second_ministers_statement_is_silent_on_three() -> None:
    on_its_eve = public_commitments(Viewpoint(dt.date.max, dt.date(2026, 2, 24))).values_list(
        "slug", flat=True
    )
    spoken_of = StatusUpdate.objects.filter(meeting__slug="2026-02-25-second-2plus2-ministerial")
    assert set(on_its_eve) - set(spoken_of.values_list("commitment__slug", flat=True)) == {
        "biennial-director-general-2plus2",
        "energy-supply-chain-security",
        "indo-pacific-dialogue",
    }


def test_the_launch_of_the_partnership_is_no_kept_promise() -> None:
    delivered = [c.slug for c in public_commitments() if c.is_delivered]
    assert delivered == ["second-2plus2-ministerial"]
    assert not Commitment.objects.filter(reference="CAN-KOR-2025-011").exists()


def test_nothing_counts_as_kept_that_was_not_promised_before() -> None:
    """The first that is said of a commitment looks forward, whatever follows."""
    firsts = [history(commitment).steps[0].update for commitment in public_commitments()]
    assert len(firsts) == 25
    assert {first.stage for first in firsts} == {"announced"}
    assert {first.assessment for first in firsts} == {"not_assessed", "not_assessable"}


def test_what_was_launched_without_a_pledge_is_told_as_context() -> None:
    """Where the plan and the co-operation under it need it, and where it happened."""
    for slug in ("sdcp-cooperation", "sdcp-action-plan"):
        cited = Citation.objects.filter(
            update__commitment__slug=slug,
            source__slug="2026-02-25-ministerial-joint-statement",
            quotation__startswith="Having launched the new Canada-ROK Security and Defence",
        )
        assert cited.count() == 1, slug
    meeting = public_meetings().get(slug="2025-10-30-leaders-meeting-on-apec-margins")
    assert "The launch of the partnership is not counted as a kept promise" in meeting.summary


def test_what_one_party_said_alone_is_told_so_and_of_nothing_else() -> None:
    """Of multilateral co-operation only NATO, and of space only the dialogue."""
    alone = StatusUpdate.objects.filter(rationale__contains="Canada alone")
    assert dict(alone.values_list("commitment__slug", "happened")) == {
        "multilateral-cooperation-and-nato": PartialDate(2026, 2, 25),
        "space-security-dialogue": PartialDate(2026, 2, 25),
    }
    one_sided = re.compile(r"^Canada\b|^looks forward")
    quoting = {
        citation.update.commitment.slug
        for citation in Citation.objects.select_related("update__commitment")
        if one_sided.search(citation.quotation)
    }
    assert quoting == set(alone.values_list("commitment__slug", flat=True))


def test_only_what_was_judged_is_on_other_scales() -> None:
    """18 announced commitments were “-1” and “Not Started”, though nobody had judged them."""
    rows = [
        crosswalk_of(stage=row.stage, assessment=row.assessment) for row in public_commitments()
    ]
    assert Counter((str(row.g7), str(row.ogp)) for row in rows) == {
        ("Not rated", "Not rated"): 24,
        ("+1", "Completed"): 1,
    }


def test_only_forums_that_agreed_how_often_to_meet_have_a_rhythm() -> None:
    assert dict(Forum.objects.values_list("slug", "cadence_months")) == {
        "2plus2-director-general": 24,
        "2plus2-ministerial": 24,
        **dict.fromkeys(("cyber-policy-consultations", "foreign-ministers", "leaders-summits")),
    }
    series = public_commitments().exclude(series=None)
    assert dict(series.values_list("slug", "series__slug")) == {
        "biennial-director-general-2plus2": "2plus2-director-general",
        "biennial-2plus2-ministerial": "2plus2-ministerial",
    }


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-02-24", set()), ("2026-02-25", {AGREEMENT}), ("2028-12-31", {AGREEMENT})],
)
def test_the_agreement_alone_awaits_its_entry_into_force(day: str, expected: set[str]) -> None:
    on = dt.date.fromisoformat(day)
    assert flagged(Flag.AWAITING_ENTRY_INTO_FORCE, Viewpoint(today=on, as_of=on)) == expected


def test_parts_stand_under_the_undertaking_that_lists_them() -> None:
    parts = public_commitments().exclude(part_of=None)
    assert dict(parts.values_list("slug", "part_of__slug")) == {
        "defence-science-technology-and-materiel": "defence-cooperation-agreement",
        **dict.fromkeys(
            [
                *("cyber-security-cooperation", "defence-industry-cooperation"),
                *("energy-supply-chain-security", "multilateral-cooperation-and-nato"),
                *("hybrid-threats-and-information-manipulation", "space-security-dialogue"),
            ],
            "security-and-defence-cooperation",
        ),
    }


# What makes a sentence bind, or shows that it hardly does.
BINDING = re.compile(
    r"\b(agreed?|commit|confirm|reaffirm|will|plan|looks? forward|keen)\b", re.IGNORECASE
)


def test_each_update_names_a_place_and_words_that_show_how_firmly_they_bind() -> None:
    unread = "2024-11-01-ministerial-joint-statement"
    for update in StatusUpdate.objects.prefetch_related("citations__source"):
        cited = list(update.citations.all())
        assert cited, update
        assert all(citation.locator for citation in cited), update
        assert all(c.quotation for c in cited if c.source.slug != unread), update
        if update.firmness:
            assert any(BINDING.search(citation.quotation) for citation in cited), update


def test_quotations_are_short() -> None:
    quotations = Citation.objects.values_list("quotation", flat=True)
    assert max(len(quotation.split()) for quotation in quotations) <= 16


def test_places_are_ones_that_the_texts_have() -> None:
    places = Citation.objects.values_list("source__slug", "locator").distinct()
    place = re.compile(
        r"(opening, )?paragraph ([0-9]+)( \(.+\))?|Annex, item [1-3]|statement as a whole"
    )
    last = {
        "2025-10-02-director-general-release": 13,
        "2025-10-30-leaders-joint-statement": 3,
        "2026-02-25-ministerial-joint-statement": 20,
    }
    for source, locator in places:
        found = place.fullmatch(locator)
        assert found, locator
        assert int(found[2] or 1) <= last.get(source, 1), (source, locator)


def test_what_was_left_out_of_the_two_texts_is_listed_with_its_reason() -> None:
    counted = Counter(public_passages().values_list("source__slug", "reason"))
    assert counted == {
        ("2025-10-02-director-general-release", "account"): 9,
        ("2025-10-02-director-general-release", "one_voice"): 2,
        ("2026-02-25-ministerial-joint-statement", "account"): 9,
        ("2026-02-25-ministerial-joint-statement", "aim"): 3,
        ("2026-02-25-ministerial-joint-statement", "position"): 7,
    }
    quoted = set(public_passages().exclude(quotation="").values_list("quotation", flat=True))
    assert not quoted & set(Citation.objects.values_list("quotation", flat=True))


def test_what_no_source_states_is_not_given_a_level() -> None:
    meetings = public_meetings().filter(level=Level.NOT_STATED)
    assert set(meetings.values_list("slug", flat=True)) == {
        "2025-07-special-envoy-visit",
        "2026-03-inaugural-cyber-policy-consultations",
    }
    assert Forum.objects.get(slug="cyber-policy-consultations").level == Level.NOT_STATED


def test_the_week_before_is_dated_in_the_words_of_its_source() -> None:
    meeting = public_meetings().get(slug="2025-09-foreign-ministers-on-un-general-assembly-margins")
    assert meeting.date == PartialDate(2025, 9, words="last week")


def test_what_is_not_discrete_is_not_assessable() -> None:
    found = public_commitments().filter(assessment="not_assessable")
    assert set(found.values_list("slug", flat=True)) == {
        "security-and-defence-cooperation",
        "bilateral-and-multilateral-exercises",
    }


def test_the_analysts_note_is_shown_and_no_stage_rests_on_it() -> None:
    note = public_notes().get()
    assert note.source is not None
    assert note.source.kind == SourceKind.ANALYST_NOTE
    assert not note.source.citations.exists()


def test_every_update_has_a_source_and_every_source_something_that_rests_on_it() -> None:
    for update in Commitment.objects.get(slug=AGREEMENT).updates.all():
        assert update.citations.exists()
    assert set(public_sources()) == set(Source.objects.all())


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("GSOMIA", AGREEMENT),
        ("gsoia", AGREEMENT),
        ("General Security of Information", AGREEMENT),
        ("Agreement on the Protection of Military and Defence Classified Information", AGREEMENT),
        ('"general security of information agreement"', AGREEMENT),
        ("사이버정책협의회", CYBER),
        ("사이버정책", CYBER),
        ("cyber policy dialogue", CYBER),
        ("CAN-KOR-2025-009", CYBER),
    ],
)
def test_each_name_finds_the_one_commitment(words: str, slug: str) -> None:
    found = public_commitments().filter(matching(words))
    assert list(found.values_list("slug", flat=True)) == [slug]


def test_the_dialogue_that_became_consultations_is_renamed() -> None:
    steps = history(public_commitments().get(slug=CYBER)).steps
    assert ["renamed" in step.movements for step in steps] == [False, True]
    line = Change.objects.get(update=steps[-1].update)
    assert "renamed" in line.payload["movement"]
