"""Distribution of tests to processes: most run side by side, and tests that measure time run alone afterwards.

Tests with the mark `alone` have bounds that other tests running at the same time would break. They all run in one
process once the others have ended. Without processes (`-n 0`) they only come last.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import Enum, auto

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ALONE = "@alone"  # suffix of such a test's id: a scheduler knows only the ids of tests


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: measures time, and runs when nothing else does")
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # xdist would order by number of tests; ours are mixed by cost


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = _mixed(items)
    if hasattr(config, "workerinput"):  # in one of several processes
        for item in items:
            if item.get_closest_marker("alone"):
                item._id = type(item.id).parse(item.nodeid + ALONE)


def _mixed(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Mix the modules that keep the cores busy with those that mostly wait, and put tests that run alone last.

    Waiting tests finish a little earlier than the rest, so that short tests fill the end.
    """
    scopes: defaultdict[tuple[Cost, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        scopes[_cost(item), item.nodeid.rpartition("::")[0]].append(item)
    totals = Counter(cost for cost, _ in scopes)
    seen: Counter[Cost] = Counter()
    turns: dict[tuple[Cost, str], float] = {}
    for cost, name in scopes:
        turns[cost, name] = (cost is Cost.ALONE) * 2 + seen[cost] / totals[cost] * EARLY.get(cost, 1)
        seen[cost] += 1
    return [item for scope in sorted(scopes, key=turns.__getitem__) for item in scopes[scope]]


class Cost(Enum):
    BROWSER = auto()
    SERVER = auto()
    WAITING = auto()
    OTHER = auto()
    ALONE = auto()


EARLY = {Cost.BROWSER: 0.8, Cost.WAITING: 0.4}  # share of the run after which they are done
# Fixtures of tests that wait without browsers or servers: a Valkey that a test may stop, an embedded one.
WAITING = {"own_valkey", "holders"}


def _cost(item: pytest.Item) -> Cost:
    if item.get_closest_marker("alone"):
        return Cost.ALONE
    if item.get_closest_marker("browser"):
        return Cost.BROWSER
    fixtures = set(getattr(item, "fixturenames", ()))
    if "servers" in fixtures:
        return Cost.SERVER
    return Cost.WAITING if fixtures & WAITING else Cost.OTHER


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return AloneLast(config, log)


class AloneLast(LoadScopeScheduling):
    """A scheduler that hands out classes and modules in order, and last, to one process, the tests that run alone."""

    def remove_node(self, node: WorkerController) -> str | None:
        crashed: str | None = super().remove_node(node)
        for other in self.nodes:
            self._reschedule(other)
        return crashed

    def _split_scope(self, nodeid: str) -> str:
        return ALONE if nodeid.endswith(ALONE) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if ALONE in self.workqueue:
            self.workqueue.move_to_end(ALONE)
        if set(self.workqueue) != {ALONE} or self.nodes == [node]:
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        others = [other for other in self.nodes if other is not node]
        if set(self.workqueue) != {ALONE} or not others:
            super()._reschedule(node)
        elif not node.shutting_down and not all(other.shutting_down for other in others):
            node.shutdown()  # the last process left runs the tests that run alone
