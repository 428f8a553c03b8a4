"""The hub: what hands a room's events to the sockets of this process. docs/architecture.md has the whole of it.

connection.py     one socket
outlets.py        how frames get to it
frame.py          what is made once for everyone
feed.py           one room's events, in order, without gaps or repeats
audience.py       who gets them, and from which number on
joiner.py         events that follow one another closely, as one frame
places.py         the rooms that this process has sockets in
sidebar.py        who is in the room's sidebar, as it was told
sidebars.py       those of all rooms that are shown, and who looks at them
members.py        the people of one, by name
pace.py           when to tell what goes on changing
counts.py         how many people are in each room
reads.py          what it reads for a connection
allowances.py     how much a person may do
checks.py         what it makes sure of from time to time
positions.py      how far people have read, as they were told
partners.py       how the others in direct conversations of two are
people.py         what people decided about how others see them
profiles.py       their names and pictures, in tabs and connections
voice.py          whether somebody may be seen typing
exits.py          the ways out: of a room, of a session
standing.py       whether sockets may still stand where they stand
subscriptions.py  the process's one channel, and its groups
envelopes.py      what travels over the channel layer
announcements.py  what this process has to tell
billboard.py      what administrators tell everyone
blocks.py         blocks, as the tabs of their blockers were told
publisher.py      what waits to travel, in one round trip
roll_call.py      who is connected, to whatever server
work.py           what it does by itself
hub.py            all of it together
"""

from chat.hub.hub import Hub, get_hub, running_hub

__all__ = ["Hub", "get_hub", "running_hub"]
