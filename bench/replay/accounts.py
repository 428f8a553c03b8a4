"""Accounts and sessions for everyone in the logs, created on the server's side by `manage.py replay_accounts`.

The command runs in this program's environment, which must name the same data as the server's (ROOMFUL_DATA,
DATABASE_URL).
"""

import subprocess
import sys
from pathlib import Path

import msgspec

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"


def cookies(nicknames: list[str]) -> dict[str, str]:
    command = [sys.executable, str(MANAGE), "replay_accounts"]
    done = subprocess.run(command, input=msgspec.json.encode(nicknames), stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=dict[str, str])
