"""`bin/acceptance`: runs the rows of docs/acceptance.md at full length, and prints what was measured.

requirements   what the rows are, from docs/acceptance.md
run            pytest with project/testing/rows.py, which leaves a report
outcomes       the report, by row: the worst of every measure, and the tries that failed
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from project.testing.length import VARIABLE

HOME = Path(__file__).resolve().parents[2]
DATABASES = ("sqlite", "postgresql")
TEST_SECONDS = 1_800  # for one try of one test
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requirement:
    row: int
    words: str
    tests: list[str]


@dataclass(slots=True)
class Outcome:
    """What became of one row on one database."""

    row: int
    database: str
    required: str
    tries: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    worst: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return bool(self.tries) and not self.failed

    @property
    def verdict(self) -> str:
        if not self.tries:
            return "not shown: no test ran"
        tries = len(self.tries)
        return f"holds, {tries} of {tries} tries" if self.holds else f"FAILS, {len(self.failed)} of {tries} tries"

    def note(self, entry: dict[str, Any]) -> None:
        """What is to run counts as failed until it has passed."""
        for measure in entry["measures"]:
            worst = self.worst.setdefault(measure["what"], measure)
            if measure["value"] > worst["value"]:
                self.worst[measure["what"]] = measure
        if not entry["passed"]:
            self.failed.add(entry["try"])


class Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main() -> int:
    known = requirements()
    options = arguments(known)
    databases = DATABASES if options.database == "both" else (options.database,)
    found = [outcome for database in databases for outcome in run(database, options, known)]
    shown = json.dumps([as_json(outcome) for outcome in found], indent=2) if options.json else table(found)
    sys.stdout.write(f"{shown}\n")
    return 0 if all(outcome.holds for outcome in found) else 1


def arguments(known: dict[int, Requirement]) -> argparse.Namespace:
    parser = Arguments(prog="bin/acceptance", description="Shows the rows of docs/acceptance.md at full length.")
    parser.add_argument("rows", nargs="*", type=int, metavar="ROW", help="which; all if none is named")
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if unknown := [row for row in options.rows if row not in known]:
        parser.error(f"docs/acceptance.md has no row {unknown[0]}")
    if options.tries < 1:
        parser.error("--tries must be at least 1")
    options.rows = sorted(set(options.rows)) or list(known)
    return options


def requirements() -> dict[int, Requirement]:
    text = (HOME / "docs" / "acceptance.md").read_text(encoding="utf-8")
    found = [Requirement(int(row), words, re.findall(r"`(\w+)`", tests)) for row, words, tests in ROW.findall(text)]
    return {requirement.row: requirement for requirement in found}


def run(database: str, options: argparse.Namespace, known: dict[int, Requirement]) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="acceptance-") as folder:
        report = Path(folder, "report")
        run_tests(database, options.rows, "--tries", str(options.tries), "--report", str(report))
        entries = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    return outcomes(entries, [known[row] for row in options.rows], database)


def run_tests(database: str, rows: Sequence[int], *more: str) -> None:
    """Its own words go to stderr, so that stdout has the table alone."""
    command = [sys.executable, "-m", "pytest", "--verbose", "-p", "no:cacheprovider", f"--timeout={TEST_SECONDS}"]
    command += ["--rows", ",".join(map(str, rows)), *more]
    if database == "postgresql":
        command = ["bin/with-postgresql", *command]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {VARIABLE: "full"}
    pytest = subprocess.Popen(command, cwd=HOME, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        pytest.wait()
    except KeyboardInterrupt:  # it got it too, and ends in order; the table has what ran
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pytest.wait()


def outcomes(entries: Iterable[dict[str, Any]], wanted: Sequence[Requirement], database: str) -> list[Outcome]:
    """The report has an entry for each try that is to run, and another when it has run."""
    of_row = {requirement.row: Outcome(requirement.row, database, requirement.words) for requirement in wanted}
    latest: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in entries:
        latest[entry["id"], entry["try"]] = {"passed": False, "measures": [], **entry}
    for entry in latest.values():
        of_row[entry["row"]].tries.add(entry["try"])
        of_row[entry["row"]].note(entry)
    return list(of_row.values())


def as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "row": outcome.row,
        "database": outcome.database,
        "required": outcome.required,
        "worst": list(outcome.worst.values()),
        "tries": len(outcome.tries),
        "failed": len(outcome.failed),
        "holds": outcome.holds,
    }


def table(found: Sequence[Outcome]) -> str:
    head = ("row", "database", "required", "the worst that was measured", "verdict")
    lines = [head, *(cells(outcome) for outcome in found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = tuple("-" * width for width in widths)
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in (lines[0], rule, *lines[1:]))


def cells(outcome: Outcome) -> tuple[str, ...]:
    worst = "; ".join(
        f"{what}: {measure['value']:.2f} {measure['unit']} (within {measure['within']:g})"
        for what, measure in outcome.worst.items()
    )
    return str(outcome.row), outcome.database, outcome.required, worst or "–", outcome.verdict


if __name__ == "__main__":
    sys.exit(main())
