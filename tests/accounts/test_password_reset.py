"""A forgotten password: one answer for every address, and a link that works once."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from smtplib import SMTPException
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from tests.accounts.signing_in import sign_in, signed_in, with_app
from tests.lib.test_email_addresses import SPELLINGS

NEW = "quite another one"


def ask(client: Client, address: str) -> tuple[int, str]:
    response = client.post("/accounts/password/reset/", {"email": address})
    return response.status_code, response.headers.get("Location", "")


def link() -> str:
    found = re.search(
        r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", mail.outbox[-1].body
    )
    assert found, mail.outbox[-1].body
    return found[1]


def test_every_address_gets_the_same_answer_and_a_message(client: Client, ann: User) -> None:
    done = (302, "/accounts/password/reset/done/")
    assert ask(client, "ann.lee@example.org") == ask(client, "nobody@example.org") == done
    known, unknown = mail.outbox
    assert known.subject == "Commitment Tracker: A new password"
    assert "/accounts/password/reset/key/" in known.body
    assert "Your user name is ann." in known.body
    assert "No account there has this address." in unknown.body
    assert "http" not in unknown.body


@pytest.mark.parametrize(
    "spelling", ["ann.lee@exam\u00adple.org", "Ann.Lee@exa\u200bmple.org", "ａnn.lee＠example.org"]
)
def test_an_account_is_found_in_whichever_spelling(
    client: Client, ann: User, spelling: str
) -> None:
    ask(client, spelling)
    assert "/accounts/password/reset/key/" in mail.outbox[0].body
    assert sign_in(client, login=spelling).status_code == 302
    assert signed_in(client)


def test_one_mailbox_is_counted_in_every_spelling(client: Client, db: None) -> None:
    for spelling in SPELLINGS:
        ask(client, spelling)
    assert {tuple(message.to) for message in mail.outbox} == {("ann@example.org",)}
    assert len(mail.outbox) < len(SPELLINGS)


@pytest.mark.parametrize(
    "spelling", ['"ann.lee"@example.org', '"ann\\.lee"@example.org', "ann.lee@[192.0.2.1]"]
)
def test_no_spelling_leads_past_the_count(client: Client, ann: User, spelling: str) -> None:
    """A quoted name is the same mailbox, and a number the same server as its name."""
    assert ask(client, spelling) == (200, "")
    assert mail.outbox == []


def test_the_link_sets_a_password_once(client: Client, ann: User) -> None:
    ask(client, "ann.lee@example.org")
    place = link()
    form = client.get(place, follow=True)
    address = form.redirect_chain[-1][0]
    answer = client.post(address, {"password1": NEW, "password2": NEW})
    assert answer["Location"] == "/accounts/password/reset/key/done/"
    assert not signed_in(client)
    assert "This link was used, or is too old." in Client().get(place).content.decode()
    sign_in(client, password=NEW)
    assert signed_in(client)


def test_a_reset_does_not_replace_the_second_factor(client: Client, ann: User) -> None:
    with_app(ann)
    ask(client, "ann.lee@example.org")
    address = client.get(link(), follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW, "password2": NEW})
    assert sign_in(client, password=NEW)["Location"] == "/accounts/2fa/authenticate/"
    assert not signed_in(client)


def test_those_who_may_not_sign_in_get_no_link(client: Client, db: None) -> None:
    User.objects.create_user("gone", "gone@example.org", is_staff=True, is_active=False)
    User.objects.create_user("reader", "reader@example.org")
    for address in ("gone@example.org", "reader@example.org"):
        ask(client, address)
        assert "No account there has this address." in mail.outbox[-1].body


def test_a_mail_server_that_fails_changes_nothing(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: EmailMessage, fail_silently: bool = False) -> int:
        raise SMTPException("down")

    monkeypatch.setattr(EmailMessage, "send", fail)
    assert ask(client, "ann.lee@example.org") == ask(client, "nobody@example.org")


def test_a_link_that_was_made_up(client: Client, ann: User) -> None:
    for key in ("1-x", "zzzzzzzzzzzzzzzzzzzzzz-set-password", "1-%00"):
        page = client.get(f"/accounts/password/reset/key/{key}/")
        assert page.status_code == 200
        assert "This link was used, or is too old." in page.content.decode()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`later(10)`: ten minutes pass for the limits."""
    moment = [time.time()]
    monkeypatch.setattr(time, "time", lambda: moment[0])

    def pass_by(minutes: float) -> None:
        moment[0] += minutes * 60

    return pass_by


@pytest.mark.parametrize("address", ["ann.lee@example.org", "nobody@example.org"])
def test_one_address_is_written_to_five_times_a_day(
    ann: User, later: Callable[[float], None], address: str
) -> None:
    """Whoever asks, from wherever, and however it is written; the page is always the same."""
    answers = set()
    for number in range(30):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        written = address.upper() if number % 2 else address
        answers.add(ask(client, written))
        later(5)
    assert answers == {(302, "/accounts/password/reset/done/")}
    assert len(mail.outbox) == 5
    later(24 * 60)
    ask(Client(), address)
    assert len(mail.outbox) == 6


def test_one_address_gets_one_message_in_ten_minutes(
    client: Client, ann: User, later: Callable[[float], None]
) -> None:
    for _attempt in range(3):
        ask(client, "ann.lee@example.org")
    assert len(mail.outbox) == 1
    page = client.get("/accounts/password/reset/done/").content.decode()
    assert "at most one message in ten minutes and five a day" in page
    later(11)
    ask(client, "ann.lee@example.org")
    assert len(mail.outbox) == 2


def test_one_network_asks_thirty_times_a_day(ann: User, later: Callable[[float], None]) -> None:
    client = Client(REMOTE_ADDR="2001:db8::1")
    answers = []
    for number in range(40):
        client.defaults["REMOTE_ADDR"] = f"2001:db8::{number:x}"
        answers.append(ask(client, f"name{number}@example.org")[0])
        later(7)
    assert answers == [302] * 30 + [429] * 10
    assert len(mail.outbox) == 30


def test_all_together_ask_for_two_hundred_in_an_hour(
    ann: User, later: Callable[[float], None]
) -> None:
    for number in range(210):
        client = Client(REMOTE_ADDR=f"198.51.{number}.1")
        assert ask(client, f"name{number}@example.org")[0] == 302
    assert len(mail.outbox) == 200


def test_limits_keep_no_address_that_can_be_read(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    write = cache.set

    def noted(key: str, *value: Any, **how: Any) -> Any:
        kept.append(key)
        return write(key, *value, **how)

    monkeypatch.setattr(cache, "set", noted)
    client = Client(REMOTE_ADDR="203.0.113.77")
    ask(client, "ann.lee@example.org")
    sign_in(client, "ann", "wrong")
    assert len(kept) >= 5
    stored = " ".join(kept)
    plain = hashlib.sha256(b"ann.lee@example.org").hexdigest()
    assert not [told for told in ("203.0.113", "ann", "example", plain) if told in stored]
