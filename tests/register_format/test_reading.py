"""Each mistake in a register is told with its file, its line and a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.register_format.files import PLAN, TEXTS, edited, write_texts
from tracker.lib.partial_dates import PartialDate
from tracker.register_format.reading import read_register
from tracker.register_format.records import RegisterError

SECOND = "meetings/second.yaml"


def problems(root: Path) -> list[str]:
    with pytest.raises(RegisterError) as refusal:
        read_register(root)
    assert str(refusal.value) == "\n".join(map(str, refusal.value.problems))
    return str(refusal.value).splitlines()


def test_a_sound_register_is_read(tmp_path: Path) -> None:
    register = read_register(write_texts(tmp_path))
    assert {noun: list(records) for noun, records in register.records.items()} == {
        "party": ["CAN", "KOR"],
        "topic": [],
        "forum": [],
        "source": ["statement"],
        "meeting": ["second"],
        "commitment": ["CAN-KOR-2025-001"],
    }
    [plan] = register.of("commitment")
    first, second = plan["updates"]
    assert (plan.file, plan.line, first.line, second.line) == (PLAN, 1, 9, 18)
    assert (first["happened"], second["happened"]) == (
        PartialDate(2025, 10, 2),
        PartialDate(2025, 12),
    )
    assert (first["target"], first["firmness"], first["assessment"], first["significance"]) == (
        None,
        "",
        "not_assessed",
        "major",
    )
    assert first["citations"][0]["quotation"] == "will write"


CASES = [
    # -- Values
    (PLAN, "stage: announced", "stage: ratified", 12, "“ratified” is not a known stage; use one"
     " of: announced, preparing, negotiating, scheduled, concluded, signed, in_effect, completed,"
     " superseded, withdrawn."),
    (PLAN, "2025-12", "2026-13", 19, "There is no month 13; use 01 to 12."),
    (PLAN, "2025-12", "2026-02-30", 19, "2026-02 has no day 30; its days are 01 to 28."),
    (PLAN, "2025-12", "02/03/2026", 19,
     "“02/03/2026” is not a date. Write 2028, 2026-03 or 2026-02-25."),
    (PLAN, '"2025-12"', "[2025, 12]", 19,
     "“happened” takes a date, or a mapping of date and words."),
    (PLAN, '"2025-12"', "{date: 2025-12, hour: 3}", 19,
     "“happened” has “date” and “words”, and nothing else."),
    (PLAN, '"2025-12"', "{date: 2025-12, words: [a]}", 19,
     "“happened” has “date” and “words”, and nothing else."),
    (PLAN, '"2025-12"', "{words: ''}", 19, "A date needs a year or words."),
    (PLAN, '"2025-12"', f"{{words: {'w' * 201}}}", 19,
     "The words of “happened” take at most 200 characters."),
    (PLAN, "title: Write a plan", f"title: {'x' * 201}", 3,
     "“title” takes at most 200 characters."),
    (PLAN, "title: Write a plan", "title: ''", 3, "“title” is empty."),
    (PLAN, "title: Write a plan", "title: [a]", 3,
     "“title” takes one value, not a list or a mapping."),
    (PLAN, "slug: plan", "slug: a plan", 2,
     "“a plan” cannot be an address; use letters, digits, hyphens and underscores."),
    (PLAN, "number: 2", "number: two", 18, "“number” takes a whole number from 1 to 9999."),
    (PLAN, "number: 2", "number: ²", 18, "“number” takes a whole number from 1 to 9999."),
    (PLAN, "number: 2", "number: 10000", 18, "“number” takes a whole number from 1 to 9999."),
    (PLAN, "parties: [CAN, KOR]", "parties: CAN", 6, "“parties” takes a list, such as [one, two]."),
    (PLAN, "parties: [CAN, KOR]", "parties: []", 6, "“parties” needs at least one entry."),
    (PLAN, "parties: [CAN, KOR]", "parties: [CAN, CAN]", 6, "“parties” names something twice."),
    (PLAN, "first_stated: second", "checked: 2026-02", 7,
     "“2026-02” is not a day; write 2026-02-25."),
    (SECOND, "title: Second", "title: Second\nfully_recorded: yes", 3,
     "“fully_recorded” is true or false."),
    # -- Fields
    (PLAN, "instrument: action_plan", "instrument: action_plan\ncolour: red", 6,
     "A commitment has no field “colour”; it has: reference, slug, title, summary, instrument,"
     " topics, parties, first_stated, series, part_of, supersedes, related, checked, retracted,"
     " aliases, updates, notes."),
    (PLAN, "slug: plan", "slug: plan\nslug: other", 3,
     "The field “slug” is given twice; keep one."),
    (PLAN, "summary: They will write a plan.\n", "", 1, "The commitment lacks its “summary”."),
    (PLAN, "    rationale: They began.\n", "", 18, "The update lacks its “rationale”."),
    (PLAN, "      - source: statement\n        quotation: will write\n        language: en",
     "      - language: en", 15, "The citation lacks its “source”."),
    (PLAN, "    rationale: They began.\n    citations:\n      - source: statement\n"
     "        language: en\n", "    rationale: They began.\n", 18,
     "The update lacks its “citations”."),
    (PLAN, "    citations:\n      - source: statement\n        quotation: will write\n"
     "        language: en\n", "    citations: []\n", 14, "“citations” needs at least one entry."),
    ("parties.yaml", TEXTS["parties.yaml"], "code: CAN\n", 1,
     "Here stands a list of party records, each with “- ”."),
    (PLAN, TEXTS[PLAN], "- reference: x\n", 1,
     "Here stands one commitment with its fields, as “key: value”."),
    ("sources.yaml", "- slug: statement", "- just text\n- slug: statement", 1,
     "Here stands one source with its fields, as “key: value”."),
    ("register.yaml", "commitment-register/1", "commitment-register/2", 1,
     "The format must be “commitment-register/1”."),
    ("register.yaml", "format: commitment-register/1", "{}", 1,
     "The register lacks its “format”."),
    # -- References
    (PLAN, "meeting: second", "meeting: third", 11,
     "There is no meeting “third” in this register."),
    (PLAN, "- source: statement\n        quotation", "- source: rumour\n        quotation", 15,
     "There is no source “rumour” in this register."),
    (PLAN, "first_stated: second", "part_of: CAN-KOR-2025-009", 7,
     "There is no commitment “CAN-KOR-2025-009” in this register."),
    (PLAN, "first_stated: second", "part_of: CAN-KOR-2025-001", 7, "“part_of” leads in a circle."),
    (PLAN, "first_stated: second", "topics: [space]", 7,
     "There is no topic “space” in this register."),
    *((PLAN, "first_stated: second",
       "aliases:\n  - name: Plan\n    language: en\n    update: " + number, 10,
       "A name comes with one of the updates after the first; a name from the start needs no"
       " number.")
      for number in ("1", "3")),
    (PLAN, "first_stated: second", "series: g7", 7,
     "There is no forum “g7” in this register."),
    (SECOND, "sources: [statement]", "sources: [rumour]", 7,
     "There is no source “rumour” in this register."),
    (SECOND, "title: Second", "title: Second\nforum: g7", 3,
     "There is no forum “g7” in this register."),
    ("parties.yaml", "code: KOR", "code: CAN", 6,
     "The party “CAN” is given twice; the first stands in parties.yaml, line 1."),
    # -- Numbers
    (PLAN, "number: 2", "number: 3", 18, "Updates are numbered in order; this one is 2."),
    (PLAN, "number: 2", "number: 1", 18, "Updates are numbered in order; this one is 2."),
    (PLAN, "    rationale: They began.", "    rationale: They began.\n    corrects: 2\n"
     "    reason: Misread.", 22, "A correction names an earlier update by its number."),
    (PLAN, "    rationale: They began.", "    rationale: They began.\n    corrects: 1", 22,
     "A correction says why, in “reason”."),
    # -- The text of a file
    (PLAN, "title: Write a plan\nsummary: They will write a plan.",
     "title: &t Write a plan\nsummary: *t", 4,
     "This is not valid YAML: anchors are not used here."),
    (PLAN, "title: Write a plan", "title: 'Write a plan", 25,
     "This is not valid YAML: found unexpected end of stream."),
    (PLAN, "title: Write a plan", "title: Write: a plan", 3,
     "This is not valid YAML: mapping values are not allowed here."),
    (PLAN, "title: Write a plan", "title: Write a\x07plan", 1,
     "The file holds a control character; remove it."),
    (PLAN, TEXTS[PLAN], "", 1, "The file is empty."),
    (PLAN, TEXTS[PLAN], "# only a comment\n", 1, "The file is empty."),
    (PLAN, TEXTS[PLAN], TEXTS[PLAN] + "---\n" + TEXTS[PLAN], 25,
     "This is not valid YAML: but found another document."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[-1] for case in CASES])
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, case: tuple[str, str, str, int, str]
) -> None:
    file, old, new, line, sentence = case
    root = write_texts(tmp_path, edited(file, old, new))
    assert problems(root) == [f"{file}:{line}: {sentence}"]


def test_titles_and_names_are_read_as_one_line(tmp_path: Path) -> None:
    text = TEXTS[SECOND].replace("title: ", 'place: "Seoul\\nand\\u2028Ottawa"\ntitle: ', 1)
    [meeting] = read_register(write_texts(tmp_path, TEXTS | {SECOND: text})).of("meeting")
    assert meeting["place"] == "Seoul and Ottawa"


def test_a_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    text = TEXTS[PLAN].replace("They will", "Café will").encode("latin-1")
    root = write_texts(tmp_path, TEXTS | {PLAN: text})
    assert problems(root) == [f"{PLAN}:4: The text is not UTF-8; save the file as UTF-8."]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + TEXTS[PLAN].replace("\n", "\r\n").encode()
    [plan] = read_register(write_texts(tmp_path, TEXTS | {PLAN: text})).of("commitment")
    assert (plan.key, plan["title"]) == ("CAN-KOR-2025-001", "Write a plan")


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    root = write_texts(tmp_path, TEXTS | {"sources.yaml": b"#" * 5_000_001})
    assert problems(root) == ["sources.yaml:1: The file is larger than 5 MB; split it."]


@pytest.mark.parametrize("name", ["register.yaml", "parties.yaml", "sources.yaml"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    root = write_texts(tmp_path, {n: text for n, text in TEXTS.items() if n != name})
    assert problems(root) == [f"{name}:1: The file is missing."]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    root = tmp_path / "none"
    assert problems(root) == [f"{root}:1: There is no such folder."]
    root.write_text("a file")
    assert problems(root) == [f"{root}:1: There is no such folder."]


def test_a_file_is_called_by_what_it_holds(tmp_path: Path) -> None:
    texts = {n.replace("second", "2nd"): text for n, text in TEXTS.items()}
    assert problems(write_texts(tmp_path, texts)) == [
        "meetings/2nd.yaml:1: The file is called 2nd.yaml, but it holds “second”; "
        "call it second.yaml."
    ]


def test_a_commitment_given_twice_is_told_with_both_places(tmp_path: Path) -> None:
    other = "commitments/CAN-KOR-2025-002.yaml"
    assert (
        f"{other}:1: The commitment “CAN-KOR-2025-001” is given twice; the first stands in {PLAN}, "
        "line 1." in problems(write_texts(tmp_path, TEXTS | {other: TEXTS[PLAN]}))
    )


def test_a_circle_through_several_is_told(tmp_path: Path) -> None:
    other = "commitments/CAN-KOR-2025-002.yaml"
    texts = edited(PLAN, "first_stated: second", "part_of: CAN-KOR-2025-002")
    texts[other] = (
        TEXTS[PLAN]
        .replace("2025-001", "2025-002")
        .replace("slug: plan", "slug: other")
        .replace("first_stated: second", "part_of: CAN-KOR-2025-001")
    )
    assert problems(write_texts(tmp_path, texts)) == [
        f"{PLAN}:7: “part_of” leads in a circle.",
        f"{other}:7: “part_of” leads in a circle.",
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_places(tmp_path: Path) -> None:
    texts = edited(PLAN, "stage: announced", "stage: ratified")
    texts = edited(PLAN, "2025-12", "2026-13", texts)
    texts = edited(PLAN, "title: Write a plan", "titel: Write a plan", texts)
    texts = edited("sources.yaml", "publisher: Global Affairs Canada", "publisher: ''", texts)
    texts = edited(SECOND, "level: ministers", "level: kings", texts)
    root = write_texts(tmp_path, texts)
    (root / "topics.yaml").unlink()
    found = problems(root)
    assert [problem.split(": ")[0] for problem in found] == [
        f"{PLAN}:1",
        f"{PLAN}:3",
        f"{PLAN}:12",
        f"{PLAN}:19",
        f"{SECOND}:3",
        "sources.yaml:4",
        "topics.yaml:1",
    ]


def test_all_wrong_references_are_told_at_once(tmp_path: Path) -> None:
    texts = edited(PLAN, "meeting: second", "meeting: third")
    texts = edited(PLAN, "first_stated: second", "first_stated: fourth", texts)
    texts = edited(PLAN, "number: 2", "number: 3", texts)
    assert problems(write_texts(tmp_path, texts)) == [
        f"{PLAN}:7: There is no meeting “fourth” in this register.",
        f"{PLAN}:11: There is no meeting “third” in this register.",
        f"{PLAN}:18: Updates are numbered in order; this one is 2.",
    ]


def test_the_shipped_register_is_sound() -> None:
    register = read_register(settings.SHIPPED_REGISTER)
    counts = {noun: len(records) for noun, records in register.records.items()}
    assert (counts["party"], counts["meeting"], counts["commitment"]) == (2, 12, 25)
