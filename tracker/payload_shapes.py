"""The names of what payloads say, for those shapes of which very many are told at once.

`payloads` makes them of model objects; for whole files `queries` fills them with the values of
rows. Most take what is said of one thing, or of many side by side: then they return `Fields`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Payload = dict[str, Any]
# Many payloads of one shape side by side: for each name the values, one for each of them.
Fields = dict[str, Sequence[Any]]


def as_payloads(fields: Fields) -> list[Payload]:
    return [dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)]


def as_fields(told: Sequence[Payload]) -> Fields:
    """Of at least one."""
    return {name: [payload[name] for payload in told] for name in told[0]}


def recorded(seq: int | None, recorded_at: str | None) -> Payload:
    return {"seq": seq, "recorded_at": recorded_at}


def alias(*, name: str, language: str, note: str) -> Payload:
    return {"name": name, "language": language, "note": note}


def commitment_name(reference: str, slug: str, title: str) -> Payload:
    return {"reference": reference, "slug": slug, "title": title}


def commitment(
    *,
    reference: Any,
    slug: Any,
    title: Any,
    summary: Any,
    instrument: Any,
    topics: Any,
    parties: Any,
    first_stated_at: Any,
    series: Any,
    part_of: Any,
    supersedes: Any,
    related: Any,
    aliases: Any,
    last_checked_on: Any,
) -> Payload:
    return {
        "reference": reference,
        "slug": slug,
        "title": title,
        "summary": summary,
        "instrument": instrument,
        "topics": topics,
        "parties": parties,
        "first_stated_at": first_stated_at,
        "series": series,
        "part_of": part_of,
        "supersedes": supersedes,
        "related": related,
        "aliases": aliases,
        "last_checked_on": last_checked_on,
    }


def position(*, stage: Any, assessment: Any, firmness: Any, target: Any) -> Payload:
    return {"stage": stage, "assessment": assessment, "firmness": firmness, "target": target}


def citation(
    *,
    source: str,
    source_title: str,
    publisher: str,
    published_on: Payload | None,
    url: str,
    quotation: str,
    locator: str,
    language: str,
) -> Payload:
    return {
        "source": source,
        "source_title": source_title,
        "publisher": publisher,
        "published_on": published_on,
        "url": url,
        "quotation": quotation,
        "locator": locator,
        "language": language,
    }


def update_id(reference: str, number: int | None) -> str:
    return f"{reference}/{number}"


def update(
    *,
    id: Any,
    number: Any,
    happened: Any,
    meeting: Any,
    party: Any,
    stage: Any,
    assessment: Any,
    firmness: Any,
    target: Any,
    rationale: Any,
    corrects: Any,
    reason: Any,
    citations: Any,
) -> Payload:
    return {
        "id": id,
        "number": number,
        "happened": happened,
        "meeting": meeting,
        "party": party,
        "stage": stage,
        "assessment": assessment,
        "firmness": firmness,
        "target": target,
        "rationale": rationale,
        "corrects": corrects,
        "reason": reason,
        "citations": citations,
    }
