"""Cells of CSV files: none becomes a formula, in any way that a spreadsheet splits the line."""

import csv
import io

import pytest

from chat.views.spreadsheets import as_csv, harmless

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_that_is_a_formula_is_marked_as_text(formula: str) -> None:
    assert harmless(formula) == f"'{formula}"
    assert harmless(f"{formula[0]}") == f"'{formula[0]}"


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r", "\r\n", '; "', ";  "])
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_after_a_separator_inside_a_cell_is_marked_as_text(separator: str, formula: str) -> None:
    begins = len(separator.rstrip('" ')) + 1
    cell = f"x{separator}{formula}"
    assert harmless(cell) == f"{cell[:begins]}'{cell[begins:]}"


@pytest.mark.parametrize("cell", ["\tx", "\rx", "\nx"])
def test_a_cell_that_begins_with_a_tab_or_a_line_break_is_marked_as_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "x", "Größe, “x” = 1", "a; b", "a\nb", "2 - 1", "a@example.org", '{"ü": "="}'])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_the_delimiter(delimiter: str) -> None:
    cells = [f"{before}{formula}" for formula in FORMULAS for before in ("", "n;", "n\t", 'n;"', 'n";"', '";""', "n\n")]
    written = as_csv([cells, ["last"]])
    assert len(list(csv.reader(io.StringIO(written, newline="")))) == 2
    for row in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter):
        assert not [cell for cell in row if cell.lstrip(' "').startswith(tuple("=+-@＝＋－＠"))]


def test_every_cell_is_in_quotes() -> None:
    assert as_csv([["id", 'a "b"', ""]]) == '"id","a ""b""",""\r\n'
