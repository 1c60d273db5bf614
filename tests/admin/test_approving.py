"""What is published is what was looked at: in a browser, with two people and two tabs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.utils import timezone

from tests import make
from tests.admin.browsing import Browser, admin_url, list_url
from tests.stored import stored_rows
from tracker.actions.review.approval import review_of
from tracker.actions.review.states import send_for_review
from tracker.models import Change, Meeting, Review, Source, StatusUpdate, Topic


@pytest.fixture(autouse=True)
def _second_person(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REQUIRE_SECOND_PERSON = True


@pytest.fixture
def colleague(db: None) -> Callable[[str, str], Browser]:
    def hire(name: str, group: str) -> Browser:
        user = User.objects.create_user(name, password="a long password", is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return Browser(user)

    return hire


@pytest.fixture
def writer(colleague: Callable[[str, str], Browser]) -> Browser:
    return colleague("writer", "Contributor")


@pytest.fixture
def editor(colleague: Callable[[str, str], Browser]) -> Browser:
    return colleague("editor", "Editor")


def an_update(**values: object) -> StatusUpdate:
    return make.make_update(
        commitment=make.published_commitment(reference="CAN-KOR-2020-001"), **values
    )


def test_what_was_changed_and_sent_again_is_not_what_was_looked_at(
    writer: Browser, editor: Browser
) -> None:
    update = an_update(rationale="V1")
    writer.send(writer.page(update, "send-for-review"))
    looked_at = editor.page(update, "publish")
    assert "V1" in looked_at.words
    writer.save(update, rationale="V2")
    writer.send(writer.page(update, "send-for-review"))
    before = stored_rows()
    refused = editor.send(looked_at)
    assert stored_rows() == before
    assert "was changed after this page showed it. Nothing was done" in refused.words
    assert "Rationale V1 V2" in refused.words
    # The page is shown anew, with the new version: pressed again, it is published.
    assert "Public now" in editor.send(refused).words
    assert StatusUpdate.objects.get(pk=update.pk).rationale == "V2"
    assert StatusUpdate.objects.get(pk=update.pk).is_published


def test_what_was_changed_and_not_sent_again_says_what(writer: Browser, editor: Browser) -> None:
    update = an_update(rationale="V1")
    writer.send(writer.page(update, "send-for-review"))
    looked_at = editor.page(update, "publish")
    writer.save(update, rationale="V2")
    refused = editor.send(looked_at)
    assert "It was changed after this page showed it. Nothing was done." in refused.words
    assert "Rationale V1 V2" in refused.words
    assert "Publish the update" not in refused.buttons
    page = editor.page(update)
    assert "Changed by writer after it was sent: Rationale." in page.words
    assert "Rationale V1 V2" in page.words


def test_a_meetings_updates_are_published_as_they_were_looked_at(
    writer: Browser, editor: Browser
) -> None:
    meeting = make.published_meeting()
    update = an_update(meeting=meeting, rationale="V1")
    other = make.make_update(commitment=make.published_commitment(), meeting=meeting)
    writer.send(writer.page(meeting, "send-updates"))
    looked_at = editor.page(meeting, "publish-updates")
    writer.save(update, rationale="V2")
    writer.send(writer.page(update, "send-for-review"))
    refused = editor.send(looked_at)
    assert "CAN-KOR-2020-001: Rationale V1 V2" in refused.words
    assert not StatusUpdate.objects.filter(pk__in=[update.pk, other.pk]).published().exists()
    assert "Public now" in editor.send(refused).words
    assert StatusUpdate.objects.filter(pk__in=[update.pk, other.pk]).published().count() == 2


@pytest.mark.parametrize("form", [{}, {"_shown": ""}, {"_shown": "forged"}, {"_shown": "a:b:c\0"}])
@pytest.mark.parametrize("act", ["publish", "schedule", "send-for-review"])
def test_a_request_that_names_no_version_is_refused(
    form: dict[str, str], act: str, editor: Browser
) -> None:
    update = an_update()
    if act != "send-for-review":
        send_for_review(update, now=make.NOW, by=User.objects.create_user("sender"))
    before = stored_rows()
    year = timezone.now().year + 1
    typed = {**form, "publish_at": f"{year}-01-02T09:30"}
    answer = editor.client.post(admin_url(update, act), typed)
    assert answer.status_code == 200
    assert "was not shown on this page: look at it first." in answer.content.decode()
    assert stored_rows() == before


def test_nothing_typed_is_lost_when_the_version_changed(writer: Browser, editor: Browser) -> None:
    update = an_update(rationale="V1")
    writer.send(writer.page(update, "send-for-review"))
    looked_at = editor.page(update, "schedule")
    writer.save(update, rationale="V2")
    writer.send(writer.page(update, "send-for-review"))
    typed = f"{timezone.now().year + 1}-01-02T09:30"
    refused = editor.send(looked_at, publish_at=typed)
    assert "Rationale V1 V2" in refused.words
    assert refused.fields["publish_at"] == [typed]
    assert "It becomes public on" in editor.send(refused).words


def test_a_draft_source_that_is_edited_ends_the_review_in_the_open(
    writer: Browser, editor: Browser
) -> None:
    source = make.make_source(title="The statement")
    update = an_update(source=source)
    writer.send(writer.page(update, "send-for-review"))
    editor.save(source, title="Another statement")
    assert review_of(update).state == "draft"
    told = writer.page(update).words
    assert "Changed by editor after it was sent: Source “Another statement”: Title." in told
    writer.send(writer.page(update, "send-for-review"))
    assert "becomes public with it and was edited by you" in editor.page(update, "publish").words


def test_a_draft_topic_that_is_deleted_ends_the_review(writer: Browser, editor: Browser) -> None:
    topics = [make.make_topic(name="One"), make.make_topic(name="Two")]
    commitment = make.make_commitment(topics=topics)
    for topic in topics:
        writer.send(writer.page(commitment, "send-for-review"))
        if topic.name == "One":
            editor.client.post(admin_url(topic, "delete"), {"post": "yes"})
        else:
            chosen = {"action": "delete_selected", "_selected_action": topic.pk, "post": "yes"}
            editor.client.post("/admin/tracker/topic/", chosen)
        assert not Topic.objects.filter(pk=topic.pk).exists()
        review = review_of(commitment)
        assert (review.state, review.comment) == (
            "draft",
            "Changed by editor after it was sent: Topics.",
        ) or review.comment.startswith("Changed by editor after it was sent: ")


def test_a_way_around_every_rule_shows_on_the_page(writer: Browser, editor: Browser) -> None:
    update = an_update(rationale="V1")
    writer.send(writer.page(update, "send-for-review"))
    StatusUpdate.objects.filter(pk=update.pk).update(rationale="V2")
    words = editor.page(update).words
    assert "It was changed since, so it cannot be published before it is sent again." in words
    assert "Rationale V1 V2" in words
    refused = editor.page(update, "publish")
    assert "it has to be sent again" in refused.words
    assert "Publish the update" not in refused.buttons


def test_whoever_sent_it_takes_it_back(writer: Browser, editor: Browser) -> None:
    update = an_update()
    writer.send(writer.page(update, "send-for-review"))
    assert "ends the review" in writer.page(update).words
    assert "Take back from review" in writer.page(update).words
    assert "Take back from review" not in editor.page(update).words
    assert editor.page(update, "take-back").status == 403
    assert "It is a draft again." in writer.send(writer.page(update, "take-back")).words
    review = review_of(update)
    assert (review.state, review.comment) == ("draft", "Taken back from review by writer.")


def test_the_draft_of_an_update_says_which_names_become_public_with_it(editor: Browser) -> None:
    update = an_update()
    make.make_alias(update.commitment, name="GSOMIA", update=update)
    assert "With it the other name “GSOMIA” (en) becomes public." in editor.page(update).words
    # It is not of the form of its commitment, which is public.
    assert "GSOMIA" not in editor.page(update.commitment).words


def test_the_page_names_the_version_that_is_approved(writer: Browser, editor: Browser) -> None:
    meeting = make.make_meeting()
    writer.send(writer.page(meeting, "send-for-review"))
    digest = Review.objects.get().sent_digest
    page = editor.page(meeting, "publish")
    assert digest[:12] in page.words
    editor.send(page)
    assert Review.objects.get().approved_digest == digest
    assert Meeting.objects.get().is_public
    assert Change.objects.count() == 1


def test_the_front_page_says_what_was_changed_since_it_was_sent(
    writer: Browser, editor: Browser
) -> None:
    update = an_update()
    writer.send(writer.page(update, "send-for-review"))
    assert "changed since" not in editor.open("/admin/").words
    StatusUpdate.objects.filter(pk=update.pk).update(rationale="V2")
    assert "changed since, to be sent again" in editor.open("/admin/").words


def listed(browser: Browser, noun: type[Model], publication: str) -> list[Model]:
    response = browser.open(f"{list_url(noun)}?publication={publication}").response
    return list(response.context["cl"].result_list)


def test_a_list_does_not_name_as_in_review_what_has_to_be_sent_again(
    writer: Browser, editor: Browser
) -> None:
    """By whatever way something that becomes public with it was changed."""
    source, topic = make.make_source(title="One"), make.make_topic()
    update = an_update(source=source)
    commitment, meeting = make.make_commitment(topics=[topic]), make.make_meeting(sources=[source])
    for draft in (update, commitment, meeting):
        writer.send(writer.page(draft, "send-for-review"))
        assert listed(editor, type(draft), "in_review") == [draft]
        assert listed(editor, type(draft), "draft") == []
    Source.objects.filter(pk=source.pk).update(title="Two")
    Topic.objects.filter(pk=topic.pk).update(name="Another topic")
    for draft in (update, commitment, meeting):
        assert listed(editor, type(draft), "in_review") == []
        assert listed(editor, type(draft), "draft") == [draft]
        assert (
            "In review" not in editor.open(list_url(type(draft))).words.split("By publication")[0]
        )


@pytest.mark.parametrize("state", ["in_review", "scheduled"])
def test_a_list_does_not_name_as_waiting_what_an_edit_of_its_source_ended(
    state: str, writer: Browser, editor: Browser
) -> None:
    source = make.make_source(title="One")
    update = an_update(source=source)
    writer.send(writer.page(update, "send-for-review"))
    if state == "scheduled":
        at = f"{timezone.now().year + 1}-01-02T09:30"
        editor.send(editor.page(update, "schedule"), publish_at=at)
    assert listed(editor, StatusUpdate, state) == [update]
    writer.save(source, title="Two")
    assert listed(editor, StatusUpdate, state) == []
    assert listed(editor, StatusUpdate, "draft") == [update]
