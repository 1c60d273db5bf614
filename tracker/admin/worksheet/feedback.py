"""The messages of a row: its effect in public, the check of its quotation, and what blocks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tracker.admin.editing.display import NOTHING, in_full, moment
from tracker.admin.worksheet.forms import RowForm
from tracker.admin.worksheet.rows import Row
from tracker.admin.worksheet.values import Values
from tracker.lib.later_words import warn_of_later_words
from tracker.lib.quotations import Place, QuotableText
from tracker.models import Assessment, Firmness, Meeting, ReviewState, Stage
from tracker.queries.history import Wording, movements, restates

Texts = Mapping[str, QuotableText]


def standing(state: Wording | None) -> list[str]:
    """Describe the state of a commitment, one phrase for each known value."""
    if state is None:
        return []
    values = _values(state)
    labels = [values[_("Stage")], values[_("Assessment")]]
    if state.target is not None:
        labels.append(_("target %(date)s") % {"date": in_full(state.target)})
    if state.firmness:
        labels.append(values[_("Firmness")])
    return labels


def _values(state: Wording | None) -> dict[str, str]:
    """Return the values of a state by their labels; a dash for each that is not known."""
    if state is None:
        return dict.fromkeys((_("Stage"), _("Assessment"), _("Target"), _("Firmness")), NOTHING)
    return {
        _("Stage"): str(Stage(state.stage).label),
        _("Assessment"): str(Assessment(state.assessment).label),
        _("Target"): in_full(state.target),
        _("Firmness"): str(Firmness(state.firmness).label) if state.firmness else NOTHING,
    }


def effect_of(row: Row) -> str:
    """Describe what a row's draft would change in public; empty without a draft."""
    update = row.draft
    if update is None or row.is_unfinished:
        return ""
    before = row.before
    after = Wording.of(update) if before is None else before.followed_by(update)
    moved = ", ".join(
        str(movement.label) for movement in movements(before, after, is_restated=restates(update))
    )
    if update.party is not None:
        moved = _("%(party)s’s own step: %(stage)s") % {
            "party": update.party.name,
            "stage": Stage(update.stage).label,
        }
    return " ".join([". ".join([moved, *_changed(before, after)]) + ".", *_warnings(row)])


def _warnings(row: Row) -> list[str]:
    """Return warnings about words in a new commitment that anticipate its outcome."""
    if not row.is_new or row.commitment is None or row.draft is None:
        return []
    targets = [row.draft.target] if row.draft.target is not None else []
    return [
        sentence
        for text in (row.commitment.title, row.commitment.summary)
        for sentence in warn_of_later_words(text, said=row.draft.happened, targets=targets)
    ]


def review_notice(row: Row) -> str:
    """Say that a row is in review, and that an edit ends the review; empty if it is not."""
    review = row.review
    if review is None:
        return ""
    named = {"person": review.sent_by or "–", "at": moment(review.sent_at)}
    notice = _("In review, sent by %(person)s on %(at)s.") % named
    if review.state == ReviewState.SCHEDULED:
        named["due"] = moment(review.publish_at)
        notice = _("To be published on %(due)s; sent by %(person)s on %(at)s.") % named
    again = _("A change here ends the review: it is a draft again, and has to be sent once more.")
    return f"{notice} {again}"


def _changed(before: Wording | None, after: Wording) -> list[str]:
    old, new = _values(before), _values(after)
    return [
        _("%(what)s: %(before)s → %(after)s")
        % {"what": what, "before": old[what], "after": new[what]}
        for what in new
        if old[what] != new[what]
    ]


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a quotation occurs in its source; `is_missing` needs attention."""

    message: str
    is_missing: bool
    place: Place | None = None


def texts_of(meeting: Meeting) -> Texts:
    """Return the stored full texts of a meeting's sources by key."""
    sources = meeting.sources.exclude(text="")
    return {str(source.pk): QuotableText(source.text) for source in sources}


def check_quotation(values: Values, source_texts: Texts) -> Check | None:
    """Look up a row's quotation in the text of its source; None without either."""
    quotation, source = str(values["quotation"]), str(values["source"])
    if not quotation or not source:
        return None
    text = source_texts.get(source)
    if text is None:
        return Check(_("Not checked: the text of this source is not held."), is_missing=False)
    place = text.find(quotation)
    if place is None:
        return Check(_("These words do not stand in the text of this source."), is_missing=True)
    message = _("Found in paragraph %(number)d.") % {"number": place.paragraph}
    return Check(message, is_missing=False, place=place)


def unfinished_notice(form: RowForm | None) -> str:
    """Say why the input is not a draft yet."""
    missing = form.missing() if form is not None else []
    if not missing:
        return _("Kept as typed; not a draft before what is named here is put right.")
    named = ", ".join(missing)
    return _("Kept as typed. To be a draft it still needs: %(fields)s.") % {"fields": named}


def conflict_notice(row: Row | None) -> str:
    """Say who changed a row meanwhile, and that the input is not saved."""
    if row is not None and row.published is not None:
        return _("It was published meanwhile, as change #%(seq)s of the log.") % {
            "seq": row.published.published_seq
        }
    who = row.editor if row is not None else ""
    if who:
        return _("%(person)s changed this row meanwhile. Yours is not saved yet.") % {"person": who}
    return _("Somebody changed this row meanwhile. Yours is not saved yet.")
