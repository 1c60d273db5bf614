"""What the answers hold, for OpenAPI: those of nouns are made from `schema`.

Serializers are DRF's way to describe; none of them ever makes an answer. A test holds the real
answers to these shapes, and allows nothing in them that is not described.
"""

from tracker.api.shapes.around import Change, Changes, Problem, Root, listing
from tracker.api.shapes.ground import PRECISIONS, Shape
from tracker.api.shapes.nouns import shape

__all__ = ["PRECISIONS", "Change", "Changes", "Problem", "Root", "Shape", "listing", "shape"]
