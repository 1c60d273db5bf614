"""Who sits at the admin's tests, and a register that holds every noun in every state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import Model

from tests import make
from tests.admin.browsing import Browser
from tracker.actions.aliases import publish_aliases, retract_alias
from tracker.actions.correct import retract_commitment, retract_update
from tracker.models import Change


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_superuser("staff", password="a long password")


@pytest.fixture
def browser(staff: User) -> Browser:
    """A superuser's."""
    return Browser(staff)


@pytest.fixture
def clerk(db: None) -> Callable[..., Browser]:
    """`clerk("view_party")` signs in somebody with just these permissions."""

    def hire(*permissions: str) -> Browser:
        user = User.objects.create_user("clerk", password="a long password", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        return Browser(user)

    return hire


@pytest.fixture
def every_record(db: None) -> list[Model]:
    """Drafts, public, corrected and retracted records of every noun that has these states."""
    forum, topic = make.make_forum(), make.make_topic()
    meeting = make.published_meeting(forum=forum, fully_recorded=True)
    commitment = make.published_commitment(topics=[topic], meeting=meeting)
    public_name, lost_name = make.make_alias(commitment), make.make_alias(commitment)
    publish_aliases(commitment, [public_name, lost_name], now=make.NOW)
    retract_alias(lost_name, now=make.NOW)
    corrected = make.published_update(commitment, stage="negotiating")
    correction = make.published_correction(corrected)
    mistaken = make.published_update(commitment, stage="signed")
    retract_update(mistaken, reason="It was not signed.", now=make.NOW)
    retracted = make.published_commitment()
    retract_commitment(retracted, reason="Nobody promised it.", now=make.NOW)
    return [
        *(make.make_party(), make.make_source(), make.make_topic(), make.make_forum()),
        *(make.make_meeting(), make.make_commitment(), make.make_update(), make.make_note()),
        make.make_update(commitment=commitment, corrects=correction, reason="Again."),
        *commitment.parties.all(),
        *meeting.sources.all(),
        *(forum, topic, meeting, commitment, commitment.updates.get(number=1)),
        *(corrected, correction, mistaken, retracted, make.published_note(meeting=meeting)),
        *Change.objects.all(),
    ]
