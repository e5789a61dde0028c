"""Workbooks of two kilobytes that say of themselves what no workbook may, each with what is said of it."""

import io
import re
import zipfile
from collections.abc import Sequence

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = ("licence_number", "Name", "Reg", "Status")

_CELLS = "".join(
    f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>' for letter, name in zip("ABCD", HEADER, strict=True)
)
_ENTITIES = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def workbook(rows: str, *, before: str = "", texts: Sequence[str] = ()) -> bytes:
    """A workbook with a header and these rows below it, in the words of ECMA-376.

    `before`: what its sheet begins with; `texts`: those that its cells share.
    """
    plain, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in given.namelist():
            part = given.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                filled = f'<sheetData><row r="1">{_CELLS}</row>{rows}</sheetData>'
                part, count = re.subn("<sheetData ?/>|<sheetData></sheetData>", filled, before + part)
                assert count == 1
            archive.writestr(name, part)
        if texts:
            shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
    return made.getvalue()


def _row(number: str, cell: str) -> str:
    return f'<row r="{number}"><c r="{cell}" t="inlineStr"><is><t>VYMYSL/1</t></is></c></row>'


BAD_WORKBOOKS = {
    "row 99,999,999,999": (
        workbook(_row("99999999999", "A9")),
        "sheet 'Sheet', row 99999999999 (a sheet has 1048576 rows at most)",
    ),
    "a row above the last": (workbook(_row("1048577", "A1048577")), "row 1048577"),
    "a row that comes again": (workbook(_row("1", "A1")), "row 1 (it follows row 1)"),
    "a row before the first": (workbook(_row("0", "A0")), "row 0 (it follows row 1)"),
    "a row that is no number": (workbook(_row("-2", "A2")), "row -2"),
    "a text out of bounds": (
        workbook('<row r="2"><c r="B2" t="s"><v>99999</v></c></row>'),
        "sheet 'Sheet', cell B2 (it shows shared text '99999' of 0)",
    ),
    "a text before the first": (
        workbook('<row r="2"><c t="s"><v>-1</v></c></row>'),
        "cell A2 (it shows shared text '-1'",
    ),
    "a column beyond the last": (workbook(_row("2", "XFE2")), "row 2 (it has a cell 'XFE2')"),
    "a column without end": (
        workbook(_row("2", "ZZZZZZZZ2")),
        "row 2 (it has a cell 'ZZZZZZZZ2')",
    ),
    "a cell of another row": (workbook(_row("2", "A1048576")), "row 2 (it has cell A1048576"),
    "a field of 17 thousand million cells": (
        workbook(_row("2", "XFD2") + _row("1048576", "A1048576")),
        "has 1048576 rows and 16384 columns in sheet 'Sheet', most of them surely empty",
    ),
    "entities within entities": (
        workbook("<row><c><v>1</v></c></row>", before=_ENTITIES),
        "declares entities",
    ),
    "a sheet cut off": (workbook("<row><c><v>1</v>"), "is damaged or cut off"),
}
