import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from testing.machine import patience

pytestmark = pytest.mark.program


def test_the_presence_benchmark_keeps_its_promises_on_a_small_scale() -> None:
    command = [sys.executable, "-m", "bench.presence", "--quick", "--json"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=dict(os.environ), capture_output=True, text=True, timeout=patience(100)
    )
    assert done.returncode == 0, done.stdout + done.stderr

    figures = {figure["what"]: figure for figure in json.loads(done.stdout)}
    assert [figures[name]["value"] for name in ("a join", "a leave", "a touch")] == [1, 1, 1]
    promised = [figure for figure in figures.values() if figure["within"] is not None]
    assert len(promised) == 12
    assert all(figure["value"] <= figure["within"] for figure in promised)
