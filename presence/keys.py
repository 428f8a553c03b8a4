"""The keys of this library in Redis: all of them, and nothing else has their names.

Every key stands under one hash tag, so that a script may touch all of them on a cluster too:

    topic:<t>         SET     ids of the users who are present on the topic, for others to see
    conns:<t>:<user>  SET     `<node>/<connection>`, why they are
    version:<t>       number  the time (µs) of the topic's latest visible change, and more than the one before
    topics:<user>     SET     the topics on which they are, whether others see it or not
    state:<user>      HASH    `input`: when the last input was (ms); `idle`: there was none for AWAY_MS;
                              `hidden`, `away`: what they decided, 0 or 1; `version`: of that decision;
                              while they are in `hiding`: `seen_away`: they said that they are away before they decided
                              to hide, 0 or 1; `had_input`: there was input since
    inputs            ZSET    users who are online and not idle, by their last input
    node:<id>         number  the lease of one server process, expires by itself; +1 with every script in its name: one
                              who counted more than it has knows that Redis was restored from an older state
    applied:<id>      number  of the latest batch of operations that a node's process had applied
    nodes             ZSET    nodes, by the end of their lease
    owned:<id>        SET     `<topic>|<user>|<connection>`, all that a sweep must undo if the node dies
    lingering         ZSET    `<topic>|<user>` who lost a connection, by when they count as gone if they have no other
    hiding            ZSET    users who decided to hide, by when others see them no more
    swept             number  when a server last swept or came back: proof that Redis takes writes
    unsettled         string  there while servers come back after Redis took no writes; expires by itself
    returning         SET     nodes of before an outage whose processes are not back yet; expires by itself
    ended             SET     nodes of before an outage whose processes are back, until no other is awaited
    repairing         string  the node that examines all of this; expires when it is the next one's turn
    done              HASH    `sweeps`, `swept_nodes`, `swept_holds`, `repairs`: how many so far, for operators
    epoch             string  random: another one means that Redis lost everything, or was restored from an older state
"""

PREFIX = "{presence}:"


def key(*parts: str) -> str:
    return PREFIX + ":".join(parts)


def parts_of(key: str) -> list[str]:
    return key.removeprefix(PREFIX).split(":")
