"""Comparison of the outcomes with the table, and of the stored data before and after."""

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from chat.tests.helpers.access import rows
from chat.tests.helpers.access.rows import Row

# Every request stores the user's last-seen time.
NOTED = {"django_session", "usersessions_usersession", "chat_status"}
# Statements that change no row.
READING = ("SELECT ", "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")


def stored() -> list[Any]:
    """Return all rows that a request could change."""
    with connection.cursor() as cursor:
        rows = []
        for table in sorted({model._meta.db_table for model in apps.get_models()} - NOTED):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows.append((table, cursor.fetchall()))
    return rows


@contextmanager
def noted_writes() -> Iterator[list[str]]:
    """Collect the statements that may change a row. If there are none, the rows need not be compared."""
    writes: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(READING):
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield writes


def check_rows(table: str, expected: dict[str, Any], seen: dict[str, Any]) -> None:
    """Fail with the rows that differ from the table, as code to review and paste."""
    wrong = {name: found for name, found in seen.items() if not agrees(found, row_of(name, expected))}
    lines = [f"    {name!r}: {as_code(found)},".replace("'", '"') for name, found in wrong.items()]
    if lines:
        pytest.fail("\n".join([f"Seen, and not in {table} of chat/tests/helpers/access/:", *lines]), pytrace=False)


def row_of(name: str, expected: dict[str, Any]) -> Any:
    """Return the row for the name, or for the first pattern that matches it."""
    return expected.get(name) or next((row for pattern, row in expected.items() if fnmatchcase(name, pattern)), None)


def agrees(seen: Any, expected: Any) -> bool:
    """Compare an outcome with the table, where `open | refused` allows several."""
    if expected is None:
        return False
    if isinstance(seen, str):
        return seen in expected.split(" | ")
    if isinstance(expected, Row):
        return all(agrees(*pair) for pair in zip(seen, expected.whole(), strict=True))
    return all(agrees(*pair) for pair in zip(seen, expected, strict=True))


def as_code(found: Any) -> str:
    """Return the code of a row: its name in rows.py, if it has one."""
    if not isinstance(found, Row):
        return f"({', '.join(map(as_code, found))})"
    named = (name for name, value in vars(rows).items() if isinstance(value, Row) and value.whole() == found)
    return next(named, f"Row{tuple(found)}")


def filled_in(members: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Replace each `{name}` by its value."""
    return {name: value_for(value, values) for name, value in members.items()}


def value_for(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [value_for(each, values) for each in value]
    return values[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value
