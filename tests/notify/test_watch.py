"""The deliverer as a command: what it does once, when it prepares, and how it ends."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import override_settings

from tests.make import NOW, make_meeting, published_commitment
from tests.notify.subscriptions import make_webhook
from tracker.actions.review.states import schedule, send_for_review
from tracker.models import Change, ChangeKind, Channel, Delivery, Outcome, Subscription
from tracker.notify.upkeep import Upkeep

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_it_prepares_at_the_start_when_the_day_turns_and_when_the_log_moves() -> None:
    prepared: list[dt.datetime] = []
    upkeep, now = Upkeep(prepare=prepared.append), NOW

    def look(*, after: dt.timedelta = dt.timedelta()) -> None:
        nonlocal now
        now += after
        upkeep.look(now=now)

    look()
    look(after=dt.timedelta(seconds=40))  # nothing happened
    published_commitment()
    look(after=dt.timedelta(seconds=10))
    look(after=dt.timedelta(hours=20))
    published_commitment()  # right after: it waits
    look(after=dt.timedelta(seconds=10))
    look(after=dt.timedelta(seconds=30))
    look()
    day = dt.timedelta(hours=20)
    assert prepared == [
        NOW,
        NOW + dt.timedelta(seconds=50),
        NOW + dt.timedelta(seconds=50) + day,
        NOW + dt.timedelta(seconds=90) + day,
    ]


@pytest.mark.django_db(transaction=True)
@override_settings(WEBSUB_HUB="https://hub.example.org/")
def test_the_command_raises_flags_keeps_the_hub_and_delivers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    published_commitment(target="2020", happened="2019-01-01")
    call_command("deliver")
    assert Change.objects.filter(kind=ChangeKind.FLAG).count() == 2
    hub = Subscription.objects.get()
    assert (hub.channel, hub.address) == (Channel.HUB, "https://hub.example.org/")
    assert capsys.readouterr().out == "Attempts: 0.\n"


@pytest.mark.django_db(transaction=True)
def test_the_command_publishes_what_is_due() -> None:
    meeting, editor = make_meeting(), User.objects.create_superuser("editor")
    send_for_review(meeting, now=NOW, by=User.objects.create_user("writer"))
    schedule(meeting, publish_at=NOW, now=NOW - dt.timedelta(days=1), by=editor)
    call_command("deliver")
    change = Change.objects.get()
    assert (change.meeting, change.recorded_by) == (meeting, editor)


@pytest.mark.django_db
def test_what_nobody_needs_any_more_is_forgotten() -> None:
    old, recent = NOW - dt.timedelta(days=91), NOW - dt.timedelta(days=89)
    webhook = make_webhook()
    for started_at in (old, recent):
        Delivery.objects.create(
            subscription=webhook,
            message_id="m",
            attempt=1,
            started_at=started_at,
            milliseconds=1,
            outcome=Outcome.DELIVERED,
        )
    email = {"channel": Channel.EMAIL, "secret": ""}
    for days in (6, 8):
        asked = NOW - dt.timedelta(days=days)
        make_webhook(**email, state="pending", address=f"{days}@example.org", created_at=asked)
    for days in (29, 31):
        at = NOW - dt.timedelta(days=days)
        make_webhook(
            **email,
            state="stopped",
            address=f"s{days}@example.org",
            stopped_at=at,
            stopped_because="Bounced.",
        )
    Upkeep(prepare=lambda now: None).look(now=NOW)
    assert [d.started_at for d in Delivery.objects.all()] == [recent]
    kept = Subscription.objects.filter(channel=Channel.EMAIL).values_list("address", flat=True)
    assert sorted(kept) == ["6@example.org", "s29@example.org"]


@pytest.fixture
def empty_register(tmp_path: Path) -> dict[str, str]:
    """The environment of a register of its own, migrated and empty."""
    environment = {
        **os.environ,
        "TESTING": "1",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'register.sqlite3'}",
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    return environment


def start(*options: str, env: dict[str, str], through: str = "") -> subprocess.Popen[str]:
    """Start a deliverer that stays, and wait until it says that it has started."""
    deliver = f"exec {sys.executable} manage.py deliver --watch --rest 0.05 {' '.join(options)}"
    process = subprocess.Popen(
        ["sh", "-c", through.format(deliver=deliver) or deliver],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "Delivering to subscribers.\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_itself_when_asked_to(
    empty_register: dict[str, str], number: signal.Signals
) -> None:
    with start(env=empty_register) as process:
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(timeout=20) == 0


def test_it_ends_with_its_parent(empty_register: dict[str, str]) -> None:
    """As `make run` starts it: when the server is gone, nobody is left behind."""
    through = "({deliver}) & exec sleep 60"
    with start("--with-parent", env=empty_register, through=through) as parent:
        parent.terminate()
        # Its end closes the pipe; reading to the end waits for that.
        assert parent.stdout is not None
        assert parent.stdout.read() == ""
