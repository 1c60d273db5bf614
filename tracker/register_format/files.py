"""Which files a register has, and which noun each holds.

What they say of it, `schema` declares. The format is described for people in
`tracker/docs/register-format.md`, and a test keeps the two together.
"""

from __future__ import annotations

from tracker.schema.commitments import COMMITMENT, TOPIC
from tracker.schema.fields import Field, Noun
from tracker.schema.meetings import FORUM, MEETING
from tracker.schema.parties import PARTY
from tracker.schema.sources import SOURCE

FORMAT = "commitment-register/1"
REGISTER = Noun("register", "The head of a register.", (Field("format", is_needed=True),))
# One file with a list of the noun, or a folder with a file for each.
LISTS = {"parties.yaml": PARTY, "topics.yaml": TOPIC, "forums.yaml": FORUM, "sources.yaml": SOURCE}
FOLDERS = {"meetings": MEETING, "commitments": COMMITMENT}
