import subprocess
import sys

import pytest
from django.conf import settings

from project.testing.runner import as_path


@pytest.mark.parametrize(
    ("label", "path"),
    [
        ("chat.tests", "chat/tests"),
        ("project.tests.test_runner", "project/tests/test_runner.py"),
        ("project.tests.test_runner.TestCase.test_it", "project/tests/test_runner.py::TestCase::test_it"),
        ("project/tests/test_runner.py", "project/tests/test_runner.py"),
        ("project/tests/test_runner.py::test_it", "project/tests/test_runner.py::test_it"),
        ("no.such.thing", "no.such.thing"),
    ],
)
def test_labels_are_named_as_pytest_names_them(label: str, path: str) -> None:
    assert as_path(label) == path


def test_djangos_own_command_runs_the_tests() -> None:
    label = f"{__name__}.test_labels_are_named_as_pytest_names_them"
    ended = subprocess.run(
        [sys.executable, "manage.py", "test", label], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    assert "6 passed" in ended.stdout


def test_djangos_own_command_fails_when_a_test_fails() -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "test", "no.such.test"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
