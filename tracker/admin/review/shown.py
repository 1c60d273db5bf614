"""What a page of an act showed of the drafts that it is about, carried in its form.

So the act compares what somebody looked at with what is there when the button is pressed, and can
say where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing

from tracker.actions.review.approval import Shown
from tracker.queries.drafts.submissions import (
    Content,
    Draft,
    Submission,
    digest_of,
    key_of,
    submissions,
)

# The hidden field, and the name in an act's answers.
FIELD = "_shown"
SHOWN = "shown"
_SALT = "tracker.shown"


def contents(drafts: Iterable[Draft]) -> dict[str, Content]:
    """What drafts would make public now, by their keys."""
    return contents_of(submissions(drafts))


def contents_of(found: Mapping[Draft, Submission]) -> dict[str, Content]:
    return {key_of(draft): submission.content for draft, submission in found.items()}


def packed(shown: Shown) -> str:
    """The value of the hidden field. What several drafts rest on stands in it once."""
    said = {key: part for content in shown.values() for key, part in content.items()}
    return signing.dumps(
        {"said": said, "of": {key: list(content) for key, content in shown.items()}},
        salt=_SALT,
        compress=True,
    )


def unpacked(value: str) -> Shown:
    """What a page showed; nothing for a value that no page of ours carried."""
    try:
        kept: Any = signing.loads(value, salt=_SALT)
    except signing.BadSignature:
        return {}
    return {key: {part: kept["said"][part] for part in parts} for key, parts in kept["of"].items()}


def version_of(shown: Shown) -> str:
    """The short name of a version: the beginning of the digest that an approval names."""
    [content, *others] = shown.values()
    return digest_of(dict(shown) if others else content)[:12]
