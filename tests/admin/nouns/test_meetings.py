"""Publishing a meeting, marking it as fully recorded, and what it keeps from then on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests import make
from tests.admin.browsing import Browser
from tests.stored import stored_rows
from tracker.models import Change, Meeting


def test_a_meeting_is_marked_as_fully_recorded(browser: Browser, staff: User) -> None:
    meeting = make.published_meeting()
    page = browser.page(meeting, "fully-recorded")
    assert "are shown as not mentioned. It cannot be taken back." in page.words
    assert "all outcomes recorded" in page.words
    browser.send(page)
    change = Change.objects.latest("seq")
    assert Meeting.objects.get(pk=meeting.pk).fully_recorded_seq == change.seq
    assert (change.kind, change.recorded_by) == ("meeting", staff)
    assert "is not possible as it stands now" in browser.send(page).words
    assert Change.objects.count() == 2


@pytest.mark.parametrize("values", [{"state": "planned"}, {"state": "cancelled"}])
def test_only_a_meeting_that_was_held_is(values: dict[str, str], browser: Browser) -> None:
    for meeting in (make.published_meeting(**values), make.make_meeting()):
        page = browser.page(meeting, "fully-recorded")
        assert "is not possible as it stands now" in page.words
    assert Change.objects.count() == 1


def test_a_meeting_known_by_words_only_is_not(browser: Browser) -> None:
    page = browser.page(make.published_meeting(date="soon"), "fully-recorded")
    assert "A meeting needs a date before it can be fully recorded." in page.words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"state": "planned"}, "A fully recorded meeting was held, and stays so."),
        (
            {"date_date": "", "date_words": "some day"},
            "A fully recorded meeting keeps at least its year.",
        ),
    ],
)
def test_a_fully_recorded_meeting_stays_held(
    typed: dict[str, str], sentence: str, browser: Browser
) -> None:
    meeting = make.published_meeting(fully_recorded=True)
    before = stored_rows()
    assert sentence in browser.save(meeting, **typed).words
    assert stored_rows() == before


def test_a_planned_meeting_is_held(browser: Browser) -> None:
    meeting = make.published_meeting(state="planned", date="2026-03")
    browser.save(meeting, state="held", date_date="2026-03-12", why="It took place.")
    payload = Change.objects.latest("seq").payload
    assert payload["before"].keys() == {"state", "date"}
    assert payload["meeting"]["date"]["date"] == "2026-03-12"
    assert payload["reason"] == "It took place."


def test_a_further_source_is_added(browser: Browser) -> None:
    meeting = make.published_meeting()
    further = make.make_source(published_seq=1)
    sources = [str(source.pk) for source in (*meeting.sources.all(), further)]
    browser.save(meeting, sources=sources)
    assert Change.objects.latest("seq").payload["meeting"]["sources"] == sorted(
        source.slug for source in meeting.sources.all()
    )
    assert meeting.sources.count() == 2


def test_its_page_leads_to_its_updates(browser: Browser) -> None:
    meeting = make.published_meeting()
    make.published_commitment(title="Said there", meeting=meeting)
    make.published_commitment(title="Said elsewhere")
    assert "Its updates" in browser.page(meeting).words
    words = browser.open(f"/admin/tracker/statusupdate/?meeting__id__exact={meeting.pk}").words
    assert "Said there" in words
    assert "Said elsewhere" not in words


def test_the_list_tells_date_and_state(browser: Browser) -> None:
    make.make_meeting(title="The one", date="2026-03", forum=make.make_forum(name="The forum"))
    assert "The one 2026-03 The forum Held Draft" in browser.open("/admin/tracker/meeting/").words


def test_the_page_before_says_which_commitments_will_count_as_not_mentioned(
    browser: Browser,
) -> None:
    meeting = make.published_meeting(date="2026-02-25")
    before = make.published_meeting(date="2025-10-02")
    told = {"happened": "2025-10-02", "meeting": before}
    make.published_commitment(reference="CAN-KOR-2025-901", title="Passed over", **told)
    spoken_of = make.published_commitment(title="Spoken of", **told)
    make.published_update(spoken_of, meeting=meeting, happened="2026-02-25")
    make.make_update(commitment=spoken_of, meeting=meeting)
    rows = stored_rows()
    words = browser.page(meeting, "fully-recorded").words
    assert "From then on it counts as not mentioned: CAN-KOR-2025-901 Passed over." in words
    assert "counts as not mentioned: CAN-KOR-2025-901 Passed over. From then" not in words
    assert "1 draft names this meeting and is not public: publish it first." in words
    assert stored_rows() == rows


def test_quotations_that_are_not_in_their_source_are_named_before_publishing(
    browser: Browser,
) -> None:
    source = make.make_source(title="Statement", text="They will sign the agreement.")
    meeting = make.published_meeting(sources=[source])
    commitment = make.published_commitment(reference="CAN-KOR-2025-901")
    for quotation in ("WILL  sign", "will ratify"):
        make.make_update(commitment=commitment, meeting=meeting, source=source, quotation=quotation)
    told = "“will ratify” does not stand in the text of “Statement” (CAN-KOR-2025-901)."
    sent = browser.page(meeting, "send-updates")
    assert told in sent.words
    assert "WILL sign" not in sent.words
    assert "2 drafts are in review." in browser.send(sent).words
    assert told in browser.page(meeting, "publish-updates").words
    for update in commitment.updates.draft():
        assert (told in browser.page(update, "publish").words) == (
            update.citations.get().quotation == "will ratify"
        )
