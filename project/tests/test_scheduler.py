"""Distribution of tests to processes."""

from types import SimpleNamespace

import pytest

from testing.scheduler import ALONE, AloneLast, pytest_collection_modifyitems

TESTS = [f"test_{module}.py::test_{number}" for module in "abcd" for number in range(3)]
MEASURES = [f"test_time.py::test_{number}{ALONE}" for number in range(2)]


class Node:
    """A process that records the tests that it has to run."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.tests: list[str] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.tests += [(TESTS + MEASURES)[index] for index in indices]

    def shutdown(self) -> None:
        self.shutting_down = True


class Run:
    def __init__(self, config: pytest.Config, processes: int) -> None:
        config = SimpleNamespace(  # type: ignore[assignment]
            option=SimpleNamespace(loadscopereorder=False), getvalue=lambda _: ["popen"] * processes
        )
        self.scheduler = AloneLast(config)
        self.nodes = [Node(f"gw{number}") for number in range(processes)]
        self.order: list[tuple[str, str]] = []
        for node in self.nodes:
            self.scheduler.add_node(node)
            self.scheduler.add_node_collection(node, TESTS + MEASURES)
        self.scheduler.schedule()

    def finish(self) -> None:
        """Run one test in each process in turn. As in a real run, the last waits for another or for the shutdown."""
        done = {node.gateway.id: 0 for node in self.nodes}
        while running := [node for node in self.nodes if self.is_there(node)]:
            for node in running:
                number = done[node.gateway.id]
                if number + (not node.shutting_down) < len(node.tests):
                    self.order.append((node.gateway.id, node.tests[number]))
                    done[node.gateway.id] += 1
                    index = (TESTS + MEASURES).index(node.tests[number])
                    self.scheduler.mark_test_complete(node, index)
                elif node.shutting_down:
                    self.scheduler.remove_node(node)
                elif self.scheduler.tests_finished:
                    node.shutdown()

    def is_there(self, node: Node) -> bool:
        return node in self.scheduler.nodes


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_what_measures_time_runs_in_one_process_after_all_others(pytestconfig: pytest.Config, processes: int) -> None:
    run = Run(pytestconfig, processes)
    run.finish()
    ran = [test for _, test in run.order]
    assert sorted(ran) == sorted(TESTS + MEASURES)
    assert ran[-2:] == MEASURES
    assert len({process for process, test in run.order if test in MEASURES}) == 1


def test_tests_of_one_module_stay_in_one_process(pytestconfig: pytest.Config) -> None:
    run = Run(pytestconfig, 2)
    run.finish()
    assert len({(process, test.partition("::")[0]) for process, test in run.order}) == 5


def test_in_a_worker_the_id_of_a_test_that_measures_time_says_so(request: pytest.FixtureRequest) -> None:
    timed, other = [
        pytest.Function.from_parent(request.node.parent, name=name, callobj=lambda: None) for name in ("timed", "other")
    ]
    timed.add_marker("alone")
    config = SimpleNamespace(workerinput={}, getoption=lambda _: False)
    pytest_collection_modifyitems(config, items := [timed, other])  # type: ignore[arg-type]
    assert [item.nodeid.rpartition("::")[2] for item in items] == ["other", f"timed{ALONE}"]
