from chat.models.edit import Edit
from chat.models.membership import Membership
from chat.models.mention import Mention
from chat.models.message import Message
from chat.models.reaction import Reaction
from chat.models.room import Room
from chat.models.status import Status
from chat.models.thread import Participant

__all__ = ["Edit", "Membership", "Mention", "Message", "Participant", "Reaction", "Room", "Status"]
