"""The shipped register as it stood before the second ministerial 2+2 was recorded."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

SHIPPED = settings.BASE_DIR / "tracker" / "register" / "canada-korea"
MEETING = "2026-02-25-second-2plus2-ministerial"


def write_register_before(place: Path) -> Path:
    """Write it into a folder, for `load_register`, with the meeting but not what it did."""
    root = place / "before"
    shutil.copytree(SHIPPED, root)
    files = {path: yaml.safe_load(path.read_text()) for path in (root / "commitments").iterdir()}
    later = {record["reference"] for record in files.values() if _began_there(record)}
    for path, record in files.items():
        if record["reference"] in later:
            path.unlink()
            continue
        record["updates"] = [one for one in record["updates"] if one.get("meeting") != MEETING]
        record["aliases"] = [
            one
            for one in record.get("aliases", ())
            if one.get("update", 1) <= len(record["updates"])
        ]
        for name in ("part_of", "supersedes"):
            if record.get(name) in later:
                del record[name]
        record["related"] = [one for one in record.get("related", ()) if one not in later]
        _write(path, record)
    meeting = root / "meetings" / f"{MEETING}.yaml"
    told = yaml.safe_load(meeting.read_text())
    del told["fully_recorded"]
    _write(meeting, told)
    kept = [record for record in files.values() if record["reference"] not in later]
    used = {slug for record in kept for slug in record["topics"]}
    topics = root / "topics.yaml"
    _write(topics, [t for t in yaml.safe_load(topics.read_text()) if t["slug"] in used])
    return root


def _write(path: Path, told: Any) -> None:
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False))


def _began_there(record: dict[str, Any]) -> bool:
    return all(update.get("meeting") == MEETING for update in record["updates"]) or (
        record.get("first_stated") == MEETING
    )


def what_it_did() -> list[dict[str, Any]]:
    """Each update of the meeting in the shipped register, with its commitment."""
    found = []
    for path in sorted((SHIPPED / "commitments").iterdir()):
        record = yaml.safe_load(path.read_text())
        for update in record["updates"]:
            if update.get("meeting") == MEETING:
                found.append({"commitment": record, "update": update})
    return found
