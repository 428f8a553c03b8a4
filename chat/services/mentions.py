"""Whom a body mentions: looked up before any room is locked, since nobody should wait for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat import markdown
from chat.authority import Act, may
from chat.models import Membership, Message

if TYPE_CHECKING:
    from accounts.models import User
    from chat.models.membership import MembershipQuerySet

HERE, ROOM = "here", "room"  # @here: those who are online; @room: every member


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body as HTML, and the users that it mentions."""

    html: str
    mentioned: frozenset[int] = frozenset()


def says_here(body: str) -> bool:
    """Whether it matters who is online: that is asked for before anything is stored."""
    return "@" in body and HERE in markdown.names_in(body)


def render(author: "User", room_id: int, kind: str, body: str, online: frozenset[int] = frozenset()) -> Rendered:
    """A body as HTML, with mentions of those who are members. Where somebody is named, this reads who they are."""
    named = markdown.names_in(body) if "@" in body else set()
    if not named:
        return Rendered(Message.html_of(kind, body))
    members = Membership.objects.current().filter(room=room_id)
    mentions = {name: str(user) for name, user in _named_members(members, named)}
    mentions |= {name: name for name in _wide_names(members, author) & named}
    html = Message.html_of(kind, body, mentions)
    return Rendered(html, _users_of(markdown.mentioned_in(html), members, online))


def _named_members(members: "MembershipQuerySet", named: set[str]) -> list[tuple[str, int]]:
    found = members.filter(user__folded__in=named, user__deleted_at=None)
    return list(found.values_list("user__folded", "user_id"))


def _wide_names(members: "MembershipQuerySet", author: "User") -> set[str]:
    """The names of many at once that are the author's to say."""
    own = members.filter(user=author).first()
    return {HERE, ROOM} if own and may(own, Act.MENTION_ROOM) else {HERE}


def _users_of(shown: set[str], members: "MembershipQuerySet", online: frozenset[int]) -> frozenset[int]:
    users = {int(mention) for mention in shown - {HERE, ROOM}}
    if shown & {HERE, ROOM}:
        everyone = set(members.values_list("user_id", flat=True))
        users |= everyone if ROOM in shown else everyone & online
    return frozenset(users)
