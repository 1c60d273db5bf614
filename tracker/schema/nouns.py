"""The models that other records refer to, and the field that identifies each."""

from __future__ import annotations

from typing import Any

from tracker.schema.commitments import COMMITMENT, TOPIC
from tracker.schema.meetings import FORUM, MEETING
from tracker.schema.notes import NOTE
from tracker.schema.parties import PARTY
from tracker.schema.sources import SOURCE

NOUNS = {noun.name: noun for noun in (PARTY, TOPIC, FORUM, SOURCE, MEETING, COMMITMENT, NOTE)}
MODELS: dict[str, Any] = {name: noun.model for name, noun in NOUNS.items()}
