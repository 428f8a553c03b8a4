"""The log of servers during an outage."""

import re
from collections import Counter
from datetime import datetime

from testing.processes import Server

# Messages of one kind begin with the same words.
WARNING = re.compile(r"(?P<time>\S+ [\d:]+),\d+ (?P<kind>(?:WARNING|ERROR) +[\w.]+: .{25})")


def check_logs(*servers: Server) -> None:
    """Check that each kind of warning is logged once in ten seconds, and each error on one line."""
    for server in servers:
        log = server.log.read_text()
        assert "Traceback" not in log
        warnings = [WARNING.match(line) for line in log.splitlines() if " WARNING " in line or " ERROR " in line]
        assert warnings
        assert all(warnings), log
        times = [datetime.fromisoformat(found["time"]) for found in warnings if found]
        windows = (times[-1] - times[0]).total_seconds() // 10 + 2
        kinds = Counter(re.sub(r"\d+", "#", found["kind"]) for found in warnings if found)
        assert max(kinds.values()) <= windows, kinds
