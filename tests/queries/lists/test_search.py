"""One search, the same answers on both databases, by index."""

from __future__ import annotations

import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import make
from tests.lib.test_folding import ALIKE
from tracker.actions.amend import add_evidence, amend
from tracker.actions.correct import retract_commitment, retract_update
from tracker.lib.folding import fold
from tracker.models import Commitment, SearchDocument
from tracker.queries.lists.search import Term, keys_matching, matching, terms
from tracker.queries.visibility import public_commitments

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    by_condition = public_commitments().filter(matching(text)).order_by("slug")
    by_key = public_commitments().filter(pk__in=keys_matching(text))
    assert set(by_key) == set(by_condition)
    return list(by_condition.values_list("slug", flat=True))


@pytest.fixture
def corpus() -> None:
    make.published_commitment(
        reference="CAN-KOR-2025-001",
        slug="agreement",
        title="Sign the 100% Défense_Information Agreement",
        summary='They said “soon” and "firmly"; AI and IP too.',
        quotation="will proceed to signing, NOT later",
    )
    cyber = make.make_commitment(
        reference="CAN-KOR-2025-002",
        slug="cyber",
        title="사이버정책협의회",
        summary="Consultations.",
    )
    make.make_alias(cyber, name="Cyber Policy Dialogue 🇰🇷🇨🇦", language="en")
    first = make.make_update(commitment=cyber, quotation="Dialogue OR nothing: C:\\path*^(x)")
    make.publish_commitment(cyber, first_update=first, now=make.NOW)
    make.published_commitment(
        reference="CAN-KOR-2026-003",
        slug="plan",
        title="Write an AI plan",
        summary="Straße, ＦＵＬＬ width and Ünï-code; NEAR the end. Agreement too.",
        quotation="",
    )


QUERIES: list[tuple[str, list[str]]] = [
    # -- Words
    ("agreement", ["agreement", "plan"]),
    ("AGREEMENT", ["agreement", "plan"]),
    ("greem", ["agreement", "plan"]),
    ("sign agreement", ["agreement"]),
    ("agreement   sign\tthe", ["agreement"]),
    ("agreement nowhere", []),
    # "to" stands in no name, and short words are looked for nowhere else.
    ("proceed to signing", []),
    ("proceed signing", ["agreement"]),
    ('"proceed to signing"', ["agreement"]),
    ('"signing to proceed"', []),
    ("consultations", ["cyber"]),
    # -- Names, references, scripts
    ("CAN-KOR-2025-002", ["cyber"]),
    ("can-kor-2025", ["agreement", "cyber"]),
    ("사이버정책협의회", ["cyber"]),
    ("사이버", ["cyber"]),
    (unicodedata.normalize("NFD", "사이버"), ["cyber"]),
    ("이버정책", ["cyber"]),
    ("버정", ["cyber"]),
    ("버", ["cyber"]),
    ("defense", ["agreement"]),
    ("DÉFENSE", ["agreement"]),
    ("strasse", ["plan"]),
    ("full width", ["plan"]),
    ("ｆｕｌｌ", ["plan"]),
    ("uni-code", ["plan"]),
    ("🇰🇷🇨🇦", ["cyber"]),
    ("🇰🇷", ["cyber"]),
    ("🇫🇷", []),
    # -- Short words are looked for in names alone
    ("AI", ["plan"]),
    ("ai write", ["plan"]),
    ("IP", []),
    ("an", ["agreement", "cyber", "plan"]),
    ("a", ["agreement", "cyber", "plan"]),
    ("ai agreement", ["plan"]),
    # -- Signs that mean something to a database
    ("100%", ["agreement"]),
    ("%", ["agreement"]),
    ("%%", []),
    ("defense_information", ["agreement"]),
    ("defense-information", []),
    ("_", ["agreement"]),
    ("C:\\path", ["cyber"]),
    ("\\path*^(x)", ["cyber"]),
    ("\\", []),
    ("*", []),
    ("path*", ["cyber"]),
    ("agree*", []),
    ("^(x)", ["cyber"]),
    ("text:agreement", []),
    ("names : agreement", []),
    ("dialogue OR nothing", ["cyber"]),
    ("agreement OR cyber", []),
    ("agreement AND sign", ["agreement"]),
    ("plan AND sign", []),
    ("signing NOT later", ["agreement"]),
    ("agreement NOT plan", []),
    ("NEAR the end", ["plan"]),
    ("NEAR(agreement sign)", []),
    ("{agreement}", []),
    # Not a sign of exclusion: a dash before a word is no part of it.
    ("-agreement", ["agreement", "plan"]),
    ("+agreement", []),
    ("'agreement'", ["agreement", "plan"]),
    ("agreement; DROP TABLE", []),
    ("agreement--", ["agreement", "plan"]),
    # -- Quotation marks
    ('"agreement', ["agreement", "plan"]),
    ('agreement"', ["agreement", "plan"]),
    ('"', []),
    ('""', []),
    ('"" agreement', ["agreement", "plan"]),
    ('"agreement" "sign the"', ["agreement"]),
    ('sign"agreement"', ["agreement"]),
    ("“soon”", ["agreement"]),
    # -- Nothing, and too much
    ("", []),
    ("   ", []),
    ("\u0301", []),
    ("agree\x00ment", ["agreement", "plan"]),
    ("x" * 200, []),
    ("agreement " * 20, ["agreement", "plan"]),
    ("ab " * 66, []),
    (" ".join(f"w{n}" for n in range(60)), []),
]


