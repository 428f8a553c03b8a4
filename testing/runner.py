"""`manage.py test` through pytest: translates Django's labels and options."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.test.runner import parallel_type

# Options of Django's own runner without a counterpart in pytest, with the reason that is shown.
REFUSED = {
    "top_level": (["-t", "--top-level-directory"], "pytest finds the tests by their paths."),
    "shuffle": (["--shuffle"], "pytest runs tests in the order of their files."),
    "reverse": (["-r", "--reverse"], "pytest runs tests in the order of their files."),
    "debug_sql": (["-d", "--debug-sql"], "pytest shows the log of a failed test, and queries are not in it."),
    "timing": (["--timing"], "--durations N shows the slowest tests."),
}


class PytestRunner:
    def __init__(self, **options: Any) -> None:
        for name, (flags, reason) in REFUSED.items():
            if options.get(name) not in (None, False):
                raise CommandError(f"{flags[-1]} cannot be handed on: {reason}", returncode=2)
        self.arguments = as_pytest(**options)

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--failfast", action="store_true", help="stop after the first failure")
        add("-p", "--pattern", help="names of files that have tests, such as check_*.py")
        add("--keepdb", action="store_true", help="keep the test database, and use it again the next time")
        add("--debug-mode", action="store_true", help="set settings.DEBUG to True")
        add(
            "--parallel",
            nargs="?",
            const="auto",
            default=0,
            type=parallel_type,
            dest="processes",
            metavar="N",
            help="run in N processes; auto, which is meant without N, is one for each core",
        )
        add("--tag", action="append", dest="tags", help="only tests with this mark; may be repeated")
        add("--exclude-tag", action="append", dest="exclude_tags", help="no tests with this mark; may be repeated")
        add("--pdb", action="store_true", help="open a debugger at a failure")
        add("-b", "--buffer", action="store_true", help="accepted: pytest shows no output of tests that pass anyway")
        add("--no-faulthandler", action="store_false", dest="enable_faulthandler", help="turn faulthandler off")
        add(
            "-k",
            action="append",
            dest="test_name_patterns",
            metavar="PATTERN",
            help="only tests with this in their names; * stands for anything, and pytest's expressions, such as "
            "'pin and not browser', are accepted too; may be repeated",
        )
        add("--durations", type=int, metavar="N", help="show the N slowest tests; 0 is all")
        for name, (flags, reason) in REFUSED.items():
            add(*flags, dest=name, nargs="?", const=True, help=f"not available: {reason}")

    def run_tests(self, labels: Sequence[str], **options: Any) -> int:
        # In a separate process: this one has loaded the site's settings, and tests have their own.
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "pytest", *self.arguments, *map(as_path, labels)]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False).returncode


def as_pytest(
    *,
    verbosity: int = 1,
    failfast: bool = False,
    pattern: str | None = None,
    keepdb: bool = False,
    debug_mode: bool = False,
    processes: int | str = 0,
    tags: Iterable[str] | None = None,
    exclude_tags: Iterable[str] | None = None,
    pdb: bool = False,
    enable_faulthandler: bool = True,
    test_name_patterns: Iterable[str] | None = None,
    durations: int | None = None,
    settings: str | None = None,
    pythonpath: str | None = None,
    no_color: bool = False,
    force_color: bool = False,
    **_: Any,  # handled by Django's command itself
) -> list[str]:
    """Return pytest's arguments for the options of `manage.py test`."""
    names, marks = name_expression(test_name_patterns or ()), mark_expression(tags or (), exclude_tags or ())
    translated: list[tuple[Any, list[str]]] = [
        (verbosity < 1, ["--quiet"]),
        (verbosity > 1, [f"-{'v' * (verbosity - 1)}"]),
        (failfast, ["--exitfirst"]),
        (pattern, ["-o", f"python_files={pattern}"]),
        (keepdb, ["--reuse-db"]),
        (debug_mode, ["-o", "django_debug_mode=True"]),
        (processes not in (0, 1), ["-n", str(processes)]),
        (marks, ["-m", marks]),
        (pdb, ["--pdb"]),
        (not enable_faulthandler, ["-p", "no:faulthandler"]),
        (names, ["-k", names]),
        (durations is not None, [f"--durations={durations}"]),
        (settings, [f"--ds={settings}"]),
        (pythonpath, ["-o", f"pythonpath={pythonpath}"]),
        (no_color, ["--color=no"]),
        (force_color, ["--color=yes"]),
    ]
    return [argument for wanted, arguments in translated if wanted for argument in arguments]


def name_expression(patterns: Iterable[str]) -> str:
    """Return patterns for names as one expression for pytest: `a*b` as `(a and b)`, several with `or`.

    pytest searches for fragments in any order, so it may run more tests than Django would, but never fewer.
    """
    expressions = [
        # A pattern with a space cannot be part of a name: it is an expression already.
        pattern if re.search(r"[\s()]", pattern) else " and ".join(filter(None, re.split(r"[*?.]+", pattern)))
        for pattern in patterns
    ]
    return " or ".join(f"({expression})" for expression in expressions) if all(expressions) else ""


def mark_expression(tags: Iterable[str], exclude_tags: Iterable[str]) -> str:
    included = " or ".join(tags)
    return " and ".join([*([f"({included})"] if included else []), *(f"not {tag}" for tag in exclude_tags)])


def as_path(label: str) -> str:
    """Return `chat.tests.test_rooms.TestJoining` as pytest names it: `chat/tests/test_rooms.py::TestJoining`."""
    if "/" in label or (settings.BASE_DIR / label).exists():
        return label
    parts = label.split(".")
    for length in range(len(parts), 0, -1):
        path = Path(*parts[:length])
        for candidate in (path, path.with_suffix(".py")):
            if (settings.BASE_DIR / candidate).exists():
                return "::".join([str(candidate), *parts[length:]])
    return label
