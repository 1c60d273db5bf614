"""A table as one JSON object: what was asked for and when, then a record to a line."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from tracker.exports.extract import Extract
from tracker.lib.json_text import to_json
from tracker.schema.payloads import Payload, as_payloads, day

CONTENT_TYPE = "application/json"


def described(extract: Extract) -> Payload:
    """What stands before the records. `day` is the day of the answer, by which flags are computed
    unless `as_of` gives another."""
    found, head = extract.found, extract.head
    return {
        "register": settings.REGISTER_NAME,
        "address": extract.address,
        "day": day(found.today),
        "as_of": day(found.moment.as_of),
        "known_at": day(found.moment.known_at),
        "filter": found.active,
        "log_head": {"seq": head.seq, "hash": head.hash},
    }


def json_parts(extract: Extract) -> Iterator[bytes]:
    """The file, one part for each chunk of records. `count` comes last, when it is known."""
    head = "".join(
        f"{to_json(name)}:{to_json(value)},\n" for name, value in described(extract).items()
    )
    yield f"{{\n{head}{to_json(extract.table.name)}:[".encode()
    count, comma = 0, ""
    for chunk in extract.chunks():
        records = as_payloads(chunk)
        yield (comma + ",".join([f"\n{to_json(record)}" for record in records])).encode()
        count, comma = count + len(records), ","
    yield f'\n],\n"count":{count}\n}}\n'.encode()
