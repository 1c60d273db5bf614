"""People at their desks, and edits as the admin makes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User

from tests.make import NOW
from tracker.actions.review.states import note_edit
from tracker.models import StatusUpdate
from tracker.models.records import PublicRecord


def person(name: str) -> User:
    """A superuser, for whom the rules of review hold, too."""
    return User.objects.filter(username=name).first() or User.objects.create_superuser(name)


def edit(
    record: PublicRecord | StatusUpdate, *, by: User, now: dt.datetime = NOW, **values: Any
) -> bool:
    """Change fields of a draft and say so; returns whether that took it out of review."""
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            getattr(record, name).set(value)
        else:
            setattr(record, name, value)
    record.save()
    return note_edit(record, now=now, by=by)
