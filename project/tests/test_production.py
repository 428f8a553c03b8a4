"""Unsafe configurations do not start: one line says why, and nothing else happens."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from pytest_django import Settings

from project.config.safety import dangers_of_secrets, dangers_of_site, keep_from_others, refuse_a_folder_for_everyone
from project.server.daphne import refuse_to_lead_in_circles
from project.tests.test_environment import run

Ended = subprocess.CompletedProcess[str]

SECRET = "kH3vP9mQ2xWc7RzT5yLb8NfJ4gDs6AeU1oViYqXt0ZpBwMhC_-"
PRODUCTION = {
    "ROOMFUL_ORIGINS": "https://chat.example.org",
    "ROOMFUL_HOSTS": "chat.example.org",
    "ROOMFUL_SECRET_KEY": SECRET,
    "ROOMFUL_DEBUG": "0",
    "ROOMFUL_TRUSTED_PROXIES": "1",
    "EMAIL_URL": "smtp://mail.example.org:25",
}
ANOTHER_SERVER = "import project.asgi"
CLEAN = "System check identified no issues (0 silenced).\n"

# Choices other than the defaults. The on/off settings are read from docs/settings.md.
OTHER_CHOICES = {"ROOMFUL_SIGNUP": "invitation", "ROOMFUL_MESSAGES_OF_DELETED": "remove", "ROOMFUL_LOG_LEVEL": "ERROR"}
UNSAFE = {"ROOMFUL_DEBUG", "ROOMFUL_INSECURE_HTTP"}  # refused on a public site, or warned of


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run a command with a correct configuration, except for the given settings."""
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
@pytest.mark.program
def test_a_production_configuration_is_clean_and_an_unsafe_one_does_not_start(start: Callable[..., Ended]) -> None:
    clean = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (clean.returncode, clean.stdout) == (0, CLEAN), clean.stderr
    assert is_refused(start("manage.py", "check", ROOMFUL_SECRET_KEY="django-insecure-" + SECRET), "ROOMFUL_SECRET_KEY")
    assert is_refused(start("-c", ANOTHER_SERVER, ROOMFUL_DEBUG="1"), "ROOMFUL_DEBUG")
    assert is_refused(start("-m", "project.server", ROOMFUL_TRUSTED_PROXIES="0"), "ROOMFUL_TRUSTED_PROXIES")


def switched() -> dict[str, str]:
    """Return each documented on/off setting with the opposite of its default."""
    documented = (site_settings.BASE_DIR / "docs/settings.md").read_text()
    defaults = re.findall(r"^\| `(\w+)` \| (on|off)\b", documented, re.MULTILINE)
    return {name: "0" if default == "on" else "1" for name, default in defaults if name not in UNSAFE}


@pytest.mark.program
@pytest.mark.parametrize(
    "otherwise",
    [switched() | OTHER_CHOICES, {"ROOMFUL_SIGNUP": "domains", "ROOMFUL_SIGNUP_DOMAINS": "example.org,bücher.example"}],
    ids=["switched", "domains"],
)
def test_a_site_starts_with_each_setting_other_than_by_default(
    start: Callable[..., Ended], otherwise: dict[str, str]
) -> None:
    assert switched().keys() >= {"ROOMFUL_VERIFY_EMAIL", "ROOMFUL_ADMINISTRATORS_SEE_HIDDEN"}
    ended = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **otherwise)
    assert (ended.returncode, ended.stdout) == (0, CLEAN), ended.stderr


@pytest.mark.parametrize("secret", ["", "secret", SECRET[:49], "ab" * 30, "changeme-" + SECRET, SECRET + "Example"])
def test_a_secret_key_that_can_be_guessed_is_refused(secret: str) -> None:
    assert not list(dangers_of_secrets([SECRET]))
    (danger,) = dangers_of_secrets([SECRET, secret])
    assert "ROOMFUL_SECRET_KEY" in danger


HOME, CHAT = "http://localhost:8000", "https://chat.example.org"


@pytest.mark.parametrize(
    ("origins", "hosts", "flags", "why"),
    [
        ([HOME], ["localhost", "192.0.2.1"], {"debug": True}, "ROOMFUL_DEBUG"),
        ([HOME, "http://192.0.2.1:8000"], ["localhost"], {"debug": True, "insecure_http": True}, "ROOMFUL_DEBUG"),
        (["http://chat.example.org"], ["chat.example.org"], {}, "ROOMFUL_INSECURE_HTTP=1"),
        ([HOME, CHAT], ["localhost"], {"insecure_http": True}, "ROOMFUL_ORIGINS mixes"),
        ([CHAT], ["*"], {}, "ROOMFUL_HOSTS"),
        ([CHAT], ["chat.example.org", ".example.org"], {}, "ROOMFUL_HOSTS"),
    ],
)
def test_an_unsafe_site_is_refused(origins: list[str], hosts: list[str], flags: dict[str, bool], why: str) -> None:
    dangers = list(dangers_of_site(origins, hosts, **{"debug": False, "insecure_http": False, **flags}))
    assert any(why in danger for danger in dangers)


@pytest.mark.parametrize(
    ("origins", "hosts", "flags"),
    [
        ([HOME, "http://127.0.0.1:8000", "http://[::1]:8000"], ["localhost", "127.0.0.1", "[::1]"], {"debug": True}),
        ([CHAT], ["chat.example.org"], {}),
        (["http://chat.example.org"], ["chat.example.org"], {"insecure_http": True}),
    ],
)
def test_a_safe_site_is_not_refused(origins: list[str], hosts: list[str], flags: dict[str, bool]) -> None:
    assert not list(dangers_of_site(origins, hosts, **{"debug": False, "insecure_http": False, **flags}))


def test_https_needs_a_trusted_proxy_or_an_endpoint_with_tls(settings: Settings) -> None:
    settings.HTTPS, settings.TRUSTED_PROXIES = True, 1
    refuse_to_lead_in_circles(["tcp:port=8000"])
    settings.TRUSTED_PROXIES = 0
    refuse_to_lead_in_circles(["ssl:port=8000"])
    with pytest.raises(SystemExit, match="ROOMFUL_TRUSTED_PROXIES"):
        refuse_to_lead_in_circles(["tcp:port=8000"])


@pytest.mark.program
def test_stored_files_are_readable_by_their_owner_only(start: Callable[..., Ended], tmp_path: Path) -> None:
    assert start("manage.py", "check", ROOMFUL_SECRET_KEY="").returncode == 0
    kept = [tmp_path / "data" / name for name in ("secret_key", "roomful.sqlite3")]
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600, 0o600]
    secret = kept[0].read_text()
    for file in kept:
        file.chmod(0o644)
    assert start("manage.py", "check", ROOMFUL_SECRET_KEY="").returncode == 0
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600, 0o600]
    assert kept[0].read_text() == secret


def test_a_data_folder_that_everyone_can_write_to_is_refused(tmp_path: Path) -> None:
    refuse_a_folder_for_everyone(tmp_path)
    tmp_path.chmod(0o777)
    with pytest.raises(SystemExit, match="ROOMFUL_DATA"):
        refuse_a_folder_for_everyone(tmp_path)


def test_a_file_whose_permissions_cannot_be_changed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be mended"):
        keep_from_others(tmp_path / "nowhere" / "secret")
