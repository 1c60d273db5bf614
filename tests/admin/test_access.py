"""Who gets in: every address of the admin, walked by those who may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.admin.sites import AdminSite, site
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver

from tests import make
from tests.admin.browsing import Browser
from tracker.models import Change, Commitment

# What stands in an address for the parts that vary; nobody may learn whether it exists.
PARTS = {"object_id": "1", "app_label": "tracker", "content_type_id": "1", "url": "nowhere"} | {
    "upload_id": "1"
}
OPEN_TO_ALL = {"/admin/login/", "/admin/jsi18n/"}


def addresses(patterns: list[URLPattern | URLResolver], start: str) -> Iterator[str]:
    for pattern in patterns:
        route = str(pattern.pattern)
        for name, value in PARTS.items():
            for converter in ("", "path:", "int:"):
                route = route.replace(f"<{converter}{name}>", value)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, start + route)
        elif "(?P" in route:
            yield f"{start}tracker/"
        else:
            yield start + route


EVERY_ADDRESS = sorted(set(addresses(site.get_urls(), "/admin/")))


def test_the_walk_finds_the_acts() -> None:
    assert {
        "/admin/tracker/commitment/1/publish/",
        "/admin/tracker/meeting/1/fully-recorded/",
        "/admin/tracker/statusupdate/1/correct/",
    } <= set(EVERY_ADDRESS)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_login(method: str) -> None:
    for address in EVERY_ADDRESS:
        if address in OPEN_TO_ALL:
            continue
        response = getattr(Client(), method)(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith(("/admin/login/", "/accounts/login/")) or (
            address == "/admin/logout/"
        ), address


@pytest.mark.django_db
def test_readers_with_an_account_are_sent_to_the_login() -> None:
    client = Client()
    client.force_login(User.objects.create_user("reader", password="a long password"))
    for address in EVERY_ADDRESS:
        if address in OPEN_TO_ALL | {"/admin/logout/", "/admin/password_change/"}:
            continue
        response = client.get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (
            302,
            "/admin/login/",
        ), address


def test_the_site_has_the_registers_name(browser: Browser) -> None:
    assert isinstance(site, AdminSite)
    assert browser.open("/admin/").words.count("Commitment Tracker") >= 2


def test_a_clerk_who_may_only_look_sees_no_button_and_no_form(clerk, browser: Browser) -> None:
    commitment = make.make_commitment()
    page = clerk("view_commitment").page(commitment)
    assert page.status == 200
    assert page.buttons == {}
    assert "A draft. It is published together with its first update." in page.words


@pytest.mark.parametrize("act", ["publish", "retract"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_act_itself_asks_for_the_permission(clerk, act: str, method: str) -> None:
    draft, public = make.make_commitment(), make.published_commitment()
    update = make.make_update(commitment=draft)
    before = Change.objects.count()
    client = clerk("view_commitment", "add_commitment", "change_commitment").client
    record = draft if act == "publish" else public
    data = {"first_update": update.pk, "reason": "Because."}
    response = getattr(client, method)(f"/admin/tracker/commitment/{record.pk}/{act}/", data)
    assert response.status_code == 403
    assert Change.objects.count() == before


def test_who_may_publish_does(clerk) -> None:
    commitment = make.make_commitment()
    make.make_update(commitment=commitment)
    browser = clerk("view_commitment", "publish")
    done = browser.send(browser.page(commitment, "publish"))
    assert "Public now" in done.words
    assert Commitment.objects.get(pk=commitment.pk).is_public


def test_who_may_only_look_cannot_amend(clerk) -> None:
    party = make.make_party(published_seq=1)
    client = clerk("view_party").client
    url = f"/admin/tracker/party/{party.pk}/change/"
    assert client.post(url, {"name": "Elsewhere", "why": ""}).status_code == 403
