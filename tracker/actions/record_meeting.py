"""Save what a meeting did to commitments as drafts, for the worksheet.

Nothing here becomes public; `publish_reviewed` does that. Callers lock the worksheet with
`lock_worksheet`, so that saves by two people run one after the other.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tracker.actions.log.append import ByStaff
from tracker.actions.review.edits import remember, remember_before
from tracker.actions.review.states import note_edit
from tracker.models import (
    Alias,
    Citation,
    Commitment,
    Meeting,
    StatusUpdate,
    WorksheetRow,
)

# A row autosaves every second while somebody types; its history combines these into one change.
_ONE_EDIT = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a meeting did to one commitment: the update's fields, its first citation, an alias.

    Of the unsaved citation only the source, quotation and locator are read.
    """

    update: Mapping[str, Any]
    evidence: Citation | None
    alias: tuple[str, str] | None = None
    # Only for a commitment that is itself a draft: its own fields, and its topics.
    commitment: Mapping[str, Any] = field(default_factory=dict)
    topics: list[Any] = field(default_factory=list)


def lock_worksheet(meeting: Meeting) -> Meeting:
    """Lock a meeting's worksheet until the transaction ends; return the current meeting.

    The lock does not cover the key (`no_key`), so that log lines that refer to the meeting can be
    written meanwhile.
    """
    locked = Meeting.objects.select_for_update(no_key=True).filter(pk=meeting.pk).first()
    if locked is None:
        raise ValidationError(_("Somebody deleted the meeting meanwhile."))
    return locked


def keep_typed(
    meeting: Meeting,
    commitment: Commitment | None,
    *,
    key: uuid.UUID | None = None,
    typed: Mapping[str, Any],
    **stamp: Unpack[ByStaff],
) -> WorksheetRow:
    """Store what was typed unchanged; an empty `typed` means that the row has become a record."""
    values = {
        "commitment": commitment,
        "typed": typed,
        "edited_by_id": stamp["by"].pk,
        "edited_at": stamp["now"],
    }
    lookup: dict[str, Any] = {"meeting": meeting, "key": key or uuid.uuid4()}
    if commitment is not None and key is None:
        lookup = {"meeting": meeting, "commitment": commitment}
    return WorksheetRow.objects.update_or_create(**lookup, defaults=values)[0]


def list_on_worksheet(meeting: Meeting, commitment: Commitment, **stamp: Unpack[ByStaff]) -> None:
    """Add a commitment to the worksheet before anything is typed, such as one delivered earlier."""
    WorksheetRow.objects.get_or_create(
        meeting=meeting,
        commitment=commitment,
        defaults={"edited_by_id": stamp["by"].pk, "edited_at": stamp["now"]},
    )


def record_entry(
    meeting: Meeting,
    commitment: Commitment,
    draft: StatusUpdate | None,
    entry: Entry,
    **stamp: Unpack[ByStaff],
) -> StatusUpdate:
    """Save what the meeting did to a commitment as a draft: a new one, or `draft` overwritten.

    Raise ValidationError when the draft was published meanwhile.
    """
    if draft is not None:
        draft = StatusUpdate.objects.select_for_update().filter(pk=draft.pk).first()
    if draft is not None and draft.is_published:
        raise ValidationError(_("It is public by now; correct it, if something is wrong."))
    if draft is not None:
        remember_before(draft, now=stamp["now"])
    update = draft or StatusUpdate(commitment=commitment, meeting=meeting)
    for name, value in entry.update.items():
        setattr(update, name, value)
    update.full_clean()
    update.save()
    _cite(update, entry.evidence)
    if entry.alias is not None:
        _name(update, *entry.alias, **stamp)
    if not commitment.is_published and entry.commitment:
        _describe(commitment, entry, **stamp)
    note_edit(update, **stamp, within=_ONE_EDIT)
    return update


