"""The register's terms with their definitions, for the methodology page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tracker.models import Assessment, ChangeKind, Firmness, Instrument, Significance, Stage
from tracker.queries.records.crosswalk import CROSSWALK
from tracker.schema.vocabulary import Flag, Movement

VERSION = 1

STAGES = {
    Stage.ANNOUNCED: _(
        "The parties have said that they will do it. No step towards it is recorded."
    ),
    Stage.PREPARING: _(
        "The parties have said which steps they will take towards it, such as opening talks or "
        "writing a draft. It does not say that these have begun."
    ),
    Stage.NEGOTIATING: _("Its terms are being negotiated."),
    Stage.SCHEDULED: _("A date is fixed on which it is to happen: a day or a month, not a year."),
    Stage.CONCLUDED: _(
        "The parties have said that the negotiations are concluded. It is not signed yet."
    ),
    Stage.SIGNED: _("It is signed. Signed is not in force."),
    Stage.IN_EFFECT: _("It is in force, launched or operating."),
    Stage.COMPLETED: _("A single act, done."),
    Stage.SUPERSEDED: _("Another commitment has taken its place."),
    Stage.WITHDRAWN: _("The parties have said that they will not do it."),
}
ASSESSMENTS = {
    Assessment.NOT_ASSESSED: _("Nobody here has judged it yet."),
    Assessment.ON_TRACK: _("The evidence suggests that it will be delivered as stated."),
    Assessment.DELAYED: _("It moves, and later than was stated."),
    Assessment.STALLED: _("It has stopped moving."),
    Assessment.DELIVERED: _("Done, as stated."),
    Assessment.DELIVERED_LATE: _("Done, after its date."),
    Assessment.DELIVERED_IN_PART: _("Some of it is done, and the rest is still to come."),
    Assessment.ABANDONED: _("The evidence suggests that it will not be done."),
    Assessment.NOT_ASSESSABLE: _("Worded too vaguely to be checked."),
}
INSTRUMENTS = {
    Instrument.AGREEMENT: _("A treaty or another binding agreement."),
    Instrument.ARRANGEMENT: _("A non-binding text: a memorandum or terms of reference."),
    Instrument.DIALOGUE: _("A standing exchange between officials."),
    Instrument.MEETING: _("A meeting, or a series of them."),
    Instrument.ACTION_PLAN: _("A plan of measures."),
    Instrument.EXERCISE: _("Military exercises."),
    Instrument.COOPERATION: _("An area in which to work together."),
    Instrument.STATEMENT: _("A text to be issued."),
}
FIRMNESS = {
    Firmness.FIRM: _("“will”, “agree to”, “commit to”"),
    Firmness.INTENT: _("“plan”, “will work towards”, “agree to pursue”, “initiate measures to”"),
    Firmness.ASPIRATION: _("“seek”, “keen”, “look forward”"),
}
MOVEMENTS = {
    Movement.NEW: _("The first update."),
    Movement.ADVANCED: _("A later stage than before."),
    Movement.RESTATED: _("Said again, with nothing added or taken away."),
    Movement.MENTIONED: _(
        "Spoken of again, without words that say how firmly or for when it is promised."
    ),
    Movement.STRENGTHENED: _("Worded more firmly, or given a date or a more precise one."),
    Movement.WEAKENED: _("Worded less firmly."),
    Movement.RESCHEDULED: _("The target is another date."),
    Movement.DELIVERED: _("In effect, completed or assessed as delivered for the first time."),
    Movement.SET_BACK: _("An earlier stage than before, or withdrawn."),
    Movement.RENAMED: _("It goes by another name."),
    Movement.CORRECTED: _("It replaces an update that was wrong."),
}
KINDS = {
    ChangeKind.COMMITMENT_PUBLISHED: _("A commitment was recorded."),
    ChangeKind.STATUS: _("Its stage or assessment changed, or one party took a step."),
    ChangeKind.MENTION: _("It was mentioned and nothing of this changed."),
    ChangeKind.DEADLINE: _("Its target changed."),
    ChangeKind.EVIDENCE: _("A further source was added."),
    ChangeKind.RENAMED: _("Its title or other names changed."),
    ChangeKind.AMENDED: _("What the register says about it was amended."),
    ChangeKind.CORRECTION: _("An update was replaced because it was wrong."),
    ChangeKind.RETRACTION: _("Something should not have been published."),
    ChangeKind.MEETING: _("A meeting was recorded, amended or marked as fully recorded."),
    ChangeKind.COMMENTARY: _("An analyst’s note."),
    ChangeKind.FLAG: _(
        "Time raised a flag: a deadline came near or passed, it went quiet or was not mentioned."
    ),
}
SIGNIFICANCES = {
    Significance.MAJOR: _("Worth telling subscribers."),
    Significance.MINOR: _("Shown in the log, sent to nobody."),
}


def _terms(definitions: dict[Any, Any]) -> list[tuple[str, Any, Any]]:
    return [(term.value, term.label, text) for term, text in definitions.items()]


def vocabulary() -> dict[str, Any]:
    """Return every term with its value, label and definition, and the settings behind rules."""
    return {
        "version": VERSION,
        "stages": _terms(STAGES),
        "assessments": _terms(ASSESSMENTS),
        "instruments": _terms(INSTRUMENTS),
        "firmness": _terms(FIRMNESS),
        "movements": _terms(MOVEMENTS),
        "flags": _terms({flag: flag.rule for flag in Flag}),
        "kinds": _terms(KINDS),
        "significances": _terms(SIGNIFICANCES),
        "crosswalk": CROSSWALK,
        "quiet_months": settings.QUIET_AFTER_MONTHS,
        "due_soon_days": settings.DUE_SOON_DAYS,
    }
