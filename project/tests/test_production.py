"""A site that nobody should run does not start: one line says why, and nothing else happens."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from project.safety import keep_from_others
from project.tests.test_environment import run

Ended = subprocess.CompletedProcess[str]

SECRET = "kH3vP9mQ2xWc7RzT5yLb8NfJ4gDs6AeU1oViYqXt0ZpBwMhC"
PRODUCTION = {
    "ROOMFUL_ORIGINS": "https://chat.example.org",
    "ROOMFUL_HOSTS": "chat.example.org",
    "ROOMFUL_SECRET_KEY": SECRET + "_and-more",
    "ROOMFUL_DEBUG": "0",
    "ROOMFUL_TRUSTED_PROXIES": "1",
}
SERVER = "import django; django.setup(); from project.server import Server; Server(None, ['tcp:port=8000'])"
ANOTHER_SERVER = "import project.asgi"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run a command with the configuration of a site that is as it should be, but for what is named."""

    monkeypatch.delenv("DATABASE_URL", raising=False)
    surroundings = {"ROOMFUL_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "project.settings"}

    def start(*command: str, **otherwise: str) -> Ended:
        return run(*command, **surroundings | PRODUCTION | otherwise)

    return start


def is_refused(ended: Ended, why: str) -> bool:
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stdout == "" and ended.stderr.startswith("roomful: ") and why in ended.stderr


@pytest.mark.row(41)
def test_a_production_configuration_is_clean_and_an_unsafe_one_does_not_start(start: Callable[..., Ended]) -> None:
    clean = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (clean.returncode, clean.stdout) == (0, "System check identified no issues (0 silenced).\n"), clean.stderr
    for secret in ("x" * 50, SECRET[:49], "django-insecure-" + SECRET, "changeme-" + SECRET):
        assert is_refused(start("manage.py", "check", ROOMFUL_SECRET_KEY=secret), "ROOMFUL_SECRET_KEY")
    assert is_refused(start("-c", ANOTHER_SERVER, ROOMFUL_DEBUG="1"), "ROOMFUL_DEBUG")
    at_home = {"ROOMFUL_ORIGINS": "http://localhost:8000", "ROOMFUL_HOSTS": "localhost"}
    assert start("manage.py", "check", ROOMFUL_DEBUG="1", **at_home).returncode == 0
    elsewhere = at_home | {"ROOMFUL_HOSTS": "localhost,192.0.2.1"}
    assert is_refused(start("manage.py", "check", ROOMFUL_DEBUG="1", **elsewhere), "ROOMFUL_DEBUG")


def test_passwords_go_over_the_net_in_the_clear_only_where_it_is_wanted(start: Callable[..., Ended]) -> None:
    plain = {"ROOMFUL_ORIGINS": "http://chat.example.org", "ROOMFUL_TRUSTED_PROXIES": "0"}
    assert is_refused(start("manage.py", "check", **plain), "ROOMFUL_INSECURE_HTTP=1")
    assert start("manage.py", "check", ROOMFUL_INSECURE_HTTP="1", **plain).returncode == 0
    mixed = {"ROOMFUL_ORIGINS": "http://localhost:8000,https://chat.example.org", "ROOMFUL_INSECURE_HTTP": "1"}
    assert is_refused(start("manage.py", "check", **mixed), "ROOMFUL_ORIGINS mixes")


def test_each_host_is_named(start: Callable[..., Ended]) -> None:
    for hosts in ("*", "chat.example.org,*.example.org", ".example.org"):
        assert is_refused(start("manage.py", "check", ROOMFUL_HOSTS=hosts), "ROOMFUL_HOSTS")


def test_https_is_spoken_by_a_proxy_that_is_known_or_by_our_server(start: Callable[..., Ended]) -> None:
    assert start("-c", SERVER).returncode == 0
    assert is_refused(start("-c", SERVER, ROOMFUL_TRUSTED_PROXIES="0"), "ROOMFUL_TRUSTED_PROXIES")
    by_itself = SERVER.replace("tcp:", "ssl:")
    assert start("-c", by_itself, ROOMFUL_TRUSTED_PROXIES="0").returncode == 0


def test_what_is_kept_is_for_nobody_else(start: Callable[..., Ended], tmp_path: Path) -> None:
    open_to_all, kept = tmp_path / "open", tmp_path / "data" / "secret_key"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert is_refused(start("manage.py", "check", ROOMFUL_DATA=str(open_to_all)), "ROOMFUL_DATA")

    assert start("manage.py", "check", ROOMFUL_SECRET_KEY="").returncode == 0
    files = [kept, tmp_path / "data" / "roomful.sqlite3"]
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    secret = kept.read_text()
    for file in files:
        file.chmod(0o644)
    assert start("manage.py", "check", ROOMFUL_SECRET_KEY="").returncode == 0
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert kept.read_text() == secret

    kept.write_text("")
    assert is_refused(start("manage.py", "check", ROOMFUL_SECRET_KEY=""), "ROOMFUL_SECRET_KEY")


def test_nor_is_what_cannot_be_mended(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be mended"):
        keep_from_others(tmp_path / "nowhere" / "secret")
