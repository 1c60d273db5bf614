"""The costliest question that each public address can be asked, for whichever register is there.

An address of the URL configuration without its line here fails the build.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from tracker.models import (
    Change,
    Citation,
    Commitment,
    Forum,
    Meeting,
    Party,
    Source,
    StatusUpdate,
    Topic,
)

# These open only with a key from an e-mail, or take only forms: each reads one subscription.
BEHIND_A_KEY = {
    "webhook",
    "confirm-subscription",
    "manage-subscription",
    "stop-subscription",
    "subscribe-email",
}
# What sums up the whole register, or reads as much of it as there is.
OF_THE_WHOLE = {"charts", "compare", "look back"}
# Files that hold the whole register. Their cost is counted by the row.
WHOLE_FILES = {
    *(f"{noun}-{ending}" for noun in ("commitments", "updates") for ending in ("csv", "xlsx")),
    *(f"{noun}-json" for noun in ("commitments", "updates")),
}


@dataclass(frozen=True, slots=True)
class Largest:
    """The records about which there is most to say."""

    commitment: str
    meeting: str
    source: str
    party: str
    topic: str
    forum: str
    # A day in the middle of all updates; one in the middle of the log; the log's last number.
    day: dt.date
    recorded: dt.date
    head: int


def largest() -> Largest:
    """Find them; this reads whole tables."""

    def slug(model: type, of: str) -> str:
        ranked = model._base_manager.annotate(n=Count(of)).order_by("-n", "pk")  # type: ignore[attr-defined]
        return str(ranked.values_list("slug", flat=True)[0])

    def first(counted: Sequence[tuple[int, int]]) -> int:
        return counted[0][0]

    updates = StatusUpdate.objects.order_by()
    meeting = updates.exclude(meeting=None).values_list("meeting").annotate(n=Count("pk"))
    commitment = updates.values_list("commitment").annotate(n=Count("pk"))
    source = Citation.objects.order_by().values_list("source").annotate(n=Count("pk"))
    head = Change.objects.aggregate(head=Max("seq"))["head"]
    middle = updates.order_by("happened_first_day").values_list("happened_first_day", flat=True)
    return Largest(
        commitment=Commitment.objects.get(
            pk=first(commitment.order_by("-n", "commitment")[:1])
        ).slug,
        meeting=Meeting.objects.get(pk=first(meeting.order_by("-n", "meeting")[:1])).slug,
        source=Source.objects.get(pk=first(source.order_by("-n", "source")[:1])).slug,
        party=slug(Party, "commitments"),
        topic=slug(Topic, "commitments"),
        forum=slug(Forum, "meetings"),
        day=middle[updates.count() // 2],
        recorded=Change.objects.get(seq=head // 2).recorded_at.date(),
        head=head,
    )


def lines(at: Largest) -> Mapping[str, Sequence[str]]:
    """Return for each URL name the addresses to walk, the costliest of its kind."""
    day, recorded = at.day.isoformat(), at.recorded.isoformat()
    back = f"as_of={day}"
    known = f"known_at={recorded}"
    earlier = at.day.replace(year=at.day.year - 3).isoformat()
    return {
        "dashboard": [
            "/",
            "/?per_page=200",
            "/?page=900&sort=-target",
            "/?q=a",
            "/?q=of",
            "/?q=agreement",
            f"/?party={at.party}&party={at.party}&topic={at.topic}&sort=updated",
            "/?flag=overdue&flag=quiet&flag=not_mentioned",
            f"/?meeting={at.meeting}",
            f"/?{back}",
            f"/?{known}",
            f"/?{back}&{known}&q=of",
        ],
        "commitment": [
            f"/commitments/{at.commitment}/",
            f"/commitments/{at.commitment}/?{back}",
            f"/commitments/{at.commitment}/?{known}",
        ],
        "cite": [f"/commitments/{at.commitment}/cite.bib"],
        "meetings": ["/meetings/", "/meetings/?page=2", f"/meetings/?{back}&{known}"],
        "meeting": [
            f"/meetings/{at.meeting}/",
            f"/meetings/{at.meeting}/?page=9",
            f"/meetings/{at.meeting}/?{known}",
        ],
        "brief": [f"/meetings/{at.meeting}/brief/", f"/meetings/{at.meeting}/brief/?{known}"],
        "compare": [
            f"/compare/?from={earlier}&to={day}",
            f"/compare/?from={earlier}&to={day}&page=40",
            f"/compare/?from={earlier}&to={day}&{known}",
        ],
        "matrix": [
            "/matrix/",
            f"/matrix/?per_page=200&columns_per_page=40&columns={at.forum}",
            f"/matrix/?{back}&columns={at.forum}",
        ],
        "charts": ["/charts/", f"/charts/?party={at.party}", f"/charts/?{back}"],
        "share-card": ["/card.png", f"/card.png?{back}"],
        "embed-status": ["/embed/status/", f"/embed/status/?party={at.party}"],
        "sources": ["/sources/", "/sources/?page=20", f"/sources/?{back}&{known}"],
        "source": [f"/sources/{at.source}/", f"/sources/{at.source}/?{known}"],
        "parties": ["/parties/", f"/parties/?{known}"],
        "party": [f"/parties/{at.party}/", f"/parties/{at.party}/?{back}&{known}"],
        "topics": ["/topics/", f"/topics/?{known}"],
        "topic": [f"/topics/{at.topic}/", f"/topics/{at.topic}/?{back}&{known}"],
        "forums": ["/forums/", f"/forums/?{known}"],
        "forum": [f"/forums/{at.forum}/", f"/forums/{at.forum}/?{back}&{known}"],
        "changes": [
            "/changes/",
            "/changes/?page=5000",
            "/changes/?page=900&per_page=200",
            f"/changes/?party={at.party}&page=40",
            "/changes/?q=of&page=400",
            "/changes/?stage=completed&page=100",
        ],
        "methodology": ["/methodology/"],
        "sitemap": ["/sitemap.xml"],
        "sitemap-section": ["/sitemap-commitments-1.xml"],
        "robots": ["/robots.txt"],
        "healthz": ["/healthz"],
        "data-dictionary": ["/data/"],
        "datapackage": ["/datapackage.json"],
        **{
            f"{noun}-{ending}": [f"/{noun}.{ending}", f"/{noun}.{ending}?{back}&{known}"]
            for noun in ("commitments", "updates")
            for ending in ("csv", "json", "xlsx")
        },
        **{
            f"changes-{ending}": [
                f"/changes.{ending}",
                f"/changes.{ending}?party={at.party}",
                f"/changes.{ending}?before={at.head // 2}",
                f"/changes.{ending}?q=of",
            ]
            for ending in ("atom", "rss", "json")
        },
        "calendar": ["/calendar.ics", f"/calendar.ics?party={at.party}"],
        "subscribe": ["/subscribe/", f"/subscribe/?party={at.party}"],
        "subscribe-asked": ["/subscribe/asked/"],
        "webhook-ask": ["/subscribe/webhook/"],
        "api-root": ["/api/v1/", "/api/nothing/"],
        "api-commitments": [
            "/api/v1/commitments/?per_page=200",
            "/api/v1/commitments/?page=400&sort=-target",
            f"/api/v1/commitments/?{back}&{known}",
        ],
        "api-commitment": [
            f"/api/v1/commitments/{at.commitment}/",
            f"/api/v1/commitments/{at.commitment}/?{back}&{known}",
        ],
        "api-updates": [
            "/api/v1/updates/",
            "/api/v1/updates/?page=9000",
            f"/api/v1/updates/?party={at.party}&page=100",
            f"/api/v1/updates/?{back}&{known}",
        ],
        "api-meetings": ["/api/v1/meetings/", "/api/v1/meetings/?page=20"],
        "api-meeting": [f"/api/v1/meetings/{at.meeting}/"],
        "api-sources": ["/api/v1/sources/", "/api/v1/sources/?page=20"],
        "api-source": [f"/api/v1/sources/{at.source}/"],
        "api-parties": ["/api/v1/parties/"],
        "api-topics": ["/api/v1/topics/"],
        "api-forums": ["/api/v1/forums/"],
        "api-change": [f"/api/v1/changes/{at.head}/"],
        "api-changes": [
            "/api/v1/changes/",
            f"/api/v1/changes/?after={at.head // 2}",
            f"/api/v1/changes/?party={at.party}&after=0",
        ],
        "api-schema": ["/api/v1/schema/"],
        "api-docs": ["/api/docs/"],
        # What is not an address of the register at all, or not any more.
        "not found": [
            "/commitments/nope/",
            "/parties/nope/",
            "/meetings/nope/",
            "/sources/nope/",
            "/nope/",
        ],
        "not understood": ["/?stage=nonsense", "/?as_of=nonsense", "/changes.atom?stage=nonsense"],
    }
