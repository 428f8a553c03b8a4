"""Free ports of loopback, and whether something listens there."""

import socket
import sys
import weakref


class Reservation:
    """A free port of loopback, kept for one program for as long as this lives, whether the program runs or not.

    A socket that is bound and does not listen keeps the system from handing the port to anybody else. Made reusable
    after it was bound, it lets one program listen there that says SO_REUSEADDR, as all of ours do. Connections are
    refused as long as nothing listens.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:  # elsewhere the program could not bind, so the port is only likely to stay free
            self._socket.close()
        weakref.finalize(self, self._socket.close)


def free_port() -> int:
    """Return a port that is free now, for a program that says itself where it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
