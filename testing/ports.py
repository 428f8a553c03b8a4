"""Free ports on loopback, and a check if something listens on a port."""

import socket
import sys
import weakref


class Reservation:
    """A free loopback port, reserved for one program as long as this object lives, even while the program is down.

    A socket that is bound but does not listen keeps the system from giving the port to another program. Since it is
    made reusable after binding, one program with SO_REUSEADDR can listen there, as all of ours do. Connections are
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
    """Return a port that is free now, for a program that chooses no port itself."""
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
