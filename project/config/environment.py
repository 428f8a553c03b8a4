"""Typed reading of the environment, and the secret that is generated once and kept."""

import difflib
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import dj_email_url
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import DomainNameValidator
from environs import Env, EnvValidationError, FileAwareEnv, ValidationError, validate

from accounts.signup.email_domains import ascii_domain
from project.config.safety import keep_from_others, refuse, refuse_a_folder_for_everyone

OURS = ("ROOMFUL_", "PRESENCE_")  # prefixes that no other program uses
READ_BY_SCRIPTS = {"ROOMFUL_VENV", "ROOMFUL_TEST_PROCESSES"}  # in bin/
IN_A_FILE = "_FILE"  # suffix of a variable that names a file with the value, such as a Docker secret

is_one_of = validate.OneOf
is_positive = validate.Range(min=1)
is_not_negative = validate.Range(min=0)
is_port = validate.Range(min=1, max=65535)
is_given = validate.Regexp(r"\s*\S", error="Must not be empty.")
is_redis = validate.Regexp(
    r"$|rediss?://|unix://", error="Not the address of a Redis server, such as redis://127.0.0.1:6379/0."
)


class Environment:
    """Typed readers, as in `environment.int("PORT", 8000)`; `PORT_FILE` may name a file that has the value.

    Reading goes on after an invalid value, with the default in its place, so that `check` can report all mistakes
    together. Each name that is read is known from then on. Any other name with one of our prefixes is a mistake.
    """

    def __init__(self) -> None:
        self._env = FileAwareEnv(eager=False, file_suffix=IN_A_FILE, strip_whitespace=True)
        self._defaults = Env(eager=False, prefix="=")  # no variable can have such a name
        self._wrong: list[str] = []
        self.unreadable: set[str] = set()
        self.known = set(READ_BY_SCRIPTS)

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        def read(name: str, *arguments: Any, **options: Any) -> Any:
            self.known.add(name)
            if os.environ.get(name) and os.environ.get(name + IN_A_FILE):
                self._wrong.append(f"{name} and {name}{IN_A_FILE} are both set: leave one out.")
            try:
                value = getattr(self._env, kind)(name, *arguments, **options)
            except ValueError as error:  # the file cannot be read
                self._wrong.append(str(error))
                value = None
            if value is None:  # unset without a default, or invalid
                self.unreadable.add(name)
                return getattr(self._defaults, kind)(name, *arguments, **options)
            return value

        return read

    def check(self, dangers: Iterable[str] = ()) -> None:
        """Exit if a value is invalid, a name is unknown, or there are dangers. Call it once all is read."""
        refuse(*self._invalid(), *self._wrong, *self._unknown(), *dangers)

    def _invalid(self) -> list[str]:
        try:
            self._env.seal()
        except EnvValidationError as error:
            messages = cast(Mapping[str, list[str]], error.error_messages)  # a list only if it is eager
            return [f"{name}: {' '.join(why)}" for name, why in messages.items()]
        return []

    def _unknown(self) -> list[str]:
        ours = sorted(name for name in os.environ if name.startswith(OURS))
        unknown = [name for name in ours if name not in self.known and name.removesuffix(IN_A_FILE) not in self.known]
        return [f"Unknown setting: {self._described(name)}. See docs/settings.md." for name in unknown]

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
    """Return whether this is an origin as browsers write it: scheme, host, and the port unless it is the default."""
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
        DomainNameValidator(accept_idna=False)(ascii_domain(value))
    except (ValueError, DjangoValidationError):
        return False
    return not value.endswith(".")  # DNS allows it, addresses do not


def is_mail_server(value: str) -> None:
    try:
        known = "EMAIL_BACKEND" in dj_email_url.parse(value)
    except ValueError:
        known = False
    if not known:
        raise ValidationError("Not the address of a mail server, such as submission://user:password@mail.example.org.")


def kept_secret(path: Path) -> str:
    """Return the secret in the file `path`. The first call creates it, readable by its owner alone.

    Two processes that start at once agree: the file appears whole, by a link that only one of them can create.
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
