"""Table of the figures, in Markdown."""

from collections.abc import Sequence

from bench.fanout.figures import Row, ratios

HEAD = (
    "rooms × people",
    "server",
    "deliveries/s",
    "× tutorial",
    "× socket.io",
    "CPU µs/delivery",
    "Redis µs",
    "p50 ms",
    "p99 ms",
    "p99 last ms",
    "KiB/connection",
    "connects/s",
    "lost",
    "twice",
    "generator",
    "others",
)


def table(rows: Sequence[Row]) -> str:
    cells = [HEAD, *(_cells(row, rows) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = [_line(line, widths) for line in cells]
    rule = "| " + " | ".join("-" * (width - 1) + ":" if n > 1 else "-" * width for n, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cells(row: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    compared = ratios(row, rows)
    return (
        str(row.size),
        row.server,
        f"{row.deliveries_per_s:,.0f}",
        _ratio(compared.get("deliveries_per_s_to_tutorial")),
        _ratio(compared.get("deliveries_per_s_to_socketio")),
        f"{row.cpu_us_per_delivery:.1f}",
        f"{row.redis_cpu_us_per_delivery:.1f}",
        f"{row.p50_ms:.1f}",
        f"{row.p99_ms:.1f}",
        f"{row.p99_last_ms:.1f}",
        f"{row.bytes_per_connection / 1024:.1f}",
        f"{row.connects_per_s:,.0f}",
        f"{row.lost:,}",
        f"{row.duplicates:,}",
        f"{row.generator_busy:.0%}",
        f"{row.others_busy:.0%}",
    )


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if n > 1 else cell.ljust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "| " + " | ".join(padded) + " |"
