"""The admin explains each field of its forms in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.sites import site
from django.contrib.admin.utils import flatten_fieldsets, help_text_for_field
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import RequestFactory

from tests import make
from tests.notify.subscriptions import make_webhook
from tracker.admin.editing.drafts import DraftsAdmin
from tracker.models import Delivery


def fields(form: Any) -> Iterator[tuple[str, str]]:
    """Each field that somebody sees, with what explains it."""
    for name, field in form.fields.items():
        if not field.widget.is_hidden and name not in {"id", "DELETE"}:
            yield f"{type(form).__name__}.{name}", str(field.help_text)


@pytest.fixture
def request_of_staff(staff: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = staff
    return request


@pytest.fixture(autouse=True)
def _what_is_only_read(staff: User) -> None:
    Authenticator.objects.create(user=staff, type="totp", data={})
    Delivery.objects.create(
        subscription=make_webhook(),
        message_id="m",
        attempt=1,
        started_at=make.NOW,
        milliseconds=1,
        outcome="failed",
    )


def shown(model_admin: Any, request: Any, record: Any) -> Iterator[tuple[str, str]]:
    """The same of what is only read on a record's page."""
    form = model_admin.get_form(request, record, fields=None)
    for name in flatten_fieldsets(model_admin.get_fieldsets(request, record)):
        told = form._meta.help_texts.get(name) or help_text_for_field(name, model_admin.model)
        yield f"{type(model_admin).__name__}.{name}", str(told)


def test_every_field_is_explained(every_record: list[Model], request_of_staff: Any) -> None:
    request, told = request_of_staff, dict[str, str]()
    for noun, model_admin in site._registry.items():
        if noun._meta.app_label == "auth":
            # Django's own.
            continue
        records: list[Any] = list(noun._base_manager.all())
        for record in records:
            if not model_admin.has_change_permission(request, record):
                told |= dict(shown(model_admin, request, record))
            for act in getattr(model_admin, "acts", ()):
                told |= dict(fields(act.form(record)))
        for record in [None, *records] if isinstance(model_admin, DraftsAdmin) else ():
            names = flatten_fieldsets(model_admin.get_fieldsets(request, record))
            form = model_admin.get_form(request, record, change=record is not None, fields=names)
            told |= dict(fields(form(instance=record)))
            for formset, _inline in model_admin.get_formsets_with_inlines(request, record):
                told |= dict(fields(formset(instance=record).empty_form))
    assert len(told) > 100
    assert sorted(name for name, words in told.items() if not words.strip()) == []
    assert sorted(name for name, words in told.items() if words.strip()[-1] not in ".)") == []
