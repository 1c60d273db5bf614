"""The picture that other sites show beside a link: how the commitments of a filter stand."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.dashboard.listing import asked_for, found_sets
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import FoundRows, FoundSets
from tracker.filters.words import sentence
from tracker.lib.share_cards import Card, can_draw, png
from tracker.models import Assessment, Stage
from tracker.queries.rows import Row, rows
from tracker.templatetags.register import spelled

# The light colours of the stages, as static/css/tokens.css has them; a test compares the two.
STAGE_COLOURS = {
    Stage.ANNOUNCED: "#c9d3e3",
    Stage.PREPARING: "#aebfd8",
    Stage.NEGOTIATING: "#8ea7ca",
    Stage.SCHEDULED: "#6f8fbb",
    Stage.CONCLUDED: "#4f76aa",
    Stage.SIGNED: "#2f5b95",
    Stage.IN_EFFECT: "#1d5c3a",
    Stage.COMPLETED: "#2f7a52",
    Stage.SUPERSEDED: "#a39c90",
    Stage.WITHDRAWN: "#7d766b",
}


@public_answer
def share_card(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """The card of any filter; of one commitment, where `commitment` names one."""
    found = asked_for(request, today=today)
    sets = found_sets(request, found)
    if sets is None:
        wrong = [f"{name}: {e}" for name, errors in found.form.errors.items() for e in errors]
        text = "\n".join([_("The picture cannot be drawn as asked."), *wrong, ""])
        return HttpResponse(text, content_type="text/plain; charset=utf-8", status=400)
    return HttpResponse(png(card_of(found, sets)), content_type="image/png")


def card_of(found: CommitmentFilter, sets: FoundSets) -> Card:
    """What the card of a valid filter says."""
    headline = sets.headline()
    one = _the_one(found, sets)
    if one is None:
        title, text = sentence(found), headline.sentence if headline.total else ""
        foot = ", ".join(f"{stage.label} {count}" for stage, count in headline.stages.items())
    else:
        # A title in letters that the card has no type for is told by its reference.
        title = one.title if can_draw(one.title) else one.commitment.reference
        text, foot = _standing(one), one.commitment.reference
    day = _("as of %(day)s") % {"day": spelled(found.moment.day)}
    return Card(
        heading=f"{settings.REGISTER_NAME}, {day}",
        title=title,
        text=text if text else _("No commitment matches."),
        foot=foot,
        bar=[(count, STAGE_COLOURS[stage]) for stage, count in headline.stages.items()],
    )


def _the_one(found: CommitmentFilter, sets: FoundSets) -> Row | None:
    if "commitment" not in found.active or len(sets) != 1:
        return None
    return rows(FoundRows(sets)[:1], found.moment, related=())[0]


def _standing(row: Row) -> str:
    """ "Signed. Awaiting entry into force. Not assessed." """
    told = [str(Stage(row.position.stage).label), *(str(flag.label) for flag in row.flags)]
    if row.has_no_information:
        told.append(_("No information"))
    told.append(str(Assessment(row.position.assessment).label))
    return " ".join(f"{word}." for word in told)
