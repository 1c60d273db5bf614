"""Making every derived row anew from what was published."""

from __future__ import annotations

import datetime as dt

from tracker.actions.log import open_log
from tracker.actions.projection import rebuild_commitment
from tracker.actions.search_index import index_commitment
from tracker.models import Commitment, SearchDocument, Standing


def rebuild(*, now: dt.datetime) -> list[str]:
    """Rebuild positions, standings and the search index; return the references that differed.

    Holds the log's lock, so that nobody publishes meanwhile.
    """
    differed = []
    with open_log(now=now):
        drafts = Commitment.objects.draft()
        Standing.objects.filter(commitment__in=drafts).delete()
        SearchDocument.objects.filter(commitment__in=drafts).delete()
        published = Commitment.objects.filter(published_seq__isnull=False).order_by("pk")
        for commitment in published.iterator(chunk_size=500):
            position_differed = rebuild_commitment(commitment)
            if index_commitment(commitment) or position_differed:
                differed.append(commitment.reference)
    return differed
