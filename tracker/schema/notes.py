"""The fields of analysts' notes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.models import Note
from tracker.schema.fields import JSON, Field, Noun, Type

NOTE = Noun(
    "note",
    "An analyst’s remark: commentary, never evidence.",
    (
        Field("key", Type.SLUG, _("Its permanent key."), is_needed=True),
        Field("author", Type.TEXT, _("Who says so."), is_needed=True),
        Field(
            "source", Type.KEY, _("Slug of the source in which it was published."), noun="source"
        ),
        Field("language", Type.TEXT, _("Its language, as a BCP 47 tag."), is_needed=True),
        # In register files a note is nested in its meeting or commitment.
        Field(
            "meeting", Type.KEY, _("Slug of the meeting that it is about."), noun="meeting", on=JSON
        ),
        Field(
            "commitment",
            Type.KEY,
            _("Reference of the commitment that it is about."),
            noun="commitment",
            on=JSON,
        ),
        Field("text", Type.TEXT, _("CommonMark."), is_needed=True),
    ),
    model=Note,
)
