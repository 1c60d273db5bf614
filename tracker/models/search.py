"""The searchable text of a commitment. Written by actions, read by queries."""

from __future__ import annotations

from django.db import models

from tracker.models.commitments import Commitment


class SearchDocument(models.Model):
    """Folded text of one public commitment; triggers synchronise the full-text index."""

    commitment = models.OneToOneField(
        Commitment, models.CASCADE, primary_key=True, related_name="search_document"
    )
    # Title, reference and other names: searched for words of one or two letters.
    names = models.TextField()
    # The same, the summary and the quotations.
    text = models.TextField()

    def __str__(self) -> str:
        return self.names
