"""An address that was erased is gone from SQLite's files as well."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.make import NOW
from tests.notify.emailing import make_email
from tracker.lib.erasure import empty_write_ahead_log
from tracker.models import Subscription
from tracker.notify.links import Purpose, lasting_token, path_of
from tracker.notify.tidy import tidy

pytestmark = [pytest.mark.sqlite_only, pytest.mark.django_db(transaction=True)]
SECRET = "only-this-reader-7f3a@example.org"


def files_with(text: str) -> list[str]:
    """Those of the database's files that hold the text, whole pages or remains.

    Another process reads them: a process that closes a file gives up all its locks on it (POSIX),
    SQLite's too, so that others would take the write-ahead log from under its connections.
    """
    file = Path(connection.settings_dict["NAME"])
    files = [file, file.with_name(f"{file.name}-wal")]
    return [f.name for f in files if f.exists() and text.encode() in read_elsewhere(f)]


def read_elsewhere(file: Path) -> bytes:
    return subprocess.run(["cat", file], check=True, capture_output=True).stdout


@pytest.mark.parametrize("how", ["forget", "stop", "never confirmed", "stopped long ago"])
def test_an_erased_address_is_in_no_file(client: Client, how: str) -> None:
    others = [
        make_email(address=f"reader{n}@example.org", query="q=" + "x" * 500) for n in range(40)
    ]
    subscription = make_email(address=SECRET)
    empty_write_ahead_log()
    subscription.address = SECRET  # written once more: an older page and a newer one
    subscription.save()
    assert files_with(SECRET)
    if how == "forget":
        token = lasting_token(subscription, Purpose.MANAGE)
        client.post(path_of(Purpose.MANAGE, token), {"do": "forget"})
    elif how == "stop":
        client.post(path_of(Purpose.STOP, lasting_token(subscription, Purpose.STOP)))
    else:
        old = {"state": "pending", "created_at": NOW}
        if how == "stopped long ago":
            old = {"state": "stopped", "stopped_at": NOW, "stopped_because": "Bounced."}
        Subscription.objects.filter(pk=subscription.pk).update(**old)
        tidy(now=NOW + dt.timedelta(days=31))
    assert Subscription.objects.count() == len(others)
    assert files_with(SECRET) == []
