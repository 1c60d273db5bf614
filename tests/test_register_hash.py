"""The log of the shipped register, whatever the program that writes it looks like inside.

Only a change of the register itself, or of the format of the log's lines, may alter this hash.
"""

from __future__ import annotations

import pytest
from django.conf import settings

from tests import make
from tests.log_chain import first_break
from tracker.actions.register_files.load import load_register
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db


def test_the_shipped_register_hashes_to_the_same_head_from_a_fixed_clock() -> None:
    load_register(settings.SHIPPED_REGISTER, now=make.NOW)
    head = log_head()
    assert first_break() is None
    assert (head.seq, head.hash) == (
        89,
        "b80ec412015f6e438da4982ff84fa08a4a25b009c9b804c6e11e0c1c1b4bccab",
    )
