"""Publishing a commitment with its first update, its other names, and taking it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests import make
from tests.admin.browsing import Browser, Page, admin_url
from tests.stored import stored_rows
from tracker.models import Alias, Change, Commitment, StatusUpdate


def kinds() -> list[str]:
    return [change.kind for change in Change.objects.order_by("seq")]


def test_a_commitment_is_published_with_the_chosen_update(browser: Browser, staff: User) -> None:
    commitment = make.make_commitment(topics=[make.make_topic()])
    make.make_alias(commitment)
    early = make.make_update(commitment=commitment, rationale="The first one.")
    late = make.make_update(commitment=commitment, happened="2026-05", stage="preparing")
    page = browser.page(commitment, "publish")
    assert "2026-02-25: Announced. The first one." in page.words
    assert "2026-05: Preparing." in page.words
    assert page.fields["first_update"] == [str(early.pk)]
    done = browser.send(page, first_update=str(late.pk))
    assert "Public now, as changes #1, #2 of the log." in done.words
    published = Commitment.objects.get(pk=commitment.pk)
    assert (published.is_public, published.stage) == (True, "preparing")
    assert kinds() == ["commitment_published", "status"]
    assert {change.recorded_by for change in Change.objects.all()} == {staff}
    assert published.aliases.get().is_public
    assert not StatusUpdate.objects.get(pk=early.pk).is_published


def test_without_an_update_it_is_told_what_is_missing(browser: Browser) -> None:
    page = browser.page(make.make_commitment(), "publish")
    assert "Add an update with its source first" in page.words
    assert "Publish the commitment" not in page.buttons


def test_another_update_may_do_where_the_first_does_not(browser: Browser) -> None:
    commitment = make.make_commitment()
    make.make_update(commitment=commitment, is_cited=False)
    good = make.make_update(commitment=commitment, happened="2026-05")
    page = browser.page(commitment, "publish")
    assert "Cite a source for the update" in page.words
    refused = browser.send(page)
    assert "Cite a source for the update" in refused.words
    assert not Change.objects.exists()
    assert "Public now" in browser.send(refused, first_update=str(good.pk)).words


@pytest.mark.parametrize("choice", ["", "abc", "0", "999999999999999999999", "\0"])
def test_an_impossible_choice_is_told(choice: str, browser: Browser) -> None:
    commitment = make.make_commitment()
    make.make_update(commitment=commitment)
    foreign = make.make_update()
    for typed in (choice, str(foreign.pk)):
        page = browser.send(browser.page(commitment, "publish"), first_update=typed)
        assert page.status == 200
        assert "Nothing was written yet." in page.words
    assert not Change.objects.exists()


def test_a_public_commitment_is_retracted_for_a_reason(browser: Browser) -> None:
    commitment = make.published_commitment()
    page = browser.page(commitment, "retract")
    assert "Only for what should never have been recorded" in page.words
    assert "This field is required" in browser.send(page, reason="  ").words
    assert Commitment.objects.get(pk=commitment.pk).is_public
    done = browser.send(page, reason="Nobody promised it.")
    change = Change.objects.latest("seq")
    assert (change.kind, change.payload["reason"]) == ("retraction", "Nobody promised it.")
    assert Commitment.objects.get(pk=commitment.pk).is_retracted
    assert f"Retracted by change #{change.seq}." in done.words
    assert "is not possible as it stands now" in browser.send(page, reason="Again.").words


def test_a_reason_that_no_page_can_show_is_refused(browser: Browser) -> None:
    page = browser.page(make.published_commitment(), "retract")
    refused = browser.send(page, reason="a bell\x07 rings")
    assert "It holds a control character" in refused.words
    assert not Change.objects.filter(kind="retraction").exists()


# -- Other names --------------------------------------------------------------------------------


def with_another_name(page: Page, name: str) -> dict[str, Any]:
    index = int(page.fields["aliases-TOTAL_FORMS"][0])
    start = f"aliases-{index}"
    return {
        "aliases-TOTAL_FORMS": str(index + 1),
        f"{start}-name": name,
        f"{start}-language": "ko",
        f"{start}-note": "",
    }


def test_a_name_added_to_a_public_commitment_is_one_line(browser: Browser, staff: User) -> None:
    commitment = make.published_commitment()
    page = browser.page(commitment)
    browser.send(page, **with_another_name(page, "우주안보대화"))
    change = Change.objects.latest("seq")
    assert kinds() == ["commitment_published", "status", "renamed"]
    assert (change.recorded_by, change.significance) == (staff, "minor")
    assert change.payload["before"] == {"aliases": []}
    assert Alias.objects.get().is_public


def test_a_name_and_a_title_are_a_line_each(browser: Browser) -> None:
    commitment = make.published_commitment()
    page = browser.page(commitment)
    done = browser.send(page, title="A new title", **with_another_name(page, "Another name"))
    assert kinds()[2:] == ["renamed", "renamed"]
    assert "written to the log as #3, #4" in done.words


def test_a_public_name_is_taken_back_and_never_edited(browser: Browser) -> None:
    commitment = make.make_commitment()
    alias = make.make_alias(commitment, name="A wrong name")
    first = make.make_update(commitment=commitment)
    browser.send(browser.page(commitment, "publish"), first_update=str(first.pk))
    before = stored_rows()
    page = browser.page(commitment)
    assert "aliases-0-name" not in page.fields
    browser.send(page, **{"aliases-0-name": "Edited"})
    assert stored_rows() == before
    browser.send(browser.page(commitment), **{"aliases-0-DELETE": "on"})
    assert Alias.objects.get(pk=alias.pk).is_retracted
    assert kinds()[2:] == ["renamed"]
    taken_back = stored_rows()
    page = browser.page(commitment)
    assert "A wrong name Retracted" in " ".join(page.words.split())
    browser.send(page, **{"aliases-0-DELETE": "on"})
    assert stored_rows() == taken_back


def test_the_names_of_a_draft_stay_drafts(browser: Browser) -> None:
    commitment = make.make_commitment()
    page = browser.page(commitment)
    browser.send(page, **with_another_name(page, "Another name"))
    assert not Alias.objects.get().is_published
    assert not Change.objects.exists()


def test_a_draft_name_of_a_public_commitment_is_published_only_when_touched(
    browser: Browser,
) -> None:
    commitment = make.published_commitment()
    alias = make.make_alias(commitment)
    browser.save(commitment, title="A new title")
    assert not Alias.objects.get(pk=alias.pk).is_published
    browser.save(commitment, **{"aliases-0-note": "As the ministry says."})
    assert Alias.objects.get(pk=alias.pk).is_public


# -- Its own rules ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["part_of", "supersedes", "related"])
def test_a_commitment_does_not_refer_to_itself(name: str, browser: Browser) -> None:
    for commitment in (make.make_commitment(), make.published_commitment()):
        before = stored_rows()
        page = browser.save(commitment, **{name: str(commitment.pk)})
        assert "not this one." in page.words
        assert stored_rows() == before


def test_a_public_commitment_refers_to_no_draft(browser: Browser) -> None:
    commitment, draft = make.published_commitment(), make.make_commitment()
    for name in ("part_of", "supersedes", "related"):
        page = browser.save(commitment, **{name: str(draft.pk)})
        assert f"Publish “{draft}” first." in page.words
    assert kinds() == ["commitment_published", "status"]


def test_a_draft_topic_becomes_public_with_it(browser: Browser) -> None:
    commitment, topic = make.published_commitment(), make.make_topic(name="Space")
    browser.save(commitment, topics=[str(topic.pk)])
    payload = Change.objects.latest("seq").payload
    assert payload["commitment"]["topics"] == [topic.slug]
    assert payload["introduces"]["topics"][0]["name"] == "Space"


def test_its_page_leads_to_its_updates(browser: Browser) -> None:
    commitment = make.published_commitment(title="The one")
    make.published_commitment(title="The other")
    assert "Its updates" in browser.page(commitment).words
    address = f"/admin/tracker/statusupdate/?commitment__id__exact={commitment.pk}"
    words = browser.open(address).words
    assert "The one" in words
    assert "The other" not in words


def test_the_list_tells_the_publication(browser: Browser) -> None:
    make.make_commitment(title="Not yet")
    make.published_commitment(title="In the open")
    words = browser.open("/admin/tracker/commitment/").words
    assert "Not yet Draft - -" in words
    assert "In the open Public Announced Not assessed" in words
    drafts = browser.open("/admin/tracker/commitment/?publication=draft").words
    assert "Not yet" in drafts
    assert "In the open" not in drafts
    assert admin_url(Commitment, "add") == "/admin/tracker/commitment/add/"
