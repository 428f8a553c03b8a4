"""Reads of the environment that fail loudly, and the secret that is made once and kept."""

import difflib
import os
import re
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_email_url
from environs import Env, EnvError, ValidationError

from accounts.addresses import ascii_domain
from project.safety import keep_from_others, refuse_a_folder_for_everyone

LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
OURS = ("ROOMFUL_", "PRESENCE_")  # prefixes that no other program uses
READ_BY_SCRIPTS = {"ROOMFUL_VENV", "ROOMFUL_TEST_PROCESSES"}  # in bin/


class Environment:
    """Typed readers, as in `environment.int("PORT", 8000)`. A value that they refuse ends the start with one line.

    Each name that is read is known from then on. Any other name that begins as ours do is a mistake.
    """

    def __init__(self) -> None:
        self._env = Env()
        self.known = set(READ_BY_SCRIPTS)

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        read = getattr(self._env, kind)

        def read_or_exit(name: str, *arguments: Any, **options: Any) -> Any:
            self.known.add(name)
            try:
                return read(name, *arguments, **options)
            except EnvError as error:
                sys.exit(f"roomful: {error}")

        return read_or_exit

    def refuse_unknown(self) -> None:
        """Exit if a variable has a prefix of ours and was read by nothing. Call it once all is read."""
        unknown = sorted(name for name in os.environ if name.startswith(OURS) and name not in self.known)
        if unknown:
            sys.exit(f"roomful: Unknown settings: {', '.join(map(self._described, unknown))}. See docs/settings.md.")

    def _described(self, name: str) -> str:
        prefix = name[: name.index("_") + 1]
        rests = [known.removeprefix(prefix) for known in sorted(self.known) if known.startswith(prefix)]
        nearest = difflib.get_close_matches(name.removeprefix(prefix), rests, n=1)
        return f"{name} (did you mean {prefix}{nearest[0]}?)" if nearest else name


environment = Environment()


def private_folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"roomful: {error.filename} cannot be made: {error.strerror}. ROOMFUL_DATA names another folder.")
    refuse_a_folder_for_everyone(path)
    return path


def are_origins(values: list[str]) -> None:
    if not values:
        raise ValidationError("Name at least one origin.")
    for value in values:
        if not is_origin(value):
            raise ValidationError(f"{value} is not an origin, such as https://chat.example.org.")


def is_origin(value: str) -> bool:
    """Whether it is a scheme, a host and perhaps a port, as a browser writes them: nothing after, no default port."""
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return False
    default = {"http": ":80", "https": ":443"}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return bool(default and host) and port != default and value == f"{parts.scheme}://{host}{port}"


def are_domains(values: list[str]) -> None:
    for value in values:
        if not is_domain(value):
            raise ValidationError(f"{value} is not a domain, such as example.org.")


def is_domain(value: str) -> bool:
    try:
        return re.fullmatch(rf"{LABEL}(\.{LABEL})+", ascii_domain(value)) is not None
    except ValueError:
        return False


def is_redis(value: str) -> None:
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValidationError("Not the address of a Redis server, such as redis://127.0.0.1:6379/0.")


def is_mail_server(value: str) -> None:
    try:
        known = "EMAIL_BACKEND" in dj_email_url.parse(value)
    except ValueError:
        known = False
    if not known:
        raise ValidationError("Not the address of a mail server, such as submission://user:password@mail.example.org.")


def is_one_of(choices: Sequence[str]) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in choices:
            raise ValidationError(f"Must be one of: {', '.join(choices)}.")

    return check


def is_positive(value: int) -> None:
    if value < 1:
        raise ValidationError("Must be at least 1.")


def is_not_negative(value: int) -> None:
    if value < 0:
        raise ValidationError("Must be at least 0.")


def is_port(value: int) -> None:
    if not 0 < value < 65536:
        raise ValidationError("Must be between 1 and 65535.")


def kept_secret(path: Path) -> str:
    """The secret in the file `path`; made at the first call, readable by its owner alone.

    Two processes that start at once agree: the file appears whole, by a link that only one of them can make.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    keep_from_others(path)
    return path.read_text().strip()
