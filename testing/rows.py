"""Pytest plugin for the rows of docs/acceptance.md.

It adds `@pytest.mark.row(9)`, the fixtures `length` and `measured`, and the options of bin/acceptance: rows, number of
attempts, and a report.
"""

import json
import time
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from testing.length import Length
from testing.length import length as the_length
from testing.machine import patience, slowness

MEASURES: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
PHASES: pytest.StashKey[list[str]] = pytest.StashKey()


class Measured:
    """Measurements, each compared with its bound: `measured("memory", grown, within=10, unit="MB")`.

    In the suite, bounds in seconds are scaled by the speed of the machine; the report has the unscaled bound.
    """

    def __init__(self, notes: list[dict[str, Any]], *, alone: bool = False) -> None:
        self._notes = notes
        self._alone = alone

    def __call__(self, what: str, value: float, *, within: float, unit: str = "s") -> None:
        self._notes.append({"what": what, "value": value, "within": within, "unit": unit})
        bound = patience(within, alone=self._alone) if unit == "s" else within
        assert value <= bound, f"{what}: {value:.2f} {unit}, and not within {bound:.4g} {unit}"

    @contextmanager
    def time(self, what: str, *, within: float) -> Iterator[None]:
        """Measure the duration of the block, even if it fails."""
        start = time.monotonic()
        try:
            yield
        finally:
            self(what, time.monotonic() - start, within=within)


@pytest.fixture(scope="session")
def length() -> Length:
    return the_length


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    alone = request.node.get_closest_marker("alone") is not None
    return Measured(request.node.stash.setdefault(MEASURES, []), alone=alone)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rows of docs/acceptance.md")
    group.addoption("--rows", help="only the tests of these rows, such as 2,9; or all")
    group.addoption("--tries", type=int, default=1, help="how often each of their tests runs")
    group.addoption(
        "--report",
        type=Path,
        help="a file for what is to run, and what came of it, as lines of JSON; what it has a result of is left out",
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-timeout reads its option
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(number): shows that row of docs/acceptance.md")
    if the_length.full or config.option.collectonly:
        return
    slowness()  # measured now, so that workers and servers share it
    if config.option.timeout is None:
        config.option.timeout = patience(float(config.getini("timeout")))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    tries = metafunc.config.getoption("--tries")
    if tries > 1 and metafunc.definition.get_closest_marker("row"):
        metafunc.fixturenames.append("_try")
        metafunc.parametrize("_try", range(1, tries + 1), ids="try-{}".format)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if rows := config.getoption("--rows"):
        items[:], others = _divided(
            items, rows.split(","), {line["id"] for line in lines_of(config.getoption("--report")) if "passed" in line}
        )
        config.hook.pytest_deselected(items=others)


def pytest_collection_finish(session: pytest.Session) -> None:
    _report(session.config, [_entry(item) for item in session.items if _row_of(item)])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    phases = item.stash.setdefault(PHASES, [])
    phases.append(report.outcome)
    if report.when == "teardown" and _row_of(item):
        passed = phases == ["passed"] * 3
        _report(item.config, [_entry(item) | {"passed": passed, "measures": item.stash.get(MEASURES, [])}])
    return report


def lines_of(report: Path | None) -> list[dict[str, Any]]:
    """Return the lines of a report, without a last line that was truncated when its writer was killed."""
    if report is None or not report.exists():
        return []
    lines = report.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _divided(
    items: Sequence[pytest.Item], rows: Sequence[str], have_run: Container[str]
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    wanted: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        row = _row_of(item)
        is_wanted = row and (rows == ["all"] or str(row) in rows) and item.nodeid not in have_run
        (wanted if is_wanted else others).append(item)
    return wanted, others


def _row_of(item: pytest.Item) -> int | None:
    marker = item.get_closest_marker("row")
    return marker.args[0] if marker else None


def _entry(item: pytest.Item) -> dict[str, Any]:
    """Return the row, the test and the number of the attempt."""
    assert isinstance(item, pytest.Function)
    callspec = getattr(item, "callspec", None)
    tried = callspec.params.get("_try", 1) if callspec else 1
    return {"row": _row_of(item), "test": item.originalname, "id": item.nodeid, "try": tried}


def _report(config: pytest.Config, entries: Iterable[dict[str, Any]]) -> None:
    path: Path | None = config.getoption("--report")
    if path:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
