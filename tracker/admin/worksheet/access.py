"""Who may fill in worksheets, and where a meeting's worksheet is."""

from __future__ import annotations

from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import reverse

from tracker.admin.editing.pages import editor
from tracker.models import Meeting

# Permissions for a worksheet, which writes updates and new commitments.
_NEEDED = (
    "tracker.view_meeting",
    "tracker.add_statusupdate",
    "tracker.change_statusupdate",
    "tracker.add_commitment",
)


def may_record(request: HttpRequest) -> bool:
    """Whether this person may fill in worksheets."""
    return editor(request).has_perms(_NEEDED)


def worksheet_url(meeting: Meeting) -> str:
    return reverse("admin:tracker_meeting_worksheet", args=[quote(meeting.pk)])
