"""Speed of the machine that runs the suite, and bounds in seconds that are scaled by it.

A bound in seconds is right on the machine where it was chosen. A slower or busier machine gets more time:
`patience(3)` instead of 3. At full length (bin/acceptance) bounds are not scaled.
"""

import hashlib
import json
import os
import time
from typing import Any

from testing.length import length

VARIABLE = "TEST_SLOWNESS"
WORKERS = "PYTEST_XDIST_WORKER_COUNT"  # set by xdist in each worker

# Time of `work` on the reference machine when idle: the best of 20.
REFERENCE_SECONDS = 0.066


def patience(seconds: float, *, alone: bool = False) -> float:
    """Return a bound scaled for this machine, for a test that runs beside others or `alone`."""
    if length.full:
        return seconds
    return seconds * slowness() * (1 if alone else crowding())


def slowness() -> float:
    """Return how many times as long as on the reference machine work takes, but at least 1.

    It is measured once in a run. Workers and servers read it from the environment.
    """
    if VARIABLE not in os.environ:
        os.environ[VARIABLE] = str(max(1.0, min(timed() for _ in range(3)) / REFERENCE_SECONDS))
    return float(os.environ[VARIABLE])


def crowding() -> float:
    """Return how many workers share a core, but at least 1: other tests run at the same time."""
    return max(1.0, int(os.environ.get(WORKERS, "1")) / cores())


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def timed() -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def work() -> bytes:
    """Do a fixed amount of work like the suite's: hash, build, sort, and convert to JSON and back.

    It is done in small portions, so that neither memory nor the garbage collector dominates the time.
    """
    digest = b"Roomful"
    for _ in range(20):
        rows: list[dict[str, Any]] = []
        for number in range(1_000):
            digest = hashlib.sha256(digest).digest()
            rows.append({"number": number, "name": digest.hex(), "words": list(digest[:8])})
        rows.sort(key=lambda row: str(row["name"]))
        told: list[dict[str, Any]] = json.loads(json.dumps(rows))
        told.sort(key=lambda row: (row["words"], row["number"]))
        digest = bytes.fromhex(told[0]["name"])
    return digest
