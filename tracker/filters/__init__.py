"""The filter set, and the active filter in words."""

from tracker.filters.commitments import SORT_LABELS, CommitmentFilter, MomentForm

__all__ = ["SORT_LABELS", "CommitmentFilter", "MomentForm"]
