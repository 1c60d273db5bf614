"""Shapes of responses for OpenAPI; those of nouns are derived from `schema`.

DRF describes with serializers, but none of these renders a response. A test checks real responses
against the shapes, and allows nothing that they do not describe.
"""

from tracker.api.shapes.around import Change, Changes, Problem, Root, listing
from tracker.api.shapes.ground import PRECISIONS, Shape
from tracker.api.shapes.nouns import shape

__all__ = ["PRECISIONS", "Change", "Changes", "Problem", "Root", "Shape", "listing", "shape"]
