"""How an action says no: with sentences, and with nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError

from tests.stored import stored_rows


@contextmanager
def refused(*sentences: str) -> Iterator[None]:
    """Expect a refusal in these words, or in any when none are given, and no row changed."""
    before = stored_rows()
    with pytest.raises(ValidationError) as refusal:
        yield
    assert refusal.value.messages == (list(sentences) or refusal.value.messages)
    assert stored_rows() == before
