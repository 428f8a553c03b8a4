"""E-mail addresses and their domains, as they are compared: in one case, and international domains in ASCII."""


def ascii_domain(domain: str) -> str:
    """As mail servers look it up: `Bücher.example` is `xn--bcher-kva.example`. Raises ValueError for what is none."""
    return domain.encode("idna").decode().lower()


def domain_of(address: str) -> str:
    """Empty where it cannot be told, which is no domain of anybody's."""
    try:
        return ascii_domain(address.rpartition("@")[2])
    except ValueError:
        return ""


def is_same(one: str, other: str) -> bool:
    return mailbox_of(one) == mailbox_of(other)


def mailbox_of(address: str) -> str:
    """Return the one form of all ways to write an address."""
    return f"{address.rpartition('@')[0].lower()}@{domain_of(address)}"
