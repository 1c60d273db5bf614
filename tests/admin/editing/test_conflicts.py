"""Two people in the same record: nothing is overwritten in silence, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models

from tests import make
from tests.admin.browsing import Browser, Page, admin_url
from tests.stored import stored_rows
from tracker.actions.aliases import publish_aliases
from tracker.admin.editing import drafts
from tracker.admin.editing.versions import refuse_outdated
from tracker.models import Alias, Change, Citation, Party, StatusUpdate

REFUSED = "Somebody else saved this record while you were editing it"


@pytest.fixture
def other(db: None) -> Browser:
    """Somebody else, at another desk."""
    return Browser(User.objects.create_superuser("other"))


def told(page: Page) -> list[list[str]]:
    """The table of both versions, row by row: field, theirs, mine, what is in the form."""
    html = page.response.content.decode()
    table = re.search(r'class="module versions".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    if table is None:
        return []
    told = re.sub(r'<div class="help">.*?</div>', "", table[1], flags=re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", told, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def opened(page: Page) -> list[str]:
    """What it said, where both changed it, when the page was opened."""
    html = page.response.content.decode()
    found = re.findall(r"When you opened it:(.*?)</div>", html, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", words).split()) for words in found]


CHOICE = "Keep mine Take theirs"
THEIRS = "Theirs: you had not changed it."
MINE = "Yours: they had not changed it."

DRAFTS: list[tuple[Callable[[], models.Model], str, str]] = [
    (make.make_party, "name", "Name"),
    (make.make_topic, "summary", "Summary"),
    (make.make_forum, "name", "Name"),
    (make.make_source, "title", "Title"),
    (make.make_meeting, "title", "Title"),
    (make.make_commitment, "title", "Title"),
    (make.make_update, "rationale", "Rationale"),
    (make.make_note, "text", "Text"),
]


@pytest.mark.parametrize(("made", "name", "label"), DRAFTS)
def test_the_second_save_is_refused_and_shows_both(
    made: Callable[[], models.Model], name: str, label: str, browser: Browser, other: Browser
) -> None:
    record = made()
    mine, theirs = browser.page(record), other.page(record)
    other.send(theirs, **{name: "Typed by them"})
    before = stored_rows()
    refused = browser.send(mine, **{name: "Typed by me"})
    assert stored_rows() == before
    assert REFUSED in refused.words
    assert told(refused) == [[label, "Typed by them", "Typed by me", CHOICE]]
    assert refused.fields[name] == ["Typed by me"]
    # Saved once more, knowing of theirs.
    browser.send(refused)
    record.refresh_from_db()
    assert getattr(record, name) == "Typed by me"


@pytest.mark.parametrize(
    "made",
    [
        make.published_meeting,
        make.published_commitment,
        make.published_note,
        lambda: make.published_commitment().parties.get(code="CAN"),
        lambda: make.published_meeting().sources.get(publisher="Global Affairs Canada"),
    ],
)
def test_so_it_is_with_what_is_public(
    made: Callable[[], Any], browser: Browser, other: Browser
) -> None:
    record = made()
    name = next(n for n in ("summary", "text", "short_name") if hasattr(record, n))
    mine, theirs = browser.page(record), other.page(record)
    other.send(theirs, **{name: "Typed by them"})
    lines = Change.objects.count()
    refused = browser.send(mine, **{name: "Typed by me", "why": "Because."})
    assert (REFUSED in refused.words, Change.objects.count()) == (True, lines)
    assert [row[1:] for row in told(refused)] == [["Typed by them", "Typed by me", CHOICE]]
    assert refused.fields["why"] == ["Because."]
    browser.send(refused, **{f"keep-{name}": "theirs"})
    assert Change.objects.count() == lines
    browser.send(refused)
    record.refresh_from_db()
    assert (getattr(record, name), Change.objects.count()) == ("Typed by me", lines + 1)


def test_theirs_is_taken_field_by_field(browser: Browser, other: Browser) -> None:
    one, two, three = (make.make_party(name=name) for name in ("One", "Two", "Three"))
    meeting = make.make_meeting(title="As it was", place="Ottawa", parties=[one])
    mine, theirs = browser.page(meeting), other.page(meeting)
    other.send(
        theirs,
        **{"title": "Theirs", "place": "Seoul", "parties": [one.pk, two.pk]},
        **{"date_date": "2026-03", "date_words": "in March", "level": "4"},
    )
    refused = browser.send(
        mine,
        **{"title": "Mine", "summary": "A day.", "parties": [one.pk, three.pk]},
        **{"date_date": "2026-04", "level": "2"},
    )
    assert (
        told(refused)
        == [
            ["Title", "Theirs", "Mine", CHOICE],
            ["Level", "Leaders", "Senior officials", CHOICE],
            ["Parties", "One; Two", "One; Three", CHOICE],
            ["Date", "2026-03 “in March”", "2026-04", CHOICE],
            ["Place", "Seoul", "Ottawa", THEIRS],
            ["About", "–", "A day.", MINE],
        ]
        or told(refused)[-1][0] == "Summary"
    )
    assert opened(refused) == ["As it was", "Ministers", "One", "2026-02-25"]
    assert "Saved by other, 20" in refused.words
    assert refused.fields["place"] == ["Seoul"]
    chosen = {f"keep-{name}": "theirs" for name in ("level", "parties", "date")}
    browser.send(refused, **chosen)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.place, meeting.summary, meeting.level) == (
        *("Mine", "Seoul", "A day.", 4),
    )
    assert (str(meeting.date), meeting.date.words) == ("2026-03", "in March")
    assert set(meeting.parties.all()) == {one, two}


def test_what_both_changed_alike_is_no_difference(browser: Browser, other: Browser) -> None:
    party = make.make_party()
    mine, theirs = browser.page(party), other.page(party)
    other.send(theirs, name="Elsewhere")
    refused = browser.send(mine, name="Elsewhere")
    assert (REFUSED in refused.words, told(refused)) == (True, [])
    browser.send(refused)
    assert Party.objects.get(pk=party.pk).name == "Elsewhere"


def test_words_that_differ_are_marked(browser: Browser, other: Browser) -> None:
    topic = make.make_topic()
    page = browser.page(topic)
    other.save(topic, summary="They will sign the agreement in March.")
    refused = browser.send(page, summary="They may sign the agreement in March, or later.")
    html = refused.response.content.decode()
    marked = [" ".join(words.split()) for words in re.findall(r"<mark>(.*?)</mark>", html)]
    assert marked == ["will", "may", "or later."]


def test_a_third_save_is_told_again(browser: Browser, other: Browser) -> None:
    party = make.make_party(name="Once")
    page = browser.page(party)
    other.save(party, name="Twice")
    page = browser.send(page, name="Mine")
    other.save(party, name="Thrice")
    page = browser.send(page, **{"keep-name": "theirs"})
    assert told(page) == [["Name", "Thrice", "Mine", CHOICE]]
    browser.send(page, **{"keep-name": "theirs"})
    assert Party.objects.get(pk=party.pk).name == "Thrice"


def test_a_form_with_faults_keeps_the_version_that_it_showed(
    browser: Browser, other: Browser
) -> None:
    party = make.make_party(name="Once")
    faulty = browser.send(browser.page(party), name="")
    other.save(party, name="Theirs")
    refused = browser.send(faulty, name="Mine")
    assert told(refused) == [["Name", "Theirs", "Mine", CHOICE]]


def test_what_cannot_be_read_is_shown_as_it_was_typed(browser: Browser, other: Browser) -> None:
    meeting = make.make_meeting(date="2026-01")
    page = browser.page(meeting)
    other.save(meeting, date_date="2026-02")
    refused = browser.send(page, date_date="next spring", forum="abc")
    assert told(refused)[-1] == ["Date", "2026-02", "next spring", CHOICE]
    assert refused.fields["date_date"] == ["next spring"]


@pytest.mark.parametrize("token", [None, "", "nonsense", "name=,=,"])
def test_a_page_that_does_not_say_what_it_showed_is_asked(
    token: str | None, browser: Browser
) -> None:
    party = make.make_party(name="Once")
    refused = browser.send(browser.page(party), name="Mine", _version=token)
    assert told(refused) == [["Name", "Once", "Mine", CHOICE]]
    browser.send(refused)
    assert Party.objects.get(pk=party.pk).name == "Mine"


# -- Rows beside the record ----------------------------------------------------------------------


@pytest.fixture
def update(db: None) -> StatusUpdate:
    source = make.make_source(title="The statement")
    update = make.make_update(is_cited=False)
    for quotation in ("one", "two", "three", "four"):
        make.make_citation(update, source=source, quotation=quotation, locator="")
    return update


def cited(update: StatusUpdate) -> list[str]:
    return sorted(update.citations.values_list("quotation", flat=True))


def said(quotation: str) -> str:
    return f"Source: The statement (2026-02-25) Quotation: {quotation} Language: en"


def test_rows_are_compared_one_by_one(
    update: StatusUpdate, browser: Browser, other: Browser
) -> None:
    mine, theirs = browser.page(update), other.page(update)
    source = theirs.fields["citations-0-source"]
    other.send(
        theirs,
        **{"citations-0-quotation": "one of theirs", "citations-1-quotation": "two of theirs"},
        **{"citations-2-DELETE": "on", "citations-TOTAL_FORMS": "5"},
        **{"citations-4-source": source, "citations-4-quotation": "five of theirs"},
        **{"citations-4-language": "en"},
    )
    refused = browser.send(
        mine,
        **{"citations-0-quotation": "one of mine", "citations-2-quotation": "three of mine"},
        **{"citations-3-DELETE": "on", "citations-TOTAL_FORMS": "5"},
        **{"citations-4-source": source, "citations-4-quotation": "five of mine"},
        **{"citations-4-language": "en"},
    )
    assert told(refused) == [
        ["Citation", said("one of theirs"), said("one of mine"), CHOICE],
        ["Citation", said("two of theirs"), said("two"), THEIRS],
        ["Citation", "–", said("three of mine"), CHOICE],
        ["Citation", said("four"), "–", MINE],
        ["Citation", said("five of theirs"), "–", THEIRS],
    ]
    assert opened(refused) == [said("one"), said("three")]
    browser.send(refused)
    assert cited(update) == [
        *("five of mine", "five of theirs", "one of mine", "three of mine", "two of theirs"),
    ]


def test_their_rows_are_taken(update: StatusUpdate, browser: Browser, other: Browser) -> None:
    mine, theirs = browser.page(update), other.page(update)
    other.send(
        theirs,
        **{"citations-0-quotation": "one of theirs", "citations-1-quotation": "two of theirs"},
        **{"citations-2-DELETE": "on", "citations-3-DELETE": "on"},
    )
    refused = browser.send(
        mine,
        **{"citations-0-quotation": "one of mine", "citations-1-DELETE": "on"},
        **{"citations-2-quotation": "three of mine", "citations-3-DELETE": "on"},
    )
    assert [row[3] for row in told(refused)] == [CHOICE] * 3
    html = refused.response.content.decode()
    chosen = dict.fromkeys(re.findall('name="(keep-[^"]+)" value="theirs"', html), "theirs")
    assert len(chosen) == 3
    browser.send(refused, **chosen)
    assert cited(update) == ["one of theirs", "two of theirs"]


def test_rows_that_nobody_touched_stay(
    update: StatusUpdate, browser: Browser, other: Browser
) -> None:
    page = browser.page(update)
    other.save(update, rationale="Theirs.")
    keys = set(update.citations.values_list("pk", flat=True))
    refused = browser.send(page, rationale="Mine.")
    assert len(told(refused)) == 1
    browser.send(refused)
    assert set(Citation.objects.values_list("pk", flat=True)) == keys


def test_names_of_a_public_commitment(browser: Browser, other: Browser) -> None:
    commitment = make.published_commitment()
    publish_aliases(commitment, [make.make_alias(commitment, name="GSOMIA")], now=make.NOW)
    page = browser.page(commitment)
    row = {"aliases-TOTAL_FORMS": "2", "aliases-1-language": "en"}
    other.save(commitment, **row, **{"aliases-1-name": "Theirs"})
    refused = browser.send(page, **row, **{"aliases-1-name": "Mine"})
    assert told(refused) == [["Other name", "Name: Theirs Language: en", "–", THEIRS]]
    browser.send(refused)
    assert sorted(Alias.objects.public().values_list("name", flat=True)) == [
        *("GSOMIA", "Mine", "Theirs"),
    ]


# -- At the same moment, and gone ----------------------------------------------------------------


@pytest.mark.parametrize("made", [make.make_party, make.published_commitment])
def test_a_save_between_comparing_and_saving_is_seen_under_the_lock(
    made: Callable[[], Any], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = made()
    page, asked = browser.page(record), []
    field = "name" if isinstance(record, Party) else "title"

    def slowly(model_admin: Any, request: Any, key: Any, *, token: str) -> Any:
        parts = refuse_outdated(model_admin, request, key, token=token)
        if not asked:
            # Nobody was there; and now somebody is.
            asked.append(key)
            model_admin.model.objects.filter(pk=key).update(**{field: "Theirs"})
        return parts

    monkeypatch.setattr(drafts, "refuse_outdated", slowly)
    refused = browser.send(page, **{field: "Mine"})
    assert told(refused) == [[field.capitalize(), "Theirs", "Mine", CHOICE]]
    record.refresh_from_db()
    assert getattr(record, field) == "Theirs"


def test_what_was_typed_into_a_deleted_draft_is_not_lost(browser: Browser, other: Browser) -> None:
    update = make.make_update(rationale="As it was.")
    page = browser.page(update)
    update.delete()
    kept = browser.send(page, rationale="Typed with care.", **{"citations-0-quotation": "so"})
    assert "Somebody deleted this draft meanwhile." in kept.words
    assert kept.fields["rationale"] == ["Typed with care."]
    assert f'action="{admin_url(StatusUpdate, "add")}"' in kept.response.content.decode()
    data = {**kept.fields, "_save": "on"}
    browser.client.post(admin_url(StatusUpdate, "add"), data)
    anew = StatusUpdate.objects.get()
    assert (anew.rationale, cited(anew)) == ("Typed with care.", ["so"])


def test_who_may_not_write_is_not_shown_what_is_gone(clerk: Callable[..., Browser]) -> None:
    reader = clerk("view_party")
    party = make.make_party()
    url = admin_url(party, "change")
    party.delete()
    answer = reader.client.post(url, {"name": "Elsewhere"})
    assert (answer.status_code, Party.objects.count()) == (403, 0)
