"""Settings of a test run, with its own folder and Valkey. The environment has no influence.

The exception is DATABASE_URL, which selects the kind of database.
"""

import atexit
import os
import shutil
import tempfile

from testing.length import length
from testing.machine import patience

OURS = ("ROOMFUL_", "PRESENCE_", "REDIS_URL", "EMAIL_URL", "PORT")

folder = tempfile.mkdtemp(prefix="roomful-")  # short, because socket paths are limited
atexit.register(shutil.rmtree, folder, ignore_errors=True)

for name in [name for name in os.environ if name.startswith(OURS)]:
    del os.environ[name]

os.environ["ROOMFUL_DATA"] = folder
os.environ["ROOMFUL_ADMIN_SECOND_FACTOR"] = "0"  # only its own tests turn it on
os.environ["REDIS_URL"] = f"unix://{folder}/valkey.sock"  # the fixture `valkey` starts it
# Servers started by tests are separate processes: they inherit the environment, with shorter waits.
if not length.full:
    os.environ |= {
        "PRESENCE_SWEEP_MS": "250",
        "PRESENCE_CHECK_MS": "500",
        "ROOMFUL_CHECK_MS": "500",
        "ROOMFUL_STANDING_MS": "1000",
    }
    # A reload, a restart and a heartbeat must fit in these times, so they are scaled like the bounds of tests.
    for name, short, own in [
        ("PRESENCE_LEASE_MS", 3_000, 12_000),
        ("PRESENCE_HEARTBEAT_MS", 750, 4_000),
        ("PRESENCE_LINGER_MS", 500, 8_000),
        ("ROOMFUL_DRAIN_LINGER_MS", 4_000, 30_000),
    ]:
        os.environ[name] = str(round(min(patience(short), own)))

from project.settings import *  # noqa: E402, F403
from testing.sqlite import without_sync  # noqa: E402

if not length.full:
    without_sync(DATABASES)  # noqa: F405

PASSWORD_HASHERS = ["testing.hashers.QuickArgon2"]
MIDDLEWARE = [
    "testing.static.static_files" if name == "servestatic.middleware.ServeStaticMiddleware" else name
    for name in MIDDLEWARE  # noqa: F405
]
LOGGING["handlers"]["console"]["filters"] = []  # type: ignore[index]  # noqa: F405  # a failed test shows every line
