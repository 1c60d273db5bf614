"""Content lines are those that icalendar writes, and mean what went in."""

from __future__ import annotations

import datetime as dt

import icalendar
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.lib.content_lines import component, date, instant, text, texts

WRITTEN = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\n\\;,^한é"))


def written(summary: str, categories: list[str], at: dt.datetime, day: dt.date) -> bytes:
    return component(
        "VEVENT",
        [
            ("SUMMARY", text(summary)),
            ("DTSTART;VALUE=DATE", date(day)),
            ("DTSTAMP", instant(at)),
            ("CATEGORIES", texts(categories)),
        ],
    )


@given(
    # The library takes a backslash and N for a line end, wherever they come from.
    WRITTEN.filter(lambda summary: "\\N" not in summary),
    st.lists(WRITTEN.filter(lambda name: "\\N" not in name), min_size=1, max_size=3),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.dates(),
)
@example("a" * 65 + "\\\\", ["x"], dt.datetime(1, 1, 2, tzinfo=dt.UTC), dt.date(1, 1, 1))
@example("\\" * 200, ["^" * 99], dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.date(9999, 12, 31))
@example("한" * 60, ["é" * 99], dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.date(2026, 1, 1))
def test_a_component_is_what_icalendar_writes(
    summary: str, categories: list[str], at: dt.datetime, day: dt.date
) -> None:
    event = icalendar.Event()
    event.add("summary", summary)
    event.add("dtstart", day)
    event.add("dtstamp", at.astimezone(dt.UTC))
    event.add("categories", categories)
    told = written(summary, categories, at, day)
    assert told == event.to_ical()
    assert all(len(line) <= 75 for line in told.split(b"\r\n"))


def test_a_backslash_before_n_is_no_line_end() -> None:
    told = component("VEVENT", [("SUMMARY", text("C:\\New, and\r\nanother; line\r"))])
    assert told == (
        b"BEGIN:VEVENT\r\nSUMMARY:C:\\\\New\\, and\\nanother\\; line\\n\r\nEND:VEVENT\r\n"
    )
    assert str(icalendar.Event.from_ical(told)["SUMMARY"]) == "C:\\New, and\nanother; line\n"
