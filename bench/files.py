"""Limit of open files, which bounds the sockets of a process."""

import resource
import sys

FILES_BESIDES = 100  # other open files of a process


def allow_sockets(count: int) -> None:
    """Raise this process's soft limit of open files if it is too low. Child processes inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + FILES_BESIDES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        print(f"Raised this process's limit of open files from {soft} to {min(wanted, hard)}.", file=sys.stderr)
