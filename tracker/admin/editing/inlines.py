"""Inline rows of a record's form, among them its parts, which are published and retracted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.editing.fields import FieldsMixin, RecordForm
from tracker.admin.editing.publication import publication_of
from tracker.models import Alias, PassageLeftOut


class InlineFieldsMixin(FieldsMixin):
    """`FieldsMixin` for inlines."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(  # type: ignore[misc]
            request, obj, **{"help_texts": self.help_texts, **kwargs}
        )


class PartForm(RecordForm):
    """A public part is read-only: it can be retracted, and another one added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = self.instance.is_published


class PartInline(InlineFieldsMixin, admin.TabularInline):  # type: ignore[type-arg]
    """Names or passages, which `PublicRecordAdmin.publish_parts` publishes and retracts."""

    form = PartForm
    extra = 0
    readonly_fields = ("publication",)

    @admin.display(description=_("publication"))
    def publication(self, obj: Alias | PassageLeftOut) -> str:
        return str(publication_of(obj).label) if obj.pk else ""
