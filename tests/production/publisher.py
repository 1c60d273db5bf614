"""Publish an update for each line of the input and print its line's number: run as a process.

Its argument is the address of a webhook, which it first subscribes to the log.
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up before its models are read
from django.utils import timezone  # noqa: E402

from tests.notify.subscriptions import make_webhook  # noqa: E402
from tracker.actions.publishing.publish import publish_update  # noqa: E402
from tracker.lib.partial_dates import PartialDate  # noqa: E402
from tracker.models import Citation, Commitment, Source, SourceKind, StatusUpdate  # noqa: E402
from tracker.queries.visibility import log_head  # noqa: E402


def publish(word: str) -> int:
    source = Source.objects.public().exclude(kind=SourceKind.ANALYST_NOTE).order_by("pk")[0]
    commitment = Commitment.objects.public().order_by("?")[0]
    draft = StatusUpdate.objects.create(
        commitment=commitment,
        happened=PartialDate.of(timezone.localdate()),
        stage="negotiating",
        rationale=word,
    )
    Citation.objects.create(update=draft, source=source, quotation=word, language="en")
    return publish_update(draft, now=timezone.now()).seq


now = timezone.now()
make_webhook(address=sys.argv[1], created_at=now, next_attempt_at=now, cursor=log_head().seq)
for line in sys.stdin:
    sys.stdout.write(f"{publish(line.strip())}\n")
    sys.stdout.flush()
    connection.close()  # the server may be killed before the next line
