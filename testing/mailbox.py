"""The mail of a server that prints it, as a site without a mail server does: people read it in its log."""

import re

from testing.processes import Server
from testing.waiting import eventually

BETWEEN = "-" * 79  # two mails, on the console


def mails(server: Server, to: str) -> list[str]:
    """All to that address, the latest last."""
    return [mail for mail in server.log.read_text(errors="replace").split(BETWEEN) if f"\nTo: {to}\n" in mail]


def mailed_code(server: Server, to: str, number: int = 1) -> str:
    """That in the `number`th mail to that address, as soon as there is one."""
    return code_in(eventually(lambda: mails(server, to)[number - 1 : number], within=10)[0])


def code_in(body: str) -> str:
    found = re.findall(r"^[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?$", body, re.MULTILINE)
    assert found, body
    return str(found[-1])
