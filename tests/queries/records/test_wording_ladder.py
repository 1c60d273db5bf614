"""The wording ladder: which quotations it holds, and what each is set against."""

from __future__ import annotations

import pytest

from tests.make import (
    NOW,
    both_parties,
    make_citation,
    make_source,
    make_update,
    published_commitment,
    published_update,
)
from tracker.actions.publishing.publish import publish_update
from tracker.models import Commitment, SourceKind
from tracker.queries.history import history
from tracker.queries.records.wording_ladder import Ladder, ladder


def ladder_of(commitment: Commitment) -> Ladder:
    return ladder(history(commitment).steps)


def told(commitment: Commitment) -> list[str]:
    """Each rung as one line: -gone- +new+ same."""
    marks = {"added": "+", "removed": "-", "same": ""}
    return [
        " ".join(f"{marks[p.mark]}{p.text}{marks[p.mark]}" for p in rung.pieces)
        for rung in ladder_of(commitment).rungs
    ]


def test_launch_accelerate_conclude_sign(db: None) -> None:
    commitment = published_commitment(
        happened="2023-04", quotation="launch negotiations of an agreement"
    )
    for happened, quotation in (
        ("2024-11-01", "accelerate negotiations of an agreement"),
        ("2025-10-30", "concluded negotiations of an agreement"),
        ("2026-02-25", "signed"),
    ):
        published_update(commitment, happened=happened, quotation=quotation)
    assert told(commitment) == [
        "launch negotiations of an agreement",
        "-launch- +accelerate+ negotiations of an agreement",
        "-accelerate- +concluded+ negotiations of an agreement",
        "+signed+",
    ]
    last = ladder_of(commitment).rungs[-1]
    assert (last.is_reworded, last.is_repeated, last.skips) == (True, False, False)


def test_the_order_is_that_of_the_events_and_the_corrected_is_left_out(db: None) -> None:
    commitment = published_commitment(happened="2025-03-01", quotation="will sign soon")
    published_update(commitment, happened="2024-01-01", quotation="will sign")
    assert told(commitment) == ["will sign", "will sign +soon+"]


def test_what_shares_nothing_is_set_against_an_earlier_wording_that_does(db: None) -> None:
    commitment = published_commitment(happened="2024", quotation="sign a defence agreement")
    published_update(commitment, happened="2025-01-01", quotation="upon entry into force")
    published_update(commitment, happened="2026-01-01", quotation="signed the defence agreement")
    first, second, third = ladder_of(commitment).rungs
    assert second.is_reworded
    assert (third.before, third.skips) == (first, True)
    assert told(commitment)[2] == "-sign a- +signed the+ defence agreement"


def test_of_several_quotations_the_nearest_is_taken(db: None) -> None:
    commitment = published_commitment(happened="2024", quotation="hold the dialogue every year")
    update = make_update(
        commitment=commitment, happened="2025", quotation="expand exercises at sea"
    )
    make_citation(update, quotation="hold the dialogue every two years")
    publish_update(update, now=NOW)
    published_update(commitment, happened="2026", quotation="hold the dialogue in 2028")
    assert told(commitment) == [
        "hold the dialogue every year",
        "+expand exercises at sea+",
        "hold the dialogue every -year- +two years+",
        "hold the dialogue -every two years- +in 2028+",
    ]


def test_languages_are_not_compared_and_silence_is_counted(db: None) -> None:
    commitment = published_commitment(happened="2024", quotation="sign the agreement")
    korean = make_update(commitment=commitment, happened="2025", is_cited=False)
    make_citation(korean, quotation="협정에 서명하기로", language="ko")
    publish_update(korean, now=NOW)
    published_update(commitment, happened="2026", quotation="")
    found = ladder_of(commitment)
    assert [rung.before for rung in found.rungs] == [None, None]
    assert found.without_quotation == 1


def test_one_partys_words_and_commentary_are_no_rungs(db: None) -> None:
    commitment = published_commitment(happened="2024", quotation="sign the agreement")
    canada = both_parties()[0]
    published_update(commitment, happened="2025", party=canada, quotation="tabled the agreement")
    update = make_update(commitment=commitment, happened="2026", quotation="signed the agreement")
    note = make_source(kind=SourceKind.ANALYST_NOTE)
    make_citation(update, source=note, quotation="signed the agreement, at last")
    publish_update(update, now=NOW)
    assert told(commitment) == ["sign the agreement", "-sign- +signed+ the agreement"]


def test_the_same_words_are_said_to_be_the_same(db: None) -> None:
    commitment = published_commitment(happened="2024", quotation="Sign the agreement.")
    published_update(commitment, happened="2025", quotation="sign the agreement")
    assert [rung.is_repeated for rung in ladder_of(commitment).rungs] == [False, True]


@pytest.mark.usefixtures("shipped_register")
def test_the_agreement_of_the_shipped_register() -> None:
    commitment = Commitment.objects.get(slug="classified-information-agreement")
    assert told(commitment) == [
        "plan to launch talks on an information security agreement",
        "have launched talks aimed at sharing defence and security information",
        "-plan to launch talks on an- +as well as to proceed with the signing of a Military and "
        "Defense+ Information Security Agreement",
        "+The two governments also agreed+",
        "+announced the conclusion of substantive negotiations+",
        "+Upon entry into force+",
        "-as well as to proceed with the signing of a- +have signed the Agreement on the "
        "Protection of+ Military and -Defense- +Defence Classified+ Information "
        "-Security Agreement-",
        "-as well as to proceed with the- Signing of -a- +the Agreement on the Protection of+ "
        "Military -and Defense Information Security Agreement-",
    ]
