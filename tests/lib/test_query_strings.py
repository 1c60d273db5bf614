"""The normal form of a query string."""

from __future__ import annotations

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from tracker.lib.query_strings import MOST_PARAMETERS, normal_query


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("", ""),
        ("topic=", ""),
        ("topic=&topic=%20&q=+", ""),
        ("=x&=&stage=signed&colour=", "=x&stage=signed"),
        ("topic=b&q=z&topic=a&q=y&topic=b", "q=y&q=z&topic=a&topic=b"),
        ("stage=signed&stage=signed&stage=signed", "stage=signed"),
        ("stage=signed&q=a&stage=announced", "q=a&stage=announced&stage=signed"),
        ("utm_source=mail&q=a&gclid=1&FBCLID=2&utm_campaign=x", "q=a"),
        ("as_of=BUY-PILLS-NOW&as_of=", "as_of=BUY-PILLS-NOW"),
        ("q=a%20b", "q=a+b"),
        ("q=%FF", "q=%EF%BF%BD"),
        ("q=%EA%B5%AD", "q=%EA%B5%AD"),
    ],
)
def test_two_spellings_of_a_question_are_one(given: str, normal: str) -> None:
    found = normal_query(QueryDict(given))
    assert found.urlencode() == normal
    assert normal_query(QueryDict(normal)).urlencode() == normal


def test_there_is_an_end_to_parameters() -> None:
    most = "&".join(f"q={n}" for n in range(MOST_PARAMETERS))
    assert len(normal_query(QueryDict(most)).getlist("q")) == MOST_PARAMETERS
    with pytest.raises(TooManyFieldsSent):
        normal_query(QueryDict(f"{most}&stage=signed"))


def test_what_nobody_read_is_ignored() -> None:
    query = normal_query(QueryDict("q=a&stage=signed&page=2&colour=red&size=9"))
    assert query.get("q") == "a"
    assert query.copy().getlist("stage") == ["signed"]
    assert "page" in query
    assert query["page"] == "2"
    assert query.urlencode()
    assert query.ignored == {"colour", "size"}
