"""The fields of sources, and of their passages that are no commitment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.models import LeftOutReason, PassageLeftOut, Source, SourceKind
from tracker.schema.fields import FILE, JSON, SHEET, Field, Noun, Type

PASSAGE = Noun(
    "passage",
    "A passage that we read and left out: it is no commitment.",
    (
        Field("locator", Type.TEXT, _("Where it stands."), is_needed=True),
        Field("quotation", Type.TEXT, _("A few words of it; may be empty.")),
        Field("subject", Type.TEXT, _("What it is about, in our words; may be empty.")),
        Field("reason", Type.CHOICE, choices=LeftOutReason, is_needed=True),
    ),
    model=PassageLeftOut,
    component="LeftOut",
)

SOURCE = Noun(
    "source",
    "A document that something rests on.",
    (
        Field("slug", Type.SLUG, _("The last part of its address."), is_needed=True),
        Field("title", Type.TEXT, _("Its title."), is_needed=True),
        Field("kind", Type.CHOICE, choices=SourceKind, is_needed=True),
        Field("publisher", Type.TEXT, _("Who published it."), is_needed=True),
        Field("identifier", Type.TEXT, _("The publisher’s own number for it; may be empty.")),
        # Not of type ADDRESS, because a source without a URL has an empty text here.
        Field("url", Type.TEXT, _("Where it was published; may be empty.")),
        Field("archived_url", Type.TEXT, _("Where a copy is kept; may be empty.")),
        Field("language", Type.TEXT, _("Its language, as a BCP 47 tag."), is_needed=True),
        Field("licence", Type.TEXT, _("The publisher’s licence for it; empty if unknown.")),
        Field("published_on", Type.DATE, is_needed=True, file_name="published"),
        Field("retrieved_on", Type.DAY, _("When we read it."), file_name="retrieved"),
        Field("summary", Type.TEXT, _("About it; may be empty.")),
        Field(
            "text_sha256",
            Type.TEXT,
            _("SHA-256 of the full text, where we hold it; else empty."),
            on=JSON,
        ),
        Field("text", on=SHEET),
        Field(
            "left_out",
            Type.RECORDS,
            path="passages_left_out",
            record=PASSAGE,
            if_public=True,
            on=FILE,
        ),
    ),
    model=Source,
)
