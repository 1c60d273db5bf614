"""What a row tells whoever fills it in: what it would change in public, whether its quotation
stands in the source, and what hinders it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tracker.admin.editing.display import moment
from tracker.admin.worksheet.forms import RowForm
from tracker.admin.worksheet.rows import Row
from tracker.lib.later_words import warn_of_later_words
from tracker.lib.partial_dates import PartialDate
from tracker.lib.quotations import Place, QuotableText
from tracker.models import Assessment, Firmness, Meeting, ReviewState, Source, Stage
from tracker.queries.history import Wording, movements, restates

Texts = Mapping[str, QuotableText]


def _date(value: PartialDate | None) -> str:
    if value is None:
        return "–"
    return " ".join(part for part in (value.iso, f"“{value.words}”" if value.words else "") if part)


def standing(state: Wording | None) -> list[str]:
    """How a commitment stood, a phrase for each thing that is known."""
    if state is None:
        return []
    told = [str(Stage(state.stage).label), str(Assessment(state.assessment).label)]
    if state.target is not None:
        told.append(_("target %(date)s") % {"date": _date(state.target)})
    if state.firmness:
        told.append(str(Firmness(state.firmness).label))
    return told


def effect_of(row: Row) -> str:
    """What its draft would change in public, in a sentence; empty where there is no draft."""
    update = row.draft
    if update is None or row.is_unfinished:
        return ""
    before = row.before
    after = Wording.of(update) if before is None else before.followed_by(update)
    found = movements(before, after, is_restated=restates(update))
    moved = ", ".join(str(movement.label) for movement in found)
    if update.party is not None:
        moved = _("%(party)s’s own step: %(stage)s") % {
            "party": update.party.name,
            "stage": Stage(update.stage).label,
        }
    return " ".join([". ".join([moved, *_changed(before, after)]) + ".", *_warnings(row)])


def _warnings(row: Row) -> list[str]:
    """Of a new commitment, the words that say what became of it."""
    if not row.is_new or row.commitment is None or row.draft is None:
        return []
    targets = [row.draft.target] if row.draft.target is not None else []
    return [
        sentence
        for text in (row.commitment.title, row.commitment.summary)
        for sentence in warn_of_later_words(text, said=row.draft.happened, targets=targets)
    ]


def review_told(row: Row) -> str:
    """That a row is in review, and what typing in it does; empty for one that is not."""
    review = row.review
    if review is None:
        return ""
    named = {"person": review.sent_by or "–", "at": moment(review.sent_at)}
    told = _("In review, sent by %(person)s on %(at)s.") % named
    if review.state == ReviewState.SCHEDULED:
        named["due"] = moment(review.publish_at)
        told = _("To be published on %(due)s; sent by %(person)s on %(at)s.") % named
    again = _("A change here ends the review: it is a draft again, and has to be sent once more.")
    return f"{told} {again}"


def _changed(before: Wording | None, after: Wording) -> list[str]:
    pairs = [
        (_("Stage"), _stage(before), _stage(after)),
        (_("Assessment"), _assessment(before), _assessment(after)),
        (_("Target"), _date(before.target) if before else "–", _date(after.target)),
        (_("Firmness"), _firmness(before), _firmness(after)),
    ]
    return [
        _("%(what)s: %(before)s → %(after)s") % {"what": what, "before": old, "after": new}
        for what, old, new in pairs
        if old != new
    ]


def _stage(state: Wording | None) -> str:
    return str(Stage(state.stage).label) if state else "–"


def _assessment(state: Wording | None) -> str:
    return str(Assessment(state.assessment).label) if state else "–"


def _firmness(state: Wording | None) -> str:
    return str(Firmness(state.firmness).label) if state and state.firmness else "–"


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a quotation stands in its source; `is_missing` is what must be looked at."""

    told: str
    is_missing: bool
    place: Place | None = None


def texts_of(meeting: Meeting) -> Texts:
    """The full texts of the meeting's sources, where they are held, by the source's key."""
    return texts(meeting.sources.exclude(text=""))


def texts(sources: Iterable[Source]) -> Texts:
    return {str(source.pk): QuotableText(source.text) for source in sources if source.text}


def check_quotation(quotation: str, source: str, held: Texts) -> Check | None:
    """Look for a quotation in the text of its source; None when there is nothing to look for."""
    if not quotation or not source:
        return None
    text = held.get(source)
    if text is None:
        return Check(_("Not checked: the text of this source is not held."), is_missing=False)
    place = text.find(quotation)
    if place is None:
        return Check(_("These words do not stand in the text of this source."), is_missing=True)
    told = _("Found in paragraph %(number)d.") % {"number": place.paragraph}
    return Check(told, is_missing=False, place=place)


def unfinished_told(form: RowForm | None) -> str:
    """Why what was typed is no draft yet."""
    missing = form.missing() if form is not None else []
    if not missing:
        return _("Kept as typed; not a draft before what is named here is put right.")
    named = ", ".join(missing)
    return _("Kept as typed. To be a draft it still needs: %(fields)s.") % {"fields": named}


def conflict_told(row: Row | None) -> str:
    """Who changed a row meanwhile, and what that means for what was typed."""
    if row is not None and row.published is not None:
        return _("It was published meanwhile, as change #%(seq)s of the log.") % {
            "seq": row.published.published_seq
        }
    who = row.editor if row is not None else ""
    if who:
        return _("%(person)s changed this row meanwhile. Yours is not saved yet.") % {"person": who}
    return _("Somebody changed this row meanwhile. Yours is not saved yet.")
