"""The connection to the mail server: kept for many messages, and opened again after a drop."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mail_servers import MailServerHere, mail_server
from tests.make import NOW, published_commitment
from tests.notify.emailing import at, make_email
from tracker.models import Delivery, Outcome
from tracker.notify.deliver import deliver_due

pytestmark = pytest.mark.django_db


def deliver(server: MailServerHere, settings: Any, *, count: int) -> None:
    """Send one message to each of so many subscriptions."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    for number in range(count):
        make_email(address=f"r{number}@example.org")
    published_commitment()
    assert deliver_due(clock=at(NOW)) == count


def test_one_connection_serves_many_messages(settings: Any) -> None:
    with mail_server() as server:
        deliver(server, settings, count=7)
        assert (server.connections, len(server.taken)) == (1, 7)


@pytest.mark.parametrize("says_so", [True, False], ids=["with 421", "in silence"])
def test_a_connection_that_the_server_drops_is_opened_again(settings: Any, says_so: bool) -> None:
    with mail_server(messages_each=3, says_so=says_so) as server:
        deliver(server, settings, count=7)
        assert (server.connections, len(server.taken)) == (3, 7)
    assert len({message.partition(b"Message-ID: ")[2][:60] for message in server.taken}) == 7
    assert set(Delivery.objects.values_list("outcome", flat=True)) == {Outcome.DELIVERED}


def test_a_server_that_drops_each_connection_at_once_is_not_tried_without_end(
    settings: Any,
) -> None:
    with mail_server(messages_each=0) as server:
        deliver(server, settings, count=2)
        assert (server.connections, server.taken) == (2, [])
    assert set(Delivery.objects.values_list("outcome", flat=True)) == {Outcome.FAILED}
