"""Workbooks are what openpyxl would have written, cell for cell, and none of their cells is a formula."""

import io
from datetime import date

import openpyxl

from registry.core.spreadsheets import Cell, as_xlsx

ROWS: list[list[Cell]] = [
    [" outer ", "two\nlines", "a\rb", "<&>\"'", "]]>", None],
    [1, -3, 0, date(2026, 1, 5), date(1900, 3, 1), ""],
    ["=1+1", "\uff1d1", " @x", "\x00\ud800", "\u795e\U0001f9e1", "plain"],
]


def test_each_cell_comes_back_as_it_was_and_none_is_a_formula() -> None:
    header = ["a & b", "c", "d", "e", "f", "g"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([("one & <two>", header, ROWS), ("more", ["x"], [])])))
    assert book.sheetnames == ["one & <two>", "more"]
    read = list(book["one & <two>"].iter_rows())
    assert [cell.value for cell in read[0]] == header
    assert [cell.value for cell in read[1]] == [" outer ", "two\nlines", "a\rb", "<&>\"'", "]]>", None]
    days = [cell.value.date() for cell in read[2][3:5]]
    assert [cell.value for cell in read[2][:3]] == [1, -3, 0]
    assert (days, read[2][5].value) == ([date(2026, 1, 5), date(1900, 3, 1)], None)
    stated = ["'=1+1", "'\uff1d1", "' @x", "\ufffd\ufffd", "\u795e\U0001f9e1", "plain"]
    assert [cell.value for cell in read[3]] == stated
    assert {cell.data_type for line in read for cell in line} <= {"s", "n", "d"}
    assert [cell.value for cell in next(book["more"].iter_rows())] == ["x"]


def test_a_wide_table_has_its_columns_after_z() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([("a", [str(n) for n in range(703)], [list(range(703))])])))
    assert [cell.value for cell in list(book["a"].iter_rows())[1]] == list(range(703))
    assert book["a"]["AAA2"].value == 702
