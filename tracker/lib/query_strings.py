"""The normal form of a query string, so that two spellings of one question are one question.

A parameter without a value says nothing, and one that has the same value twice says it once. What
newsletters and advertisers append to a link is about the click, not about the page.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Self

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

# More than this are refused: every link on a page repeats all of them.
MOST_PARAMETERS = 200

_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_")
_TRACKING = frozenset(
    (
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "_ga", "_gl"),
        *("fbclid", "igshid", "igsh", "msclkid", "yclid", "twclid", "ttclid", "li_fat_id"),
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "vero_id"),
        *("oly_anon_id", "oly_enc_id", "s_cid", "ml_subscriber", "ml_subscriber_hash"),
    )
)


class NormalQuery(QueryDict):
    """A query in its normal form, which remembers the parameters that were read by their name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._read: set[str] = set()
        super().__init__(*args, **kwargs)

    @property
    def ignored(self) -> set[str]:
        """The parameters that nobody has read: they stand in the links of a page at most."""
        return set(self) - self._read

    def __getitem__(self, key: str) -> Any:
        self._read.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        return super().getlist(key, default)

    def __deepcopy__(self, memo: MutableMapping[int, Any]) -> Self:
        copied: Self = super().__deepcopy__(memo)
        copied._read = self._read  # who reads the copy reads the query
        return copied


def is_about_the_click(name: str) -> bool:
    """Whether a parameter measures a campaign."""
    return name.lower() in _TRACKING or name.lower().startswith(_TRACKING_PREFIXES)


def normal_query(given: QueryDict) -> NormalQuery:
    """The query without empty values, repeated pairs and tracking parameters, in its order.

    Raises TooManyFieldsSent, which Django answers with 400, for more than `MOST_PARAMETERS`.
    """
    pairs = {
        (name, value): None  # a dictionary keeps the order
        for name, values in given.lists()
        if not is_about_the_click(name)
        for value in values
        if value.strip()
    }
    if len(pairs) > MOST_PARAMETERS:
        raise TooManyFieldsSent(f"more than {MOST_PARAMETERS} parameters in the address")
    return NormalQuery(urlencode(list(pairs)))


def normalise(request: HttpRequest) -> None:
    """Have everything after this see the normal form; raises as `normal_query`."""
    if not isinstance(request.GET, NormalQuery):
        normal = normal_query(request.GET)
        request.GET = normal  # type: ignore[assignment]  # the stubs know no kind of QueryDict
        request.META["QUERY_STRING"] = normal.urlencode()
