import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.test.runner import DiscoverRunner

from testing.runner import REFUSED, PytestRunner, as_path, as_pytest


@pytest.mark.parametrize(
    ("label", "path"),
    [
        ("chat.tests", "chat/tests"),
        ("project.tests.test_runner", "project/tests/test_runner.py"),
        ("project.tests.test_runner.TestCase.test_it", "project/tests/test_runner.py::TestCase::test_it"),
        ("project/tests/test_runner.py", "project/tests/test_runner.py"),
        ("conftest.py", "conftest.py"),
        ("project/tests/test_runner.py::test_it", "project/tests/test_runner.py::test_it"),
        ("no.such.thing", "no.such.thing"),
    ],
)
def test_a_label_is_named_as_pytest_names_it(label: str, path: str) -> None:
    assert as_path(label) == path


def options_of(runner: type[PytestRunner] | type[DiscoverRunner], *arguments: str) -> tuple[dict[str, Any], set[str]]:
    parser = CommandParser(add_help=False)
    runner.add_arguments(parser)
    flags = {flag for action in parser._actions for flag in action.option_strings}
    return vars(parser.parse_args(arguments)), flags


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        ("", ""),
        ("--failfast", "--exitfirst"),
        ("--pattern check_*.py", "-o python_files=check_*.py"),
        ("--keepdb", "--reuse-db"),
        ("--debug-mode", "-o django_debug_mode=True"),
        ("--parallel", "-n auto"),
        ("--parallel auto", "-n auto"),
        ("--parallel 4", "-n 4"),
        ("--parallel 1", ""),
        ("--pdb", "--pdb"),
        ("--buffer", ""),
        ("--no-faulthandler", "-p no:faulthandler"),
        ("--durations 0", "--durations=0"),
        ("--failfast --durations 5", "--exitfirst --durations=5"),
    ],
)
def test_an_option_of_djangos_command_is_handed_on_as_one_of_pytest(given: str, handed_on: str) -> None:
    options, _ = options_of(PytestRunner, *given.split())
    assert PytestRunner(**options).arguments == handed_on.split()


@pytest.mark.parametrize(
    ("patterns", "expression"),
    [
        (["unread"], "(unread)"),
        (["unread", "pin"], "(unread) or (pin)"),
        (["*unread*"], "(unread)"),
        (["test_a_*_member*"], "(test_a_ and _member)"),
        (["test_rooms.TestJoining"], "(test_rooms and TestJoining)"),
        (["pin and not browser"], "(pin and not browser)"),
        (["pin and not browser", "unread"], "(pin and not browser) or (unread)"),
    ],
)
def test_patterns_for_names_become_one_expression_of_pytest(patterns: list[str], expression: str) -> None:
    options, _ = options_of(PytestRunner, *(word for pattern in patterns for word in ("-k", pattern)))
    assert PytestRunner(**options).arguments == ["-k", expression]


@pytest.mark.parametrize("patterns", [["*"], ["unread", "*"]])
def test_a_pattern_that_fits_every_name_selects_every_test(patterns: list[str]) -> None:
    assert as_pytest(test_name_patterns=patterns) == []


@pytest.mark.parametrize(
    ("tags", "excluded", "expression"),
    [
        (["browser"], [], "(browser)"),
        (["browser", "row"], [], "(browser or row)"),
        ([], ["browser", "row"], "not browser and not row"),
        (["browser", "row"], ["slow"], "(browser or row) and not slow"),
    ],
)
def test_tags_become_one_expression_of_marks(tags: list[str], excluded: list[str], expression: str) -> None:
    assert as_pytest(tags=tags, exclude_tags=excluded) == ["-m", expression]


@pytest.mark.parametrize(("verbosity", "handed_on"), [(0, ["--quiet"]), (1, []), (2, ["-v"]), (3, ["-vv"])])
def test_verbosity_is_handed_on(verbosity: int, handed_on: list[str]) -> None:
    assert as_pytest(verbosity=verbosity) == handed_on


@pytest.mark.parametrize(
    ("options", "handed_on"),
    [
        ({"settings": "a.settings"}, ["--ds=a.settings"]),
        ({"pythonpath": "/srv"}, ["-o", "pythonpath=/srv"]),
        ({"no_color": True}, ["--color=no"]),
        ({"force_color": True}, ["--color=yes"]),
    ],
)
def test_an_option_of_every_command_of_django_is_handed_on(options: dict[str, Any], handed_on: list[str]) -> None:
    assert as_pytest(**options) == handed_on


def test_every_option_of_djangos_own_runner_is_known() -> None:
    _, theirs = options_of(DiscoverRunner)
    _, ours = options_of(PytestRunner)
    assert theirs <= ours


@pytest.mark.parametrize("flag", [flag for flags, _ in REFUSED.values() for flag in flags])
@pytest.mark.parametrize("value", [[], ["7"]])
def test_an_option_that_pytest_has_nothing_for_is_refused(flag: str, value: list[str]) -> None:
    options, _ = options_of(PytestRunner, flag, *value)
    with pytest.raises(CommandError, match="cannot be handed on") as refused:
        PytestRunner(**options)
    assert refused.value.returncode == 2


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "test", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)


@pytest.mark.program
def test_djangos_own_command_runs_the_tests_that_its_options_select() -> None:
    ended = run(__name__, "-k", "test_a_label_*", "-k", "verbosity", "--exclude-tag", "browser", "--failfast")
    assert ended.returncode == 0, ended.stdout
    assert "11 passed" in ended.stdout
    assert "deselected" in ended.stdout


@pytest.mark.program
def test_djangos_own_command_fails_when_a_test_fails() -> None:
    assert run("no.such.test").returncode == 1


@pytest.mark.program
def test_djangos_own_command_refuses_in_one_line_what_it_cannot_hand_on() -> None:
    ended = run("project.tests.test_runner", "--reverse")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--reverse" in ended.stderr
    assert ended.stderr.count("\n") == 1
