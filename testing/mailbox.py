"""Email of a server without a mail server: it prints messages, and tests read them in its log."""

import re

from testing.processes import Server
from testing.waiting import eventually

BETWEEN = "-" * 79  # separates two messages on the console


def mails(server: Server, to: str) -> list[str]:
    """Return all messages to that address, the latest last."""
    return [mail for mail in server.log.read_text(errors="replace").split(BETWEEN) if f"\nTo: {to}\n" in mail]


def mailed_code(server: Server, to: str, number: int = 1) -> str:
    """Return the code in the `number`th message to that address, as soon as it arrives."""
    return code_in(eventually(lambda: mails(server, to)[number - 1 : number], within=10)[0])


def code_in(body: str) -> str:
    found = re.findall(r"^[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?$", body, re.MULTILINE)
    assert found, body
    return str(found[-1])
