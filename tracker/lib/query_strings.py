"""Write query strings, and normalise given ones, so that equivalent queries share one cache key.

Empty and repeated values are dropped, and so are the tracking parameters that newsletters and
advertisers append to links. Names, and the values of a name, are sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Self

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

# More are refused, because every link on a page repeats all of them.
MOST_PARAMETERS = 200
# A longer query string is refused before it is read.
MOST_BYTES = 32 * 1024

_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_")
_TRACKING = frozenset(
    (
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "_ga", "_gl"),
        *("fbclid", "igshid", "igsh", "msclkid", "yclid", "twclid", "ttclid", "li_fat_id"),
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "vero_id"),
        *("oly_anon_id", "oly_enc_id", "s_cid", "ml_subscriber", "ml_subscriber_hash"),
    )
)


def with_query(address: str, query: str) -> str:
    """Return an address with a query string, if that is not empty."""
    return f"{address}?{query}" if query else address


def canonical_query(params: Mapping[str, Iterable[str]]) -> str:
    """Return the query string of some parameters in a fixed order, so that a filter has one URL."""
    return urlencode(
        [(name, value) for name in sorted(params) for value in sorted({*params[name]}) if value]
    )


class NormalQuery(QueryDict):
    """A normalised query that records which parameters were read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._read: set[str] = set()
        super().__init__(*args, **kwargs)

    @property
    def ignored(self) -> set[str]:
        """The parameters that no code has read."""
        return set(self) - self._read

    def __getitem__(self, key: str) -> Any:
        self._read.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        return super().getlist(key, default)

    def __deepcopy__(self, memo: MutableMapping[int, Any]) -> Self:
        copied: Self = super().__deepcopy__(memo)
        copied._read = self._read  # reading the copy counts as reading the query
        return copied


def is_tracking(name: str) -> bool:
    """Whether a parameter only tracks a campaign."""
    return name.lower() in _TRACKING or name.lower().startswith(_TRACKING_PREFIXES)


def normal_query(query: QueryDict) -> NormalQuery:
    """Return the query without empty values, repeated pairs and tracking parameters, sorted.

    Raises TooManyFieldsSent, to which Django responds with 400, for more than `MOST_PARAMETERS`.
    """
    pairs = {
        (name, value)
        for name, values in query.lists()
        if not is_tracking(name)
        for value in values
        if value.strip()
    }
    if len(pairs) > MOST_PARAMETERS:
        raise TooManyFieldsSent(f"more than {MOST_PARAMETERS} parameters in the address")
    return NormalQuery(urlencode(sorted(pairs)))


def normal_address(params: QueryDict) -> str:
    """Return the query string of a link, as `normal_query` spells it."""
    return f"?{normal_query(params).urlencode()}"


def normalise(request: HttpRequest) -> None:
    """Replace the request's query by its normal form; raises as `normal_query` does.

    Raises RequestDataTooBig, to which Django responds with 400, for more than `MOST_BYTES`.
    """
    if len(request.META.get("QUERY_STRING", "")) > MOST_BYTES:
        raise RequestDataTooBig(f"more than {MOST_BYTES} bytes in the query string")
    if not isinstance(request.GET, NormalQuery):
        normal = normal_query(request.GET)
        request.GET = normal  # type: ignore[assignment]  # the stubs accept no subclass of QueryDict
        request.META["QUERY_STRING"] = normal.urlencode()
