"""Errors of this library. No error of redis-py leaves it."""


class PresenceError(Exception):
    """The base class of all errors of this library."""


class InvalidTopic(PresenceError, ValueError):
    """A topic's name that is too long, has invalid characters, or belongs to the library itself."""


class InvalidConnection(PresenceError, ValueError):
    """A connection's id that is empty, too long, or not printable ASCII."""


class InvalidUser(PresenceError, TypeError):
    """A user's id that is not an integer, such as the `None` of an anonymous visitor."""


class InvalidVersion(PresenceError, ValueError):
    """A decision's version that is negative, or too large for Redis to represent exactly."""


class NoLease(PresenceError):
    """A lease that has ended. The node's users may have been swept, so the process must take a new lease."""


class LostData(PresenceError):
    """Redis lost everything, or was restored from an older state.

    The process must take a new lease and assert everything.
    """


class PresenceUnavailable(PresenceError):
    """Redis did not answer in time, or gave an unusable answer: nothing is known about who is present."""


class NoAnswer(PresenceUnavailable):
    """Redis did not answer in time, once. The call may have been applied, or may be applied later."""


class CorruptData(PresenceUnavailable):
    """A key with content that this library did not write."""
