"""No page of the admin asks more of the database because the register has grown."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.admin.browsing import Browser
from tracker.actions.aliases import publish_aliases
from tracker.actions.review.states import send_for_review
from tracker.admin.editing import long_lists
from tracker.admin.editing.pages import RegisterAdmin
from tracker.models import Change, Commitment, Meeting, Source, StatusUpdate

NOUNS = {
    *("party", "source", "forum", "topic", "meeting", "commitment", "note", "statusupdate"),
    "change",
}
FIELDS = (
    *(("statusupdate", name) for name in ("commitment", "meeting", "party")),
    *(("commitment", name) for name in ("topics", "parties", "first_stated_at", "part_of")),
    *(("meeting", name) for name in ("forum", "sources")),
    ("citation", "source"),
)


def grow(staff: User) -> dict[str, models.Model]:
    """One more of everything, public and draft, with all that its page names."""
    forum, topic, source = make.make_forum(), make.make_topic(), make.make_source()
    meeting = make.published_meeting(forum=forum, sources=[source, make.make_source()])
    parties = list(meeting.parties.all())
    whole = make.published_commitment()
    commitment = make.published_commitment(
        topics=[topic, make.make_topic()],
        parties=parties,
        meeting=meeting,
        first_stated_at=meeting,
        part_of=whole,
        related=[whole],
        source=source,
    )
    publish_aliases(commitment, [make.make_alias(commitment)], now=make.NOW)
    draft = make.make_update(commitment=commitment, meeting=meeting, party=parties[0])
    make.make_citation(draft)
    send_for_review(draft, now=make.NOW, by=staff)
    waiting = make.make_update().commitment
    make.make_alias(waiting)
    send_for_review(waiting, now=make.NOW, by=staff)
    return {
        "party": parties[0],
        "source": source,
        "forum": forum,
        "topic": topic,
        "meeting": meeting,
        "commitment": commitment,
        "note": make.published_note(meeting=meeting, source=source),
        "statusupdate": draft,
        "change": Change.objects.latest("seq"),
    }


def addresses(records: dict[str, models.Model]) -> list[str]:
    found = ["/admin/"]
    for noun, record in records.items():
        start = f"/admin/tracker/{noun}/"
        found += [start, f"{start}?q=a", f"{start}?q=commitment", f"{start}{record.pk}/change/"]
        found += [f"{start}{record.pk}/history/"]
    for noun, name in FIELDS:
        asked = f"app_label=tracker&model_name={noun}&field_name={name}"
        found += [f"/admin/autocomplete/?{asked}&term={term}" for term in ("", "a")]
    return found


def asked(browser: Browser, walked: list[str]) -> dict[str, int]:
    found = {}
    for address in walked:
        with CaptureQueriesContext(connection) as queries:
            assert browser.client.get(address).status_code == 200, address
        found[address] = len(queries)
    return found


def test_many_take_the_queries_of_few(
    browser: Browser, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A list of one page is read at once, which is a query less.
    monkeypatch.setattr(RegisterAdmin, "list_per_page", 1)
    grow(staff)
    records = grow(staff)
    assert set(records) == NOUNS
    for record in records.values():
        if not isinstance(record, Change):
            browser.save(record)
    walked = addresses(records)
    asked(browser, walked)
    few = asked(browser, walked)
    for _time in range(3):
        grow(staff)
    # The records' own pages name more, too.
    commitment, update = records["commitment"], records["statusupdate"]
    assert isinstance(commitment, Commitment)
    assert isinstance(update, StatusUpdate)
    for _time in range(4):
        make.make_alias(commitment)
        make.make_citation(update)
        commitment.topics.add(make.make_topic())
        commitment.related.add(make.make_commitment())
    assert asked(browser, walked) == few


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("KOR-2026-700", 2),
        ("classified", 2),
        ('"signed in Ottawa"', 2),
        ("Seoul", 1),
        ("untold", 1),
        ("unseen", 1),
        ("Seoul signed", 1),
        ("Seoul untold", 0),
        ("nowhere", 0),
        ('"', 0),
        ("'", 0),
    ],
)
def test_updates_are_found_by_what_they_are_about(word: str, count: int, browser: Browser) -> None:
    meeting = make.published_meeting(title="In Seoul")
    commitment = make.published_commitment(
        reference="CAN-KOR-2026-700", title="Classified information", quotation="signed in Ottawa"
    )
    make.published_update(commitment, meeting=meeting)
    make.make_update(rationale="Yet untold.", quotation="Not unseen.")
    listed = browser.client.get("/admin/tracker/statusupdate/", {"q": word}).context["cl"]
    assert listed.result_count == count


def test_drafts_are_found_by_their_commitment(browser: Browser) -> None:
    update = make.make_update(commitment=make.make_commitment(title="A secret pact"))
    found = browser.client.get("/admin/tracker/statusupdate/?q=secret").context["cl"]
    assert list(found.result_list) == [update]


@pytest.mark.parametrize("word", ["1", "99999999999999999999", "①"])
def test_a_line_of_the_log_is_found_by_its_number(word: str, browser: Browser) -> None:
    make.published_commitment(reference="CAN-KOR-2026-700", title="A promise")
    found = browser.client.get("/admin/tracker/change/", {"q": word}).context["cl"].result_list
    assert [change.seq for change in found] == ([1] if word == "1" else [])


def test_what_is_found_is_counted_no_further_than_can_be_read(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_lists, "MAX_COUNTED", 60)
    Source.objects.bulk_create(
        Source(slug=f"s-{n}", title=f"Statement {n}", kind="read_out", publisher="An office")
        for n in range(61)
    )
    page = browser.open("/admin/tracker/source/?q=statement")
    assert "more than 60 results" in page.words
    last = browser.open("/admin/tracker/source/?q=statement&p=2").response.context["cl"]
    assert (len(last.result_list), last.paginator.num_pages) == (10, 2)
    assert "61 sources" in browser.open("/admin/tracker/source/").words
    Source.objects.first().delete()  # type: ignore[union-attr]
    assert "60 results" in browser.open("/admin/tracker/source/?q=statement").words


def test_a_filter_by_records_shows_some_and_the_chosen_one(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_lists, "MAX_CHOICES", 2)
    forums = [make.make_forum(name=f"Forum {n}") for n in range(4)]
    meeting = make.make_meeting(forum=forums[3])

    def shown(query: str) -> tuple[list[str], list[Meeting]]:
        listed: Any = browser.client.get(f"/admin/tracker/meeting/{query}").context["cl"]
        by_forum = next(f for f in listed.filter_specs if getattr(f, "field_path", "") == "forum")
        return [name for _key, name in by_forum.lookup_choices], list(listed.result_list)

    assert shown("") == (["Forum 0", "Forum 1"], [meeting])
    chosen = f"?forum__id__exact={forums[3].pk}"
    assert shown(chosen) == (["Forum 0", "Forum 1", "Forum 3"], [meeting])
