"""What a search leads on to by name is folded by whichever way a name is written or changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.actions.importing import MEETING, SOURCE, bring_in, written
from tests.register_format.files import a_commitment, write_register
from tracker.actions.amend import amend
from tracker.actions.log.rebuild import rebuild
from tracker.actions.register_files.load import load_register
from tracker.lib.folded_fields import FoldedField
from tracker.models import Forum, Meeting, Party, Source, Topic

pytestmark = pytest.mark.django_db

NOUNS: list[type[Any]] = [Forum, Meeting, Party, Source, Topic]


def folded(noun: type[Any]) -> list[str]:
    """What is stored, read past the model, which folds anew."""
    return list(noun.objects.order_by("pk").values_list("folded_text", flat=True))


def test_each_noun_that_a_search_leads_on_to_folds_its_names() -> None:
    of = {noun.__name__: noun._meta.get_field("folded_text").of for noun in NOUNS}
    assert of == {
        "Forum": ("name",),
        "Meeting": ("title", "place", "summary"),
        "Party": ("name", "short_name"),
        "Source": ("title", "publisher", "summary"),
        "Topic": ("name",),
    }
    for noun in NOUNS:
        field = noun._meta.get_field("folded_text")
        assert isinstance(field, FoldedField)
        assert not hasattr(noun.history.model, "folded_text")


def test_a_draft_that_is_saved_saved_again_and_made_in_bulk() -> None:
    topic = make.make_topic(name="Défense")
    topic.name = "Co\u2011opération"
    topic.folded_text = "whatever"
    topic.save()
    Topic.objects.bulk_create([Topic(slug="bulk", name="L’Énergie")])
    assert folded(Topic) == ["cooperation", "l'energie"]
    read = Topic.objects.defer("name").get(slug="bulk")
    read.summary = "Read without its name, and saved."
    read.save()
    assert folded(Topic) == ["cooperation", "l'energie"]


def test_what_is_amended_in_the_open() -> None:
    forum = make.make_forum(name="Réunion")
    meeting = make.published_meeting(title="Séance", place="", summary="", forum=forum)
    source = meeting.sources.get()
    amend(meeting, values={"place": "Montréal"}, now=make.NOW)
    amend(source, values={"title": "Déclaration", "summary": "Œuvre"}, now=make.NOW)
    amend(Forum.objects.get(), values={"name": "Comité"}, now=make.NOW)
    amend(Party.objects.get(code="CAN"), values={"name": "Le Canadá"}, now=make.NOW)
    assert folded(Meeting) == ["seance\nmontreal"]
    assert folded(Source) == ["declaration\nglobal affairs canada\noeuvre"]
    assert folded(Forum) == ["comite"]
    assert folded(Party)[0] == "le canada\ncanada"
    assert rebuild(now=make.NOW) == []


def test_what_is_loaded_from_files(tmp_path: Path) -> None:
    write_register(tmp_path, commitments=[a_commitment()])
    load_register(tmp_path, now=make.NOW)
    assert all(folded(noun) and all(folded(noun)) for noun in (Meeting, Party, Source))
    assert rebuild(now=make.NOW) == []


def test_what_is_imported_and_imported_again() -> None:
    make.both_parties()
    for title in ("Déclaration", "Déclaration d’Ottawa"):
        bring_in("sources", written(SOURCE | {"title": title}))
        bring_in("meetings", written(MEETING | {"title": title}))
    assert folded(Source) == ["declaration d'ottawa\nglobal affairs canada"]
    assert folded(Meeting) == ["declaration d'ottawa"]
    assert rebuild(now=make.NOW) == []


def test_a_rebuild_puts_them_right_and_says_so() -> None:
    make.published_meeting(title="Séance", place="", summary="")
    Meeting.objects.update(folded_text="something else")
    assert rebuild(now=make.NOW) == ["folded names"]
    assert folded(Meeting) == ["seance"]
    assert rebuild(now=make.NOW) == []
