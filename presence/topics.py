"""Names of topics, and of the Channels groups that hear about them.

A topic is an opaque name to be present on. Two belong to the library:

- `online`: whoever holds any connection. You track connections on it, like on a topic of your own.
- `away`: those of `online` who had no input in any connection for AWAY_MS. The library keeps it; it can be watched and
  counted, but not tracked.
"""

import re

from presence.errors import InvalidTopic

ONLINE = "online"
AWAY = "away"

# Channels allows group names of fewer than 100 of these characters; the rest is for our prefix.
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def checked(topic: str) -> str:
    """The topic itself. Raises InvalidTopic unless it is 1 to 64 ASCII letters, digits, `.`, `_` and `-`."""
    if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
        raise InvalidTopic(f"not the name of a topic: {topic!r}")
    return topic


def trackable(topic: str) -> str:
    """The topic itself. Raises InvalidTopic as `checked` does, and for `away`, which only the library fills."""
    if topic == AWAY:
        raise InvalidTopic(f"{AWAY!r} is kept by the library: touch the user instead")
    return checked(topic)


def group(topic: str) -> str:
    """The Channels group that gets a `presence.hint` for every visible change of the topic.

    Raises InvalidTopic. Costs nothing.
    """
    return f"presence.{checked(topic)}"
