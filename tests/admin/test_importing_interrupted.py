"""Imports whose process was killed midway, and uploads beside which others go on writing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from xlsxwriter import Workbook

from tests import make
from tests.actions.importing import COMMITMENT, importer, written
from tests.actions.test_concurrency import run_all
from tests.admin.browsing import Browser
from tests.admin.importing.test_pages import confirmed, handed_in
from tracker.actions.imports import files, processing, uploads
from tracker.actions.imports.plan import Task
from tracker.actions.imports.processing import process, process_due
from tracker.models import Commitment, Upload, UploadState
from tracker.spreadsheets.reading import Row, Sheet


class Clock:
    """An hour later each time that somebody looks."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(hours=1)
        return self.now


class Killed(BaseException):
    """What SIGKILL would do: nothing of ours runs any more."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have each process that imports a file end once it has read it; returns what lets it live."""

    def kill(file: IO[bytes], task: Task, **kwargs: Any) -> None:
        task.on_read(1)
        raise Killed

    usual = processing.import_file
    monkeypatch.setattr(processing, "import_file", kill)
    return lambda: monkeypatch.setattr(processing, "import_file", usual)


@pytest.fixture
def interrupted(browser: Browser, killing: Callable[[], None]) -> str:
    """The address of a small file whose import was killed while its page loaded."""
    make.both_parties()
    page = handed_in(browser, written(COMMITMENT))
    with pytest.raises(Killed):
        confirmed(browser, page)
    assert Upload.objects.get().state == UploadState.TO_IMPORT
    return page.url


def let_lease_pass() -> None:
    Upload.objects.update(taken_until=timezone.now() - dt.timedelta(seconds=1))


def test_a_killed_import_is_taken_up_by_the_deliverer_within_minutes(
    interrupted: str, killing: Callable[[], None]
) -> None:
    killing()
    now = timezone.now()
    assert process_due(clock=lambda: now) == 0
    assert process_due(clock=lambda: now + dt.timedelta(minutes=2, seconds=1)) == 1
    assert Commitment.objects.count() == 1
    assert Upload.objects.get().state == UploadState.IMPORTED


def test_whoever_brought_it_goes_on_without_a_deliverer(
    interrupted: str, browser: Browser, killing: Callable[[], None]
) -> None:
    killing()
    assert "Go on with it" not in browser.open(interrupted).buttons
    let_lease_pass()
    page = browser.open(interrupted)
    assert "It was stopped midway." in page.response.content.decode()
    done = browser.send(page, page.buttons["Go on with it"])
    assert "was imported on" in done.response.content.decode()
    assert Commitment.objects.count() == 1


def test_a_file_that_ends_every_process_is_given_up_with_a_sentence(
    interrupted: str, browser: Browser
) -> None:
    key = Upload.objects.get().pk
    clock = Clock()
    for _again in range(2):
        with pytest.raises(Killed):
            process(key, clock=clock)
    assert process(key, clock=clock)
    upload = Upload.objects.get()
    assert upload.state == UploadState.CHECKED
    shown = browser.open(interrupted).response.content.decode()
    assert "it was begun 3 times, and each time its process ended midway" in shown
    # Checked anew, it has as many tries again.
    page = browser.send(browser.open(interrupted), "_again", step=["again"])
    assert "Import all of it" in page.buttons


def test_going_on_with_what_somebody_is_at_changes_nothing(
    interrupted: str, browser: Browser, killing: Callable[[], None]
) -> None:
    killing()
    browser.client.post(interrupted, {"step": "resume"})
    assert Commitment.objects.count() == 0
    assert Upload.objects.get().state == UploadState.TO_IMPORT


@pytest.mark.django_db(transaction=True)
def test_others_write_while_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite whoever is in a transaction keeps all others from writing."""
    by = importer()
    usual = uploads.count_rows

    def count(file: Any, *, ending: str) -> int:
        [other] = run_all(lambda: User.objects.create(username="somebody-else"))
        assert other.error is None
        assert not connection.in_atomic_block
        return usual(file, ending=ending)

    monkeypatch.setattr(uploads, "count_rows", count)
    kept = uploads.store_upload(
        [written(COMMITMENT).getvalue()],
        noun="commitments",
        file_name="file.csv",
        now=make.NOW,
        by=by,
    )
    assert kept.row_count == 1
    with uploads.opened(kept) as file:
        assert file.read() == io.BytesIO(written(COMMITMENT).getvalue()).read()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_others_write_while_a_file_is_checked_and_imported(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    make.both_parties()
    written_beside: list[bool] = []
    usual = files.read_sheet

    def read(file: IO[bytes], **how: str) -> Sheet:
        sheet = usual(file, **how)
        return Sheet(sheet.headings, beside(sheet.rows), sheet.name)

    def beside(lines: Iterator[Row]) -> Iterator[Row]:
        for line in lines:
            name = f"somebody-{len(written_beside)}"
            [other] = run_all(lambda name=name: User.objects.create(username=name))
            written_beside.append(other.error is None and not connection.in_atomic_block)
            yield line

    monkeypatch.setattr(files, "read_sheet", read)
    content = written(COMMITMENT).getvalue() if ending == "csv" else as_workbook(COMMITMENT)
    page = handed_in(browser, content, name=f"file.{ending}")
    confirmed(browser, page)
    assert Commitment.objects.count() == 1
    assert written_beside == [True, True]  # checked, then imported


def as_workbook(line: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(line))
        sheet.write_row(1, 0, list(line.values()))
    return file.getvalue()
