"""Mentions in a body, looked up before any room is locked, so that no one waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chat.markup import markdown
from chat.models import Membership, Message
from chat.permissions.acts import Act, may

if TYPE_CHECKING:
    from accounts.models import User
    from chat.models.membership import MembershipQuerySet

HERE, ROOM = "here", "room"  # @here: those who are online; @room: every member


@dataclass(frozen=True, slots=True)
class Known:
    """Members that a body may mention: user ids by folded name, and the members that @here stands for."""

    mentions: Mapping[str, str] = field(default_factory=dict)
    here: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body as HTML, and the users that it mentions. `everyone` means all members, without a list of ids."""

    html: str
    mentioned: frozenset[int] = frozenset()
    everyone: bool = False


def says_here(body: str) -> bool:
    """Return True if the body says @here: the caller then finds out who is online before it stores anything."""
    return "@" in body and HERE in markdown.names_in(body)


def look_up(author: "User", room_id: int, body: str, online: frozenset[int] = frozenset()) -> Known:
    named = markdown.names_in(body) if "@" in body else set()
    if not named:
        return Known()
    members = Membership.objects.current().filter(room=room_id)
    mentions = {name: str(user) for name, user in _named_members(members, named)}
    wide = _wide_names(members, author) & named
    here = frozenset(members.values_list("user_id", flat=True)) & online if HERE in wide else frozenset()
    return Known(mentions | {name: name for name in wide}, here)


def render(kind: str, body: str, known: Known) -> Rendered:
    """Return a body as HTML with mentions of the known members. Takes CPU time only."""
    html = Message.html_of(kind, body, known.mentions)
    shown = markdown.mentioned_in(html)
    named = frozenset(int(mention) for mention in shown - {HERE, ROOM})
    return Rendered(html, named | known.here if HERE in shown else named, everyone=ROOM in shown)


def _named_members(members: "MembershipQuerySet", named: set[str]) -> list[tuple[str, int]]:
    found = members.filter(user__folded__in=named, user__deleted_at=None)
    return list(found.values_list("user__folded", "user_id"))


def _wide_names(members: "MembershipQuerySet", author: "User") -> set[str]:
    own = members.filter(user=author).first()
    return {HERE, ROOM} if own and may(own, Act.MENTION_ROOM) else {HERE}
