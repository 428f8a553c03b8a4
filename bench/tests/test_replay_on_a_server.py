import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from chat.models import Message
from chat.models.message import MessageQuerySet
from testing.processes import Server

pytestmark = pytest.mark.program

# With edge spaces, control characters, names that differ in case alone, a line without a body and a contradiction.
LOG = """\
=== noor  has joined #delta
[16:41] <noor>  the counter dropped out again\x20
[16:41]  * tomasz looks at the ceiling
=== wen  has left #delta []
=== pia  has joined #delta
=== noor  has left #delta ["off to the hide"]
=== tomasz is now known as tomasz|away
[16:44] <Noor> a\tb\x08 \u202eنورس
[16:44] <Noor>
=== mode/#delta  by pia
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "delta.log"
    path.write_text(LOG, encoding="utf-8")
    return path


def replay(server: Server, log: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.replay", "--url", server.url, str(log)],
        cwd=settings.BASE_DIR,
        env=os.environ | server.its_site(),
        capture_output=True,
        text=True,
        check=False,
    )


def said_by_people() -> MessageQuerySet:
    return Message.objects.filter(notice__isnull=True)


def test_a_log_becomes_the_history_of_a_room_and_the_people_in_it(server: Server, log: Path) -> None:
    done = replay(server, log)
    assert done.returncode == 0, done.stdout + done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("delta"))
    assert row.split() == ["delta", "5", "1", "4", "3", "3", "0", "0", row.split()[-2], "same"]
    stored = said_by_people().order_by("position").values_list("author__display_name", "kind", "body")
    assert list(stored) == [
        ("noor", "text", " the counter dropped out again "),
        ("tomasz", "action", "looks at the ceiling"),
        ("Noor", "text", "a\tb\x08 \u202eنورس"),
        ("narrator of delta", "notice", "mode/#delta  by pia"),
    ]


def test_a_log_replayed_again_is_compared_with_what_it_added(server: Server, log: Path) -> None:
    assert replay(server, log).returncode == 0
    again = replay(server, log)
    assert again.returncode == 0, again.stdout + again.stderr
    assert said_by_people().count() == 8
