"""Lists and pages of every noun: they answer, whatever the rows and whatever is asked."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.admin.sites import site
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.admin.browsing import Browser, admin_url, list_url
from tracker.models import (
    Change,
    Citation,
    Commitment,
    Delivery,
    Forum,
    LogHead,
    Meeting,
    Note,
    Party,
    Revision,
    SearchDocument,
    Source,
    Standing,
    StatusUpdate,
    Subscription,
    Topic,
)

NOUNS = [Party, Source, Forum, Meeting, Topic, Commitment, StatusUpdate, Note, Change]
MAKERS = {
    Party: make.make_party,
    Source: make.make_source,
    Forum: make.make_forum,
    Meeting: make.make_meeting,
    Topic: make.make_topic,
    Commitment: make.make_commitment,
    StatusUpdate: make.make_update,
    Note: make.make_note,
}


def test_exactly_the_nouns_that_staff_edit_are_registered() -> None:
    ours = {model for model in site._registry if model._meta.app_label == "tracker"}
    assert ours == {*NOUNS, Subscription, Delivery}  # nouns/test_subscriptions.py
    assert not ours & {Revision, Standing, SearchDocument, LogHead, Citation}


@pytest.mark.parametrize("noun", NOUNS)
def test_the_list_shows_every_row(
    noun: type[Model], browser: Browser, every_record: list[Model]
) -> None:
    count = noun._default_manager.count()
    name = noun._meta.verbose_name if count == 1 else noun._meta.verbose_name_plural
    assert f"{count} {name} " in browser.open(list_url(noun)).words + " "


def test_every_record_has_its_pages(browser: Browser, every_record: list[Model]) -> None:
    for record in every_record:
        assert browser.page(record).status == 200, record
        assert browser.page(record, "history").status == 200, record


@pytest.mark.parametrize("noun", MAKERS)
def test_there_is_a_page_to_add_one(noun: type[Model], browser: Browser) -> None:
    assert browser.page(noun, "add").buttons.keys() >= {"Save", "Save and continue editing"}


def test_changes_are_not_added(browser: Browser) -> None:
    assert browser.page(Change, "add").status == 403


@pytest.mark.parametrize("noun", MAKERS)
def test_each_field_is_explained_in_one_sentence(noun: type[Model], browser: Browser) -> None:
    context = browser.page(noun, "add").response.context
    forms = [context["adminform"].form]
    forms += [inline.formset.empty_form for inline in context["inline_admin_formsets"]]
    technical = {"DELETE", "id", "commitment" if noun is Commitment else "update"}
    for form in forms:
        for name, field in form.fields.items():
            if name not in technical and not field.widget.is_hidden:
                assert str(field.help_text).endswith((".", ".)")), f"{noun.__name__}.{name}"


@pytest.mark.parametrize("noun", MAKERS)
def test_a_list_asks_as_many_questions_for_three_rows_as_for_one(
    noun: type[Model], browser: Browser
) -> None:
    address = list_url(noun)
    maker = MAKERS[noun]
    counts = []
    for more in (1, 2):
        for _ in range(more):
            maker()
        with CaptureQueriesContext(connection) as asked:
            browser.open(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_log_asks_as_many_questions_for_many_lines_as_for_few(browser: Browser) -> None:
    make.published_meeting()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            browser.open("/admin/tracker/change/")
        counts.append(len(asked))
        make.published_note(meeting=make.published_meeting())
        make.published_update(make.published_commitment(), meeting=make.published_meeting())
    assert counts[0] == counts[1]


NONSENSE = ["\0", "🙂", "x" * 10_000, "2026-13", "%", "'\"--", "999999999999999999999"]


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_takes_any_question(
    noun: type[Model], nonsense: str, browser: Browser, every_record: list[Model]
) -> None:
    start, typed = list_url(noun), quote(nonsense)
    for name in ("q", "publication", "p", "o", "stage__exact", "kind__exact", "parties__id__exact"):
        assert browser.open(f"{start}?{name}={typed}").status in {200, 400}, name


def test_an_unknown_publication_finds_nothing(browser: Browser) -> None:
    make.make_party()
    assert "0 parties" in browser.open("/admin/tracker/party/?publication=maybe").words


def test_a_search_finds(browser: Browser) -> None:
    commitment = make.make_commitment(title="Open a space dialogue")
    make.make_alias(commitment, name="우주안보대화")
    make.make_commitment(title="Something else")
    for words in ("space dialogue", "우주안보", commitment.reference):
        found = browser.open(f"/admin/tracker/commitment/?q={quote(words)}").words
        assert "1 commitment " in found
        assert "Something else" not in found


def test_a_search_of_what_has_folded_names_minds_no_accent(browser: Browser) -> None:
    make.make_meeting(title="Réunion de Montréal", slug="m-1")
    make.make_source(title="L’entente", identifier="ABC 123")
    make.make_topic(name="Défense")
    for noun, words, found in (
        ("meeting", "montreal", "1 meeting "),
        ("meeting", "Montréal reunion", "1 meeting "),
        ("meeting", "m-1", "1 meeting "),
        ("meeting", "nowhere", "0 meetings "),
        ("source", "l'entente", "1 source "),
        ("source", "abc", "1 source "),
        ("topic", "defence", "1 topic "),
    ):
        shown = browser.open(f"/admin/tracker/{noun}/?q={quote(words)}").words
        assert found in shown, words


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_the_autocomplete_takes_any_question(nonsense: str, browser: Browser) -> None:
    start = "/admin/autocomplete/?app_label=tracker&model_name=statusupdate&field_name=commitment"
    assert browser.client.get(f"{start}&term={quote(nonsense)}").status_code == 200


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("noun", MAKERS)
def test_an_add_page_takes_any_first_values(
    noun: type[Model], nonsense: str, browser: Browser
) -> None:
    fields = [f.name for f in noun._meta.get_fields()]
    asked = "&".join(f"{name}={quote(nonsense)}" for name in fields)
    assert browser.open(f"{admin_url(noun, 'add')}?{asked}").status == 200


@pytest.mark.parametrize("key", ["0", "abc", "999999999999999999999", "%00", "1_2F"])
@pytest.mark.parametrize("noun", NOUNS)
def test_an_unknown_record_is_told_in_words(noun: type[Model], key: str, browser: Browser) -> None:
    start = list_url(noun)
    for page in ("change", "history", "publish"):
        assert "doesn’t exist" in browser.open(f"{start}{key}/{page}/").words
