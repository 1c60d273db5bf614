"""The fields of forums and their meetings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracker.models import Forum, Meeting, MeetingState
from tracker.schema.fields import FILE, JSON, Field, Noun, Type
from tracker.schema.notes import NOTE

FORUM = Noun(
    "forum",
    "A standing series of meetings between the same parties at one level.",
    (
        Field(
            "slug",
            Type.SLUG,
            _("The last part of its address; what the filter `forum` takes."),
            is_needed=True,
        ),
        Field("name", Type.TEXT, _("Its name."), is_needed=True),
        Field("level", Type.LEVEL, is_needed=True),
        Field("parties", Type.KEYS, _("Codes of those who meet."), noun="party", is_needed=True),
        Field("cadence_months", Type.NUMBER, _("Months between meetings.")),
        Field("summary", Type.TEXT, _("About it; may be empty.")),
    ),
    model=Forum,
)

MEETING = Noun(
    "meeting",
    "A meeting, of a forum or standing alone.",
    (
        Field("slug", Type.SLUG, _("The last part of its address."), is_needed=True),
        Field("title", Type.TEXT, _("What it is called."), is_needed=True),
        Field("forum", Type.KEY, _("Slug of its forum."), noun="forum"),
        Field("level", Type.LEVEL, is_needed=True),
        Field("parties", Type.KEYS, _("Codes of those who met."), noun="party", is_needed=True),
        Field("state", Type.CHOICE, choices=MeetingState, is_needed=True),
        Field("date", Type.DATE, is_needed=True),
        Field("place", Type.TEXT, _("Where; may be empty.")),
        Field("summary", Type.TEXT, _("About it; may be empty.")),
        Field(
            "sources",
            Type.KEYS,
            _("Slugs of the sources that speak of it."),
            noun="source",
            is_needed=True,
            if_public=True,
        ),
        Field(
            "is_fully_recorded",
            Type.YES_NO,
            _("Whether everything was read, so that its silence says something."),
            default=False,
            on=JSON | FILE,
            file_name="fully_recorded",
        ),
        Field("notes", Type.RECORDS, record=NOTE, if_public=True, on=FILE),
    ),
    model=Meeting,
    after={FILE: {"sources": "place", "is_fully_recorded": "place", "notes": "summary"}},
)
