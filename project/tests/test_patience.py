"""Time limits of tests, which are longer on a slow machine."""

import math
import os
from typing import Any

import pytest

from testing import machine
from testing.length import length
from testing.machine import patience
from testing.rows import Measured
from testing.waiting import eventually


@pytest.fixture(autouse=True)
def _in_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(length, "full", False)
    monkeypatch.delenv(machine.WORKERS, raising=False)


@pytest.fixture
def _on_a_slow_machine(_in_the_suite: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the machine takes twice as long as the reference machine."""
    monkeypatch.setenv(machine.VARIABLE, "2.0")


@pytest.fixture
def notes() -> list[dict[str, Any]]:
    return []


@pytest.mark.usefixtures("_on_a_slow_machine")
class TestSlowMachine:
    def test_a_bound_in_seconds_is_scaled_on_a_slow_machine_and_noted_as_it_was_given(
        self, notes: list[dict[str, Any]]
    ) -> None:
        Measured(notes)("signing in", 5.9, within=3)
        with pytest.raises(AssertionError, match=r"^signing in: 6\.10 s, and not within 6 s"):
            Measured(notes)("signing in", 6.1, within=3)
        assert [note["within"] for note in notes] == [3, 3]

    @pytest.mark.parametrize("unit", ["×", "MB", "%", "frames"])
    def test_a_bound_of_another_unit_is_not_scaled(self, notes: list[dict[str, Any]], unit: str) -> None:
        Measured(notes)("growth", 3, within=3, unit=unit)
        with pytest.raises(AssertionError, match="not within 3"):
            Measured(notes)("growth", 3.1, within=3, unit=unit)

    def test_a_bound_is_not_scaled_at_full_length(
        self, monkeypatch: pytest.MonkeyPatch, notes: list[dict[str, Any]]
    ) -> None:
        monkeypatch.setattr(length, "full", True)
        assert patience(3) == 3
        with pytest.raises(AssertionError, match="not within 3 s"):
            Measured(notes)("signing in", 3.1, within=3)

    def test_a_state_is_awaited_longer_on_a_slow_machine(self) -> None:
        with pytest.raises(AssertionError, match=r"^Not within 0\.1 s"):
            eventually(lambda: False, within=0.05)

    def test_workers_that_share_a_core_get_more_time_except_in_a_test_that_runs_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(machine.WORKERS, str(3 * machine.cores()))
        assert (patience(1), patience(1, alone=True)) == (6, 2)
        monkeypatch.setenv(machine.WORKERS, "1")
        assert patience(1) == 2


@pytest.mark.parametrize(("seconds", "slowness"), [(2.5, 2.5), (0.5, 1)])
def test_the_machine_is_measured_once_and_never_counts_as_faster_than_the_reference(
    monkeypatch: pytest.MonkeyPatch, seconds: float, slowness: float
) -> None:
    timings = iter([seconds * machine.REFERENCE_SECONDS, 30, 30])
    monkeypatch.setenv(machine.VARIABLE, "")  # so that it is restored afterwards
    del os.environ[machine.VARIABLE]
    monkeypatch.setattr(machine, "timed", lambda: next(timings))
    assert math.isclose(machine.slowness(), slowness)
    assert math.isclose(machine.slowness(), slowness)


def test_the_work_that_is_timed_is_always_the_same() -> None:
    assert machine.work() == machine.work()
