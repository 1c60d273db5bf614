"""The draft content that an act's page showed, carried in a signed hidden field.

The act compares it with the stored content when the form is posted, and can report differences.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core import signing

from tracker.actions.review.approval import Shown
from tracker.queries.drafts.submissions import Content, Draft, Submission, digest_of, key_of

# The hidden field, and the key in an act's form data.
FIELD = "_shown"
SHOWN = "shown"
_SALT = "tracker.shown"


def contents_of(drafts: Mapping[Draft, Submission]) -> dict[str, Content]:
    """Return what drafts would make public, by their keys."""
    return {key_of(draft): submission.content for draft, submission in drafts.items()}


def packed(shown: Shown) -> str:
    """Return the value of the hidden field."""
    return signing.dumps(shown, salt=_SALT, compress=True)


def unpacked(value: str) -> Shown:
    """Return what a page showed; empty for a value without our signature."""
    try:
        shown: Shown = signing.loads(value, salt=_SALT)
    except signing.BadSignature:
        return {}
    return shown


def version_of(shown: Shown) -> str:
    """Return a short version name: the first digits of the digest in an approval."""
    [content, *others] = shown.values()
    return digest_of(dict(shown) if others else content)[:12]
