"""Unsafe configurations: the site does not start, and prints a line of advice for each danger.

The settings call these checks, so that every server and every command refuses. project/server/daphne.py has the checks
that depend on the address where a server listens.
"""

import stat
import sys
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

# As in Django's own check, which only `check --deploy` runs.
SECRET_LENGTH = 50  # characters
SECRET_VARIETY = 5  # different characters
PLACEHOLDERS = ("change", "secret", "insecure", "example", "default", "password", "replace")


def dangers_of_site(origins: list[str], hosts: list[str], debug: bool, insecure_http: bool) -> Iterator[str]:
    schemes = {urlsplit(origin).scheme for origin in origins}
    exposed = [origin for origin in origins if not is_loopback(urlsplit(origin).hostname or "")]
    if len(schemes) > 1:
        yield "ROOMFUL_ORIGINS mixes http and https: cookies for the one would go out in the clear by the other."
    if schemes == {"http"} and exposed and not insecure_http:
        yield (
            f"{exposed[0]} in ROOMFUL_ORIGINS is not https: passwords and sessions would go over the net in the clear. "
            "ROOMFUL_INSECURE_HTTP=1 allows it."
        )
    if any("*" in host or host.startswith(".") for host in hosts):
        yield "ROOMFUL_HOSTS must name each host: otherwise, others could have the site's mails link to theirs."
    if debug and (exposed or not all(map(is_loopback, hosts))):
        yield "ROOMFUL_DEBUG shows the site's inside to everyone: with it, ROOMFUL_ORIGINS may name loopback only."


def dangers_of_secrets(secrets: Iterable[str]) -> Iterator[str]:
    if any(map(is_weak, secrets)):
        yield (
            "ROOMFUL_SECRET_KEY is too easy to guess, and whoever guesses it can sign in as anybody. Give it at least "
            f"{SECRET_LENGTH} random characters, or leave it out, and one is made and kept in ROOMFUL_DATA."
        )


def dangers_of_sign_up(policy: str, has_domains: bool, is_verified: bool) -> Iterator[str]:
    if policy == "domains" and not has_domains:
        yield "ROOMFUL_SIGNUP=domains needs ROOMFUL_SIGNUP_DOMAINS."
    if policy == "domains" and not is_verified:
        yield "ROOMFUL_SIGNUP=domains needs ROOMFUL_VERIFY_EMAIL: without it, anybody may claim an address."


def is_weak(secret: str) -> bool:
    is_short = len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_VARIETY
    return is_short or any(word in secret.lower() for word in PLACEHOLDERS)


def refuse_a_folder_for_everyone(path: Path) -> None:
    """Exit if everyone may write to the folder: they could replace the secret key or the database."""
    if path.stat().st_mode & stat.S_IWOTH:
        refuse(f"{path} (ROOMFUL_DATA) may be written by everyone: chmod o-w it, or name another folder.")


def keep_from_others(path: Path) -> None:
    """Make the file readable by the site's own user alone, and create it if it does not exist."""
    try:
        if not path.exists():
            path.touch(mode=0o600)
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            path.chmod(mode & ~(stat.S_IRWXG | stat.S_IRWXO))
    except OSError as error:
        refuse(f"{path} may be read by others, and that cannot be mended: {error.strerror}.")


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse(*whys: str) -> None:
    """Exit with a line for each reason, if there are any."""
    if whys:
        sys.exit("\n".join(f"roomful: {why}" for why in whys))
