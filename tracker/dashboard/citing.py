"""The citation of a commitment, with an address that always shows the same content."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.answers import head_of
from tracker.lib.reference_formats import Reference
from tracker.models import Commitment
from tracker.queries.viewpoint import Viewpoint


def reference(
    request: HttpRequest,
    commitment: Commitment,
    viewpoint: Viewpoint,
    *,
    last_recorded_at: dt.datetime | None,
) -> Reference:
    """Return the citation of a commitment as shown at a moment.

    Its address fixes both days, so that later changes do not show. `last_recorded_at` is when the
    newest log line about the commitment known at that moment was recorded.
    """
    days = {"as_of": viewpoint.day, "known_at": viewpoint.known_at or viewpoint.today}
    known = viewpoint.known
    issued = timezone.localdate(last_recorded_at) if last_recorded_at else days["known_at"]
    address = request.build_absolute_uri(commitment.get_absolute_url())
    return Reference(
        key=commitment.reference,
        title=commitment.title,
        author=settings.REGISTER_NAME,
        url=f"{address}?{urlencode(days)}",
        issued=issued,
        accessed=viewpoint.today,
        note=_("As things stood on %(day)s, log of changes up to line %(seq)d.")
        % {
            "day": formats.date_format(days["as_of"], "j F Y"),
            "seq": head_of(request).seq if known is None else known,
        },
        language=get_language() or settings.LANGUAGE_CODE,
    )
