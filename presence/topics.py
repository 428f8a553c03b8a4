"""Names of topics, and of the Channels groups that receive their hints.

A topic is an opaque name to be present on. Three belong to the library:

- `online`: users with any connection. You track connections on it, as on a topic of your own.
- `away`: users on `online` without input in any connection for AWAY_MS, or who said that they are away.
- `hidden`: users who would be on `online` but decided to hide. They are on no other topic. The topic is as secret as
  its watchers keep it.

The library fills the latter two; they can be watched and counted, but not tracked.
"""

import re

from presence.errors import InvalidTopic

ONLINE = "online"
AWAY = "away"
HIDDEN = "hidden"

# Channels allows group names of fewer than 100 of these characters; the rest is for our prefix.
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def checked(topic: str) -> str:
    """Return the topic. Raises InvalidTopic unless it is 1 to 64 ASCII letters, digits, `.`, `_` and `-`."""
    if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
        raise InvalidTopic(f"not the name of a topic: {topic!r}")
    return topic


def trackable(topic: str) -> str:
    """Return the topic. Raises InvalidTopic as `checked` does, and for topics that only the library fills."""
    if topic in (AWAY, HIDDEN):
        raise InvalidTopic(f"{topic!r} is kept by the library: see Tracker.touch and Tracker.set_state")
    return checked(topic)


def group(topic: str) -> str:
    """Return the Channels group that gets a `presence.hint` for every visible change of the topic.

    Raises InvalidTopic. Costs nothing.
    """
    return f"presence.{checked(topic)}"