@pytest.mark.usefixtures("corpus")
def test_each_query_has_one_answer() -> None:
    answers = {text: found(text) for text, _ in QUERIES}
    assert answers == dict(QUERIES)


@pytest.mark.parametrize("spellings", ALIKE, ids=lambda spellings: spellings[0])
def test_each_spelling_finds_what_the_others_find(spellings: list[str]) -> None:
    for spelling in spellings:
        make.published_commitment(title=f"It says {spelling}")
    for spelling in spellings:
        assert len(found(spelling)) == len(spellings), spelling
        assert len(found(f"“says {spelling}”")) == len(spellings), spelling


def test_a_hyphen_in_what_is_typed_may_be_a_space_in_the_text() -> None:
    for number, name in enumerate(("Indo-Pacific", "Indo Pacific", "Indopacific")):
        make.published_commitment(slug=f"c{number}", title=f"The {name} strategy")
    assert found("indo\u2011pacific") == found("Indo-Pacific") == ["c0", "c1", "c2"]
    assert found("indo pacific") == ["c0", "c1", "c2"]


@pytest.mark.usefixtures("corpus")
@settings(max_examples=60)
@given(st.text(st.sampled_from("aAiéß버사ㅅ \"'%_\\*^:()-\u0301\x00🇰🇷"), max_size=12))
def test_any_text_is_answered_as_its_meaning_says(text: str) -> None:
    documents = SearchDocument.objects.select_related("commitment")
    expected = [
        d.commitment.slug
        for d in documents.order_by("commitment__slug")
        if terms(text)
        and all(
            any(form in (d.text if min(map(len, term)) > 2 else d.names) for form in term)
            for term in terms(text)
        )
    ]
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('  One "two  THREE" one ', [("one",), ("two three",)]),
        ("One “two  THREE” «\u00a0vier\u00a0»", [("one",), ("two three",), ("vier",)]),
        ('a"b c"d', [("a",), ("b c",), ("d",)]),
        ('"open end', [("open",), ("end",)]),
        ("É e", [("e",)]),
        ("Indo\u2011Pacific, – (annuel.)", [("indopacific", "indo pacific"), ("annuel",)]),
        ('"" " "', []),
    ],
)
def test_words_and_phrases_are_told_apart(text: str, expected: list[Term]) -> None:
    assert terms(text) == expected


def test_no_phrase_is_found_across_two_parts() -> None:
    make.published_commitment(title="One", summary="Two", quotation="Three")
    for phrase in ('"one two"', '"two three"'):
        assert found(phrase) == []
    assert len(found("one two three")) == 1


# -- Only what is public and counts -------------------------------------------------------------


def test_drafts_are_not_found() -> None:
    draft = make.make_update(commitment=make.make_commitment(title="zyzzyva"), quotation="zyzzyva")
    commitment = make.published_commitment()
    make.make_update(commitment=commitment, quotation="zyzzyva")
    make.make_alias(commitment, name="zyzzyva")
    amend(commitment, values={"title": "Treaty"}, now=make.NOW)
    assert draft.pk
    assert (found("zyzzyva"), found("treaty")) == ([], [commitment.slug])


def test_corrected_and_retracted_quotations_are_not_found() -> None:
    commitment = make.published_commitment(quotation="first words")
    second = make.published_update(commitment, quotation="second words")
    assert found("second words") == [commitment.slug]
    make.published_correction(second, quotation="third words")
    assert (found("second words"), found("third words")) == ([], [commitment.slug])
    fourth = make.published_update(commitment, quotation="fourth words")
    retract_update(fourth, reason="Wrong.", now=make.NOW)
    assert found("fourth words") == []
    first = make.first_update(commitment)
    add_evidence(make.make_citation(first, save=False, quotation="further words"), now=make.NOW)
    assert found("further words") == [commitment.slug]
    retract_commitment(commitment, reason="It was never said.", now=make.NOW)
    assert found("words") == []


# -- By index -----------------------------------------------------------------------------------


@pytest.fixture
def many() -> None:
    """So many documents that a database looks for a way around reading them all."""
    names = [f"Commitment number {n:05d}" for n in range(3000)]
    names[2345] = "Launch the Unicorn Dialogue"
    commitments = Commitment.objects.bulk_create(
        Commitment(
            reference=f"CAN-KOR-2020-{n:05d}",
            slug=f"many-{n}",
            title=name,
            summary="Filler.",
            instrument="agreement",
            stage="announced",
            published_seq=1,
        )
        for n, name in enumerate(names)
    )
    # One by one on SQLite, whose triggers keep the index in step either way.
    SearchDocument.objects.bulk_create(
        SearchDocument(commitment=c, names=fold(c.title), text=fold(f"{c.title}\n{c.summary}"))
        for c in commitments
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.usefixtures("many")
def test_a_search_uses_the_index(on_postgresql: bool) -> None:
    query = public_commitments().filter(matching("unicorn"))
    assert [c.slug for c in query] == ["many-2345"]
    if on_postgresql:
        with connection.cursor() as cursor:
            # As autovacuum does: until then new documents wait in a list that is read in full.
            cursor.execute("SELECT gin_clean_pending_list('tracker_search_text')")
        assert "tracker_search_text" in query.explain()
    else:
        plan = query.explain()
        assert "tracker_search_index VIRTUAL TABLE INDEX" in plan
        assert "SCAN tracker_searchdocument" not in plan
        assert "SCAN tracker_commitment" not in plan
