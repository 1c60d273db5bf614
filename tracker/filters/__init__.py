"""The filter sets, and the active filter in words."""

from tracker.filters.changes import ChangeFilter
from tracker.filters.commitments import CommitmentFilter
from tracker.filters.viewpoint_form import ViewpointForm

__all__ = ["ChangeFilter", "CommitmentFilter", "ViewpointForm"]
