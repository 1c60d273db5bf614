"""What was read stands where a prefetch leaves it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.make import make_topic, published_commitment
from tracker.lib.prefetching import prefetched
from tracker.models import Citation, Topic


@pytest.mark.django_db
def test_what_was_read_stands_where_a_prefetch_leaves_it() -> None:
    one = published_commitment(topics=[make_topic(slug="cyber")])
    update = one.updates.get()
    citation = Citation.objects.get(update=update)
    with CaptureQueriesContext(connection) as queries:
        prefetched(update, "citations", [citation], model=Citation)
        prefetched(one, "topics", [], model=Topic)
        assert list(update.citations.all()) == [citation]
        assert list(one.topics.all()) == []
        assert not one.topics.all()
    assert len(queries) == 0
