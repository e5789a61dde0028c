"""Tables out of XLS, ODS, HTML, DOCX and PDF; and files of these forms that are broken, hostile, or no lists."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from registry.core.errors import ImportRefused
from registry.register.imports import confined
from registry.register.imports.extraction import terms
from registry.register.imports.reading import form_of, opened
from registry.register.imports.rows import ListFile
from registry.vocabulary.codes import Flaw
from tests.register.imports.lists import plain_mapping
from tests.register.imports.making import open_document, page_table, paper, web_page, word_cell, word_file, word_table
from tests.thorough import thorough

MAPPING = plain_mapping({"name": "Name", "registration_number": "Reg", "status": "Status"})
HEAD = ["Name", "Reg", "Status"]
ROWS = [["Società Inventata S.r.l.", "1", "valid"], ["虚构有限公司", "2", "on hold"]]


def read(path: Path) -> tuple[ListFile, list[tuple[str, ...]]]:
    file = opened(path, MAPPING)
    return file, [tuple(row.cells) if row.cells is not None else () for row in file.rows]


def made(folder: Path, form: str, rows: list[list[str]]) -> Path:
    path = folder / "list"
    if form == "html":
        return web_page(path, page_table(rows, "Register"))
    if form == "pdf":
        return paper(path, page_table(rows, "Register"))
    if form == "docx":
        return word_file(path, word_table([["Register"]]) + word_table(rows))
    return open_document(path, {"List": [["Register"], [], *rows]})


@pytest.mark.parametrize("form", ["ods", "html", "docx", "pdf"])
def test_a_table_is_read_whatever_the_form_and_each_row_knows_its_place(tmp_path: Path, form: str) -> None:
    path = made(tmp_path, form, [HEAD, *ROWS])
    assert form_of(path) == form
    file, rows = read(path)
    assert rows == [tuple(row) for row in ROWS]
    assert file.losses == []
    assert file.where is not None
    last = list(opened(path, MAPPING).rows)[-1].line
    places = {"ods": "sheet 'List', row 5", "html": "table 1, row 3", "docx": "table 2, row 3", "pdf": "page 1, row 3"}
    assert file.where(last) == places[form]


def test_an_old_excel_file_with_titles_merged_cells_and_days_is_read(tmp_path: Path) -> None:
    file = opened(
        Path(__file__).parent / "fujian.xls",
        plain_mapping(
            {"name": "企业名称", "registration_number": "统一社会信用代码", "valid_to": "有效期至", "status": "状态"}
        ),
    )
    rows = [row.cells for row in file.rows]
    assert rows == [
        ("福建虚构对外劳务合作有限公司", "91350100MA0000000A", "2027年3月1日", "有效"),
        ("厦门臆造国际人力资源有限公司", "91350200MA0000001B", "2028-06-30", "有效"),
        ("厦门臆造国际人力资源有限公司", "91350200MA0000001B", "2026-12-31", "暂停"),
    ]
    assert any("merged" in note for note in file.notes)
    assert "hidden sheet '内部' was ignored" in file.notes


def test_pages_of_one_table_are_one_list_with_and_without_a_repeated_header(tmp_path: Path) -> None:
    many = [[f"Firm {number} Ltd", str(number), "valid"] for number in range(1, 121)]
    file, rows = read(paper(tmp_path / "a", page_table([HEAD, *many])))
    assert rows == [tuple(row) for row in many]
    assert any("page 1" in note for note in file.notes)
    again = page_table([HEAD, *many[:3]]) + '<p style="break-before: page"></p>' + page_table([HEAD, *many[3:6]])
    assert len(read(paper(tmp_path / "b", again))[1]) == 6


def test_a_page_that_cannot_be_read_is_a_loss_with_its_number(tmp_path: Path) -> None:
    body = page_table([HEAD, *ROWS]) + '<p style="break-before: page">Firm 3 Ltd, number 3, valid, and so on</p>'
    file, rows = read(paper(tmp_path / "a", body))
    assert len(rows) == 2
    assert file.losses == ["page 2 with text and no table: what stands there was not read"]
    narrow = page_table([HEAD, *ROWS]) + '<p style="break-before: page"></p>' + page_table([["Firm 3 Ltd", "3"]] * 2)
    file, rows = read(paper(tmp_path / "b", narrow))
    assert len(rows) == 2
    assert file.losses == ["page 2 has 2 columns and no header that is wanted: it was not read"]


def test_spanning_cells_keep_columns_in_their_places(tmp_path: Path) -> None:
    body = """<table><tr><th>Name</th><th>Reg</th><th>Status</th></tr>
    <tr><td colspan="3">Northern province</td></tr>
    <tr><td rowspan="2">A Ltd</td><td>1</td><td>valid</td></tr><tr><td>2</td><td rowspan=2>on hold</td></tr>
    <tr style="display: none"><td>Hidden Ltd</td><td>9</td><td>valid</td></tr>
    <tr><td>B Ltd</td><td>3</td></tr><tr><td>As of 1 March</td><td></td><td></td></tr></table>"""
    file, rows = read(web_page(tmp_path / "a", body))
    assert rows == [
        ("A Ltd", "1", "valid"), ("A Ltd", "2", "on hold"), ("Hidden Ltd", "9", "valid"), ("B Ltd", "3", "on hold"),
    ]  # fmt: skip
    assert any("taken for headings" in note for note in file.notes)
    assert any("taken for notes below the list" in note and "(from table 1, row 7)" in note for note in file.notes)
    merged = "".join(
        f"<w:tr>{cells}</w:tr>"
        for cells in (
            "".join(map(word_cell, HEAD)),
            word_cell("A Ltd", '<w:vMerge w:val="restart"/>') + word_cell("1") + word_cell("valid"),
            word_cell("", "<w:vMerge/>") + word_cell("2") + word_cell("on hold"),
        )
    )
    assert read(word_file(tmp_path / "b", f"<w:tbl>{merged}</w:tbl>"))[1] == rows[:2]


def test_a_row_with_one_cell_between_others_has_lost_something(tmp_path: Path) -> None:
    rows = read(web_page(tmp_path / "a", page_table([HEAD, ["A Ltd", "", ""], ["B Ltd", "2", "valid"]])))[1]
    assert rows == [("A Ltd", "", ""), ("B Ltd", "2", "valid")]


def test_a_web_page_in_an_old_encoding_is_read_as_it_says_or_as_its_letters_are(tmp_path: Path) -> None:
    stated = web_page(tmp_path / "a", page_table([HEAD, ROWS[0]]), "iso-8859-1")
    assert read(stated)[1] == [tuple(ROWS[0])]
    silent = tmp_path / "b"
    silent.write_bytes(f"<html><body>{page_table([HEAD, ROWS[1]])}</body></html>".encode("gb18030"))
    assert read(silent)[1] == [tuple(ROWS[1])]


def test_a_page_of_several_is_a_loss(tmp_path: Path) -> None:
    path = web_page(tmp_path / "a", page_table([HEAD, *ROWS]) + '<a href="?p=2">Siguiente</a>')
    assert read(path)[0].losses == ["the page leads on to a further one ('Siguiente'), which was not read"]


def test_links_scripts_and_macros_are_told_and_not_followed_or_run(tmp_path: Path) -> None:
    link = '<Relationship Id="r1" Target="https://attacker.invalid/x" TargetMode="External"/>'
    file, rows = read(word_file(tmp_path / "a", word_table([HEAD, *ROWS]), link))
    assert len(rows) == 2
    assert "1 links in the file lead outside: none was followed" in file.notes
    script = '<script>document.write("<table><tr><td>Evil Ltd</td></tr></table>")</script>'
    file, rows = read(web_page(tmp_path / "b", script + page_table([HEAD, *ROWS])))
    assert len(rows) == 2
    assert "1 scripts in the page were not run" in file.notes
    macros = tmp_path / "c"
    body = (Path(__file__).parent / "fujian.xls").read_bytes()
    macros.write_bytes(body + "_VBA_PROJECT".encode("utf-16-le"))
    columns = {"name": "企业名称", "registration_number": "统一社会信用代码", "status": "状态"}
    assert "the file holds macros: they were neither run nor read" in opened(macros, plain_mapping(columns)).notes


def scan(path: Path) -> Path:
    Image.new("RGB", (300, 400), "grey").save(path, "PDF")
    return path


def long_paper(path: Path) -> Path:
    document = pikepdf.new()
    for _ in range(2_000):
        document.add_blank_page()
    document.save(path)
    return path


def locked_paper(path: Path) -> Path:
    document = pikepdf.new()
    document.add_blank_page()
    document.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))
    return path


def bomb(path: Path) -> Path:
    word_file(path, word_table([HEAD]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media.xml", b"0" * (40 << 20))
    return path


def entities(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        text = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        archive.writestr("word/document.xml", f'{text}<w:document xmlns:w="x">&a;</w:document>')
    return path


def vast_page(path: Path) -> Path:
    return web_page(
        path, "<table>" + "<tr>" + "<td>x" * 100 + "</tr>" * 1 + ("<tr>" + "<td>x" * 1000) * 1000 + "</table>"
    )


def bare_paper(path: Path) -> Path:
    return paper(path, "<p>Firm 1 Ltd 1 valid</p><p>Firm 2 Ltd 2 valid</p>")


def shut_sheet(path: Path) -> Path:
    return open_document(path, {"List": [HEAD]}, more="<manifest:encryption-data/>")


def old_word(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"))
    return path


def cut_sheet(path: Path) -> Path:
    body = (Path(__file__).parent / "fujian.xls").read_bytes()
    path.write_bytes(body[: len(body) // 3])
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (scan, r"pictures of pages and no text \(a scan\): ask the publisher"),
        (long_paper, "2000 pages; the limit is 500: ask"),
        (locked_paper, "password-protected: open it, print it to a new PDF"),
        (bare_paper, "text and no table: .* ask the publisher for a spreadsheet"),
        (
            lambda path: web_page(path, "<p>Please sign in</p><script>x()</script>"),
            "without a table: .*sign-in.*1 scripts",
        ),
        *thorough((vast_page, r"more than 500000 cells \(in table 1\): ask")),
        (bomb, "packed suspiciously tight"),
        (entities, "declares entities"),
        (old_word, r"old Word file \(.doc\): open it and save it as .docx"),
        (cut_sheet, "cannot be opened .*save it as XLSX|damaged"),
        (shut_sheet, "password-protected: open it, save it without a password"),
    ],
    ids=lambda value: getattr(value, "__name__", "words"),
)
def test_a_file_that_cannot_be_read_says_what_is_wrong_and_what_to_do(tmp_path: Path, make: object, words: str) -> None:
    assert callable(make)
    with pytest.raises(ImportRefused, match=words):
        read(make(tmp_path / "list"))


def test_a_file_larger_than_its_form_may_be_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7")
        file.truncate(terms.MAX_FILE["pdf"] + 1)
    with pytest.raises(ImportRefused, match="64 MB; the limit for PDF is 64 MB"):
        read(path)


def test_letters_that_a_file_does_not_name_cost_the_row(tmp_path: Path) -> None:
    file = opened(web_page(tmp_path / "a", page_table([HEAD, ["Firm (cid:12)", "1", "valid"]])), MAPPING)
    (row,) = file.rows
    assert (row.cells, row.flaw) == (None, Flaw.UNREADABLE_TEXT)


def test_a_file_that_ends_too_early_is_refused_or_a_loss(tmp_path: Path) -> None:
    whole = paper(tmp_path / "a", page_table([HEAD, *ROWS])).read_bytes()
    (tmp_path / "b").write_bytes(whole[: len(whole) * 9 // 10])
    with pytest.raises(ImportRefused, match="cut off"):
        read(tmp_path / "b")
    (tmp_path / "c").write_text(f"<html><body>{page_table([HEAD, *ROWS])[:-20]}", encoding="utf-8")
    assert read(tmp_path / "c")[0].losses == ["the page ends within a table: it is cut off"]


def test_a_document_has_a_minute_and_a_reader_that_stands_still_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {(limits.seconds, limits.wall) for limits in terms.LIMITS.values()} == {(60, 60)}
    path, reader = tmp_path / "list.pdf", tmp_path / "reader"
    path.write_bytes(b"%PDF-1.7")
    reader.write_text("#!/bin/sh\nexec sleep 600\n")
    reader.chmod(0o700)
    monkeypatch.setitem(terms.LIMITS, "pdf", replace(terms.LIMITS["pdf"], wall=0))
    monkeypatch.setattr(confined.sys, "executable", str(reader))
    with pytest.raises(ImportRefused, match="costs more time or memory than a list may"):
        opened(path, MAPPING)
