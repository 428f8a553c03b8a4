import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings


class PytestRunner:
    """`manage.py test [label…]` by way of pytest. A label is a dotted path, or one of pytest's own."""

    def __init__(self, *, verbosity: int = 1, failfast: bool = False, **options: Any) -> None:
        self.options = ["--verbose"] * (verbosity > 1) + ["--exitfirst"] * failfast

    def run_tests(self, labels: list[str], **options: Any) -> int:
        # A process of its own: this one has loaded the settings of the site, and tests have theirs.
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "pytest", *self.options, *map(as_path, labels)]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False).returncode


def as_path(label: str) -> str:
    """`chat.tests.test_rooms.TestJoining` as pytest names it: `chat/tests/test_rooms.py::TestJoining`."""
    if "/" in label:
        return label
    parts = label.split(".")
    for length in range(len(parts), 0, -1):
        path = Path(*parts[:length])
        for candidate in (path, path.with_suffix(".py")):
            if (settings.BASE_DIR / candidate).exists():
                return "::".join([str(candidate), *parts[length:]])
    return label
