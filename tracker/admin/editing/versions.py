"""What the form of a record shows, to detect that somebody else changed the record meanwhile.

A page carries it in a signed hidden field. If the record's form would show something else by the
time of the POST, the page is outdated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.core import signing
from django.db.models import Model
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest, QueryDict

from tracker.admin.editing.conflicts import OutdatedError
from tracker.admin.editing.form_data import Sent, as_sent

# What a browser would post for each part: a field ("title") or an inline row ("citations:12").
Parts = dict[str, Sent]

_SALT = "tracker.version"
# Longer texts are carried, and compared, by their hash.
_LONG = 5000


def forms_of(
    model_admin: Any, request: HttpRequest, record: Model, data: QueryDict | None = None
) -> tuple[Any, list[Any]]:
    """Return the form and the formsets of a record; validating `data` modifies the record."""
    names = flatten_fieldsets(model_admin.get_fieldsets(request, record))
    form_class = model_admin.get_form(request, record, change=True, fields=names)
    formsets = [
        formset_class(
            data,
            instance=record,
            prefix=formset_class.get_default_prefix(),
            queryset=inline.get_queryset(request),
        )
        for formset_class, inline in model_admin.get_formsets_with_inlines(request, record)
    ]
    return form_class(data, instance=record), formsets


def edited_names(form: Any) -> list[str]:
    """Return the names of the fields of a form that edit its record."""
    opts = form.instance._meta
    columns = {f.name for f in (*opts.concrete_fields, *opts.many_to_many) if not f.primary_key}
    return [
        name
        for name, field in form.fields.items()
        if name in columns and not isinstance(field, InlineForeignKeyField)
    ]


def sent_by(form: Any, *names: str) -> Sent:
    """Return what a browser would post for some fields, by their names without the prefix."""
    start = len(form.add_prefix(""))
    return {
        html_name[start:]: texts
        for name in names
        for html_name, texts in as_sent(form[name]).items()
    }


def parts_of(form: Any, formsets: Iterable[Any]) -> Parts:
    """Return the parts that an unbound form shows with its formsets."""
    parts = {name: sent_by(form, name) for name in edited_names(form)}
    for formset in formsets:
        for row in formset.initial_forms:
            parts[f"{formset.prefix}:{row.instance.pk}"] = sent_by(row, *edited_names(row))
    return parts


def brief(sent: Sent) -> Sent:
    """Return what was sent as it is compared: the same whatever the browser's line ends."""
    return {name: [_brief(text) for text in texts] for name, texts in sent.items()}


def _brief(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) <= _LONG:
        return text
    return f"SHA-256 {hashlib.sha256(text.encode()).hexdigest()[:12]}…"


def token_of(parts: Parts) -> str:
    """Return the value of the hidden field."""
    shown = {part: brief(sent) for part, sent in parts.items()}
    return signing.dumps(shown, salt=_SALT, compress=True)


def parts_in(token: str) -> Parts:
    """Return the parts in a token, long texts by their hash; empty without our signature."""
    try:
        parts: Parts = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return {}
    return parts


def refuse_outdated(model_admin: Any, request: HttpRequest, key: Any, *, token: str) -> Parts:
    """Return the stored parts of a record; raise `OutdatedError` if the page showed others.

    Reliable only while the caller holds a lock on the record's row.
    """
    record = model_admin.model._base_manager.filter(pk=key).first()
    if record is None:
        raise OutdatedError
    now, was = parts_of(*forms_of(model_admin, request, record)), parts_in(token)
    # A field that publication made permanent is no longer in the form.
    shown = {part: sent for part, sent in was.items() if part in now or ":" in part}
    if shown != {part: brief(sent) for part, sent in now.items()}:
        raise OutdatedError
    return now
