"""Configurations with which nobody should run a site: they do not start, and say what to do, a line for each danger.

Asked by the settings, so that every server and every command refuses. What depends on where a server listens,
project/server/daphne.py asks.
"""

import stat
import sys
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

# As Django's own check has it, which only `check --deploy` asks.
SECRET_LENGTH = 50  # characters
SECRET_VARIETY = 5  # different ones
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
    """Whoever may write there could put their own secret in its place, or their own database."""
    if path.stat().st_mode & stat.S_IWOTH:
        refuse(f"{path} (ROOMFUL_DATA) may be written by everyone: chmod o-w it, or name another folder.")


def keep_from_others(path: Path) -> None:
    """What only the site's own user may read: made with that right, and mended where it has more."""
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
    """Exit with a line for each reason, if there is one."""
    if whys:
        sys.exit("\n".join(f"roomful: {why}" for why in whys))
