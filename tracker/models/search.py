"""What the search index holds for a commitment. Written by actions, read by `queries.search`."""

from __future__ import annotations

from django.db import models

from tracker.models.commitments import Commitment


class SearchDocument(models.Model):
    """Folded text of one public commitment; triggers keep the full-text index beside it in step."""

    commitment = models.OneToOneField(
        Commitment, models.CASCADE, primary_key=True, related_name="search_document"
    )
    # Title, reference and other names: what one- and two-letter words are looked for in.
    names = models.TextField()
    # The same and summary and quotations.
    text = models.TextField()

    def __str__(self) -> str:
        return self.names
