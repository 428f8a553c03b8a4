import os
import re
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from project.config.environment import READ_BY_SCRIPTS, environment, is_domain, is_origin, kept_secret
from testing.machine import patience

READ = "from project import settings"


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(60),
    )


@pytest.mark.parametrize("command", [["manage.py", "check"], ["-m", "project.server"]])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight thousand"),
        ("PORT", "65536"),
        ("ROOMFUL_DEBUG", "perhaps"),
        ("ROOMFUL_ORIGINS", ""),
        ("DATABASE_URL", "oracle-of-delphi://"),
        ("REDIS_URL", "localhost:6379"),
        ("EMAIL_URL", "pigeon://"),
        ("ROOMFUL_LOG_LEVEL", "LOUD"),
        ("ROOMFUL_PAGE_LENGTH", "0"),
        ("ROOMFUL_SOCKETS", "-1"),
        ("ROOMFUL_DATA", "/dev/null/data"),
    ],
)
@pytest.mark.program
def test_a_value_that_cannot_be_read_ends_the_start_with_one_line(command: list[str], name: str, value: str) -> None:
    ended = run(*command, **{name: value})
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("roomful: ")
    assert ended.stderr.count("\n") == 1
    assert name in ended.stderr


@pytest.mark.parametrize("command", [["manage.py", "check"], ["-m", "project.server"]])
def test_an_unknown_setting_ends_the_start_and_the_nearest_name_is_suggested(command: list[str]) -> None:
    ended = run(*command, ROOMFUL_SIGN_UP="invitation", PRESENCE_LEASE="1", ROOMFUL_ZZZ="1")
    assert ended.returncode == 1
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert all(line.startswith("roomful: Unknown setting: ") for line in lines)
    assert len(lines) == 3
    assert "ROOMFUL_SIGN_UP (did you mean ROOMFUL_SIGNUP?)" in ended.stderr
    assert "PRESENCE_LEASE (did you mean PRESENCE_LEASE_MS?)" in ended.stderr
    assert "ROOMFUL_ZZZ." in ended.stderr


@pytest.mark.program
def test_all_that_is_wrong_is_told_at_once_a_line_each() -> None:
    wrong = {
        "PORT": "eight thousand",
        "ROOMFUL_TRUSTED_PROXIES": "-1",
        "ROOMFUL_SIGNUP_DOMAINS": "example.org,-x",
        "ROOMFUL_MESSAGES_OF_DELETED": "burn",
        "EMAIL_URL": "pigeon://",
        "ROOMFUL_SIGN_UP": "invitation",
        "ROOMFUL_SECRET_KEY": "changeme",
        "ROOMFUL_HOSTS": "*",
    }
    ended = run("-c", READ, **wrong)
    assert (ended.returncode, ended.stdout) == (1, "")
    lines = ended.stderr.splitlines()
    assert all(line.startswith("roomful: ") for line in lines)
    assert len(lines) == len(wrong)
    for name in wrong:
        assert any(name in line for line in lines), name


@pytest.mark.program
def test_a_secret_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROOMFUL_SECRET_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    secret = secrets.token_urlsafe(48)
    (tmp_path / "key").write_text(f"{secret}\n")
    (tmp_path / "database").write_text("postgresql://roomful:p%40ss@db/roomful\n")
    files = {"ROOMFUL_SECRET_KEY_FILE": str(tmp_path / "key"), "DATABASE_URL_FILE": str(tmp_path / "database")}
    printed = "from project import settings as s; print(s.SECRET_KEY, s.DATABASES['default']['PASSWORD'])"
    assert run("-c", printed, **files).stdout == f"{secret} p@ss\n"

    both = run("-c", printed, **files, ROOMFUL_SECRET_KEY=secret)
    assert "ROOMFUL_SECRET_KEY and ROOMFUL_SECRET_KEY_FILE are both set" in both.stderr
    for name in files:
        missing = run("-c", printed, **{name: str(tmp_path / "missing")})
        assert (missing.returncode, missing.stderr.count("\n")) == (1, 1), missing.stderr
        assert name in missing.stderr


