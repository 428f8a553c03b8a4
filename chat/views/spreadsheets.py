"""CSV that a spreadsheet shows as text, whatever users typed, and wherever it splits the cells."""

import csv
import io
import re
from collections.abc import Iterable

# A spreadsheet takes a cell that begins so for a formula: also in full width, and after a tab or a line break. In many
# languages it splits cells at `;`, and some also inside of quotes.
FORMULA = re.compile(r'(\A(?=[\t\r\n])|(?:\A|;|\t|\r\n|\r|\n)(?=[" ]*[=+\-@＝＋－＠]))')


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """Return lines of CSV with every cell in quotes, and none of them a formula."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def harmless(cell: str) -> str:
    """Put `'` before whatever a spreadsheet would run."""
    return FORMULA.sub(r"\1'", cell)
