"""What the answers hold, for the schema: described here, made by `payloads` and `queries.extracts`.

Serializers are DRF's way to describe; none of them ever makes an answer. A test holds the real
answers to these shapes, and allows nothing in them that is not described.
"""

from tracker.api.shapes.around import Change, Changes, Problem, Root, listing
from tracker.api.shapes.commitments import Commitment, CommitmentInFull, Update
from tracker.api.shapes.ground import LEVELS, PRECISIONS, Shape
from tracker.api.shapes.records import (
    Forum,
    Meeting,
    MeetingInFull,
    Party,
    Source,
    SourceInFull,
    Topic,
)

__all__ = [
    "LEVELS",
    "PRECISIONS",
    "Change",
    "Changes",
    "Commitment",
    "CommitmentInFull",
    "Forum",
    "Meeting",
    "MeetingInFull",
    "Party",
    "Problem",
    "Root",
    "Shape",
    "Source",
    "SourceInFull",
    "Topic",
    "Update",
    "listing",
]
