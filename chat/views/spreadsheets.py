"""CSV that a spreadsheet shows as text, whatever users typed, and wherever the spreadsheet splits cells."""

import csv
import io
import re
from collections.abc import Iterable

# Beginnings of a cell that a spreadsheet takes for a formula: also in full width, and after a tab or a line break. In
# many languages it splits cells at `;`, and some spreadsheets do so even inside quotes.
FORMULA = re.compile(r'(\A(?=[\t\r\n])|(?:\A|;|\t|\r\n|\r|\n)(?=[" ]*[=+\-@＝＋－＠]))')


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def harmless(cell: str) -> str:
    return FORMULA.sub(r"\1'", cell)
