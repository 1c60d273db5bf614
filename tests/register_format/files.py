"""Small registers as files, written for a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

PARTIES = [
    {"code": "CAN", "slug": "canada", "name": "Canada", "short_name": "Canada", "kind": "state"},
    {
        "code": "KOR",
        "slug": "republic-of-korea",
        "name": "Republic of Korea",
        "short_name": "Republic of Korea",
        "kind": "state",
    },
]


def a_source(**overrides: Any) -> dict[str, Any]:
    return {
        "slug": "loaded-statement",
        "title": "Statement",
        "kind": "joint_statement",
        "publisher": "Global Affairs Canada",
        "language": "en",
        "published": "2025-10-02",
        **overrides,
    }


def a_meeting(**overrides: Any) -> dict[str, Any]:
    return {
        "slug": "loaded-meeting",
        "title": "Loaded meeting",
        "level": "ministers",
        "parties": ["CAN", "KOR"],
        "state": "held",
        "date": "2025-10-02",
        "sources": ["loaded-statement"],
        **overrides,
    }


def a_citation(**overrides: Any) -> dict[str, Any]:
    return {"source": "loaded-statement", "quotation": "will write", "language": "en", **overrides}


def an_update(**overrides: Any) -> dict[str, Any]:
    return {
        "number": 1,
        "happened": "2025-10-02",
        "meeting": "loaded-meeting",
        "stage": "announced",
        "rationale": "They said so.",
        "citations": [a_citation()],
        **overrides,
    }


def a_commitment(**overrides: Any) -> dict[str, Any]:
    """Its address follows from its reference."""
    values = {"reference": "CAN-KOR-2025-001", **overrides}
    return {
        "reference": values["reference"],
        "slug": values["reference"].lower(),
        "title": "Write a plan",
        "summary": "They will write a plan.",
        "instrument": "action_plan",
        "parties": ["CAN", "KOR"],
        "updates": [an_update()],
        **values,
    }


def write_register(
    root: Path,
    *,
    parties: Iterable[Mapping[str, Any]] = PARTIES,
    topics: Iterable[Mapping[str, Any]] = (),
    forums: Iterable[Mapping[str, Any]] = (),
    sources: Iterable[Mapping[str, Any]] | None = None,
    meetings: Iterable[Mapping[str, Any]] | None = None,
    commitments: Iterable[Mapping[str, Any]] | None = None,
) -> Path:
    """Write a register with one source, one meeting and one commitment, unless others are given."""
    lists = {
        "parties": parties,
        "topics": topics,
        "forums": forums,
        "sources": [a_source()] if sources is None else sources,
    }
    files: dict[str, Any] = {f"{name}.yaml": list(rows) for name, rows in lists.items()}
    files["register.yaml"] = {"format": "commitment-register/1"}
    for meeting in [a_meeting()] if meetings is None else meetings:
        files[f"meetings/{meeting['slug']}.yaml"] = meeting
    for commitment in [a_commitment()] if commitments is None else commitments:
        files[f"commitments/{commitment['reference']}.yaml"] = commitment
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
    return root


# -- The same as text, for tests that count lines -----------------------------------------------

PLAN = "commitments/CAN-KOR-2025-001.yaml"
TEXTS = {
    "register.yaml": "format: commitment-register/1\n",
    "parties.yaml": """\
- code: CAN
  slug: canada
  name: Canada
  short_name: Canada
  kind: state
- code: KOR
  slug: republic-of-korea
  name: Republic of Korea
  short_name: Korea
  kind: state
""",
    "topics.yaml": "[]\n",
    "forums.yaml": "[]\n",
    "sources.yaml": """\
- slug: statement
  title: Statement
  kind: joint_statement
  publisher: Global Affairs Canada
  language: en
  published: "2025-10-02"
""",
    "meetings/second.yaml": """\
slug: second
title: Second
level: ministers
parties: [CAN, KOR]
state: held
date: "2025-10-02"
sources: [statement]
""",
    PLAN: """\
reference: CAN-KOR-2025-001
slug: plan
title: Write a plan
summary: They will write a plan.
instrument: action_plan
parties: [CAN, KOR]
first_stated: second
updates:
  - number: 1
    happened: "2025-10-02"
    meeting: second
    stage: announced
    rationale: They said so.
    citations:
      - source: statement
        quotation: will write
        language: en
  - number: 2
    happened: "2025-12"
    stage: preparing
    rationale: They began.
    citations:
      - source: statement
        language: en
""",
}


def write_texts(root: Path, texts: Mapping[str, str | bytes] = TEXTS) -> Path:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def edited(name: str, old: str, new: str, texts: Mapping[str, str] = TEXTS) -> dict[str, str]:
    """The texts with one passage of one file replaced."""
    assert texts[name].count(old) == 1, f"{old!r} stands {texts[name].count(old)} times in {name}"
    return {**texts, name: texts[name].replace(old, new)}
