"""Email addresses in the form for comparison and delivery: international domains in ASCII, by IDNA 2008.

Python's own codec, which Django uses for email, follows IDNA 2003: it turns `straße.example` into `strasse.example`.
Today, those are two domains with two owners.
"""

import idna


def ascii_domain(domain: str) -> str:
    """Return a domain as mail servers look it up: `Bücher.example` is `xn--bcher-kva.example`.

    Raises ValueError if it is no valid domain.
    """
    return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True, std3_rules=True).decode()


def domain_of(address: str) -> str:
    """Return the domain of an address. Return an empty string, which equals no real domain, if it is invalid."""
    try:
        return ascii_domain(address.rpartition("@")[2])
    except ValueError:
        return ""


def is_same(one: str, other: str) -> bool:
    return mailbox_of(one) == mailbox_of(other)


def mailbox_of(address: str) -> str:
    name, _at, domain = address.lower().rpartition("@")
    return f"{name}@{domain_of(address) or domain}"


def deliverable(address: str) -> str:
    """Return the address with its domain in ASCII, so that no library on the way mistakes it for another.

    Raises OSError for a domain that is invalid in IDNA 2008, like a mail server that refuses an address.
    """
    name, _at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    if not domain_of(address):
        raise OSError("The domain of an address cannot be looked up.")
    return f"{name}@{domain_of(address)}"
