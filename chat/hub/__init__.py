"""The hub: hands the events of rooms to the sockets of this process. See docs/hub.md.

hub.py             connections, incoming envelopes, and the parts below
queries.py         database reads for a connection
reconciliation.py  periodic checks for lost events
standing.py        sessions and memberships that sockets depend on
tasks.py           background and periodic tasks

delivery/  connection.py     one socket
           transports.py     the way out to it
           frame.py          events, encoded once for all recipients
           coalescer.py      joins frames that follow one another closely
           rate_limits.py    limits on the commands of a user
           replay.py         missed events, sent at the pace at which the tab reads
           typing_rights.py  permission to be shown as typing
rooms/     rooms.py          the rooms with sockets in this process
           live_room.py      one such room: takes events, delivers them in order
           sequencer.py      one room's events, in order, without gaps or repeats
           audience.py       the sockets that get them, and the version at which each starts
           evictions.py      removes sockets from rooms, closes those of ended sessions
roster/    roster.py         the sidebar's list for one room, as its tabs were told
           rosters.py        the rosters of all open rooms, and the tabs that show them
           members.py        the members of one room, by name
           counts.py         the number of people in each room
           throttle.py       adaptive throttle for frequent changes
people/    statuses.py       statuses of connected users
           profiles.py       their names and pictures, in tabs and connections
           read_positions.py their read positions, as their tabs were told
           announcement.py   the administrators' announcement
           blocks.py         blocks, as the blockers' tabs were told
layer/     subscriptions.py  the one channel of the process, and its groups
           envelopes.py      messages between hubs
           outbox.py         envelopes that this process sends
           connection_census.py  the connections of all servers
"""

from chat.hub.hub import Hub, get_hub, running_hub

__all__ = ["Hub", "get_hub", "running_hub"]
