"""How tests are shared out to processes: most run side by side, and what measures time runs alone afterwards.

A test with the mark `alone` holds something against a bound that other tests beside it would spoil. All of these run
in one process once the others have ended. Without processes (`-n 0`) they only come last.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ALONE = "@alone"  # ends the id of such a test: the ids are all that a scheduler knows of tests


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: measures time, and runs when nothing else does")
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # by number of tests: ours are ordered by what they cost


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    if hasattr(config, "workerinput"):  # in one of several processes
        for item in items:
            if item.get_closest_marker("alone"):
                item._id = type(item.id).parse(item.nodeid + ALONE)


def _turn(item: pytest.Item) -> int:
    """Return when it is a test's turn: the longest first, so that no process waits for another at the end."""
    if item.get_closest_marker("alone"):
        return 3
    if item.get_closest_marker("browser"):
        return 0
    return 1 if "servers" in getattr(item, "fixturenames", ()) else 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return AloneLast(config, log)


class AloneLast(LoadScopeScheduling):
    """Hands out classes and modules in their order, and at last, to one process, what is to run alone."""

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
            node.shutdown()  # the last one that is left runs what is to run alone
