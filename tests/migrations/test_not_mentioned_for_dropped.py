"""What was stored under the old name of the flag goes on under the new one."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from tests.make import NOW, published_commitment
from tests.notify.subscriptions import make_webhook
from tracker.actions.raise_flags import raise_flags
from tracker.models import RaisedFlag

pytestmark = pytest.mark.django_db

migration = importlib.import_module("tracker.migrations.0015_not_mentioned_for_dropped")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("flag=dropped", "flag=not_mentioned"),
        ("flag=dropped&flag=overdue&topic=space", "flag=not_mentioned&flag=overdue&topic=space"),
        ("flag=dropped&flag=due_soon", "flag=due_soon&flag=not_mentioned"),
        ("q=flag%3Ddropped", "q=flag%3Ddropped"),
        ("", ""),
    ],
)
def test_filters_of_subscriptions_say_the_new_name(before: str, after: str) -> None:
    subscription = make_webhook(query=before)
    migration.forwards(apps, None)
    subscription.refresh_from_db()
    assert subscription.query == after
    migration.backwards(apps, None)
    subscription.refresh_from_db()
    assert subscription.query == before


def test_raised_flags_take_the_new_name() -> None:
    """With a name that the constraint of today allows in the place of the old one."""
    published_commitment(happened="2020-01-10")
    raise_flags(now=NOW)
    migration.rename(apps, old="quiet", new="not_mentioned")
    assert [row.flag for row in RaisedFlag.objects.all()] == ["not_mentioned"]
