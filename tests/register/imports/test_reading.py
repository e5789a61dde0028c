"""Files as they come: tables with titles above them, sheets, JSON, and everything that is broken or hostile."""

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.core.errors import ImportRefused
from registry.register.imports.extraction.terms import Room
from registry.register.imports.mapping import Layout, SourceMapping, read_mapping, shipped_mapping
from registry.register.imports.reading import opened
from registry.register.imports.rows import Row
from registry.register.imports.spreadsheets import LIST, sheet_of
from registry.vocabulary.codes import Flaw
from tests.register.imports.lists import HEADER, agency, czech_list, permit, plain_list, plain_mapping

MAPPING = plain_mapping({"name": "Name", "registration_number": "Reg", "status": "Status"})


def rows_of(path: Path, mapping: SourceMapping = MAPPING) -> list[Row]:
    return list(opened(path, mapping).rows)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = [["Name", "Reg", "Status"], ["Fictitious Ltd", "1", "valid"], ["Invented, quoted Ltd", "2", "valid"]]
    if delimiter == ",":
        lines[2][0] = '"Invented, quoted Ltd"'
    path = written(tmp_path / "l.csv", end.join(delimiter.join(cells) for cells in lines) + end)
    assert [row.cells for row in rows_of(path)] == [
        ("Fictitious Ltd", "1", "valid"),
        ("Invented, quoted Ltd", "2", "valid"),
    ]


def test_titles_above_the_header_and_columns_in_another_order_do_not_matter(tmp_path: Path) -> None:
    path = written(
        tmp_path / "l.csv",
        "Register of agencies;;\nas of;1.1.2026;\n;;\nSTATUS; reg ;Ｎａｍｅ\nvalid;7;Fictitious Ltd\n;;\n",
    )
    assert rows_of(path) == [Row(5, 0, ("Fictitious Ltd", "7", "valid"))]


