"""Tests of bin/acceptance, and of docs/acceptance.md against the tests that exist."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from testing.acceptance import Report, Requirement, code_of, outcomes, requirements, table
from testing.machine import patience

ROW = Requirement(9, "A burst reaches everyone.", [])


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(100),
    )


def planned(number: int, id: str = "test_a_burst") -> dict[str, Any]:
    return {"row": 9, "test": "test_a_burst", "id": id, "try": number}


def ran(number: int, seconds: float, passed: bool = True) -> dict[str, Any]:
    measure = {"what": "the slowest client", "value": seconds, "within": 15, "unit": "s"}
    return planned(number) | {"passed": passed, "measures": [measure]}


@pytest.mark.program
def test_every_row_of_the_page_has_the_tests_that_it_names_and_every_test_its_row(tmp_path: Path) -> None:
    report = tmp_path / "report"
    for database in ("sqlite:///", "postgres://nobody@localhost/nothing"):  # some rows are shown on one of them alone
        run("pytest", "--collect-only", "-q", "--rows", "all", f"--report={report}", DATABASE_URL=database)
    shown: dict[int, set[str]] = defaultdict(set)
    for line in report.read_text().splitlines():
        entry = json.loads(line)
        shown[entry["row"]].add(entry["test"])
    assert shown == {row: set(requirement.tests) for row, requirement in requirements().items()}


@pytest.mark.parametrize(
    "arguments", [["99"], ["nine"], ["--tries", "0"], ["--tries", "x"], ["--database", "oracle"], ["--fast"]]
)
def test_bad_arguments_end_with_one_line(arguments: list[str]) -> None:
    ended = run("testing.acceptance", *arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("bin/acceptance: ")
    assert ended.stderr.count("\n") == 1


def test_the_table_has_the_worst_of_all_tries() -> None:
    (outcome,) = outcomes([planned(1), planned(2), ran(1, 3.25), ran(2, 2.5)], [ROW], "sqlite")
    assert outcome.holds
    for words in ("9", "A burst reaches everyone.", "the slowest client: 3.25 s (within 15)", "holds, 2 of 2 tries"):
        assert words in table([outcome])


def test_a_try_that_failed_fails_its_row() -> None:
    (outcome,) = outcomes([planned(1), planned(2), ran(1, 3.25), ran(2, 15.5, passed=False)], [ROW], "sqlite")
    assert not outcome.holds
    assert "15.50 s" in table([outcome])
    assert outcome.verdict == "FAILS, 1 of 2 tries"


def test_a_try_without_a_result_fails_its_row() -> None:
    (outcome,) = outcomes([planned(1), planned(2), ran(1, 3.25)], [ROW], "sqlite")
    assert not outcome.holds


def test_a_row_without_a_test_does_not_hold() -> None:
    (outcome,) = outcomes([], [ROW], "sqlite")
    assert not outcome.holds
    assert outcome.verdict == "not shown: no test ran"


@pytest.mark.program
def test_a_row_runs_as_often_as_was_asked_and_a_resumed_run_only_what_is_left(tmp_path: Path) -> None:
    first = run_row_4(tmp_path)
    (row,) = json.loads(first.stdout)
    assert (row["row"], row["database"], row["tries"], row["holds"]) == (4, "sqlite", 2, True)
    assert row["required"] == requirements()[4].words
    assert first.returncode == 0
    report = tmp_path / "sqlite.jsonl"
    lines = report.read_text().splitlines(keepends=True)
    report.write_text("".join(lines[:-1]) + lines[-1][:20])  # as after a killed run
    resumed = run_row_4(tmp_path, "--resume")
    assert "/ 1 selected" in resumed.stderr
    (row,) = json.loads(resumed.stdout)
    assert (row["tries"], row["failed"], row["holds"]) == (2, 0, True)
    assert resumed.returncode == 0


def run_row_4(kept: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    arguments = ["4", "--tries", "2", "--database", "sqlite", "--json", "--kept", str(kept), *more]
    return run("testing.acceptance", *arguments)


class TestReport:
    def test_a_report_is_of_the_code_with_which_it_began(self, tmp_path: Path) -> None:
        report = Report(tmp_path, "sqlite")
        assert not report.is_of("this code")
        report.begin("this code")
        assert report.is_of("this code")
        assert not report.is_of("other code")

    def test_a_line_that_was_cut_off_is_dropped(self, tmp_path: Path) -> None:
        report = Report(tmp_path, "sqlite")
        report.begin("this code")
        entries = [planned(1), ran(1, 3.25)]
        with report.path.open("a") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
            file.write('{"row": 9, "te')
        assert report.entries() == entries
        report.resume()
        assert report.path.read_text().endswith("}\n")
        assert report.entries() == entries

    def test_a_digest_of_the_code_follows_the_code_and_not_its_docs(self, tmp_path: Path) -> None:
        (tmp_path / "code.py").write_text("first")
        first = code_of(tmp_path)
        (tmp_path / "words.md").write_text("Words")
        assert code_of(tmp_path) == first
        (tmp_path / "code.py").write_text("second")
        assert code_of(tmp_path) != first

    def test_a_run_of_other_code_is_not_resumed(self, tmp_path: Path) -> None:
        Report(tmp_path, "sqlite").begin("other code")
        ended = run("testing.acceptance", "4", "--database", "sqlite", "--resume", "--kept", str(tmp_path))
        assert ended.returncode == 2
        assert ended.stderr == "bin/acceptance: there is nothing to resume: no run of this very code was kept\n"
