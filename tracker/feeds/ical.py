"""Serialise target dates and meetings as iCalendar (RFC 5545, with properties of RFC 7986).

Each is one all-day event without an alarm. Its UID derives from the hash of the line that published
the record, so it survives changes of title, address and site; SEQUENCE rises with each log line
that altered the record. No date appears more precise than it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Timezone, TimezoneStandard, vText

from tracker.feeds.words import plain
from tracker.lib.content_lines import component, date, instant, text, texts
from tracker.lib.labels import label_of
from tracker.lib.partial_dates import PartialDate, Precision
from tracker.lib.slug_addresses import slug_addresses
from tracker.lib.text import one_line
from tracker.models import Assessment, MeetingState, Stage
from tracker.queries.lists.dates import Due, Gathering, Recorded
from tracker.queries.lists.nearest_dates import MOST_EVENTS

CONTENT_TYPE = "text/calendar; charset=utf-8"
# How often a calendar program should refresh; a refresh without changes costs one query.
REFRESH = dt.timedelta(hours=6)
_END = b"END:VCALENDAR\r\n"
_KNOWN = {
    Precision.DAY: gettext_lazy("Date: %(date)s."),
    Precision.MONTH: gettext_lazy("Only the month is known: %(date)s."),
    Precision.YEAR: gettext_lazy("Only the year is known: %(date)s."),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """The calendar's own properties; addresses are absolute."""

    name: str
    page: str
    source: str
    site: str
    changed_at: dt.datetime | None
    # Whether only the nearest events are in it.
    is_cut: bool = False


def calendar_parts(
    heading: Heading, dues: Iterable[list[Due]], gatherings: Iterable[list[Gathering]]
) -> Iterator[bytes]:
    """Yield the calendar, one part for each chunk of events."""
    yield _opening(heading).removesuffix(_END)
    has_events = False
    commitment, meeting = slug_addresses("commitment"), slug_addresses("meeting")
    for due_chunk in dues:
        has_events = True
        yield b"".join(
            _target_event(due, heading.site + commitment(due.commitment.slug)) for due in due_chunk
        )
    for chunk in gatherings:
        has_events = True
        yield b"".join(
            _meeting_event(held, heading.site + meeting(held.meeting.slug)) for held in chunk
        )
    if not has_events:
        yield _time_zone().to_ical()
    yield _END


def _time_zone() -> Timezone:
    """Return a placeholder for a calendar without events, which needs a component (section 3.6)."""
    zone, always = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    always.add("dtstart", dt.datetime(1970, 1, 1))  # noqa: DTZ001 - local time, as the RFC requires
    always.add("tzoffsetfrom", dt.timedelta())
    always.add("tzoffsetto", dt.timedelta())
    zone.add_component(always)
    return zone


