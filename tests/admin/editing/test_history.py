"""The page "History": who changed what, from what to what."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.admin.browsing import Browser
from tracker.actions.publishing.publish import publish_commitment
from tracker.admin.editing import history
from tracker.admin.editing.history import edits_of


def changes(record: models.Model) -> list[list[tuple[str, str, str]]]:
    """Edit by edit, the newest first: label, before, after."""
    return [[(c.label, c.before, c.after) for c in edit.changes] for edit in edits_of(record)]


def people(record: models.Model) -> list[str | None]:
    return [edit.by and edit.by.username for edit in edits_of(record)]


@pytest.mark.parametrize(
    ("made", "typed", "told"),
    [
        (make.make_party, {"name": "Canada"}, ("Name", "Party P", "Canada")),
        (make.make_topic, {"summary": "Talks."}, ("Summary", "–", "Talks.")),
        (make.make_forum, {"level": "4"}, ("Level", "Ministers", "Leaders")),
        (make.make_source, {"url": ""}, ("Web address", "https://example.org/statements/", "–")),
        (make.make_meeting, {"date_date": "2026-03"}, ("Date", "2026-02-25", "2026-03")),
        (make.make_commitment, {"parties": []}, None),
        (make.make_update, {"stage": "signed"}, ("Stage", "Announced", "Signed")),
        (make.make_note, {"author": "She"}, ("Author", "An analyst", "She")),
    ],
)
def test_an_edit_of_a_draft_is_told(
    made: Callable[[], models.Model],
    typed: dict[str, str],
    told: tuple[str, str, str] | None,
    browser: Browser,
) -> None:
    record = made()
    browser.save(record, **typed)
    found = changes(record)
    if told is None:
        # Refused by the form: a commitment has parties.
        assert found == []
        return
    label, before, after = told
    [[(its_label, said_before, said_after)]] = found
    assert (its_label, said_before.rstrip("0123456789"), said_after) == (
        *(label, before.rstrip("0123456789")),
        after,
    )
    assert people(record) == ["staff"]
    words = browser.page(record, "history").words
    assert f"{label} {said_before} → {said_after}" in words


def test_relations_are_told_by_their_names(browser: Browser) -> None:
    one, two = make.make_party(name="One"), make.make_party(name="Two")
    forum = make.make_forum(parties=[one])
    browser.save(forum, parties=[one.pk, two.pk])
    browser.save(forum, parties=[two.pk])
    assert changes(forum) == [[("Parties", "One; Two", "Two")], [("Parties", "One", "One; Two")]]
    meeting = make.make_meeting(forum=None)
    browser.save(meeting, forum=forum.pk)
    assert changes(meeting) == [[("Forum", "–", forum.name)]]
    browser.save(meeting, forum="")
    forum.delete()
    assert changes(meeting)[0] == [("Forum", "(deleted)", "–")]


def test_saving_untouched_or_publishing_is_no_edit(browser: Browser) -> None:
    update = make.make_update()
    browser.save(update)
    browser.save(update.commitment)
    publish_commitment(update.commitment, first_update=update, now=make.NOW)
    assert (changes(update), changes(update.commitment)) == ([], [])
    assert "Nobody has changed anything in it here." in browser.page(update, "history").words


def test_whoever_made_it_is_told(browser: Browser) -> None:
    values = {"code": "USA", "name": "United States", "short_name": "US", "slug": "united-states"}
    page = browser.save(make.Party, "add", **values)
    party = make.Party.objects.get()
    assert (people(party), changes(party)) == (["staff"], [[]])
    assert page.status == 200
    assert "staff Created." in browser.page(party, "history").words


def test_rows_beside_a_record_are_told_with_it(browser: Browser) -> None:
    source = make.make_source(title="The statement")
    update = make.make_update(source=source)
    browser.save(
        update,
        **{"rationale": "Anew.", "citations-0-quotation": "shall sign", "citations-0-locator": ""},
        **{"citations-TOTAL_FORMS": "2", "citations-1-source": str(source.pk)},
        **{"citations-1-quotation": "in March", "citations-1-language": "en"},
    )
    assert changes(update) == [
        [
            ("Rationale", "The statement says so.", "Anew."),
            ("Citation: Quotation", make.QUOTATION, "shall sign"),
            ("Citation: Where in the source", "paragraph 1", "–"),
            (
                *("Citation", "–"),
                "Source: The statement (2026-02-25); Quotation: in March; Language: en",
            ),
        ]
    ]
    browser.save(update, rationale="Once more.", **{"citations-0-DELETE": "on"})
    said = "Source: The statement (2026-02-25); Quotation: shall sign; Language: en"
    assert changes(update)[0] == [("Rationale", "Anew.", "Once more."), ("Citation", said, "–")]
    assert people(update) == ["staff", "staff"]


def test_what_is_public_has_its_history_too(browser: Browser) -> None:
    # Before the browser, whose lines are of the real clock: the log goes by time.
    source = make.published_meeting().sources.get()
    commitment = make.published_commitment()
    row = {"aliases-TOTAL_FORMS": "1", "aliases-0-language": "en", "aliases-0-name": "GSOMIA"}
    browser.save(commitment, title="Amended", **row)
    [told] = changes(commitment)
    assert [label for label, *_said in told] == ["Title", "Other name"]
    update = make.first_update(commitment)
    page = browser.page(update, "add-evidence")
    browser.send(page, source=str(make.make_source().pk), quotation="signed", locator="line 2")
    assert [label for label, *_said in changes(update)[0]] == ["Citation"]
    browser.save(source, text="We met.")
    [[(label, before, after)]] = changes(source)
    assert (label, before, after[:8], len(after)) == ("Full text", "–", "SHA-256 ", 21)


def test_a_long_text_is_told_by_its_words(browser: Browser) -> None:
    before = "The statement of both ministers says that the agreement will be signed in March."
    update = make.make_update(rationale=before)
    browser.save(update, rationale=before.replace("March", "April"))
    html = browser.page(update, "history").response.content.decode()
    marked = re.findall(r"<(ins|del)>(.*?)</", html)
    assert marked == [("del", "March."), ("ins", "April.")]


def test_a_relation_of_both_is_no_edit_of_whoever_comes_next(browser: Browser) -> None:
    one, other = make.make_commitment(), make.make_commitment()
    browser.save(other, title="Kept once")
    browser.save(one, related=[other.pk])
    browser.save(other, title="Kept twice")
    told = [[label for label, *_said in edit] for edit in changes(other)]
    assert told == [["Title"], ["Related"], ["Title"]]


def test_a_begun_correction_is_made_by_somebody(browser: Browser) -> None:
    original = make.first_update(make.published_commitment())
    browser.send(browser.page(original, "correct"), reason="It was wrong.")
    draft = original.corrections.get()
    assert people(draft) == ["staff"]


def test_no_more_than_the_newest_versions_are_looked_at(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_VERSIONS", 2)
    topic = make.make_topic()
    for summary in ("one", "two", "three"):
        browser.save(topic, summary=summary)
    assert changes(topic) == [[("Summary", "two", "three")]]


def test_the_page_asks_the_same_of_the_database_for_many_edits(browser: Browser) -> None:
    update = make.make_update(meeting=make.make_meeting(), party=make.make_party())
    commitment = update.commitment

    def edit(number: int) -> None:
        topics = [make.make_topic().pk]
        values = {"topics": topics, "first_stated_at": make.make_meeting().pk}
        browser.save(commitment, title=f"Title {number}", **values)
        meeting, source = make.make_meeting().pk, make.make_source().pk
        values = {"meeting": meeting, "citations-0-source": source}
        browser.save(update, rationale=f"Because {number}.", **values)

    def asked() -> list[int]:
        found = []
        for record in (commitment, update):
            with CaptureQueriesContext(connection) as queries:
                browser.page(record, "history")
            found.append(len(queries))
        return found

    edit(0)
    asked()
    once = asked()
    for number in range(1, 4):
        edit(number)
    assert asked() == once
    assert (len(edits_of(commitment)), len(edits_of(update))) == (4, 4)
