"""Receivers of signals: new, changed and deleted accounts, ended sessions, and users who leave presence."""

from typing import Any

from django.dispatch import receiver

from accounts import signals
from accounts.models import User
from accounts.profile.export import contribute
from chat import broadcasts
from chat.background.last_seen import last_seen
from chat.permissions.actor import Actor
from chat.services.people import account_deletion, data_export, profiles
from chat.services.rooms import membership
from chat.services.site import administrators, bans
from presence import signals as presence_signals
from presence.topics import ONLINE


@receiver(signals.newcomer)
def let_newcomers_in(user: User, **_: Any) -> None:
    membership.join_defaults(user)


@receiver(signals.session_ended)
def close_the_sessions_sockets(user_id: int, session_key: str, **_: Any) -> None:
    broadcasts.session_ended(user_id, session_key)


@receiver(signals.signed_out_everywhere)
def close_all_sockets(user_id: int, **_: Any) -> None:
    broadcasts.session_ended(user_id, None)


@receiver(signals.account_changed)
def write_down_what_was_changed(by: User, user: User, how: str, fields: list[str], address: str, **_: Any) -> None:
    """Log the change. Activating a banned account lifts the ban."""
    administrators.note_change(Actor(by, address), user, how, fields)
    if user.is_active:
        bans.forget(Actor(by, address), user)


@receiver(signals.profile_changed)
def tell_of_the_new_name_or_picture(user: User, **_: Any) -> None:
    profiles.tell_of_profile(user)


@receiver(signals.account_deleted)
def let_them_go(user: User, address: str, by: User, **_: Any) -> None:
    account_deletion.depart(Actor(by, address), user)


@receiver(presence_signals.left)
def note_when_they_were_last_seen(topic: str, user_ids: frozenset[int], **_: Any) -> None:
    if topic == ONLINE:
        last_seen().note(user_ids)


contribute("status", data_export.status_of)
contribute("blocks", data_export.blocks_of)
contribute("memberships", data_export.memberships_of)
contribute("messages", data_export.messages_of)
contribute("reactions", data_export.reactions_of)