def _opening(heading: Heading) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Commitment Tracker//Register of commitments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # No METHOD: it would require an ORGANIZER (RFC 5546, section 3.2.1), and nobody is invited.
    for name in ("name", "x-wr-calname"):
        # The library escapes only properties that it knows as TEXT, and no X- property is.
        calendar.add(name, vText(one_line(heading.name)))
    calendar.add("description", _description(heading))
    calendar.add("url", heading.page)
    calendar.add("source", heading.source, parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    if heading.changed_at is not None:
        calendar.add("last-modified", heading.changed_at.astimezone(dt.UTC))
    opened: bytes = calendar.to_ical()
    return opened


def _description(heading: Heading) -> str:
    said = _("Target dates and meetings, with the source for every word.")
    if not heading.is_cut:
        return said
    args = {"said": said, "most": MOST_EVENTS}
    return (
        _(
            "%(said)s These are the %(most)d dates nearest to the last change of the register; "
            "to have others, choose fewer commitments on the dashboard and take its calendar."
        )
        % args
    )


def event_uid(recorded: Recorded, what: str) -> str:
    """Return the permanent UID of a record's event: a UUID, as RFC 7986 (section 5.3) advises."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{recorded.published_hash} {what}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What an event says, each a text of any characters."""

    summary: str
    description: Iterable[str]
    page: str
    status: str
    categories: Iterable[str]
    place: str = ""


def _event(recorded: Recorded, what: str, day: dt.date, words: _Words) -> bytes:
    """Return an all-day event; of a period known only by month or year, `day` is the last day."""
    changed_at = instant(recorded.changed_at)
    location = [("LOCATION", text(one_line(words.place)))] if words.place else []
    return component(
        "VEVENT",
        [
            ("SUMMARY", text(one_line(words.summary))),
            ("DTSTART;VALUE=DATE", date(day)),
            ("DTEND;VALUE=DATE", date(day + dt.timedelta(days=1))),
            # Dated by the log, so that every response has the same bytes.
            ("DTSTAMP", changed_at),
            ("UID", event_uid(recorded, what)),
            ("SEQUENCE", str(recorded.alterations)),
            ("CATEGORIES", texts(map(one_line, words.categories))),
            ("CREATED", instant(recorded.published_at)),
            ("DESCRIPTION", text(plain("\n".join([*words.description, words.page])))),
            ("LAST-MODIFIED", changed_at),
            *location,
            ("STATUS", words.status),
            ("TRANSP", "TRANSPARENT"),
            ("URL", words.page),
        ],
    )


# -- Targets ------------------------------------------------------------------------------------


def _target_event(due: Due, page: str) -> bytes:
    """Return an event on the last day of the target: "2028" is missed only on 1 January 2029."""
    topics = () if due.commitment.is_retracted else due.topics
    words = _Words(
        summary=_target_summary(due),
        description=_target_lines(due),
        page=page,
        status=_target_status(due),
        categories=(_("Target date"), *topics),
    )
    return _event(due.recorded, "target", due.target.last_day or dt.date.max, words)


def _target_status(due: Due) -> str:
    """Return CONFIRMED once delivered: before that, even when overdue, a date is only a promise."""
    if due.is_off:
        return "CANCELLED"
    return "CONFIRMED" if due.commitment.is_delivered else "TENTATIVE"


def _target_summary(due: Due) -> str:
    args = {"title": due.title, "when": _by(due.target)}
    if due.commitment.is_retracted:
        return _("Retracted: %(title)s") % args
    if due.is_off:
        return _("No longer due: %(title)s (%(when)s)") % args
    if due.commitment.is_delivered:
        return _("Delivered: %(title)s (due %(when)s)") % args
    return _("Due: %(title)s (%(when)s)") % args


def _by(target: PartialDate) -> str:
    args = {"date": target.spelled()}
    if target.precision == Precision.DAY:
        return _("by %(date)s") % args
    return _("by the end of %(date)s") % args


def _target_lines(due: Due) -> Iterator[str]:
    record = due.commitment
    if record.is_retracted:
        yield _("This commitment was retracted: it should not have been recorded.")
        return
    args = {
        "stage": label_of(Stage, record.stage),
        "assessment": label_of(Assessment, record.assessment),
    }
    yield _("Stage: %(stage)s. Assessment: %(assessment)s.") % args
    if due.is_given_up:
        yield _("This date was the target once; none is stated now.")
    yield _precision(due.target)
    if due.quotation is not None:
        yield f"“{due.quotation.text}” — {due.quotation.source_title}"


def _precision(date: PartialDate) -> str:
    """Describe how precisely the date is known, with the source's own words."""
    known = str(_KNOWN[date.precision]) % {"date": date.spelled()}
    if not date.words:
        return known
    return _("%(known)s In the words of the source: “%(words)s”.") % {
        "known": known,
        "words": date.words,
    }


# -- Meetings -----------------------------------------------------------------------------------


def _meeting_event(gathering: Gathering, page: str) -> bytes:
    """Return an event on the meeting's day, or on the last day of its month or year."""
    meeting = gathering.meeting
    planned = meeting.state == MeetingState.PLANNED
    confirmed = "TENTATIVE" if planned else "CONFIRMED"
    words = _Words(
        summary=_meeting_summary(gathering),
        description=_meeting_lines(gathering),
        page=page,
        status="CANCELLED" if gathering.is_off else confirmed,
        categories=(_("Meeting"),),
        place="" if meeting.is_retracted else meeting.place,
    )
    return _event(gathering.recorded, "meeting", meeting.last_day or dt.date.max, words)


def _meeting_summary(gathering: Gathering) -> str:
    meeting = gathering.meeting
    if meeting.is_retracted:
        return _("Retracted: %(title)s") % {"title": meeting.title}
    title = meeting.title
    if meeting.date.precision != Precision.DAY:
        args = {"title": title, "period": meeting.date.spelled()}
        title = _("%(title)s (in %(period)s, day not known)") % args
    return _("Cancelled: %(title)s") % {"title": title} if gathering.is_off else title


def _meeting_lines(gathering: Gathering) -> Iterator[str]:
    meeting = gathering.meeting
    if meeting.is_retracted:
        yield _("This meeting was retracted: it should not have been recorded.")
        return
    parties = ", ".join(party.name for party in meeting.parties.all())
    yield f"{meeting.get_state_display()}. {meeting.get_level_display()}: {parties}."
    yield _precision(meeting.date)
    if meeting.date.precision != Precision.DAY:
        yield _("The calendar shows it on the last day of that period.")


def calendar_name(sentence: str) -> str:
    return _("%(register)s: %(sentence)s") % {
        "register": settings.REGISTER_NAME,
        "sentence": sentence,
    }
