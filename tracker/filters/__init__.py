"""The filter sets, and the active filter in words."""

from tracker.filters.changes import ChangeFilter
from tracker.filters.commitments import CommitmentFilter
from tracker.filters.sorting import SORT_LABELS
from tracker.filters.viewpoint_form import ViewpointForm

__all__ = ["SORT_LABELS", "ChangeFilter", "CommitmentFilter", "ViewpointForm"]
