"""A heading that says that some on a list are no longer licensed is heard, where no column says so."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from registry.core.errors import ImportRefused
from registry.register.imports.actions import ImportRequest
from registry.register.imports.jobs import stage
from registry.register.imports.mapping import SourceMapping, read_mapping, shipped_mapping
from registry.register.imports.report import Report
from registry.register.imports.staging import Staging
from registry.register.imports.values import Topic, word_about
from tests.register.imports.lists import plain_text
from tests.register.imports.making import page_table, paper, web_page, word_file, word_table

HEAD = ["Name", "Reg"]
ACTIVE, REVOKED = ["A Ltd", "1"], ["B Ltd", "2"]
COLUMNS = {"name": "Name", "registration_number": "Reg", "status": "Status"}


def mapping(more: str = "") -> SourceMapping:
    text = plain_text(COLUMNS, optional=["Status"]).replace("[constants]", '[constants]\nstatus = "active"')
    return read_mapping(text.replace("[table]", f"[table]\n{more}"), "the test's mapping")


def read(path: Path, by: SourceMapping) -> Report:
    report = Report(source="zz-list", file=path.name)
    staging = Staging(path.parent / "tmp", by.source.key)
    try:
        stage(ImportRequest(path, by), staging, report)
    finally:
        staging.close()
    return report


def page(path: Path) -> Path:
    body = page_table([HEAD, ACTIVE], "Agencias autorizadas") + page_table([HEAD, REVOKED], "Autorizaciones revocadas")
    return web_page(path, body)


def print_out(path: Path) -> Path:
    tables = page_table([HEAD, ACTIVE], "Agenzie iscritte") + page_table([HEAD, REVOKED], "Iscrizioni cessate")
    return paper(path, tables)


def written(path: Path) -> Path:
    heading = "<w:p><w:r><w:t>Zrušené povolenia</w:t></w:r></w:p>"
    return word_file(path, word_table([HEAD, ACTIVE]) + heading + word_table([HEAD, REVOKED]))


def between_rows(path: Path) -> Path:
    first = "<tr><td>A Ltd</td><td>1</td><td>x</td></tr><tr><td colspan='3'>已吊销企业</td></tr>"
    rows = f"<tr><th>Name</th><th>Reg</th><th>Note</th></tr>{first}<tr><td>B Ltd</td><td>2</td><td>x</td></tr>"
    return web_page(path, f"<table>{rows}</table>")


def text(path: Path) -> Path:
    path.write_text("Name,Reg\nA Ltd,1\nSuspended licences:,\nB Ltd,2\n", encoding="utf-8")
    return path


def sheet(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (["Wykreślone z rejestru"], HEAD, REVOKED):
        book.worksheets[0].append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("make", [page, print_out, written, between_rows, text, sheet])
def test_a_list_whose_heading_speaks_of_an_end_is_not_read_as_active(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    with pytest.raises(ImportRefused, match=r"has the heading .*no column says the status: say what it means"):
        read(make(tmp_path / "list"), mapping())


def test_an_operator_who_knows_better_or_a_column_decides(tmp_path: Path) -> None:
    assert read(page(tmp_path / "a"), mapping("trusts_headings = true")).counts.read == 2
    rows = [[*HEAD, "Status"], [*ACTIVE, "valid"], [*REVOKED, "withdrawn"]]
    assert (
        read(web_page(tmp_path / "b", page_table(rows, "Licensed, suspended and revoked")), mapping()).counts.read == 2
    )


@pytest.mark.parametrize(
    "heading",
    [
        "Register of licensed agencies",
        "Albo delle agenzie per il lavoro",
        "对外劳务合作企业名单（截至2026年3月1日）",
        "Lista de ETT",
    ],
)
def test_other_headings_are_headings(heading: str) -> None:
    assert word_about(Topic.END, heading) is None


def test_every_shipped_description_hears_headings(tmp_path: Path) -> None:
    table = shipped_mapping("it-albo").table
    assert table is not None
    assert not table.trusts_headings
