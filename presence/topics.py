"""Names of topics, and of the Channels groups that hear about them.

A topic is an opaque name to be present on. Three belong to the library:

- `online`: whoever holds any connection. You track connections on it, like on a topic of your own.
- `away`: those of `online` who had no input in any connection for AWAY_MS, or who said that they are away.
- `hidden`: those who would be `online` and decided not to be seen: they are on no other topic. It is as secret as its
  watchers keep it.

The library keeps the latter two; they can be watched and counted, but not tracked.
"""

import re

from presence.errors import InvalidTopic

ONLINE = "online"
AWAY = "away"
HIDDEN = "hidden"

# Channels allows group names of fewer than 100 of these characters; the rest is for our prefix.
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def checked(topic: str) -> str:
    """The topic itself. Raises InvalidTopic unless it is 1 to 64 ASCII letters, digits, `.`, `_` and `-`."""
    if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
        raise InvalidTopic(f"not the name of a topic: {topic!r}")
    return topic


def trackable(topic: str) -> str:
    """The topic itself. Raises InvalidTopic as `checked` does, and for those that only the library fills."""
    if topic in (AWAY, HIDDEN):
        raise InvalidTopic(f"{topic!r} is kept by the library: see Tracker.touch and Tracker.set_state")
    return checked(topic)


def group(topic: str) -> str:
    """The Channels group that gets a `presence.hint` for every visible change of the topic.

    Raises InvalidTopic. Costs nothing.
    """
    return f"presence.{checked(topic)}"