def test_the_settings_of_a_provider_are_known_if_the_provider_is_named() -> None:
    keycloak = {"NAME": "Keycloak", "SERVER": "https://id.example.org", "CLIENT": "chat", "SECRET": "secret"}
    provider = {f"ROOMFUL_OIDC_KEYCLOAK_{name}": value for name, value in keycloak.items()}
    assert run("-c", READ, ROOMFUL_OIDC="keycloak", **provider).stderr == ""
    refused = run("-c", READ, **provider)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, len(provider))
    assert "ROOMFUL_OIDC_KEYCLOAK_CLIENT" in refused.stderr


def test_the_settings_of_scripts_and_the_variables_of_tests_are_accepted() -> None:
    ended = run("-c", READ, **dict.fromkeys(READ_BY_SCRIPTS, "4"), TEST_DOOR="1", ROOM="1")
    assert (ended.returncode, ended.stderr) == (0, "")
    scripts = [path for folder in ("bin", ".ci") for path in (settings.BASE_DIR / folder).iterdir()]
    named = set(re.findall(r"\b(?:ROOMFUL|PRESENCE)_\w+", "".join(path.read_text() for path in scripts)))
    assert named > READ_BY_SCRIPTS
    assert named <= environment.known


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://chat.example.org", "https://[::1]:8443"])
def test_origins_are_taken_as_browsers_write_them(origin: str) -> None:
    assert is_origin(origin)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "localhost",
        "chat.example.org",
        "//chat.example.org",
        "ws://chat.example.org",
        "https://",
        "https://chat.example.org/",
        "https://chat.example.org/chat",
        "https://Chat.example.org",
        "https://alice@chat.example.org",
        "https://chat.example.org:443",
        "http://chat.example.org:80",
        "https://chat.example.org:port",
        "https://[::1",
        "*",
    ],
)
def test_what_no_browser_would_send_is_no_origin(text: str) -> None:
    assert not is_origin(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("example.org", True),
        ("Example.ORG", True),
        ("bücher.example", True),
        ("a-b.c9.example", True),
        ("localhost", False),
        ("", False),
        ("example.org.", False),
        ("-x.example", False),
        ("x..example", False),
        ("x_y.example", False),
        ("alice@example.org", False),
        ("https://example.org", False),
        (f"{'x' * 64}.example", False),
        (f"{'x' * 63}.{'y' * 63}.{'z' * 63}.{'x' * 63}.example", False),
    ],
)
def test_domains_of_sign_up_are_taken_as_addresses_have_them(text: str, is_one: bool) -> None:
    assert is_domain(text) is is_one


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secret")
    assert len(secret) >= 50
    assert kept_secret(tmp_path / "secret") == secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.program
def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from project.config.environment import kept_secret\n"
    program += "print(kept_secret(Path(sys.argv[1])))"
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: run("-c", program, str(tmp_path / "secret")), range(6)))
    assert {secret.stdout for secret in ended} == {(tmp_path / "secret").read_text() + "\n"}


@pytest.mark.program
def test_old_secrets_still_count_unless_they_can_be_guessed() -> None:
    said = "from project import settings; print(settings.SECRET_KEY_FALLBACKS)"
    old = secrets.token_urlsafe(48)
    assert run("-c", said, ROOMFUL_OLD_SECRET_KEYS=old).stdout == f"['{old}']\n"
    refused = run("-c", said, ROOMFUL_OLD_SECRET_KEYS=f"{old},changeme")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


def test_every_environment_variable_is_documented() -> None:
    read = re.findall(r'env\.\w+\(\s*"(\w+)"', (settings.BASE_DIR / "project" / "settings.py").read_text())
    described = (settings.BASE_DIR / "docs" / "settings.md").read_text()
    assert len(read) > 20
    assert [name for name in read if f"`{name}`" not in described] == []


@pytest.mark.program
def test_debugging_is_refused_on_an_address_that_others_can_reach() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        ended = run("-m", "project.server", "--bind", host, ROOMFUL_DEBUG="1")
        assert ended.returncode == 1
        assert "ROOMFUL_DEBUG" in ended.stderr.splitlines()[-1]
        assert "Traceback" not in ended.stderr
