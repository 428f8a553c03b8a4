import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from testing.machine import patience

pytestmark = pytest.mark.program


def test_live_rooms_go_on_while_much_is_removed() -> None:
    command = [sys.executable, "-m", "bench.removal", "--quick", "--json"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=dict(os.environ), capture_output=True, text=True, timeout=patience(100)
    )
    assert done.returncode == 0, done.stdout + done.stderr

    rows = json.loads(done.stdout)
    assert len(rows) == 4
    assert all(row["posts"] > 10 and row["p99_ms"] > 0 and row["ack_p99_ms"] > 0 for row in rows)
