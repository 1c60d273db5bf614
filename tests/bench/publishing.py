"""Publish updates one by one, each durably, and tell how long each took: run as a process."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402 - Django must be set up before its models are read

from tracker.actions.publishing.publish import publish_update  # noqa: E402
from tracker.lib.partial_dates import PartialDate  # noqa: E402
from tracker.models import Citation, Commitment, Source, SourceKind, StatusUpdate  # noqa: E402


def main(count: int, pause: float) -> list[float]:
    """The seconds of each publication; `pause` seconds lie between two."""
    source = Source.objects.public().exclude(kind=SourceKind.ANALYST_NOTE).order_by("pk")[0]
    commitments = Commitment.objects.public().exclude(stage="concluded").order_by("?")[:count]
    drafts = []
    for commitment in commitments:
        draft = StatusUpdate.objects.create(
            commitment=commitment,
            happened=PartialDate.of(timezone.localdate()),
            stage="concluded",
            rationale="Measured.",
        )
        Citation.objects.create(update=draft, source=source, quotation="measured", language="en")
        drafts.append(draft)
    times = []
    for draft in drafts:
        started = time.perf_counter()
        publish_update(draft, now=timezone.now())
        times.append(time.perf_counter() - started)
        time.sleep(pause)
    return times


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), float(sys.argv[2]))) + "\n")
