"""File descriptors of this process: as many as the system allows, with a reserve that clients' sockets never take.

Each WebSocket, page and database connection needs one. Without a reserve, many tabs would leave none to serve a page,
to reconnect to the database or to read a file.
"""

import logging
import os
import resource
from collections.abc import Callable

logger = logging.getLogger(__name__)

MOST = 1 << 20  # if the system has no limit; some systems refuse more
FOR_PAGES = 64  # fewer if the limit is low
FOR_ITSELF = 32  # database, Redis, uploads, programs that it starts


def raise_limit() -> None:
    """Raise the soft limit to the hard one. The soft one is often 1,024, for the sake of old programs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as error:
        logger.warning("The limit of %d file descriptors could not be raised to %d: %s", soft, wanted, error)


def allow_connection() -> bool:
    """Return whether a client may connect, and log it if not."""
    return _are_left(_for_itself, "New connections are closed")


def allow_socket() -> bool:
    """Return whether a client may open a WebSocket, and log it if not."""
    return _are_left(_for_pages, "New WebSockets are refused")


def is_scarce() -> bool:
    """Return whether only the reserve is left."""
    return not _are_left(_for_pages)


def _for_itself(limit: int) -> int:
    return min(FOR_ITSELF, limit // 16)


def _for_pages(limit: int) -> int:
    return _for_itself(limit) + min(FOR_PAGES, limit // 8)


def _are_left(reserve: Callable[[int], int], otherwise: str = "") -> bool:
    limit, used = _limit(), _used()
    if used < limit - reserve(limit):
        return True
    if otherwise:
        logger.warning(
            "%s: %d of %d file descriptors are in use, and the rest is a reserve. "
            "Raise the limit (LimitNOFILE= of systemd, ulimit -n), or start more servers.",
            otherwise,
            used,
            limit,
        )
    return False


def _limit() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else soft


def _used() -> int:
    """Return a lower bound of those in use. The system gives the lowest free number: all below it are taken."""
    try:
        lowest = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return _limit()
    os.close(lowest)
    return lowest
