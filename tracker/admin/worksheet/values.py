"""One row as the names and texts of its form's fields, whichever of three places it comes from:
a draft update, what was typed and is none yet, or a form that was sent.

Its version is a digest of exactly that. So a row that was sent as it was shown is told from one
that somebody changed, and from one that somebody else changed meanwhile, without a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.lib.canonical_json import sha256_hex
from tracker.lib.partial_dates import PartialDate
from tracker.models import Alias, Citation, Commitment, StatusUpdate

Values = dict[str, str | list[str]]

SILENT, MENTIONED = "silent", "mentioned"
OF_THE_UPDATE = (
    *("mention", "stage", "assessment", "firmness", "target", "target_words", "happened"),
    *("party", "source", "quotation", "locator", "rationale", "significance"),
    *("alias", "alias_language"),
)
OF_THE_COMMITMENT = ("reference", "title", "summary", "instrument", "topics")
LISTS = {"topics"}


def version_of(values: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that differ when any value does."""
    return sha256_hex(values)[:16]


def posted(data: Any, prefix: str, *, is_new: bool) -> Values:
    """The values of one row of a form that was sent; a field that is missing is empty.

    `data` is a QueryDict. Browsers send line ends as CRLF; kept so, every row would look changed.
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
    return (*OF_THE_UPDATE, *OF_THE_COMMITMENT) if is_new else OF_THE_UPDATE


def _key(record: Any) -> str:
    return str(record) if record else ""


def drafted(update: StatusUpdate, citation: Citation | None, alias: Alias | None) -> Values:
    """The values of a draft, so that its form shows it."""
    target, happened = update.target, update.happened or PartialDate(words="?")
    return {
        "mention": MENTIONED,
        "stage": update.stage,
        "assessment": update.assessment,
        "firmness": update.firmness,
        "target": target.iso if target else "",
        "target_words": target.words if target else "",
        "happened": happened.iso,
        "party": _key(update.party_id),
        "source": _key(citation.source_id) if citation else "",
        "quotation": citation.quotation.strip() if citation else "",
        "locator": citation.locator if citation else "",
        "rationale": update.rationale.strip(),
        "significance": update.significance,
        "alias": alias.name if alias else "",
        "alias_language": alias.language if alias else "en",
    }


def described(commitment: Commitment) -> Values:
    """The further values of a commitment that is a draft itself; its topics are prefetched."""
    return {
        "reference": commitment.reference,
        "title": commitment.title,
        "summary": commitment.summary.strip(),
        "instrument": commitment.instrument,
        "topics": sorted(str(topic.pk) for topic in commitment.topics.all()),
    }


def untouched(*, stage: str, assessment: str, source: str, happened: str) -> Values:
    """A row of which nothing was said yet: it stands where the commitment stood."""
    return {
        **dict.fromkeys(OF_THE_UPDATE, ""),
        "stage": stage,
        "assessment": assessment,
        "source": source,
        "happened": happened,
        "significance": "major",
        "alias_language": "en",
    }


NOT_DESCRIBED: Values = {**dict.fromkeys(OF_THE_COMMITMENT, ""), "topics": []}
