"""The comparison of two days or meetings: the form for both ends, and the differences."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.answers import public_answer
from tracker.dashboard.paging import paginate
from tracker.filters import CommitmentFilter, ViewpointForm
from tracker.filters.words import chips, sentence
from tracker.lib.query_fields import EARLIEST_DAY
from tracker.models import Meeting, MeetingState
from tracker.queries.records.compare import (
    Difference,
    Differences,
    compared_rows,
    grouped,
    with_differences,
)
from tracker.queries.records.meeting import pairs_of_forums
from tracker.queries.reference_data import meetings_by, state_q
from tracker.queries.viewpoint import Viewpoint
from tracker.queries.visibility import as_known, public_meetings, record_at

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,120}")
MEETINGS_ON_OFFER = 100


@dataclass(frozen=True, slots=True)
class End:
    """One end of a comparison: the end of a day, which may be the last day of a meeting."""

    day: dt.date
    meeting: Meeting | None = None


class CompareForm(forms.Form):
    """`from` and `to`, each an ISO 8601 day or the slug of a meeting that was held."""

    def __init__(self, data: QueryDict, *, today: dt.date, viewpoint: Viewpoint) -> None:
        super().__init__(data)
        self.today, self.viewpoint = today, viewpoint
        widget = forms.TextInput(attrs={"list": "ends", "autocomplete": "off"})
        for name, label in (("from", gettext_lazy("From")), ("to", gettext_lazy("To"))):
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=120, widget=widget
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        texts = {name: cleaned.get(name) for name in ("from", "to")}
        for name, text in texts.items():
            if text:
                try:
                    cleaned[name] = self._end(text)
                except ValidationError as error:
                    self.add_error(name, error)
        if texts["to"] and not texts["from"] and "from" not in self.errors:
            self.add_error("from", _("Say from which day or meeting."))
        if texts["from"] and not texts["to"] and not self.errors:
            cleaned["to"] = End(self.today)
        if texts["from"] and not self.errors and cleaned["from"].day >= cleaned["to"].day:
            self.add_error("to", self._wrong_order(cleaned["from"].day, cleaned["to"].day))
        return cleaned

    @staticmethod
    def _wrong_order(first: dt.date, last: dt.date) -> str:
        if first == last:
            return _("Both ends are %(day)s; choose a later day here.") % {"day": first}
        return _("%(last)s lies before %(first)s; choose a later day here, or swap the two.") % {
            "first": first.isoformat(),
            "last": last.isoformat(),
        }

    def _end(self, text: str) -> End:
        if _DAY.fullmatch(text):
            return End(self._day(text))
        known = public_meetings(self.viewpoint)
        meeting = record_at(known, text, self.viewpoint) if _SLUG.fullmatch(text) else None
        if meeting is None:
            raise ValidationError(
                _(
                    "There is no meeting “%(text)s”. Write a day such as 2025-11-01, or choose a "
                    "meeting from the list."
                ),
                params={"text": text[:60]},
            )
        last, first = meeting.last_day, meeting.first_day
        is_held = meeting.state == MeetingState.HELD
        if not is_held or last is None or first is None or first > self.today:
            raise ValidationError(
                _("Nothing says that “%(title)s” was held. Choose a meeting that was."),
                params={"title": meeting.title},
            )
        return End(min(last, self.today), meeting)

    def _day(self, text: str) -> dt.date:
        try:
            day = dt.date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(
                _("%(text)s is no day of the calendar."), params={"text": text}
            ) from error
        if day > self.today:
            raise ValidationError(
                _("%(day)s has not come yet; today is %(today)s."),
                params={"day": text, "today": self.today.isoformat()},
            )
        if day < EARLIEST_DAY:
            raise ValidationError(_("The register looks back to 1900 at the earliest."))
        return day

    @property
    def ends(self) -> tuple[End, End] | None:
        """Both ends, or None if the form is invalid or empty."""
        if not self.is_valid() or not self.cleaned_data["from"]:
            return None
        return self.cleaned_data["from"], self.cleaned_data["to"]


class ComparedFilter(CommitmentFilter):
    """The dashboard's filter, applied on the later of the two days."""

    page_parameters = CommitmentFilter.page_parameters | {"from", "to"}
    not_narrowing = CommitmentFilter.not_narrowing | {"as_of"}

    def __init__(self, data: QueryDict, *, today: dt.date, until: dt.date) -> None:
        params = data.copy()
        params["as_of"] = until.isoformat()
        super().__init__(params, today=today)
        # Restore `as_of` as it was given; the filter normalised the other parameters.
        self.params = self.params.copy()
        del self.params["as_of"]
        if "as_of" in data:
            self.params.setlist("as_of", data.getlist("as_of"))

    @cached_property
    def unknown(self) -> list[str]:
        # The two ends set the days to compare, so a third day has no meaning.
        return sorted([*super().unknown, *(name for name in self.params if name == "as_of")])


@partial(public_answer, is_costly=True)
def compare(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    # The viewpoint of the meetings offered as ends; the filter uses the later end.
    viewpoint = ViewpointForm(request.GET, today=today).viewpoint
    form = CompareForm(request.GET, today=today, viewpoint=viewpoint)
    ends = form.ends
    held = meetings_by(viewpoint).filter(state_q(MeetingState.HELD, viewpoint))
    until = ends[1].day if ends else today
    filterset = ComparedFilter(request.GET, today=today, until=until)
    context: dict[str, Any] = {
        "form": form,
        "filter": filterset,
        "chips": chips(filterset),
        "sentence": sentence(filterset),
        "on_offer": as_known(held[:MEETINGS_ON_OFFER], viewpoint),
    }
    if ends and filterset.is_valid():
        context |= _differences(request, filterset, ends)
    elif not form.errors and filterset.is_valid():
        context["suggestions"] = pairs_of_forums(viewpoint)
    return render(request, "dashboard/compare.html", context)


def _differences(
    request: HttpRequest, filterset: ComparedFilter, ends: tuple[End, End]
) -> dict[str, Any]:
    since = Viewpoint(filterset.today, as_of=ends[0].day, known_at=filterset.viewpoint.known_at)
    compared = with_differences(filterset.results(), since=since, until=filterset.viewpoint)
    found = Differences(compared)
    paging = paginate(found, request.GET, per_page=settings.ROWS_PER_PAGE)
    return {
        "since": ends[0],
        "until": ends[1],
        "viewpoint": filterset.viewpoint,
        "counts": {d: n for d, n in found.counts.items() if d != Difference.UNCHANGED},
        "unchanged": found.counts.get(Difference.UNCHANGED, 0),
        "paging": paging,
        "groups": grouped(compared_rows(paging.rows, filterset.viewpoint)),
    }
