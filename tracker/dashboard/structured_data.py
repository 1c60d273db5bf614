"""Descriptions of pages for search engines and reference managers: schema.org as JSON-LD.

They repeat only what the page shows, and leave unknown values out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.lib.licences import read_licence
from tracker.models import (
    Citation,
    Commitment,
    Forum,
    LogHead,
    Meeting,
    MeetingState,
    Party,
    PartyKind,
    Source,
    SourceKind,
)
from tracker.queries.records.history_pages import Part
from tracker.queries.visibility import position_of
from tracker.schema.payloads import day

Data = dict[str, Any]

_CONTEXT = "https://schema.org"
# Downloads of the whole register: URL name and media type.
_FILES = {
    "commitments-csv": "text/csv",
    "commitments-json": "application/json",
    "updates-csv": "text/csv",
    "updates-json": "application/json",
}


def _without_empty(data: Data) -> Data:
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def _register() -> Data:
    return {"@type": "Organization", "name": settings.REGISTER_NAME}


def _dataset_id(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("dashboard"))


def _download(request: HttpRequest, url_name: str, media_type: str) -> Data:
    address = request.build_absolute_uri(reverse(url_name))
    return {"@type": "DataDownload", "contentUrl": address, "encodingFormat": media_type}


def dataset_data(request: HttpRequest, head: LogHead) -> Data:
    """Describe the whole register, whatever the page's filter."""
    return _without_empty(
        {
            "@context": _CONTEXT,
            "@type": "Dataset",
            "@id": _dataset_id(request),
            "url": _dataset_id(request),
            "name": settings.REGISTER_NAME,
            "description": _(
                "The public register of promises between governments: which moved, which slipped, "
                "which were left out, with the source for every word."
            ),
            "creator": _register(),
            "inLanguage": get_language(),
            "isAccessibleForFree": True,
            "license": read_licence(settings.REGISTER_LICENCE).url,
            "dateModified": day(head.recorded_at),
            "version": str(head.seq),
            "measurementTechnique": request.build_absolute_uri(reverse("methodology")),
            "variableMeasured": [_("Stage"), _("Assessment"), _("Wording"), _("Target")],
            "distribution": [_download(request, name, kind) for name, kind in _FILES.items()],
        }
    )


def _party(party: Party) -> Data:
    kind = "Country" if party.kind == PartyKind.STATE else "Organization"
    return {"@type": kind, "name": party.name, "identifier": party.code}


def _organizer(party: Party) -> Data:
    """Describe a party as an actor: a Country of schema.org is a Place, which cannot act."""
    kind = "GovernmentOrganization" if party.kind == PartyKind.STATE else "Organization"
    return _party(party) | {"@type": kind}


def source_facts(source: Source) -> Data:
    """Describe a source as a part of another description."""
    kind = "NewsArticle" if source.kind == SourceKind.NEWS_REPORT else "CreativeWork"
    return _without_empty(
        {
            "@type": kind,
            "name": source.title,
            "publisher": {"@type": "Organization", "name": source.publisher},
            "datePublished": source.published_on.iso if source.published_on else None,
            "inLanguage": source.language,
            "identifier": source.identifier,
            "url": source.url,
            "archivedAt": source.archived_url,
        }
    )


def source_data(request: HttpRequest, source: Source) -> Data:
    page = request.build_absolute_uri(source.get_absolute_url())
    return {
        "@context": _CONTEXT,
        **source_facts(source),
        "abstract": source.summary or source.title,
        "mainEntityOfPage": page,
    }


def _cited(citations: Iterable[Citation]) -> list[Data]:
    """Describe each source once, in the order of the citations."""
    sources = {citation.source_id: citation.source for citation in citations}
    return [source_facts(source) for source in sources.values()]


def commitment_data(request: HttpRequest, commitment: Commitment, part: Part) -> Data:
    """Describe the register's entry on a commitment, with the documents that it cites."""
    url = request.build_absolute_uri(commitment.get_absolute_url())
    citations = (c for step in part.history.steps for c in step.update.citations.all())
    return _without_empty(
        {
            "@context": _CONTEXT,
            "@type": "CreativeWork",
            "@id": url,
            "url": url,
            "identifier": commitment.reference,
            "name": commitment.title,
            "alternateName": [alias.name for alias in commitment.aliases.all()],
            "abstract": commitment.summary,
            "genre": commitment.get_instrument_display(),
            "creativeWorkStatus": position_of(commitment).get_stage_display(),
            "about": [_party(party) for party in commitment.parties.all()],
            "keywords": [topic.name for topic in commitment.topics.all()],
            "datePublished": day(part.first_published_at),
            "dateModified": day(commitment.last_changed_at),
            "publisher": _register(),
            "inLanguage": get_language(),
            "isPartOf": {"@type": "Dataset", "@id": _dataset_id(request)},
            "hasPart": [
                {
                    "@type": "CreativeWork",
                    "name": child.title,
                    "url": request.build_absolute_uri(child.get_absolute_url()),
                }
                for child in commitment.parts.all()
            ],
            "citation": _cited(citations),
        }
    )


def _series(request: HttpRequest, forum: Forum) -> Data:
    url = request.build_absolute_uri(forum.get_absolute_url())
    return {"@type": "EventSeries", "name": forum.name, "url": url}


def meeting_data(
    request: HttpRequest, meeting: Meeting, *, parties: Iterable[Party], sources: Iterable[Source]
) -> Data:
    """Describe a meeting as an event; schema.org has no status for one that was held."""
    is_cancelled = meeting.state == MeetingState.CANCELLED
    url = request.build_absolute_uri(meeting.get_absolute_url())
    return _without_empty(
        {
            "@context": _CONTEXT,
            "@type": "Event",
            "@id": url,
            "url": url,
            "name": meeting.title,
            "description": meeting.summary,
            "startDate": meeting.date.iso if meeting.date else None,
            "eventStatus": f"{_CONTEXT}/Event{'Cancelled' if is_cancelled else 'Scheduled'}",
            "location": {"@type": "Place", "name": meeting.place} if meeting.place else None,
            "organizer": [_organizer(party) for party in parties],
            "superEvent": _series(request, meeting.forum)
            if meeting.forum and meeting.forum.is_public
            else None,
            "subjectOf": [source_facts(source) for source in sources],
        }
    )
