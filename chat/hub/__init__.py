"""The hub: what hands a room's events to the sockets of this process. docs/hub.md describes it.

hub.py             connections, receiving, and all of it together
queries.py         what it reads for a connection
reconciliation.py  what it makes sure of from time to time
standing.py        whether sockets may still stand where they stand
tasks.py           what it does by itself

delivery/  connection.py     one socket
           transports.py     how frames get to it
           frame.py          what is made once for everyone
           coalescer.py      events that follow one another closely, as one frame
           rate_limits.py    how much a user may do
           replay.py         what a tab missed, at the pace at which it reads
           typing_rights.py  whether a user may be seen typing
rooms/     rooms.py          the rooms that this process has sockets in
           live_room.py      one of them: takes events, and delivers them in order
           sequencer.py      one room's events, in order, without gaps or repeats
           audience.py       who gets them, and from which number on
           evictions.py      the ways out: of a room, of a session
roster/    roster.py         the people of one room, as its tabs were told
           rosters.py        those of all rooms that are shown, and who looks at them
           members.py        the members of one, by name
           counts.py         how many people are in each room
           throttle.py       when to tell what goes on changing
people/    statuses.py       what users decided about how others see them
           profiles.py       their names and pictures, in tabs and connections
           read_positions.py how far they have read, as they were told
           announcement.py   what administrators tell everyone
           blocks.py         blocks, as the tabs of their blockers were told
layer/     subscriptions.py  the process's one channel, and its groups
           envelopes.py      what travels over the channel layer
           outbox.py         what this process has to tell
           publisher.py      what waits to travel, in one round trip
           connection_census.py  who is connected, to any server
"""

from chat.hub.hub import Hub, get_hub, running_hub

__all__ = ["Hub", "get_hub", "running_hub"]
