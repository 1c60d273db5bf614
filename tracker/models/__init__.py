"""All models of the register."""

from tracker.models.changes import GENESIS_HASH, Change, ChangeKind, LogHead, PublicLine
from tracker.models.commitments import Alias, Commitment, Topic
from tracker.models.former_values import FormerValue
from tracker.models.meetings import Forum, Level, Meeting, MeetingState
from tracker.models.notes import Note
from tracker.models.parties import Party, PartyKind
from tracker.models.positions import Assessment, Firmness, Instrument, Position, Stage
from tracker.models.raised_flags import TIME_MADE_FLAGS, RaisedFlag
from tracker.models.reviews import PUBLISH, REVIEWED, WAITING, Review, ReviewState
from tracker.models.search import SearchDocument
from tracker.models.sources import LeftOutReason, PassageLeftOut, Source, SourceKind
from tracker.models.standings import LAST_DAY, NO_END, Standing
from tracker.models.subscriptions import (
    AskedMail,
    Channel,
    Delivery,
    Frequency,
    Outcome,
    Subscription,
    SubscriptionState,
)
from tracker.models.updates import (
    Citation,
    Revision,
    Significance,
    StatusUpdate,
    StatusUpdateQuerySet,
)
from tracker.models.uploads import Upload, UploadNoun, UploadPart, UploadState
from tracker.models.worksheets import WorksheetRow
