"""Errors, by name. Nothing of redis-py leaves this library."""


class PresenceError(Exception):
    """The root of all errors of this library."""


class InvalidTopic(PresenceError, ValueError):
    """A topic's name that is too long, has characters beyond the alphabet, or belongs to the library itself."""


class InvalidConnection(PresenceError, ValueError):
    """A connection's id that is empty, too long, or not printable ASCII."""


class InvalidUser(PresenceError, TypeError):
    """A user's id that is no integer, such as the `None` of a visitor who is not signed in."""


class InvalidVersion(PresenceError, ValueError):
    """A decision's version that is negative, or too large for Redis to tell it from its neighbours."""


class NoLease(PresenceError):
    """The node's lease has ended, and its people may have been swept: it must take a new one."""


class LostData(PresenceError):
    """Redis lost everything, or was restored from an older state: the node must take a new lease, and say all again."""


class PresenceUnavailable(PresenceError):
    """Redis did not answer in time, or not as it should: nothing is known about who is here."""


class NoAnswer(PresenceUnavailable):
    """Redis did not answer in time, this once: what was asked may be done, or may be done yet."""


class CorruptData(PresenceUnavailable):
    """A key holds something that this library has not written there."""
