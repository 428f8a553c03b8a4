"""Web addresses in messages: the ones that become links, and links with words that name another host. Pure."""

import re
import unicodedata
from urllib.parse import urlsplit

from linkify_it.tlds import TLDS
from markdown_it.common.normalize_url import normalizeLink

from accounts.usernames.rules import is_name_character

LONGEST = 300  # characters of a link's words that are checked; after longer ones the address is always shown

_WEB = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[0-9a-f:.]+\](:\d*)?", re.IGNORECASE)  # IPv6
_TURNING = re.compile("[\u202d\u202e]")  # overrides of the writing direction
_SCHEME = re.compile(r"(?:^|[^a-z0-9])[a-z][a-z0-9+.-]*://([^/?#]*)")

# Characters that look like a slash; NFKC normalises some others. Those that are Japanese letters are refused only next
# to ASCII.
_SLASHES = str.maketrans(
    dict.fromkeys("\u2044\u2215\u29f8\u2571\u27cb\u3033\u30ce\u4e3f\u2cc6\u2cc7", "/") | {"\u3002": "."}
)
_SLASH_LETTER = re.compile(
    "[a-z0-9][\u3033\u30ce\u4e3f\u2cc6\u2cc7]|[\u3033\u30ce\u4e3f\u2cc6\u2cc7][a-z0-9]", re.IGNORECASE
)

_ENDS = [name.lower() for name in TLDS]
_TOP_LEVEL = frozenset(_ENDS) | {name[4:].encode().decode("punycode") for name in _ENDS if name.startswith("xn--")}
_FILES = frozenset({"ai", "cc", "md", "mov", "pl", "ps", "py", "rs", "sh", "so", "zip"})  # also file name extensions


def as_looked_up(url: str) -> str:
    """Return a web address with its host as browsers look it up: composed, narrow, in lower case."""
    found = _WEB.match(url)
    if found is None or found[1].isascii():
        return url
    host, colon, port = found[1].partition(":")
    host = "".join(each.lower() for each in unicodedata.normalize("NFKC", host))
    return url[: found.start(1)] + unicodedata.normalize("NFC", host) + colon + port + url[found.end(1) :]


def is_plain(url: str) -> bool:
    """Return whether a web address shows its host: no user name before it, and no letters that hide its end."""
    found = _WEB.match(url)
    if found is None:
        return True
    authority = found[1]
    if authority.startswith("["):
        return _BRACKETED.fullmatch(authority) is not None
    return all(each == ":" or is_name_character(each) for each in authority) and not _SLASH_LETTER.search(authority)


def misleads(words: str, href: str) -> bool:
    """Return whether the words of a link name another host than the link's. `www.` makes no difference."""
    shown = _as_shown(words)
    if ("." not in shown and "://" not in shown) or shown == href.lower():
        return False
    if len(shown) > LONGEST or _TURNING.search(words):
        return True
    scheme, _, target = href.lower().partition(":")
    if scheme == "mailto":
        address = target.partition("?")[0]
        return any(name != address for name in _named(shown, address))
    return any(_host(name) != _host_of(href) for name in dict.fromkeys(_named(shown, re.split("[?#]", target)[0])))


def names_host(words: str, href: str) -> bool:
    """Return whether the words of a link name its host, or are its address."""
    shown, host = _as_shown(words), shown_host(href)
    if len(shown) > LONGEST or not host:
        return False
    names = {name for word in re.split(r"[\s/?#]", shown) for name in _names(word)}
    return host.lower() in names or host in {_host(name) for name in names if not name.isascii() or "www." in name}


def shown_host(href: str) -> str:
    """Return the target of a link for readers: a host, or an email address."""
    scheme, _, target = href.partition(":")
    return target.partition("?")[0] if scheme.lower() == "mailto" else _host_of(href)


def _named(shown: str, path: str) -> list[str]:
    """Return the parts of the words that read as a host, or as an email address."""
    named = []
    for word in shown.split():
        if found := _SCHEME.search(word):
            named += ["" if "@" in found[1] else name for name in _names(found[1])[:1] or [""]]
        else:
            names = _names(re.split("[/?#]", word)[0])
            named += [name for name in names if _has_top_level(name) and not _is_file(name, path)]
    return named


def _names(text: str) -> list[str]:
    parts = "".join(each if each == "@" or is_name_character(each) else " " for each in text).split()
    return [part.strip("._-") for part in parts]


def _has_top_level(name: str) -> bool:
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending in _TOP_LEVEL


def _is_file(name: str, path: str) -> bool:
    """Return whether the name is that of the linked file, and not a host."""
    return name.rpartition(".")[2] in _FILES and path.endswith(f"/{name}")


def _as_shown(words: str) -> str:
    """Return the words in lower case, without invisible characters, and with slashes for their look-alikes."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", words) if unicodedata.category(each) != "Cf")
    return seen.translate(_SLASHES).lower()


def _host(name: str) -> str:
    return _host_of(normalizeLink(f"https://{name}"))


def _host_of(href: str) -> str:
    """Return the host of a web address, as it is looked up, or an empty string without one."""
    try:
        host = urlsplit(href).hostname or ""
    except ValueError:
        return ""
    return host.removesuffix(".").removeprefix("www.")
