"""Help and refusals of the scripts in bin/, which have to be cheap and change nothing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from testing.machine import patience

BIN = settings.BASE_DIR / "bin"
SCRIPTS = sorted(path.name for path in BIN.iterdir() if path.is_file() and os.access(path, os.X_OK))
PROGRAMS = {
    "acceptance": "testing/acceptance.py",
    "fanout": "bench/fanout/__main__.py",
    "presence-bench": "bench/presence.py",
    "drawing-bench": "bench/drawing.py",
    "removal-bench": "bench/removal.py",
    "replay": "bench/replay/__main__.py",
}


class Copy:
    """A folder with only the scripts, so that every file that one of them creates is noticed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.elsewhere = home / "elsewhere"
        self.elsewhere.mkdir(parents=True)
        shutil.copytree(BIN, home / "bin")

    def run(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHON": "/nowhere/python",  # an attempt to create an environment would fail at once
            "ROOMFUL_VENV": str(self.home / "venv"),
            "ROOMFUL_DATA": str(self.home / "data"),
        }
        return subprocess.run(
            [self.home / "bin" / script, *arguments],
            cwd=self.elsewhere,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience(30),
            check=False,
        )

    def files(self) -> set[Path]:
        return set(self.home.rglob("*"))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_that_is_asked_for_help_prints_it_and_does_nothing_else(copy: Copy, script: str, option: str) -> None:
    before = copy.files()
    ended = copy.run(script, option)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.match(rf"usage: bin/{script}\b", ended.stdout)
    assert re.search(r"^ +-h, --help  ", ended.stdout, re.MULTILINE)
    assert copy.files() == before


@pytest.mark.parametrize("script", ["acceptance", "dev", "fanout", "lock", "replay", "serve"])
def test_help_is_printed_wherever_among_the_arguments_it_is_asked_for(copy: Copy, script: str) -> None:
    assert copy.run(script, "--port", "1", "--help").stdout == copy.run(script, "--help").stdout != ""


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--fast"],
        ["check", "chat"],
        ["dev", "--fast"],
        ["dev", "--port"],
        ["shots", "--fast"],
        ["shots", "one", "two"],
        ["with-postgresql"],
        ["with-postgresql", "--fast", "true"],
        ["with-postgresql", "--durable"],
    ],
    ids=" ".join,
)
def test_a_script_refuses_arguments_that_it_does_not_know_in_one_line(copy: Copy, command: list[str]) -> None:
    before = copy.files()
    ended = copy.run(*command)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"bin/{command[0]}: ")
    assert ended.stderr.count("\n") == 1
    assert copy.files() == before


@pytest.mark.parametrize(("script", "program"), PROGRAMS.items())
def test_the_help_of_a_script_names_every_option_of_the_program_that_it_starts(script: str, program: str) -> None:
    accepted = re.findall(r'add_argument\(\s*"(--[\w-]+)"', (settings.BASE_DIR / program).read_text())
    assert accepted
    described = re.findall(r"^# +(?:-h, )?(--[\w-]+)", (BIN / script).read_text(), re.MULTILINE)
    assert sorted(described) == sorted([*accepted, "--help"])
