"""The form of accounts says what it takes to sign in."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from tests.admin.browsing import Browser

RIGHTS = "“clerk” has rights but cannot sign in: tick “Staff status”."
NONE = "“clerk” cannot sign in yet: tick “Staff status” and choose a group."


def saved(browser: Browser, user: User, **values: object) -> str:
    told = {
        "username": user.username,
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        **values,
    }
    page = browser.client.post(f"/admin/auth/user/{user.pk}/change/", told, follow=True)
    assert page.redirect_chain, page.context["errors"]
    return page.content.decode()


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"groups": True}, RIGHTS),
        ({"is_superuser": "on"}, RIGHTS),
        ({}, NONE),
        ({"groups": True, "is_staff": "on"}, ""),
        ({"groups": True, "is_active": ""}, ""),
    ],
    ids=str,
)
def test_an_administrator_is_told_of_a_missing_staff_status(
    browser: Browser, values: dict[str, object], warning: str
) -> None:
    clerk = User.objects.create_user("clerk")
    if "groups" in values:
        values = {**values, "groups": [Group.objects.get(name="Contributor").pk]}
    page = saved(browser, clerk, **{name: value for name, value in values.items() if value})
    if not values.get("is_active", "on"):
        page = saved(browser, clerk, is_active="")
    for sentence in (RIGHTS, NONE):
        assert (sentence in page) is (sentence == warning)


def test_the_form_says_it_before(browser: Browser) -> None:
    clerk = User.objects.create_user("clerk")
    page = browser.client.get(f"/admin/auth/user/{clerk.pk}/change/").content.decode()
    assert "Without it the account cannot sign in, whatever groups it is in." in page
    assert "To sign in it needs “Staff status” as well." in page


def test_a_new_account_is_told_of_it_at_once(browser: Browser) -> None:
    values = {"username": "clerk", "password1": "a long one 1", "password2": "a long one 1"}
    values["usable_password"] = "true"
    page = browser.client.post("/admin/auth/user/add/", values, follow=True)
    assert NONE in page.content.decode()
