"""The costliest questions that each public address can be asked, for whichever register is there.

An address of the URL configuration without its line here fails the build. The words in braces are
fields of `largest.Largest`; a day is one that nobody asked for before, since each question goes to
a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# These open only with a key from an e-mail, or take only forms: each reads one subscription.
BEHIND_A_KEY = {
    "webhook",
    "confirm-subscription",
    "manage-subscription",
    "stop-subscription",
    "subscribe-email",
}
# These lead to the sign-in page, or to another server, until somebody has an account. They read
# that account and nothing of the register.
SIGNING_IN_PREFIXES = ("account_", "mfa_", "openid_", "sign_in_")

_BACK = "as_of={day}&known_at={recorded}"
_FLAGS = "flag=overdue&flag=quiet&flag=not_mentioned"
# A page beyond the last is the last, which many lists reach by the longest way.
_LAST = "page=99999999"
_NOUNS = ("commitments", "updates")

# For each URL name what is asked of it. `not found` and `not understood` are no names, but what
# strangers and crawlers ask for all the same.
LINES: Mapping[str, Sequence[str]] = {
    "dashboard": [
        "/",
        "/?per_page=200",
        "/?page={middle_page}",
        f"/?{_LAST}&sort=-target",
        "/?page={middle_page}&per_page=200&sort=updated",
        "/?q=a",
        "/?q=of",
        "/?q=agreement",
        "/?q=agreement+on+cooperation&sort=title",
        "/?party={party}&topic={topic}&sort=updated",
        "/?forum={forum}&sort=-stage",
        f"/?{_FLAGS}",
        f"/?{_FLAGS}&as_of={{day}}",
        "/?meeting={meeting}",
        "/?updated_since={recorded}&target_after=2024&target_before=2030",
        "/?as_of={day}",
        "/?known_at={recorded}",
        f"/?{_BACK}&q=of",
        f"/?{_BACK}&q=agreement&party={{party}}",
    ],
    "commitment": [
        "/commitments/{commitment}/",
        f"/commitments/{{commitment}}/?{_LAST}",
        "/commitments/{commitment}/?as_of={day}",
        "/commitments/{commitment}/?known_at={recorded}",
    ],
    "cite": [
        "/commitments/{commitment}/cite.bib",
        f"/commitments/{{commitment}}/cite.txt?{_BACK}",
    ],
    "meetings": ["/meetings/", f"/meetings/?{_LAST}", f"/meetings/?{_BACK}"],
    "meeting": [
        "/meetings/{meeting}/",
        f"/meetings/{{meeting}}/?{_LAST}",
        "/meetings/{meeting}/?known_at={recorded}",
    ],
    "brief": [
        "/meetings/{meeting}/brief/",
        "/meetings/{meeting}/brief/?known_at={recorded}",
        "/meetings/{meeting}/brief/?as_of={day}",
    ],
    "compare": [
        "/compare/",
        "/compare/?from={earlier}&to={day}",
        f"/compare/?from={{earlier}}&to={{day}}&{_LAST}",
        "/compare/?from={earlier}&to={day}&known_at={recorded}",
        "/compare/?from={earlier}&to={day}&party={party}",
        "/compare/?from={meeting}",
    ],
    "matrix": [
        "/matrix/",
        "/matrix/?per_page=200&columns_per_page=40&columns={forum}",
        "/matrix/?page={middle_page}&sort=updated",
        "/matrix/?as_of={day}&columns={forum}",
        f"/matrix/?{_BACK}",
    ],
    "charts": [
        "/charts/",
        "/charts/?party={party}",
        "/charts/?q=of",
        "/charts/?as_of={day}",
        f"/charts/?{_BACK}",
    ],
    "share-card": ["/card.png", "/card.png?party={party}", "/card.png?as_of={day}"],
    "embed-status": [
        "/embed/status/",
        "/embed/status/?party={party}",
        "/embed/status/?as_of={day}",
    ],
    "sources": ["/sources/", f"/sources/?{_LAST}", f"/sources/?{_BACK}"],
    "source": [
        "/sources/{source}/",
        f"/sources/{{source}}/?{_LAST}",
        "/sources/{source}/?known_at={recorded}",
    ],
    "parties": ["/parties/", f"/parties/?{_BACK}"],
    "party": [
        "/parties/{party}/",
        f"/parties/{{party}}/?{_LAST}&sort=-target",
        f"/parties/{{party}}/?{_BACK}",
    ],
    "topics": ["/topics/", f"/topics/?{_BACK}"],
    "topic": ["/topics/{topic}/", f"/topics/{{topic}}/?{_BACK}"],
    "forums": ["/forums/", f"/forums/?{_BACK}"],
    "forum": ["/forums/{forum}/", f"/forums/{{forum}}/?{_BACK}"],
    "changes": [
        "/changes/",
        "/changes/?page={middle_of_log}",
        f"/changes/?{_LAST}",
        "/changes/?party={party}&page=20",
        "/changes/?party={party}&before={middle_line}",
        "/changes/?q=of&page=20",
        "/changes/?q=agreement",
        "/changes/?stage=concluded&topic={topic}",
        f"/changes/?{_FLAGS}",
        "/changes/?meeting={meeting}",
        "/changes/?forum={forum}&kind=retraction",
        f"/changes/?{_BACK}",
    ],
    "methodology": ["/methodology/"],
    "sitemap": ["/sitemap.xml"],
    "sitemap-section": ["/sitemap-commitments-1.xml", "/sitemap-commitments-{last_map}.xml"],
    "robots": ["/robots.txt"],
    "healthz": ["/healthz"],
    "data-dictionary": ["/data/"],
    "datapackage": ["/datapackage.json", f"/datapackage.json?q=of&party={{party}}&{_BACK}"],
    **{
        f"{noun}-{ending}": [f"/{noun}.{ending}", f"/{noun}.{ending}?{_BACK}"]
        for noun in _NOUNS
        for ending in ("csv", "json")
    },
    # All updates of a register of 100,000 are more than a sheet may hold.
    "commitments-xlsx": ["/commitments.xlsx", f"/commitments.xlsx?{_BACK}"],
    "updates-xlsx": [
        "/updates.xlsx?meeting={meeting}",
        f"/updates.xlsx?meeting={{meeting}}&{_BACK}",
    ],
    **{
        f"changes-{ending}": [
            f"/changes.{ending}",
            f"/changes.{ending}?before={{middle_line}}",
            f"/changes.{ending}?party={{party}}",
            f"/changes.{ending}?party={{party}}&before={{middle_line}}",
            f"/changes.{ending}?q=of",
            f"/changes.{ending}?q=agreement&stage=concluded",
            f"/changes.{ending}?kind=retraction",
            f"/changes.{ending}?{_FLAGS}",
        ]
        for ending in ("atom", "rss", "json")
    },
    "calendar": [
        "/calendar.ics",
        "/calendar.ics?party={party}",
        "/calendar.ics?q=of",
        f"/calendar.ics?{_FLAGS}",
    ],
    "subscribe": ["/subscribe/", "/subscribe/?party={party}", "/subscribe/?q=of"],
    "subscribe-asked": ["/subscribe/asked/"],
    "webhook-ask": ["/subscribe/webhook/", "/subscribe/webhook/?party={party}"],
    "api-root": ["/api/v1/"],
    "api-commitments": [
        "/api/v1/commitments/",
        "/api/v1/commitments/?per_page=200",
        "/api/v1/commitments/?per_page=200&page={last_of_api}&sort=-target",
        "/api/v1/commitments/?q=of&per_page=200",
        f"/api/v1/commitments/?{_BACK}&per_page=200",
    ],
    "api-commitment": [
        "/api/v1/commitments/{commitment}/",
        f"/api/v1/commitments/{{commitment}}/?{_BACK}",
    ],
    "api-updates": [
        "/api/v1/updates/",
        "/api/v1/updates/?per_page=200",
        "/api/v1/updates/?per_page=200&page={last_of_updates}",
        "/api/v1/updates/?party={party}&page={last_of_party}",
        "/api/v1/updates/?q=of",
        f"/api/v1/updates/?{_BACK}&per_page=200",
    ],
    "api-meetings": [
        "/api/v1/meetings/?per_page=200",
        f"/api/v1/meetings/?per_page=200&{_BACK}",
    ],
    "api-meeting": [
        "/api/v1/meetings/{meeting}/",
        "/api/v1/meetings/{meeting}/?known_at={recorded}",
    ],
    "api-sources": [
        "/api/v1/sources/?per_page=200",
        f"/api/v1/sources/?per_page=200&{_BACK}",
    ],
    "api-source": [
        "/api/v1/sources/{source}/",
        "/api/v1/sources/{source}/?known_at={recorded}",
    ],
    "api-parties": ["/api/v1/parties/?per_page=200", f"/api/v1/parties/?per_page=200&{_BACK}"],
    "api-topics": ["/api/v1/topics/?per_page=200", f"/api/v1/topics/?per_page=200&{_BACK}"],
    "api-forums": ["/api/v1/forums/?per_page=200", f"/api/v1/forums/?per_page=200&{_BACK}"],
    "api-change": ["/api/v1/changes/{middle_line}/"],
    "api-changes": [
        "/api/v1/changes/",
        "/api/v1/changes/?after={middle_line}&limit=1000",
        "/api/v1/changes/?party={party}&limit=1000",
        "/api/v1/changes/?q=of&limit=1000",
        "/api/v1/changes/?kind=retraction&limit=1000",
        "/api/v1/changes/?format=ndjson",
        "/api/v1/changes/?format=ndjson&party={party}",
    ],
    "api-schema": ["/api/v1/schema/", "/api/v1/schema/?format=yaml"],
    "api-docs": ["/api/docs/"],
    "account_login": ["/accounts/login/"],
    "not found": [
        "/nothing/",
        "/commitments/nothing/",
        "/commitments/nothing/cite.bib",
        "/meetings/nothing/",
        "/meetings/nothing/brief/",
        "/sources/nothing/",
        "/parties/nothing/",
        "/topics/nothing/",
        "/forums/nothing/",
        "/commitments/{commitment}/?as_of=1900-01-01",
        "/api/nothing/",
        "/api/v1/commitments/nothing/",
        "/api/v1/commitments/?page=99999999",
        "/api/v1/changes/99999999/",
        "/accounts/signup/",
    ],
    "not understood": [
        "/?stage=nonsense",
        "/?as_of=nonsense",
        "/changes/?party=nonsense",
        "/compare/?from=nonsense&to=nonsense",
        "/commitments.csv?stage=nonsense",
        "/changes.atom?stage=nonsense",
        "/calendar.ics?as_of={day}",
        "/api/v1/commitments/?stage=nonsense",
        "/api/v1/changes/?page=2",
    ],
}
