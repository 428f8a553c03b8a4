"""Commands and events in docs/protocol.md, each with its members."""

import re
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "protocol.md"
NAME = re.compile(r"`([a-z_.]+)`")


@cache
def section(title: str) -> dict[str, set[str]]:
    """Return the names in the rows of a table, each with the code words of its second cell."""
    text = PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    return {name: set(NAME.findall(members)) for _, names, members, *_ in rows for name in NAME.findall(names)}


def check_event(event: dict[str, Any]) -> None:
    """Check an event against its row. Raises AssertionError."""
    members = section("Events").get(event["type"])
    assert members is not None, f"docs/protocol.md does not name {event['type']}"
    unknown = set(event) - members - {"type"}
    if event["type"] != "ack":  # the members of an ack are in the command's row
        assert not unknown, f"docs/protocol.md does not name {sorted(unknown)} of {event['type']}"