def test_a_row_with_too_few_or_too_many_cells_is_told_by_its_line(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", "Name,Reg,Status\nA Ltd,1\nB Ltd,2,valid,\nC Ltd,3,valid,x\nD Ltd,4,valid\n")
    found = rows_of(path)
    assert [(row.line, row.cells is None) for row in found] == [(2, True), (3, True), (4, True), (5, False)]


def test_a_row_that_is_shifted_by_one_cell_is_set_apart_and_a_habit_of_the_file_is_not(tmp_path: Path) -> None:
    shifted = "Name,Reg,Status,Place\nAlpha s.r.o.,1,valid,\nBeta, s.r.o.,2,valid,\nGamma s.r.o.,3,valid,\n"
    assert [row.cells is None for row in rows_of(written(tmp_path / "a.csv", shifted))] == [False, True, False]
    padded = "Name,Reg,Status\nA Ltd,1,valid,\nB Ltd,2,valid,\nC Ltd,3,valid\n"
    assert [row.cells is None for row in rows_of(written(tmp_path / "b.csv", padded))] == [False, False, False]


@pytest.mark.parametrize(
    ("opens", "closes", "lost"),
    [(("1,valid,", '"note'), ("4,valid,", 'note"'), "2 to 5"), (("1,", '"valid,x'), ("2,", 'valid",x'), "2 to 3")],
)
def test_rows_that_a_quotation_mark_swallows_are_set_apart(
    tmp_path: Path, opens: tuple[str, str], closes: tuple[str, str], lost: str
) -> None:
    last = int(closes[0][0])
    rows = [f"Firm {number} Ltd,{number},valid,note" for number in range(1, 7)]
    rows[0], rows[last - 1] = f"Firm 1 Ltd,{''.join(opens)}", f"Firm {last} Ltd,{''.join(closes)}"
    found = rows_of(written(tmp_path / "l.csv", "Name,Reg,Status,Note\n" + "\n".join(rows) + "\n"))
    assert (found[0].flaw, found[0].detail) == (Flaw.SWALLOWED_ROWS, f"lines {lost} became one row")
    assert all(row.cells is not None for row in found[1:])


def test_an_address_of_two_lines_is_no_swallowed_row(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", 'Name,Reg,Status,Place\nA Ltd,1,valid,"Street 1,\nTown"\n')
    assert [row.cells is not None for row in rows_of(path)] == [True]


def test_a_header_that_stands_there_twice_is_asked_about_and_can_be_told_by_number(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", "Name,Reg,Status,Name\nA Ltd,1,valid,Parent Ltd\n")
    with pytest.raises(
        ImportRefused, match=r"line 1 has the header 'Name' more than once, in columns 1 and 4: .*'Name#1'"
    ):
        rows_of(path)
    second = plain_mapping({"name": "Name#2", "registration_number": "Reg", "status": "Status"})
    assert rows_of(path, second)[0].cells == ("Parent Ltd", "1", "valid")


def test_a_header_repeated_on_every_page_is_no_agency(tmp_path: Path) -> None:
    page = "Name,Reg,Status\nA Ltd,1,valid\n"
    assert len(rows_of(written(tmp_path / "l.csv", page + page))) == 2


def test_titles_that_look_like_other_formats_are_titles(tmp_path: Path) -> None:
    for title in ("PKD", "[Register]", "{Register}"):
        path = written(tmp_path / "l.csv", f"{title},Name,Reg,Status\nx,A Ltd,1,valid\n")
        assert rows_of(path)[0].cells == ("A Ltd", "1", "valid")


def test_what_stands_beside_the_table_of_a_sheet_is_warned_of_by_column(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    workbook(path, ["Name", "Reg", "Status"], ["A", "Ltd", 1, "valid"])
    (row,) = rows_of(path)
    assert (row.flaw, row.detail) == (Flaw.SPARE_CELLS, "column 4")


def test_a_renamed_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", "Name,Reg,State\nA Ltd,1,valid\n")
    with pytest.raises(
        ImportRefused, match="line 1 looks like the header, but lacks 'Status'; it has 'Name', 'Reg', 'State'"
    ):
        rows_of(path)


def test_another_table_altogether_is_refused_with_what_it_has(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", "fruit,price\napple,1\n")
    with pytest.raises(ImportRefused, match=r"none of the mapped columns .* 'fruit', 'price'"):
        rows_of(path)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "is empty"),
        (b"  \n \n", "nothing but spaces"),
        (b"%PDF-1.7 ...", "damaged or cut off .its end is missing.: download it again"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\n<html>", "a web page"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be opened .*save it as XLSX"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password-protected: open it, save it without a password",
        ),
        (b"PK\x03\x04 cut off", "damaged or cut off"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(tmp_path: Path, head: bytes, words: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(head)
    with pytest.raises(ImportRefused, match=words):
        rows_of(path)


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.write(b"Name,Reg,Status\n")
        file.truncate(2 << 30)
    with pytest.raises(ImportRefused, match="2048 MB; the limit is 512 MB"):
        rows_of(path)


def test_an_unclosed_quotation_mark_is_told_by_line(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", 'Name,Reg,Status\n"A Ltd,1,valid\n' + "B Ltd,2,valid\n" * 6000)
    with pytest.raises(ImportRefused, match=r"line \d+: field larger than .* quotation mark"):
        rows_of(path)


def test_bytes_that_are_not_of_the_named_encoding_are_told_by_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes(b"Name,Reg,Status\nA Ltd,1,valid\nB \xff Ltd,2,valid\n")
    with pytest.raises(ImportRefused, match=r"line 3 \(byte 33 of the file\) is not utf-8"):
        list(opened(path, MAPPING, "utf-8").rows)


def workbook(path: Path, *rows: list[object]) -> tuple[openpyxl.Workbook, Any]:
    """A saved workbook and its one sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    return book, sheet


def test_a_sheet_with_titles_numbers_and_days_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    workbook(
        path,
        ["Register"],
        [],
        ["Name", "Reg", "Status", "Day"],
        ["A Ltd", 12345, "valid", date(2026, 1, 2)],
        [None, None],
        ["B Ltd", 7.0, True],
    )
    mapping = plain_mapping({"name": "Name", "registration_number": "Reg", "status": "Status", "valid_from": "Day"})
    assert rows_of(path, mapping) == [
        Row(4, 0, ("A Ltd", "12345", "valid", "2026-01-02")),
        Row(6, 0, ("B Ltd", "7", "true", "")),
    ]


def test_merged_cells_count_for_every_row_they_span(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    book, sheet = workbook(
        path, ["Name", "Reg", "Status"], ["A Ltd", 1, "valid"], [None, None, "on hold"], ["B Ltd", 2, "valid"]
    )
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    book.save(path)
    file = opened(path, MAPPING)
    assert [row.cells for row in file.rows] == [
        ("A Ltd", "1", "valid"),
        ("A Ltd", "1", "on hold"),
        ("B Ltd", "2", "valid"),
    ]
    assert any("merged" in note for note in file.notes)


def test_hidden_sheets_are_ignored_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    book, sheet = workbook(path, ["Name", "Reg", "Status"], ["Hidden Ltd", 1, "valid"])
    sheet.sheet_state = "hidden"
    displayed = book.create_sheet("Shown")
    displayed.append(["Name", "Reg", "Status"])
    displayed.append(["Shown Ltd", 2, "valid"])
    book.create_sheet("Notes").append(["nothing"])
    book.save(path)
    file = opened(path, MAPPING)
    assert [row.cells for row in file.rows] == [("Shown Ltd", "2", "valid")]
    assert "hidden sheet 'Sheet' was ignored" in file.notes
    assert "sheet 'Shown' was read, not 'Notes'" in file.notes


def test_formulas_without_a_stored_result_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    workbook(path, ["Name", "Reg", "Status"], ["A Ltd", "=1+1", "valid"])
    file = opened(path, MAPPING)
    assert [row.cells for row in file.rows] == [("A Ltd", "", "valid")]
    assert any(note.startswith("1 formula cells") for note in file.notes)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    workbook(path, ["Name"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"<row/>" * 5_000_000)
    with pytest.raises(ImportRefused, match="packed suspiciously tight"):
        rows_of(path)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    workbook(path, ["Name"])
    with pytest.raises(ImportRefused, match="unpacks to"):
        sheet_of(path, Layout(columns={}), LIST._replace(room=Room(1000, 1000, 1000)))


def test_a_sheet_cut_off_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    workbook(path, ["Name", "Reg", "Status"], *[[f"A{i} Ltd", i, "valid"] for i in range(100)])
    body = path.read_bytes()
    path.write_bytes(body[: len(body) // 2])
    with pytest.raises(ImportRefused, match="damaged or cut off"):
        rows_of(path)


def test_another_archive_is_no_sheet(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("list.csv", HEADER)
    with pytest.raises(ImportRefused, match="no XLSX file: unpack it"):
        rows_of(path)


def test_a_part_that_is_packed_wrongly_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "l.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet" * 9)
    body = bytearray(path.read_bytes())
    start = body.index(b"mimetype") + len("mimetype")
    body[start : start + 8] = b"\xff" * 8
    path.write_bytes(body)
    with pytest.raises(ImportRefused, match="no XLSX file: unpack it"):
        rows_of(path)


CZECH = shipped_mapping("cz-mpsv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_permit_by_permit_in_any_unicode(tmp_path: Path, encoding: str) -> None:
    body = json.dumps(
        {"polozky": [agency(1, permits=[permit(), permit(platnostOd="2025-05-05")]), agency(2)]}, ensure_ascii=False
    )
    path = written(tmp_path / "l.json", body, encoding)
    found = rows_of(path, CZECH)
    assert [(row.line, row.part) for row in found] == [(1, 1), (1, 2), (2, 1)]
    assert found[1].cells is not None
    assert found[1].cells[2:4] == ["2025-05-05", ""]


def test_json_cut_off_is_refused(tmp_path: Path) -> None:
    path = czech_list(tmp_path / "l.json", [agency(number) for number in range(50)])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ImportRefused, match="cut off or damaged"):
        rows_of(path, CZECH)


def test_json_of_another_shape_says_which_columns_no_record_has(tmp_path: Path) -> None:
    path = written(tmp_path / "l.json", json.dumps({"polozky": [{"jmeno": "x", "povoleni": [permit()]}]}))
    file = opened(path, CZECH)
    list(file.rows)
    assert file.missing == ["nazev", "ico"]


def test_a_csv_that_a_mapping_does_not_know_is_refused(tmp_path: Path) -> None:
    text = """
[authority]
reference = "zz"
country = "CZ"
time_zone = "Europe/Prague"
names = {en = "Invented"}
[source]
reference = "zz"
kinds = ["other_eu"]
is_full = false
key = "name"
[constants]
kind = "other_eu"
status = "active"
[json]
columns = {name = "n"}
"""
    path = plain_list(tmp_path / "l.csv", "A,1,2,valid,,")
    with pytest.raises(ImportRefused, match=r"has no \[table\]"):
        opened(path, read_mapping(text, "x"))
