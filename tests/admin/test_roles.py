"""Who may do what: every role at every address and act of the admin, and nothing left out.

The addresses are those of the admin's site itself, so that a new noun, page or act fails here until
it has its line in `MAY`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver

from tests import make
from tests.admin.browsing import Browser
from tests.notify.subscriptions import make_webhook
from tests.stored import stored_rows
from tracker.actions.imports.uploads import store_upload
from tracker.actions.review.states import schedule, send_for_review
from tracker.migrations._roles import HOUSE, make_groups
from tracker.models import Change, Delivery, Subscription

GROUPS = ("Contributor", "Editor", "Administrator", "Auditor")
ROLES = ("anonymous", "staff without a group", *GROUPS)

ALL = frozenset(GROUPS)
WRITERS = ALL - {"Auditor"}
EDITORS = frozenset({"Editor", "Administrator"})
HEAD = frozenset({"Administrator"})
LOOKS_AT_EVERYTHING = HEAD | {"Auditor"}
NOBODY: frozenset[str] = frozenset()

Table = dict[str, frozenset[str]]


def _looked_at(by: frozenset[str], **pages: frozenset[str]) -> Table:
    return {"changelist": by, "change": by, "history": by, **pages}


# "edit" and "delete" are tried on a draft, "amend" and "delete public" on what is public.
_RECORD = _looked_at(
    ALL,
    add=WRITERS,
    edit=WRITERS,
    amend=EDITORS,
    delete=WRITERS,
    **{"delete public": NOBODY, "delete_selected": WRITERS},
)
_STAGES: Table = {
    "publish": EDITORS,
    "schedule": EDITORS,
    "send-for-review": WRITERS,
    "send-back": EDITORS,
    "call-off": EDITORS,
    # For whoever wrote or sent the draft, which is none of these people.
    "take-back": NOBODY,
}
# "import-file" and its mapping are tried on a file that another person has handed in.
_FILES: Table = {
    "import": WRITERS,
    "import-file": NOBODY,
    "import-mapping": NOBODY,
    "export-csv": ALL,
    "export-xlsx": ALL,
}
_ACCOUNT = _looked_at(
    LOOKS_AT_EVERYTHING, add=HEAD, edit=HEAD, delete=HEAD, **{"delete_selected": HEAD}
)
MAY: dict[str, Table] = {
    **{f"tracker_{noun}": _RECORD for noun in ("party", "forum", "topic")},
    "tracker_source": _RECORD | _FILES,
    "tracker_meeting": _RECORD
    | _FILES
    | _STAGES
    | {"publish-updates": EDITORS, "fully-recorded": EDITORS, "send-updates": WRITERS}
    # The text of a public source is an amendment.
    | {"worksheet": WRITERS, "source-text": EDITORS},
    "tracker_commitment": _RECORD
    | _FILES
    | _STAGES
    | {"retract": EDITORS, "checked-today": EDITORS},
    "tracker_note": _RECORD | _STAGES | {"retract": EDITORS},
    # What is public of these is never amended, by nobody.
    "tracker_statusupdate": _RECORD
    | _FILES
    | _STAGES
    | {"amend": NOBODY, "correct": EDITORS, "retract": EDITORS, "add-evidence": EDITORS},
    "tracker_change": _looked_at(ALL, add=NOBODY, edit=NOBODY, delete=NOBODY),
    "tracker_subscription": _looked_at(
        LOOKS_AT_EVERYTHING,
        add=NOBODY,
        edit=NOBODY,
        delete=HEAD,
        approve=HEAD,
        stop=HEAD,
        resume=HEAD,
        **{"delete_selected": HEAD},
    ),
    "tracker_delivery": _looked_at(LOOKS_AT_EVERYTHING, add=NOBODY, edit=NOBODY, delete=NOBODY),
    "mfa_authenticator": _looked_at(
        LOOKS_AT_EVERYTHING,
        add=NOBODY,
        edit=NOBODY,
        delete=HEAD,
        **{"delete_selected": HEAD},
    ),
    "auth_group": _ACCOUNT,
    "auth_user": _ACCOUNT | {"password_change": HEAD},
}
UPLOADED = {
    "source": "sources",
    "meeting": "meetings",
    "commitment": "commitments",
    "statusupdate": "updates",
}
# What is not about one noun: `app_list` is tried for each application below.
OF_THE_SITE = {
    *("index", "login", "logout", "password_change", "password_change_done"),
    *("autocomplete", "jsi18n", "view_on_site", "app_list"),
}


def named_addresses(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named_addresses(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def split(name: str) -> tuple[str, str]:
    """ "tracker_meeting_send-back" → ("tracker_meeting", "send-back")."""
    app, noun, page = name.split("_", 2)
    return f"{app}_{noun}", page


PAGES = [split(n) for n in dict.fromkeys(named_addresses(site.get_urls())) if n not in OF_THE_SITE]


@pytest.fixture(autouse=True)
def _groups(db: None) -> None:
    # A test that empties the database takes the groups of the migration with it.
    make_groups(apps)


def client_of(role: str) -> Client:
    client = Client()
    if role != "anonymous":
        user = User.objects.create_user(f"one {role}", password="x", is_staff=True)
        if role in GROUPS:
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
    return client


@pytest.fixture
def records() -> dict[str, Model]:
    """For each noun and page a record that the page is offered for: "tracker_note retract"."""
    editor, sender = User.objects.create_superuser("head"), User.objects.create_user("sender")
    found: dict[str, Any] = {}
    forum, topic = make.make_forum(), make.make_topic()
    meeting = make.published_meeting(forum=forum)
    commitment = make.published_commitment(topics=[topic], meeting=meeting)
    public = {
        "party": commitment.parties.first(),
        "source": meeting.sources.first(),
        "forum": forum,
        "topic": topic,
        "meeting": meeting,
        "commitment": commitment,
        "note": make.published_note(meeting=meeting),
        "statusupdate": make.published_update(commitment),
    }
    makers: dict[str, Any] = {
        "party": make.make_party,
        "source": make.make_source,
        "forum": make.make_forum,
        "topic": make.make_topic,
        "meeting": make.make_meeting,
        "commitment": lambda: make.make_update().commitment,
        "note": lambda: make.make_note(meeting=meeting),
        "statusupdate": lambda: make.make_update(commitment=commitment, meeting=meeting),
    }
    for noun, record in public.items():
        name = f"tracker_{noun}"
        found[f"{name} amend"] = found[f"{name} delete public"] = record
        for act in (
            *("retract", "correct", "add-evidence", "publish-updates", "fully-recorded"),
            *("send-updates", "source-text", "checked-today"),
        ):
            found[f"{name} {act}"] = record
        found[name] = makers[noun]()
        if "send-back" in MAY[name]:
            found[f"{name} send-back"] = waiting = makers[noun]()
            send_for_review(waiting, now=make.NOW, by=sender)
            found[f"{name} call-off"] = due = makers[noun]()
            first = due.updates.first() if noun == "commitment" else None
            at = make.NOW + dt.timedelta(days=1)
            schedule(due, publish_at=at, first_update=first, now=make.NOW, by=editor)
    webhook = make_webhook()
    for noun, name in UPLOADED.items():
        found[f"tracker_{noun} import-file"] = found[f"tracker_{noun} import-mapping"] = (
            store_upload([b"title\nOne\n"], noun=name, file_name="a.csv", now=make.NOW, by=sender)
        )
    found |= {
        "tracker_change": Change.objects.first(),
        "tracker_subscription": webhook,
        "tracker_subscription approve": make_webhook(state="pending"),
        "tracker_subscription resume": make_webhook(
            state="stopped", stopped_because="Broken.", contact="a@example.org"
        ),
        "tracker_delivery": Delivery.objects.create(
            subscription=webhook,
            message_id="m",
            attempt=1,
            started_at=make.NOW,
            milliseconds=1,
            outcome="failed",
        ),
        "mfa_authenticator": Authenticator.objects.create(user=sender, type="totp", data={}),
        "auth_group": Group.objects.create(name="Another"),
        "auth_user": sender,
    }
    return found


def address(noun: str, page: str, records: dict[str, Model]) -> str:
    start = f"/admin/{noun.replace('_', '/')}/"
    if page == "changelist":
        return start
    if page in {"add", "import"}:
        return f"{start}{page}/"
    if page.startswith("export-"):
        return f"{start}{page.replace('-', '.')}"
    if page in {"import-file", "import-mapping"}:
        end = "" if page == "import-file" else "mapping.yaml"
        return f"{start}import/{records[f'{noun} {page}'].pk}/{end}"
    record = records.get(f"{noun} {page}", records[noun])
    last = {
        "edit": "change",
        "amend": "change",
        "delete public": "delete",
        "password_change": "password",
    }
    return f"{start}{record.pk}/{last.get(page, page)}/"


def test_every_address_and_every_action_has_its_line() -> None:
    lines = {(noun, page) for noun, table in MAY.items() for page in table}
    of_no_address = {"edit", "amend", "delete public", "delete_selected"}
    assert set(PAGES) == {(noun, page) for noun, page in lines if page not in of_no_address}
    assert {f"{m._meta.app_label}_{m._meta.model_name}" for m in site._registry} == set(MAY)
    acts = {
        (f"tracker_{model._meta.model_name}", act.name)
        for model, admin in site._registry.items()
        for act in getattr(admin, "acts", ())
    }
    assert acts <= set(PAGES)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may_and_nothing_else(
    role: str, records: dict[str, Model], settings: Any
) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    client = client_of(role)
    opened = set()
    for noun, table in MAY.items():
        for page in table:
            if page in {"edit", "amend", "delete_selected"}:
                continue
            answer = client.get(address(noun, page, records))
            if answer.streaming:
                list(answer.streaming_content)  # read to its end, a file is closed
            if role == "anonymous":
                assert answer["Location"].startswith("/admin/login/"), (noun, page)
            elif answer.status_code == 200:
                opened.add((noun, page))
            else:
                assert answer.status_code == 403, (noun, page, answer)
    assert opened == {
        (noun, page)
        for noun, table in MAY.items()
        for page, roles in table.items()
        if role in roles and page not in {"edit", "amend", "delete_selected"}
    }


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_do_is_refused_on_the_server(
    role: str, records: dict[str, Model], settings: Any
) -> None:
    """Whatever a form or a button leaves out, a direct request may hold."""
    settings.REQUIRE_SECOND_PERSON = False
    client = client_of(role)
    users, before = User.objects.count(), stored_rows()
    data = {
        **{"post": "yes", "reason": "Because.", "comment": "No.", "significance": "major"},
        **{"publish_at": "2036-01-01T09:00", "name": "Elsewhere", "title": "Elsewhere"},
        **{"username": "new", "password1": "a long password", "password2": "a long password"},
    }
    for noun, table in MAY.items():
        for page, roles in table.items():
            if role in roles or page in {"changelist", "change", "history", "delete_selected"}:
                continue
            answer = client.post(address(noun, page, records), data)
            # Who writes drafts is told in words that this one is public by now.
            told = page == "amend" and role in table["edit"]
            if role == "anonymous" or told:
                assert answer.status_code == 302, (noun, page)
            else:
                assert answer.status_code == 403, (noun, page)
    assert stored_rows() == before
    assert User.objects.count() == users


@pytest.mark.parametrize("role", GROUPS)
def test_each_role_saves_what_it_may(role: str, records: dict[str, Model], settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = False
    browser = Browser(User.objects.create_user("one", password="x", is_staff=True))
    User.objects.get(username="one").groups.add(Group.objects.get(name=role))
    for noun, table in MAY.items():
        for page in ("edit", "amend"):
            opened = browser.open(address(noun, page, records)) if page in table else None
            if opened is not None:
                assert ("Save" in opened.buttons) == (role in table[page]), (noun, page)


@pytest.mark.parametrize("role", ROLES[1:])
def test_each_role_is_offered_its_actions_upon_lists(role: str) -> None:
    request = RequestFactory().get("/admin/")
    client_of(role)
    request.user = User.objects.get(username=f"one {role}")
    offered = {
        (f"{model._meta.app_label}_{model._meta.model_name}", name)
        for model, admin in site._registry.items()
        for name in admin.get_actions(request)
    }
    assert offered == {
        (noun, "delete_selected")
        for noun, table in MAY.items()
        if role in table.get("delete_selected", NOBODY)
    }


@pytest.mark.parametrize("role", ROLES[1:])
def test_pages_of_the_site_show_each_role_its_own(role: str) -> None:
    client = client_of(role)
    shown = {app["app_label"] for app in client.get("/admin/").context["available_apps"]}
    looks = role in LOOKS_AT_EVERYTHING
    assert shown == ({"tracker"} if role in ALL else set()) | ({"auth", "mfa"} if looks else set())
    for app in ("tracker", "auth", "mfa"):
        answer = client.get(f"/admin/{app}/")
        assert (answer.status_code == 200) == (app in shown), app
    start = "/admin/autocomplete/?app_label=tracker&model_name=statusupdate&field_name=commitment"
    assert (client.get(start).status_code == 200) == (role in ALL)


def test_the_groups_name_only_permissions_that_exist() -> None:
    """A misspelt one would be left out in silence."""
    editor = set(Group.objects.get(name="Editor").permissions.values_list("codename", flat=True))
    contributor = Group.objects.get(name="Contributor").permissions
    assert len(editor) == 46
    assert editor - set(contributor.values_list("codename", flat=True)) == {"publish"}
    head = Group.objects.get(name="Administrator").permissions
    ours = Permission.objects.filter(content_type__app_label__in=HOUSE)
    assert set(head.all()) == set(ours)
    auditor = Group.objects.get(name="Auditor").permissions.values_list("codename", flat=True)
    assert auditor
    assert all(codename.startswith("view_") for codename in auditor)
    assert Subscription.objects.count() == 0


def test_the_log_shows_who_wrote_a_line_to_the_auditor(records: dict[str, Model]) -> None:
    change = Change.objects.latest("seq")
    words = client_of("Auditor").get(f"/admin/tracker/change/{change.pk}/change/").content.decode()
    assert "recorded by" in words.lower()
    assert change.hash in words
