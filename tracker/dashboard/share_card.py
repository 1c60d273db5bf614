"""The preview image of a link: a summary of the commitments that match a filter."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tracker.answers import public_answer
from tracker.dashboard.listing import filter_of, matched
from tracker.filters import CommitmentFilter
from tracker.filters.bitset_filter import Matches
from tracker.filters.words import sentence
from tracker.lib.share_cards import Card, can_draw, png
from tracker.models import Assessment, Stage
from tracker.queries.lists.rows import Row, rows
from tracker.templatetags.register import spelled

# Stage colours of the light theme in static/css/tokens.css; a test compares the two.
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
    """Draw the card of a filter, or of one commitment if `commitment` names one."""
    filterset = filter_of(request, today=today)
    matches = matched(request, filterset)
    if matches is None:
        wrong = [f"{name}: {e}" for name, errors in filterset.form.errors.items() for e in errors]
        text = "\n".join([_("The picture cannot be drawn as asked."), *wrong, ""])
        return HttpResponse(text, content_type="text/plain; charset=utf-8", status=400)
    return HttpResponse(png(card_of(filterset, matches)), content_type="image/png")


def card_of(filterset: CommitmentFilter, matches: Matches) -> Card:
    """Return the text and the bar of a valid filter's card."""
    headline = matches.headline()
    row = _single_row(filterset, matches)
    if row is None:
        title, text = sentence(filterset), headline.sentence if headline.total else ""
        foot = ", ".join(f"{stage.label} {count}" for stage, count in headline.stages.items())
    else:
        # The reference replaces a title in a script that the font does not cover.
        title = row.title if can_draw(row.title) else row.commitment.reference
        text, foot = _position_text(row), row.commitment.reference
    day = _("as of %(day)s") % {"day": spelled(filterset.viewpoint.day)}
    return Card(
        heading=f"{settings.REGISTER_NAME}, {day}",
        title=title,
        text=text if text else _("No commitment matches."),
        foot=foot,
        bar=[(count, STAGE_COLOURS[stage]) for stage, count in headline.stages.items()],
    )


def _single_row(filterset: CommitmentFilter, matches: Matches) -> Row | None:
    if "commitment" not in filterset.active or len(matches) != 1:
        return None
    return rows(matches[:1], filterset.viewpoint, related=())[0]


def _position_text(row: Row) -> str:
    """Return "Signed. Awaiting entry into force. Not assessed." """
    parts = [str(Stage(row.position.stage).label), *(str(flag.label) for flag in row.flags)]
    if row.has_no_information:
        parts.append(_("No information"))
    parts.append(str(Assessment(row.position.assessment).label))
    return " ".join(f"{part}." for part in parts)
