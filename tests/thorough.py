"""How long tests go on that draw what they try: a little every day, long where THOROUGH=1."""

from __future__ import annotations

import os

IS_THOROUGH = os.environ.get("THOROUGH") == "1"


def examples(usual: int, *, thorough: int) -> int:
    """So many examples; each run draws others, so that days add up."""
    return thorough if IS_THOROUGH else usual
