"""A row's values, by the names of its form fields: from a draft, from stored input, or posted.

Their digest is the row's version. Comparing versions shows, without a clock, whether a posted row
was edited, and whether somebody else changed it meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.lib.canonical_json import sha256_hex
from tracker.lib.partial_dates import PartialDate
from tracker.models import Alias, Assessment, Citation, Commitment, Stage, StatusUpdate

Values = dict[str, str | list[str]]

SILENT, MENTIONED = "silent", "mentioned"
UPDATE_FIELDS = (
    *("mention", "stage", "assessment", "firmness", "target", "target_words", "happened"),
    *("party", "source", "quotation", "locator", "rationale", "significance"),
    *("alias", "alias_language"),
)
COMMITMENT_FIELDS = ("reference", "title", "summary", "instrument", "topics")
LISTS = {"topics"}


def version_of(values: Mapping[str, Any]) -> str:
    """Return a digest of the values, 16 hexadecimal digits."""
    return sha256_hex(values)[:16]


def posted(data: Any, prefix: str, *, is_new: bool) -> Values:
    """Return the values of one posted row; a missing field is empty.

    `data` is a QueryDict. CRLF, as browsers send it, becomes LF; else every row would look changed.
    """
    values: Values = {}
    for name in names(is_new=is_new):
        key = f"{prefix}-{name}"
        if name in LISTS:
            values[name] = sorted(data.getlist(key))
        else:
            values[name] = data.get(key, "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return values


def names(*, is_new: bool) -> tuple[str, ...]:
    return (*UPDATE_FIELDS, *COMMITMENT_FIELDS) if is_new else UPDATE_FIELDS


def drafted(update: StatusUpdate, citation: Citation | None, alias: Alias | None) -> Values:
    """Return the values of a draft update."""
    target, happened = update.target, update.happened or PartialDate(words="?")
    return {
        "mention": MENTIONED,
        "stage": update.stage,
        "assessment": update.assessment,
        "firmness": update.firmness,
        "target": target.iso if target else "",
        "target_words": target.words if target else "",
        "happened": happened.iso,
        "party": str(update.party_id or ""),
        "source": str(citation.source_id) if citation else "",
        "quotation": citation.quotation.strip() if citation else "",
        "locator": citation.locator if citation else "",
        "rationale": update.rationale.strip(),
        "significance": update.significance,
        "alias": alias.name if alias else "",
        "alias_language": alias.language if alias else "en",
    }


def described(commitment: Commitment) -> Values:
    """Return the further values of a draft commitment; its topics are prefetched."""
    return {
        "reference": commitment.reference,
        "title": commitment.title,
        "summary": commitment.summary.strip(),
        "instrument": commitment.instrument,
        "topics": sorted(str(topic.pk) for topic in commitment.topics.all()),
    }


def blank(*, source: str, happened: str) -> Values:
    """Return the values of an empty row for a new commitment."""
    return {
        **dict.fromkeys((*UPDATE_FIELDS, *COMMITMENT_FIELDS), ""),
        "mention": MENTIONED,
        "stage": Stage.ANNOUNCED,
        "assessment": Assessment.NOT_ASSESSED,
        "source": source,
        "happened": happened,
        "significance": "major",
        "alias_language": "en",
        "topics": [],
    }
