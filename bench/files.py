"""How many sockets a process may have open."""

import resource
import sys

FILES_BESIDES = 100  # that a process has open besides its sockets


def allow_sockets(count: int) -> None:
    """Raise this process's own limit of open files where it is too low. What it starts inherits that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + FILES_BESIDES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        print(f"Raised this process's limit of open files from {soft} to {min(wanted, hard)}.", file=sys.stderr)
