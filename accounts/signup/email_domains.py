"""E-mail addresses and their domains, as they are compared and mailed to: international domains in ASCII, by IDNA 2008.

Python's own codec, and Django's mail with it, knows IDNA 2003, in which `straße.example` is `strasse.example`. Today,
those are two domains with two owners.
"""

import idna


def ascii_domain(domain: str) -> str:
    """Return a domain as mail servers look it up: `Bücher.example` is `xn--bcher-kva.example`.

    Raises ValueError for what is none.
    """
    return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True, std3_rules=True).decode()


def domain_of(address: str) -> str:
    """Return the domain of an address; an empty text, which is the domain of no site, where it cannot be told."""
    try:
        return ascii_domain(address.rpartition("@")[2])
    except ValueError:
        return ""


def is_same(one: str, other: str) -> bool:
    return mailbox_of(one) == mailbox_of(other)


def mailbox_of(address: str) -> str:
    """Return the one form of all ways to write an address."""
    name, _at, domain = address.lower().rpartition("@")
    return f"{name}@{domain_of(address) or domain}"


def deliverable(address: str) -> str:
    """Return the address with its domain in ASCII, so that no library on the way takes it for another.

    Raises OSError, as a mail server that does not take it, for a domain that IDNA 2008 does not know.
    """
    name, _at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    if not domain_of(address):
        raise OSError("The domain of an address cannot be looked up.")
    return f"{name}@{domain_of(address)}"
