"""Tests of the library in a Django project without any other app."""

import os
import subprocess
import sys

from testing.machine import patience

PROGRAM = """
import pkgutil, sys, importlib, django
django.setup()
import presence
for module in pkgutil.iter_modules(presence.__path__, "presence."):
    importlib.import_module(module.name)
from django.core.management import call_command
call_command("check")
print(sorted({"chat", "accounts", "project"} & {name.partition(".")[0] for name in sys.modules}))
"""


def test_presence_imports_no_other_part_of_this_project() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "presence.tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=patience(60)
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
