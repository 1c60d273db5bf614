"""A meeting whose worksheet is filled in, and somebody who does it as a browser without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from tests import make
from tests.admin.browsing import Browser, Page
from tracker.models import Commitment, Meeting, Source

TEXT = "The ministers met.\n\nBoth sides will sign the agreement in 2027.\n\nThey look forward."


class Clerk(Browser):
    """Fills in rows by the reference of their commitment, or "new" for the blank one."""

    def __init__(self, user: User, meeting: Meeting) -> None:
        super().__init__(user)
        self.user = user
        self.url = f"/admin/tracker/meeting/{meeting.pk}/worksheet/"

    def sheet(self) -> Page:
        return self.open(self.url)

    def fill(self, sheet: Page, row: Commitment | str, **typed: Any) -> Page:
        """Type in one row of a sheet that is open, and press "Save"."""
        prefix = prefix_of(sheet, row)
        return self.send(sheet, **{f"{prefix}-{name}": value for name, value in typed.items()})

    def record(self, row: Commitment | str, **typed: Any) -> Page:
        return self.fill(self.sheet(), row, **typed)


def prefix_of(sheet: Page, row: Commitment | str) -> str:
    """The prefix of a row's fields: by its commitment, by its identity, or the last, blank one."""
    if row == "new":
        return sheet.fields["rows"][-1]
    identity = row if isinstance(row, str) else f"c{row.pk}"
    return next(p for p in sheet.fields["rows"] if sheet.fields[f"{p}-row"] == [identity])


def typed_in(sheet: Page, row: Commitment | str, *names: str) -> dict[str, str]:
    """What the row's fields show."""
    prefix = prefix_of(sheet, row)
    return {name: sheet.fields.get(f"{prefix}-{name}", [""])[0] for name in names}


MENTIONED = {
    "mention": "mentioned",
    "stage": "negotiating",
    "rationale": "The statement says so.",
    "quotation": "will sign the agreement",
    "target": "2027",
    "firmness": "firm",
}


@pytest.fixture
def source(db: None) -> Source:
    return make.make_source(text=TEXT, title="Joint statement")


@pytest.fixture
def meeting(source: Source) -> Meeting:
    return make.published_meeting(sources=[source], date="2026-02-25")


@pytest.fixture
def commitment(meeting: Meeting) -> Commitment:
    return make.published_commitment(happened="2025-10-02", target="2026")


def clerk(name: str, meeting: Meeting, group: str = "Contributor") -> Clerk:
    user = User.objects.create_user(name, password="a long password", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return Clerk(user, meeting)


@pytest.fixture
def ann(meeting: Meeting) -> Clerk:
    return clerk("ann", meeting)
