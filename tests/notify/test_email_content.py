"""What a message holds: the log's lines and nothing else, links, limits, what is overdue."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.leaky import DRAFT, INTERNAL, add_drafts, publish_register
from tests.make import (
    NOW,
    date,
    make_commitment,
    make_topic,
    published_commitment,
    published_update,
)
from tests.notify.emailing import at, html_of, links_in, make_email
from tracker.filters import ChangeFilter
from tracker.models import Frequency, Stage
from tracker.notify import emails
from tracker.notify.deliver import deliver_due
from tracker.notify.digest import digest
from tracker.notify.emails import next_message
from tracker.notify.mail_server import MailServer
from tracker.notify.messages import Message
from tracker.notify.rounds import Round
from tracker.queries.log.change_summary import summarise
from tracker.queries.visibility import log_head

pytestmark = pytest.mark.django_db

MONTH = dt.timedelta(days=30)


def sent(now: dt.datetime = NOW) -> Any:
    deliver_due(clock=at(now))
    (message,) = mail.outbox
    return message


@pytest.mark.parametrize(
    "query", ["", "topic=cyber", "kind=status", "stage=negotiating", "q=pledge"]
)
def test_a_message_tells_the_lines_of_the_log_in_their_order(query: str) -> None:
    publish_register()
    make_email(query=query)
    found = ChangeFilter(QueryDict(query), today=NOW.date(), follows=True)
    expected = [line.title for line in summarise(found.log.order_by("seq"))]
    assert len(expected) > 1
    message = sent()
    told = message.body.split("\n")
    assert [line for line in told if line in expected] == expected
    html = re.findall(r"<h2 .*?><a [^>]*>(.*?)</a></h2>", html_of(message))
    assert html == expected


def test_one_line_is_the_subject_and_several_are_counted() -> None:
    topic = make_topic(slug="cyber", name="Cyber")
    make_email(query="topic=cyber&kind=commitment_published")
    make_email(query="topic=cyber", address="other@example.org")
    published_commitment(title="An agreement", topics=[topic])
    deliver_due(clock=at(NOW))
    assert {message.subject for message in mail.outbox} == {
        "An agreement: recorded",
        "2 changes: Commitments on Cyber",
    }


def test_a_subject_cannot_begin_another_header() -> None:
    make_email(query="kind=commitment_published")
    published_commitment(title="An agreement\r\nBcc: everybody@example.org\u2028of “x”" + "y" * 140)
    message = sent()
    subject = message.subject
    assert subject.startswith("An agreement Bcc: everybody@example.org of “x”yyy")
    assert len(subject) == 180
    written = message.message()
    assert written["Bcc"] is None
    assert [name for name in written if name.lower() in {"to", "bcc", "cc"}] == ["To"]


def test_a_filter_in_words_cannot_begin_another_header() -> None:
    topic = make_topic(slug="cyber", name="Cyber\r\nBcc: everybody@example.org")
    make_email(query="topic=cyber")
    published_commitment(topics=[topic])
    message = sent()
    assert message.subject == "2 changes: Commitments on Cyber Bcc: everybody@example.org"
    assert message.message()["Bcc"] is None


def test_every_link_leads_to_a_page(client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://register.example.org"
    publish_register()
    make_email(with_overdue=True)
    message = sent(NOW + MONTH)
    for text in (message.body, html_of(message)):
        paths = set(links_in(text, "/"))
        assert len(paths) > 5
        assert {path.split("/")[1] for path in paths} >= {"commitments", "meetings", "subscribe"}
        for path in paths:
            # 410 for what was retracted: its page says so.
            assert client.get(path).status_code in {200, 410}, path
    assert set(re.findall(r"https?://[^/\s\"]+", message.body)) == {"https://register.example.org"}


def test_at_most_so_many_lines_and_the_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emails, "MOST_LINES", 3)
    subscription = make_email(query="kind=mention")
    commitment = published_commitment()
    for day in range(1, 6):
        published_update(commitment, happened=f"2026-03-0{day}", rationale=f"Reason {day}.")
    message = sent()
    assert [f"Reason {day}." in message.body for day in range(1, 6)] == [True] * 3 + [False] * 2
    assert "2 more changes are not shown here. All of them:\n" in message.body
    assert "/changes/?kind=mention" in message.body
    assert message.subject == "5 changes: All changes, only: Mention"
    subscription.refresh_from_db()
    assert subscription.cursor == log_head().seq
    assert deliver_due(clock=at(NOW + MONTH)) == 0


def test_what_is_overdue_among_the_commitments_of_the_filter() -> None:
    topic = make_topic(slug="cyber", name="Cyber")
    make_email(query="topic=cyber&kind=mention", with_overdue=True)
    for title, target, topics, stage in (
        ("Late", "2026-01", [topic], Stage.ANNOUNCED),
        ("Also late", "2025", [topic], Stage.ANNOUNCED),
        ("Not yet", "2027", [topic], Stage.ANNOUNCED),
        ("Done", "2026-01", [topic], Stage.COMPLETED),
        ("Elsewhere", "2026-01", [], Stage.ANNOUNCED),
    ):
        published_commitment(title=title, target=target, topics=topics, stage=stage)
    news = published_commitment(title="News", topics=[topic])
    published_update(news, happened="2026-03-01")
    message = sent()
    _lines, _, overdue = message.body.partition("Overdue on 22 November 2026")
    assert re.findall(r"^\* (.*) \(", overdue, re.MULTILINE) == ["Also late", "Late"]
    assert "Target: January 2026" in overdue


def test_overdue_is_as_of_the_day_on_which_the_message_is_sent() -> None:
    make_email(with_overdue=True, frequency=Frequency.WEEKLY)
    published_commitment(title="Soon", target="2026-11-22", now=NOW)
    message = sent(NOW + dt.timedelta(days=1))
    assert "* Soon (" in message.body.partition("Overdue on 23 November 2026")[2]


def test_nothing_overdue_is_said_in_words() -> None:
    make_email(with_overdue=True)
    published_commitment(target="2027")
    message = sent()
    assert "None of the commitments that this subscription is about." in message.body
    assert "None of the commitments that this subscription is about." in html_of(message)


def test_without_the_wish_there_is_no_list() -> None:
    make_email()
    published_commitment(title="Late", target="2025")
    assert "Overdue on" not in sent().body


def test_drafts_and_internal_matters_are_never_told() -> None:
    public = publish_register()
    subscription = make_email(with_overdue=True)
    before = digest(subscription, _all(), now=NOW + MONTH, round=_round(NOW + MONTH))
    add_drafts(public)
    # One whose row says overdue, as no form would leave it.
    make_commitment(title=DRAFT, stage=Stage.ANNOUNCED, target=date("2025"))
    after = digest(subscription, _all(), now=NOW + MONTH, round=_round(NOW + MONTH))
    assert after.body == before.body
    assert html_of(after) == html_of(before)
    for marker in (DRAFT, INTERNAL):
        assert marker not in f"{after.body} {html_of(after)} {after.message()}".lower()


def test_what_no_longer_counts_is_told_as_such() -> None:
    publish_register()
    make_email()
    message = sent()
    for text in (message.body, html_of(message)):
        assert text.count("No longer counts: see change") == 2


def test_text_is_not_escaped_and_html_is() -> None:
    make_email()
    published_commitment(title="A <b>bold</b> & “quoted” pledge")
    message = sent()
    assert "A <b>bold</b> & “quoted” pledge: recorded" in message.body
    assert "A &lt;b&gt;bold&lt;/b&gt; &amp; “quoted” pledge: recorded" in html_of(message)


def _all() -> Message:
    return Message(id="x", lines=(), first_seq=1, last_seq=log_head().seq)


def _round(now: dt.datetime = NOW) -> Round:
    return Round(head=log_head().seq, today=now.date(), mail_server=MailServer())


def _queries_of_a_digest(query: str) -> int:
    subscription = make_email(query=query, with_overdue=True)
    with CaptureQueriesContext(connection) as queries:
        round = _round()
        message = next_message(subscription, now=NOW, round=round)
        assert isinstance(message, Message)
        digest(subscription, message, now=NOW, round=round)
    return len(queries)


def test_a_long_message_costs_no_more_queries_than_a_short_one() -> None:
    topic = make_topic(slug="one", name="One")
    published_commitment(topics=[topic], target="2025")
    many = make_topic(slug="many", name="Many")
    for _ in range(25):
        published_commitment(topics=[many], target="2025")
    one = _queries_of_a_digest("topic=one&kind=status")
    fifty = _queries_of_a_digest("topic=many")
    assert one == fifty
    assert fifty <= 22
