"""The sitemap (sitemaps.org) and robots.txt (RFC 9309)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.answers import public_answer
from tracker.queries.lists.sitemap import SECTIONS, counts, page_of

# The protocol allows 50,000; smaller pages render faster.
PER_PAGE = 2_500
# Pages that exist whatever the register holds.
STANDING = (
    *("dashboard", "matrix", "meetings", "sources", "parties", "topics", "forums"),
    *("charts", "compare", "changes", "methodology", "data-dictionary"),
)
# Open to crawlers with any filter.
_FETCHED_FOR_A_PERSON = ("share-card", "calendar", "changes-atom", "changes-rss", "changes-json")

_XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    location: str
    changed: dt.datetime | None = None


def _entries(request: HttpRequest, name: str, number: int) -> list[Entry]:
    noun = SECTIONS[name]
    # Made once: thousands of times takes longer than all else.
    address = request.build_absolute_uri(reverse(noun, args=["SLUG"]))
    return [
        Entry(address.replace("SLUG", slug), changed)
        for slug, changed in page_of(noun, number=number, per_page=PER_PAGE)
    ]


def _standing(request: HttpRequest) -> list[Entry]:
    return [Entry(request.build_absolute_uri(reverse(name))) for name in STANDING]


@public_answer
def sitemap(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """Render one list of all pages, or an index of lists if there are too many for one."""
    totals = counts()
    if sum(totals.values()) + len(STANDING) < PER_PAGE:
        entries = _standing(request)
        for name in totals:
            entries += _entries(request, name, 1)
        return render(request, "dashboard/sitemap.xml", {"entries": entries}, content_type=_XML)
    parts = [("standing", 1)]
    for name, count in totals.items():
        parts += [(name, number) for number in range(1, -(-count // PER_PAGE) + 1)]
    lists = [
        request.build_absolute_uri(reverse("sitemap-section", args=[name, number]))
        for name, number in parts
    ]
    return render(request, "dashboard/sitemap_index.xml", {"lists": lists}, content_type=_XML)


@public_answer
def section(request: HttpRequest, section: str, number: int, *, today: dt.date) -> HttpResponse:
    if section == "standing" and number == 1:
        entries = _standing(request)
    elif section in SECTIONS and 1 <= number <= 1_000:
        entries = _entries(request, section, number)
    else:
        entries = []
    if not entries:
        raise Http404
    return render(request, "dashboard/sitemap.xml", {"entries": entries}, content_type=_XML)


@public_answer
def robots(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """Keep crawlers out of the admin and of filtered addresses, which are endless.

    Citation addresses stay open: of two rules the longer one wins (section 2.2.2). So do addresses
    that a calendar, a feed reader or a link preview fetches for a person.
    """
    cited = reverse("commitment", args=["SLUG"]).replace("SLUG", "*")
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        "Disallow: /*?",
        f"Allow: {cited}?as_of=",
        *(f"Allow: {reverse(name)}?" for name in _FETCHED_FOR_A_PERSON),
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
