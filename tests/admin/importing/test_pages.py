"""Import and export from the lists: each step as somebody at the desk goes through it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from tests import make
from tests.actions.importing import COMMITMENT, MEETING, SOURCE, UPDATE, lines_of, written
from tests.admin.browsing import Browser, Page
from tests.stored import Rows, stored_rows
from tracker.actions.imports import processing, uploads
from tracker.actions.imports.processing import process, process_due
from tracker.actions.imports.uploads import delete_old, queue_import
from tracker.models import (
    Change,
    Commitment,
    Meeting,
    StatusUpdate,
    Upload,
    UploadPart,
    UploadState,
)

START = "/admin/tracker/commitment/"


def handed_in(
    browser: Browser,
    content: bytes | io.BytesIO,
    *,
    noun: str = "commitment",
    name: str = "file.csv",
) -> Page:
    data = content if isinstance(content, bytes) else content.getvalue()
    file = SimpleUploadedFile(name, data)
    url = f"/admin/tracker/{noun}/import/"
    return Page(browser.client.post(url, {"file": file}, follow=True))


def confirmed(browser: Browser, page: Page, **typed: Any) -> Page:
    return browser.send(page, "_go", **typed)


@pytest.fixture
def parties(db: None) -> None:
    make.both_parties()


# -- From the file to the drafts ------------------------------------------------------------------


@pytest.mark.usefixtures("parties")
def test_a_file_with_our_columns_goes_straight_to_its_preview(browser: Browser) -> None:
    page = handed_in(browser, written(COMMITMENT | {"topics": ""}))
    shown = page.response.content.decode()
    assert "New drafts" in shown
    assert "<ins>Sign an agreement</ins>" in shown
    assert Commitment.objects.count() == 0
    done = confirmed(browser, page, then=["keep"])
    assert "was imported on" in done.response.content.decode()
    commitment = Commitment.objects.get()
    assert (commitment.title, commitment.review.edited_by) == (COMMITMENT["title"], browser_user())
    assert Change.objects.count() == 0
    assert UploadPart.objects.count() == 0


def browser_user() -> User:
    return User.objects.get(username="staff")


@pytest.mark.usefixtures("parties")
def test_other_headings_are_mapped_by_hand_and_the_mapping_is_kept(browser: Browser) -> None:
    line = COMMITMENT | {"Titel": COMMITMENT["title"], "Colour": "red"}
    del line["title"]
    page = handed_in(browser, written(line))
    assert page.fields["column_title"] == ["Titel"]
    assert "Only resembles it: please look twice." in page.response.content.decode()
    assert "not read as things stand: Colour." in page.response.content.decode()
    assert page.fields["column_reference"] == ["reference"]
    refused = browser.send(page, "_go", column_summary=["Titel"], column_reference=[""])
    told = refused.response.content.decode()
    assert "was given to" in told
    assert "Rows are told apart by it: say which column holds it." in told
    preview = browser.send(page, "_go")
    assert "<ins>Sign an agreement</ins>" in preview.response.content.decode()
    mapping = browser.client.get(f"{preview.url}mapping.yaml")
    assert mapping.content.decode().startswith("columns:\n  reference: reference\n  title: Titel\n")


@pytest.mark.usefixtures("parties")
def test_dates_are_asked_about_and_followed(browser: Browser) -> None:
    file = written(SOURCE | {"published_on": "03/04/2026"})
    page = handed_in(browser, file, noun="source")
    shown = page.response.content.decode()
    assert "Row 2, column “published_on”: 03/04/2026" in shown
    assert "dates" not in page.fields  # nothing is chosen beforehand
    still = browser.send(page, "_go")
    assert "This field is required." in still.response.content.decode()
    preview = browser.send(page, "_go", dates=["day_first"])
    assert "<ins>2026-04-03</ins>" in preview.response.content.decode()


@pytest.mark.usefixtures("parties")
def test_the_encoding_is_asked_about_with_what_it_would_read(browser: Browser) -> None:
    text = written(COMMITMENT | {"title": "Accord signé à Séoul"}).getvalue().decode()
    page = handed_in(browser, text.encode("windows-1252"))
    shown = page.response.content.decode()
    assert "is not UTF-8" in shown
    assert "windows-1252: “" in shown
    preview = browser.send(page, "_go", encoding=["windows-1252"])
    assert "<ins>Accord signé à Séoul</ins>" in preview.response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("file.doc", b"a", "“file.doc” is neither a CSV file (.csv) nor an Excel workbook"),
        ("file.csv", b"", "The file is empty."),
        ("file.xlsx", b"not a workbook", "This is no Excel workbook (.xlsx)."),
        ("file.csv", b"\n\n", "The first row is empty"),
        ("file.csv", b"title,title\n", "Two columns have the heading “title”"),
        ("file.csv", b"title\n" + b"x" * 1_000_000, "The file is larger than 1 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(
    browser: Browser, settings: Any, name: str, content: bytes, told: str
) -> None:
    settings.IMPORT_MAX_MB = 1
    page = handed_in(browser, content, name=name)
    assert told in page.response.content.decode()
    assert (Upload.objects.count(), UploadPart.objects.count()) == (0, 0)


@pytest.mark.usefixtures("parties")
def test_problems_are_listed_and_nothing_can_be_imported(browser: Browser) -> None:
    lines = [COMMITMENT, COMMITMENT | {"title": "=HYPERLINK(1)"}]
    page = handed_in(browser, written(*lines))
    shown = page.response.content.decode()
    assert "Row 3, column “title”: It holds a formula." in shown
    assert "Import all of it" not in page.buttons
    upload = Upload.objects.get()
    forced = browser.client.post(
        page.url,
        {"step": "confirm", "sha256": upload.sha256, "digest": "", "then": "keep"},
        follow=True,
    )
    assert forced.status_code == 200
    assert Commitment.objects.count() == 0


def test_no_file_at_all_is_said_beside_the_field(browser: Browser) -> None:
    page = Page(browser.client.post(f"{START}import/", {}))
    assert "This field is required." in page.response.content.decode()


# -- Nothing twice ------------------------------------------------------------------------------


@pytest.mark.usefixtures("parties")
def test_the_second_tab_is_told_that_it_was_imported(browser: Browser) -> None:
    first = handed_in(browser, written(COMMITMENT))
    second = browser.open(first.url)
    confirmed(browser, first)
    before = stored_rows()
    told = confirmed(browser, second).response.content.decode()
    assert "It was imported already; nothing was done again." in told
    assert stored_rows() == before


@pytest.mark.usefixtures("parties")
def test_a_file_that_was_confirmed_is_not_taken_for_import_again(browser: Browser) -> None:
    handed_in(browser, written(COMMITMENT))
    upload = Upload.objects.get()
    confirmed_as = {"sha256": upload.sha256, "digest": upload.report["digest"], "why": ""}
    by = browser_user()
    assert queue_import(upload, **confirmed_as, then="keep", by=by)
    assert not queue_import(upload, **confirmed_as, then="keep", by=by)
    assert process(upload.pk, clock=lambda: make.NOW)
    before = stored_rows()
    upload.refresh_from_db()
    assert not queue_import(
        upload, **confirmed_as | {"digest": upload.report.get("digest")}, then="keep", by=by
    )
    assert stored_rows() == before


@pytest.mark.usefixtures("parties")
def test_a_file_that_another_deliverer_imported_meanwhile_is_left_alone(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(browser, written(COMMITMENT))
    upload = Upload.objects.get()
    digest = upload.report["digest"]
    assert queue_import(
        upload, sha256=upload.sha256, digest=digest, then="keep", why="", by=browser_user()
    )
    import_file = processing.import_file
    after_the_other: list[Rows] = []

    def overtaken(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(processing, "import_file", import_file)
        assert process(upload.pk, clock=lambda: make.NOW + 2 * processing.LEASE)
        after_the_other.append(stored_rows())
        return import_file(*arguments, **named)

    monkeypatch.setattr(processing, "import_file", overtaken)
    process(upload.pk, clock=lambda: make.NOW)
    assert [stored_rows()] == after_the_other
    assert Upload.objects.get().state == UploadState.IMPORTED


@pytest.mark.usefixtures("parties")
def test_another_file_than_the_one_shown_is_not_imported(browser: Browser) -> None:
    page = handed_in(browser, written(COMMITMENT))
    told = confirmed(browser, page, sha256=["0" * 64]).response.content.decode()
    assert "Another page was faster, or has changed what is asked" in told
    assert Commitment.objects.count() == 0


@pytest.mark.usefixtures("parties")
def test_a_register_that_moved_on_is_looked_at_again(browser: Browser) -> None:
    page = handed_in(browser, written(COMMITMENT))
    make.make_commitment(reference=COMMITMENT["reference"])
    again = confirmed(browser, page)
    assert "the register has changed since the file was checked" in again.words
    assert "Row 2: Shown as a new draft; now it is a change of a draft." in again.words
    assert "Drafts that change" in again.words
    title = Commitment.objects.get().title
    Commitment.objects.update(title="Somebody was faster")
    again = confirmed(browser, again)
    assert (
        f"Row 2, column “title”: The register said “{title}” when this was shown, now “Somebody "
        "was faster”."
    ) in again.words
    confirmed(browser, again)
    assert Commitment.objects.get().title == COMMITMENT["title"]


@pytest.mark.usefixtures("parties")
def test_large_files_are_left_to_the_deliverer_and_the_page_looks_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "AT_ONCE", 1)
    page = handed_in(browser, written(COMMITMENT, COMMITMENT | {"reference": "KOR-2024-001"}))
    assert page.response["Refresh"] == "3"
    assert "0 of about 2 rows are read." in page.response.content.decode()
    assert process_due(clock=lambda: make.NOW) == 1
    preview = browser.open(page.url)
    confirmed(browser, preview)
    upload = Upload.objects.get()
    assert (upload.state, Commitment.objects.count()) == (UploadState.TO_IMPORT, 0)
    # Another deliverer has it.
    Upload.objects.update(taken_until=make.NOW + processing.LEASE)
    assert not process(upload.pk, clock=lambda: make.NOW)
    # It died, and its time is over.
    assert process(upload.pk, clock=lambda: make.NOW + 2 * processing.LEASE)
    assert Commitment.objects.count() == 2
    assert "was imported on" in browser.open(page.url).response.content.decode()


@pytest.mark.usefixtures("parties")
def test_a_fault_of_ours_stops_neither_page_nor_deliverer(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = handed_in(browser, written(COMMITMENT))

    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr(processing, "import_file", fail)
    told = confirmed(browser, page).response.content.decode()
    assert "a fault in the register itself (nobody thought of this)" in told


@pytest.mark.usefixtures("parties")
def test_a_busy_database_leaves_the_file_to_the_deliverer(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = handed_in(browser, written(COMMITMENT))

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(processing, "import_file", fail)
        told = confirmed(browser, page).response.content.decode()
    assert "The database is busy." in told
    assert process_due(clock=lambda: make.NOW) == 1
    assert Commitment.objects.count() == 1


@pytest.mark.usefixtures("parties")
def test_files_are_forgotten(browser: Browser) -> None:
    handed_in(browser, written(COMMITMENT))
    upload = Upload.objects.get()
    delete_old(now=upload.uploaded_at + uploads.EXPIRES_AFTER / 2)
    assert Upload.objects.count() == 1
    delete_old(now=upload.uploaded_at + uploads.EXPIRES_AFTER * 2)
    assert (Upload.objects.count(), UploadPart.objects.count()) == (0, 0)


# -- Who may what -------------------------------------------------------------------------------


@pytest.mark.usefixtures("parties")
def test_a_file_is_its_owners_alone_and_each_step_asks_again(
    browser: Browser, clerk: Callable[..., Browser]
) -> None:
    page = handed_in(browser, written(COMMITMENT))
    other = clerk("view_commitment", "add_commitment")
    for address in (page.url, f"{page.url}mapping.yaml"):
        assert other.client.get(address).status_code == 403
    mine = handed_in(other, written(COMMITMENT))
    User.objects.get(username="clerk").user_permissions.clear()
    assert other.client.post(mine.url, {"step": "confirm"}).status_code == 403
    # What waits for the deliverer asks at the time at which it is carried out.
    upload = Upload.objects.get(uploaded_by__username="clerk")
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.TO_IMPORT)
    process(upload.pk, clock=lambda: make.NOW)
    upload.refresh_from_db()
    assert upload.report["problems"] == [[2, "reference", "You may not add records of this kind."]]
    assert Commitment.objects.count() == 0


@pytest.mark.usefixtures("parties")
def test_a_file_of_another_noun_is_not_opened(browser: Browser) -> None:
    page = handed_in(browser, written(COMMITMENT))
    other = page.url.replace("commitment", "meeting")
    assert browser.client.get(other).status_code == 403


def test_what_is_done_with_drafts_is_offered_by_right_and_rule(
    browser: Browser, settings: Any, clerk: Callable[..., Browser]
) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.both_parties()
    make.make_source(slug="a-statement")
    page = handed_in(browser, written(MEETING), noun="meeting")
    assert "Publish them as back-fill" in page.response.content.decode()
    settings.REQUIRE_SECOND_PERSON = True
    told = confirmed(browser, page, then=["publish"]).response.content.decode()
    assert "Here a second person publishes what somebody has written." in told
    assert Meeting.objects.count() == 0
    settings.REQUIRE_SECOND_PERSON = False
    writer = clerk("view_meeting", "add_meeting", "change_meeting")
    page = handed_in(writer, written(MEETING), noun="meeting")
    assert "Publish them as back-fill" not in page.response.content.decode()
    told = confirmed(writer, page, then=["publish"]).response.content.decode()
    assert "Only an editor publishes." in told
    assert Meeting.objects.count() == 0


def test_updates_are_published_as_back_fill_when_it_is_said(
    browser: Browser, settings: Any
) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    make.make_source(slug="a-statement")
    make.make_commitment(reference=UPDATE["commitment"])
    page = handed_in(browser, written(UPDATE), noun="statusupdate")
    done = confirmed(browser, page, then=["publish"])
    assert "was imported on" in done.response.content.decode()
    assert StatusUpdate.objects.get().is_published
    assert set(Change.objects.values_list("is_backfill", flat=True)) == {True}


def test_the_reason_of_amendments_is_told_in_the_log(browser: Browser) -> None:
    source = make.published_commitment().updates.get().citations.get().source
    line = lines_of(io.BytesIO(exported(browser, "source")))[0]
    page = handed_in(browser, written(line | {"publisher": "Another"}), noun="source")
    assert "Public records that are amended" in page.response.content.decode()
    confirmed(browser, page, why=["As the ministry calls itself now."])
    source.refresh_from_db()
    assert source.publisher == "Another"
    assert Change.objects.latest("seq").payload["reason"] == "As the ministry calls itself now."


# -- Export -------------------------------------------------------------------------------------


def exported(browser: Browser, noun: str, query: str = "", ending: str = "csv") -> bytes:
    answer = browser.client.get(f"/admin/tracker/{noun}/export.{ending}{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.mark.usefixtures("shipped_register")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("noun", ["commitment", "meeting", "source", "statusupdate"])
def test_an_exported_file_comes_back_without_a_difference(
    browser: Browser, noun: str, ending: str
) -> None:
    make.make_update()
    make.make_meeting()
    content = exported(browser, noun, ending=ending)
    page = handed_in(browser, content, noun=noun, name=f"file.{ending}")
    upload = Upload.objects.get()
    assert (upload.report["problems"], set(upload.report["counts"])) == ([], {"unchanged"})
    assert page.status == 200


def test_the_export_follows_the_filters_of_the_list(browser: Browser) -> None:
    make.make_source(slug="one", kind="news_report")
    make.make_source(slug="two")
    page = browser.open("/admin/tracker/source/?kind__exact=news_report")
    assert "export.csv?kind__exact=news_report" in page.response.content.decode()
    found = lines_of(io.BytesIO(exported(browser, "source", "?kind__exact=news_report")))
    assert [line["slug"] for line in found] == ["one"]
    found = lines_of(io.BytesIO(exported(browser, "source", "?q=two")))
    assert [line["slug"] for line in found] == ["two"]
    odd = browser.client.get("/admin/tracker/source/export.csv?nothing__like=this")
    assert odd.status_code == 302
    told = browser.open("/admin/tracker/source/export.csv?kind__exact=%00")
    assert "The address held a character" in told.response.content.decode()


def test_a_text_too_long_for_a_cell_is_told_on_the_list(browser: Browser) -> None:
    make.make_source(slug="long", text="a" * 40_000)
    page = browser.open("/admin/tracker/source/export.xlsx")
    assert "is longer than a cell of Excel holds" in page.response.content.decode()


@pytest.mark.django_db
def test_lists_offer_what_a_person_may(clerk: Callable[..., Browser]) -> None:
    reader = clerk("view_commitment")
    shown = reader.open(START).response.content.decode()
    assert "export.csv" in shown
    assert f'href="{START}import/"' not in shown
    assert Client().get(f"{START}export.csv").status_code == 302
