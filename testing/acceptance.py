"""`bin/acceptance`: runs the rows of docs/acceptance.md at full length, and prints the measurements.

requirements   the rows, from docs/acceptance.md
run            pytest with testing/rows.py, which adds to a report that is kept (`Report`)
outcomes       the report, by row: the worst value of each measure, and the failed attempts
"""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from testing.length import VARIABLE
from testing.rows import lines_of

HOME = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgresql")
TEST_SECONDS = 1_800  # for one attempt at one test
KEPT = HOME / ".acceptance"
CODE = re.compile(r"\.(py|lua|js|html|css|txt|toml)$")
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requirement:
    row: int
    words: str
    tests: list[str]


@dataclass(slots=True)
class Outcome:
    """The outcome of one row on one database."""

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
        """Note an entry of the report. An attempt counts as failed until its second entry says that it passed."""
        for measure in entry["measures"]:
            worst = self.worst.setdefault(measure["what"], measure)
            if measure["value"] > worst["value"]:
                self.worst[measure["what"]] = measure
        if not entry["passed"]:
            self.failed.add(entry["try"])


class Report:
    """Measurements on one database, as lines of JSON.

    The first line names the measured code. Each attempt has one entry when it is scheduled, and another when it has run
    (testing/rows.py).
    """

    def __init__(self, folder: Path, database: str) -> None:
        self.path = folder / f"{database}.jsonl"

    def begin(self, code: str) -> None:
        """Clear the report."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"code": code}) + "\n")

    def resume(self) -> None:
        """Drop a truncated last line, so that others can follow."""
        self.path.write_text("".join(json.dumps(line) + "\n" for line in lines_of(self.path)))

    def is_of(self, code: str) -> bool:
        """Return True if the report is not empty and its code is this one."""
        return lines_of(self.path)[:1] == [{"code": code}]

    def entries(self) -> list[dict[str, Any]]:
        return lines_of(self.path)[1:]


def code_of(home: Path = HOME) -> str:
    """Return a digest of the code. Measurements are valid as long as it is unchanged."""
    digest = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        if CODE.search(path.name) and not any(part.startswith(".") for part in parts) and path.is_file():
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


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
    parser.add_argument("--resume", action="store_true", help="go on where the last run ended")
    parser.add_argument("--kept", type=Path, default=KEPT, metavar="FOLDER", help="for what is measured (.acceptance)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if unknown := [row for row in options.rows if row not in known]:
        parser.error(f"docs/acceptance.md has no row {unknown[0]}")
    if options.tries < 1:
        parser.error("--tries must be at least 1")
    options.rows = sorted(set(options.rows)) or list(known)
    options.code = code_of()
    databases = DATABASES if options.database == "both" else (options.database,)
    if options.resume and not any(Report(options.kept, database).is_of(options.code) for database in databases):
        parser.error("there is nothing to resume: no run of this very code was kept")
    return options


def requirements() -> dict[int, Requirement]:
    text = (HOME / "docs" / "acceptance.md").read_text(encoding="utf-8")
    found = [Requirement(int(row), words, re.findall(r"`(\w+)`", tests)) for row, words, tests in ROW.findall(text)]
    return {requirement.row: requirement for requirement in found}


def run(database: str, options: argparse.Namespace, known: dict[int, Requirement]) -> list[Outcome]:
    report = Report(options.kept, database)
    if options.resume and report.is_of(options.code):
        report.resume()
    else:
        report.begin(options.code)
    run_tests(database, options.rows, "--tries", str(options.tries), f"--report={report.path}")
    return outcomes(report.entries(), [known[row] for row in options.rows], database)


def run_tests(database: str, rows: Sequence[int], *more: str) -> None:
    """Run the tests. Their output goes to stderr, so that stdout has the table alone."""
    command = [sys.executable, "-m", "pytest", "--verbose", "-p", "no:cacheprovider", f"--timeout={TEST_SECONDS}"]
    command += ["--rows", ",".join(map(str, rows)), *more]
    if database == "postgresql":
        command = ["bin/with-postgresql", *command]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {VARIABLE: "full"}
    pytest = subprocess.Popen(command, cwd=HOME, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        pytest.wait()
    except KeyboardInterrupt:  # the tests got it too, and end cleanly; the table has the rows that ran
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pytest.wait()


def outcomes(entries: Iterable[dict[str, Any]], wanted: Sequence[Requirement], database: str) -> list[Outcome]:
    """Return the outcome of each row. The report has two entries for each attempt: scheduled, and run."""
    of_row = {requirement.row: Outcome(requirement.row, database, requirement.words) for requirement in wanted}
    latest: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in entries:
        latest[entry["id"], entry["try"]] = {"passed": False, "measures": [], **entry}
    for entry in latest.values():
        if entry["row"] not in of_row:  # of an earlier run that was resumed
            continue
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
