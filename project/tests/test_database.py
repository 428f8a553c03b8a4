"""The database of a production site, and its migrations."""

import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from project.tests.test_environment import run
from project.tests.test_production import PRODUCTION
from testing.settings import OURS

FULL = 2  # of PRAGMA synchronous

READ_PRAGMAS = """
import json

import django

django.setup()

from django.db import connection

with connection.cursor() as cursor:
    names = ("synchronous", "journal_mode")
    print(json.dumps({name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names}))
"""


@pytest.mark.program
def test_a_production_site_syncs_every_commit_in_sqlite_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith((*OURS, "DATABASE_URL"))]:
        monkeypatch.delenv(name)  # set for this test run, not by the site

    site = {"ROOMFUL_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "project.settings"}
    ended = run("-c", READ_PRAGMAS, **PRODUCTION, **site)

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"synchronous": FULL, "journal_mode": "wal"}


@pytest.mark.django_db
def test_the_migrations_make_the_tables_that_the_models_describe(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", "--check", "--dry-run")
    assert "No changes detected" in capsys.readouterr().out
