from chat.models.announcement import Announcement
from chat.models.audit import AuditEntry
from chat.models.ban import Ban
from chat.models.block import Block
from chat.models.edit import Edit
from chat.models.invite import Invite
from chat.models.membership import Membership
from chat.models.mention import Mention
from chat.models.message import Message
from chat.models.reaction import Reaction
from chat.models.removal import Removal
from chat.models.report import Report
from chat.models.room import FormerName, Room
from chat.models.status import Status
from chat.models.thread import Participant

__all__ = [
    "Announcement",
    "AuditEntry",
    "Ban",
    "Block",
    "Edit",
    "FormerName",
    "Invite",
    "Membership",
    "Mention",
    "Message",
    "Participant",
    "Reaction",
    "Removal",
    "Report",
    "Room",
    "Status",
]
