"""Names of all keys of this library in Redis. Nothing else uses these names.

All keys have one hash tag, so that a script may use all of them on a cluster too:

    topic:<t>         SET     ids of the users who are visibly present on the topic
    conns:<t>:<user>  SET     `<node>/<connection>`, the reasons for a user's presence on the topic
    version:<t>       number  the time (µs) of the topic's latest visible change; it always increases
    topics:<user>     SET     topics that the user is on, visibly or not
    state:<user>      HASH    `input`: time of the last input (ms); `idle`: there was none for AWAY_MS;
                              `hidden`, `away`: the user's decisions, 0 or 1; `version`: of the decision;
                              while the user is in `hiding`: `seen_away`: they had said that they are away before they
                              decided to hide, 0 or 1; `had_input`: there was input since
    inputs            ZSET    users who are online and not idle, by their last input
    node:<id>         number  the lease of one server process, expires by itself; +1 with every script in its name: a
                              process that counted more than this knows that Redis was restored from an older state
    applied:<id>      number  of the latest batch of operations that was applied for a node's process
    nodes             ZSET    nodes, by the end of their lease
    owned:<id>        SET     `<topic>|<user>|<connection>`, everything that a sweep must undo if the node dies
    lingering         ZSET    `<topic>|<user>` after a lost connection, by the time they leave if they have no other
    hiding            ZSET    users who decided to hide, by the time when others stop seeing them
    swept             number  time when a server last swept or came back: proof that Redis accepts writes
    unsettled         string  set while servers come back after Redis accepted no writes; expires by itself
    returning         SET     nodes from before an outage whose processes are not back yet; expires by itself
    ended             SET     nodes from before an outage whose processes are back, until no other is expected
    repairing         string  the node that examines all keys; expires when it is the next node's turn
    done              HASH    `sweeps`, `swept_nodes`, `swept_holds`, `repairs`: totals, for operators
    epoch             string  random: a new one means that Redis lost everything, or was restored from an older state
"""

PREFIX = "{presence}:"


def key(*parts: str) -> str:
    return PREFIX + ":".join(parts)


def parts_of(key: str) -> list[str]:
    return key.removeprefix(PREFIX).split(":")
