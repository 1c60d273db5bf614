"""The files of a register, and the noun that each contains.

`schema` declares the fields. `tracker/docs/register-format.md` documents the format, and a test
compares the two.
"""

from __future__ import annotations

from tracker.schema.commitments import COMMITMENT, TOPIC
from tracker.schema.fields import Field, Noun
from tracker.schema.meetings import FORUM, MEETING
from tracker.schema.parties import PARTY
from tracker.schema.sources import SOURCE

FORMAT = "commitment-register/1"
REGISTER = Noun("register", "The head of a register.", (Field("format", is_needed=True),))
# One file with a list of records, or a folder with a file for each record.
LISTS = {"parties.yaml": PARTY, "topics.yaml": TOPIC, "forums.yaml": FORUM, "sources.yaml": SOURCE}
FOLDERS = {"meetings": MEETING, "commitments": COMMITMENT}
