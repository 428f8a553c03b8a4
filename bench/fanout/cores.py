"""Which process runs on which core, and what it costs there."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SERVER, LOAD = 0, 1  # the cores: of the server and what it needs, and of the load generator

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


def pin(core: int) -> bool:
    """Keep this process, and those that it starts from now on, on one core; False where that cannot be had."""
    try:
        os.sched_setaffinity(0, {core})
    except (AttributeError, OSError):
        return False
    return True


@contextmanager
def started_on(core: int) -> Iterator[None]:
    """What is started inside runs on that core; this process is the load's again afterwards."""
    pin(core)
    try:
        yield
    finally:
        pin(LOAD)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far, and holds now."""

    cpu_seconds: float
    bytes: int

    @classmethod
    def of(cls, pid: int) -> Self:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        user, system, pages = fields[11], fields[12], fields[21]  # counted from the third, the state
        return cls((int(user) + int(system)) / TICKS, int(pages) * PAGE)


def busy_seconds(core: int) -> float:
    """How long a core has worked, for whomever; what a hypervisor took away counts too."""
    lines = Path("/proc/stat").read_text().splitlines()
    ticks = next(line.split()[1:9] for line in lines if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks)
    return (user + nice + system + irq + softirq + steal) / TICKS


def own_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