def _cite(update: StatusUpdate, evidence: Citation | None) -> None:
    citation = update.citations.order_by("pk").first()
    if evidence is None:
        if citation is not None:
            citation.delete()
        return
    citation = citation or Citation(update=update)
    if citation.source_id != evidence.source_id:
        citation.language = evidence.source.language
    citation.source = evidence.source
    citation.quotation, citation.locator = evidence.quotation, evidence.locator
    citation.full_clean()
    citation.save()


def _name(update: StatusUpdate, name: str, language: str, **stamp: Unpack[ByStaff]) -> None:
    """Create or replace the draft alias of an update; delete it when `name` is empty."""
    draft = update.names.draft().order_by("pk").first()
    if not name:
        if draft is not None:
            draft.delete()
        return
    alias = draft or Alias(commitment=update.commitment, update=update)
    if draft is not None:
        remember_before(draft, now=stamp["now"])
    alias.name, alias.language = name, language
    alias.full_clean()
    alias.save()
    remember(alias, **stamp, within=_ONE_EDIT)


def _describe(commitment: Commitment, entry: Entry, **stamp: Unpack[ByStaff]) -> None:
    stored = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if stored.is_published:
        raise ValidationError(_("It is public by now; amend it, if something is wrong."))
    remember_before(stored, now=stamp["now"])
    for name, value in entry.commitment.items():
        setattr(commitment, name, value)
    commitment.full_clean()
    commitment.save()
    commitment.topics.set(entry.topics)
    note_edit(commitment, **stamp)


def add_commitment(meeting: Meeting, entry: Entry, **stamp: Unpack[ByStaff]) -> StatusUpdate:
    """Create a draft commitment that the meeting stated first, with its first update.

    An entry without a reference gets the next number for the meeting's parties and year.
    """
    parties = list(meeting.parties.all())
    fields = dict(entry.commitment)
    fields["reference"] = fields.get("reference") or next_reference(meeting)
    commitment = Commitment(
        **fields,
        slug=_free_slug(fields["title"], fields["reference"]),
        first_stated_at=meeting,
    )
    commitment.full_clean()
    commitment.save()
    commitment.parties.set(parties)
    commitment.topics.set(entry.topics)
    note_edit(commitment, **stamp)
    return record_entry(meeting, commitment, None, entry, **stamp)


def next_reference(meeting: Meeting) -> str:
    """Return the next free reference for the meeting's parties and year, e.g. CAN-KOR-2026-012.

    Raise ValidationError when the meeting's year or parties are not known.
    """
    codes = sorted(party.code for party in meeting.parties.all())
    if meeting.first_day is None or not codes:
        raise ValidationError(
            {"reference": _("Write the reference: the meeting has no year or no parties yet.")}
        )
    prefix = f"{'-'.join(codes)}-{meeting.first_day.year:04d}-"
    taken = Commitment.objects.filter(reference__startswith=prefix).values_list(
        "reference", flat=True
    )
    numbers = [
        int(rest) for rest in (text.removeprefix(prefix) for text in taken) if rest.isdigit()
    ]
    return f"{prefix}{max(numbers, default=0) + 1:03d}"


def _free_slug(title: str, reference: str) -> str:
    """Return a free slug from the title, or from the reference if that has no Latin letters."""
    wanted = slugify(title)[:100].strip("-") or slugify(reference)
    taken = set(Commitment.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number, slug = 2, wanted
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug


def take_back(draft: StatusUpdate) -> None:
    """Delete a draft update that was recorded for the meeting by mistake.

    Raise ValidationError when it is public, or has more citations than the worksheet shows.
    """
    locked = StatusUpdate.objects.select_for_update().filter(pk=draft.pk).first()
    if locked is None:
        return
    if locked.is_published:
        raise ValidationError(_("It is public by now; retract it, if it should not be."))
    if locked.citations.count() > 1:
        raise ValidationError(
            _("The draft has further citations: delete it on its own page, if it is not meant.")
        )
    locked.delete()
