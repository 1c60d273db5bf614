"""Serialise a table as one JSON object: facts about the request, then one record per line."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from tracker.exports.extract import Extract
from tracker.lib.json_text import to_json
from tracker.schema.payloads import Payload, as_payloads, day


def metadata(extract: Extract) -> Payload:
    """Return the keys before the records. Flags are computed for `day`, unless `as_of` is given."""
    filterset, head = extract.filterset, extract.head
    return {
        "register": settings.REGISTER_NAME,
        "address": extract.address,
        "day": day(filterset.today),
        "as_of": day(filterset.viewpoint.as_of),
        "known_at": day(filterset.viewpoint.known_at),
        "filter": filterset.active,
        "log_head": {"seq": head.seq, "hash": head.hash},
    }


def json_parts(extract: Extract) -> Iterator[bytes]:
    """Yield the file, one part for each chunk of records; `count` comes last, when it is known."""
    head = "".join(
        f"{to_json(name)}:{to_json(value)},\n" for name, value in metadata(extract).items()
    )
    yield f"{{\n{head}{to_json(extract.table.name)}:[".encode()
    count, comma = 0, ""
    for chunk in extract.chunks():
        records = as_payloads(chunk)
        yield (comma + ",".join([f"\n{to_json(record)}" for record in records])).encode()
        count, comma = count + len(records), ","
    yield f'\n],\n"count":{count}\n}}\n'.encode()
