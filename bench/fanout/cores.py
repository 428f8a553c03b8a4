"""CPU cores: pins processes to them, and reads CPU time."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SERVER, LOAD = 0, 1  # the core of the server and its Valkey, and that of the load generator

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


def pin(core: int) -> bool:
    """Keep this process, and those that it starts from now on, on one core. Return False if that is not possible."""
    try:
        os.sched_setaffinity(0, {core})
    except (AttributeError, OSError):
        return False
    return True


@contextmanager
def started_on(core: int) -> Iterator[None]:
    """Run processes that are started inside on that core; then move this process back to the load's core."""
    pin(core)
    try:
        yield
    finally:
        pin(LOAD)


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU time and memory of a process."""

    cpu_seconds: float
    bytes: int

    @classmethod
    def of(cls, pid: int) -> Self:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        user, system, pages = fields[11], fields[12], fields[21]  # counted from the third field, the state
        return cls((int(user) + int(system)) / TICKS, int(pages) * PAGE)


def busy_seconds(core: int) -> float:
    """Return how long a core has worked for all processes. Time that a hypervisor took away counts too."""
    lines = Path("/proc/stat").read_text().splitlines()
    ticks = next(line.split()[1:9] for line in lines if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks)
    return (user + nice + system + irq + softirq + steal) / TICKS


def own_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
