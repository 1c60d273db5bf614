"""The filter sets, and the active filter in words."""

from tracker.filters.changes import ChangeFilter
from tracker.filters.commitments import SORT_LABELS, CommitmentFilter, ViewpointForm

__all__ = ["SORT_LABELS", "ChangeFilter", "CommitmentFilter", "ViewpointForm"]
