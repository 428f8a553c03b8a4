"""History of a room, as its members read it: page by page over HTTP, backwards from the newest."""

from urllib.request import Request, urlopen

import msgspec


class Author(msgspec.Struct):
    name: str


class Message(msgspec.Struct):
    kind: str
    author: Author
    body: str
    client_id: str
    position: int
    notice: dict[str, str] | None = None  # of system messages


class HistoryPage(msgspec.Struct):
    messages: list[Message]
    more: bool


NEWEST = 10**15  # a position that no room reaches


def messages_after(url: str, cookie: str, room: int, position: int) -> list[Message]:
    """Return all messages of users after `position`, oldest first."""
    found: list[Message] = []
    before, more = NEWEST, True
    while more and before > position + 1:
        page = page_before(url, cookie, room, before)
        found[:0] = page.messages
        before, more = (page.messages[0].position if page.messages else 0), page.more
    return [message for message in found if message.position > position and message.notice is None]


def page_before(url: str, cookie: str, room: int, position: int) -> HistoryPage:
    request = Request(f"{url}/rooms/{room}/history/?before={position}", headers={"Cookie": cookie})
    with urlopen(request, timeout=60) as response:
        return msgspec.json.decode(response.read(), type=HistoryPage)
