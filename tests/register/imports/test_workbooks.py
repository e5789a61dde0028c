"""A workbook that lies about itself is a fault of the file, told with its sheet and cell: none loops or crashes."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from registry.core.errors import ImportRefused
from registry.register.imports import worker
from registry.register.imports.extraction.terms import Room
from registry.register.imports.mapping import Layout
from registry.register.imports.models import FetchState
from registry.register.imports.reading import opened
from registry.register.imports.spreadsheets import LIST, open_sheet, sheet_of
from tests.cli.running import refused
from tests.register.imports.bad_workbooks import BAD_WORKBOOKS, workbook
from tests.register.imports.lists import ListImporter, plain_mapping, plain_text
from tests.register.imports.publisher import publishing
from tests.serving import environment

MAPPING = plain_mapping({"name": "Name", "registration_number": "Reg", "status": "Status"})
LAYOUT = Layout(columns={"licence_number": "licence_number"})


def written(folder: Path, body: bytes) -> Path:
    path = folder / "list.xlsx"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize("name", list(BAD_WORKBOOKS))
def test_what_no_workbook_may_say_is_a_fault_of_the_file(tmp_path: Path, name: str) -> None:
    body, words = BAD_WORKBOOKS[name]
    with pytest.raises(ImportRefused) as refused:
        opened(written(tmp_path, body), MAPPING)
    assert words in refused.value.text
    assert refused.value.text.startswith("list.xlsx ")


def test_rows_and_cells_without_numbers_follow_each_other(tmp_path: Path) -> None:
    rows = '<row><c><v>1</v></c><c r="C2"><v>3</v></c></row><row r="5"><c r="A5" t="e"><v>#REF!</v></c></row><row><c/></row>'
    sheet = sheet_of(written(tmp_path, workbook(rows)), LAYOUT)
    assert list(sheet.rows())[1:] == [["1", "", "3"], [], [], ["#REF!"]]
    # What an error hides is no empty cell.
    assert [row.cells for row in open_sheet(tmp_path / "list.xlsx", LAYOUT, sheet).rows] == [("1",), ("#REF!",)]


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (Room(1000, 100, 100), "unpacks to"),
        (Room(1 << 20, 39, 100), "most of them surely empty"),
        (Room(1 << 20, 100, 1), "holds more text than fits into memory"),
    ],
)
def test_more_than_there_is_room_for_is_refused(tmp_path: Path, room: Room, words: str) -> None:
    rows = "<row><c><v>1</v></c></row>" * 9
    path = written(tmp_path, workbook(rows, texts=["a", "b"]))
    sheet_of(path, LAYOUT)
    with pytest.raises(ImportRefused, match=words):
        sheet_of(path, LAYOUT, LIST._replace(room=room))


def test_a_text_that_is_shown_again_and_again_fills_no_disk(tmp_path: Path) -> None:
    path = written(tmp_path, workbook('<row><c t="s"><v>0</v></c></row>' * 2_000, texts=["x" * 30_000]))
    limits = replace(LIST.limits, written=8 << 20)
    with pytest.raises(ImportRefused, match="costs more time or memory"):
        sheet_of(path, LAYOUT, LIST._replace(limits=limits))


@pytest.mark.parametrize("name", ["row 99,999,999,999", "a text out of bounds"])
def test_a_fetched_list_that_is_bad_is_a_failure_to_fetch(importer: ListImporter, name: str) -> None:
    body, words = BAD_WORKBOOKS[name]
    columns = {"name": "Name", "registration_number": "Reg", "status": "Status"}
    with publishing() as publisher:
        publisher.body = body
        more = f'address = "{publisher.url()}"\nfetch_every_hours = 24\nwarn = ["lists@registry.invalid"]'
        (importer.settings.home / "sources").mkdir()
        (importer.settings.home / "sources" / "zz-list.toml").write_text(plain_text(columns, source_more=more))
        assert words in worker.fetch_source(importer.settings, importer.sessions, "zz-list")
    with importer.sessions() as session:
        assert session.execute(select(FetchState.failures)).scalar_one() == 1


@pytest.mark.parametrize("name", ["row 99,999,999,999", "a text out of bounds"])
def test_a_bad_list_that_an_operator_imports_is_told_in_one_line(
    importer: ListImporter, tmp_path: Path, name: str
) -> None:
    body, words = BAD_WORKBOOKS[name]
    file, mapping = written(tmp_path, body), tmp_path / "mapping.toml"
    mapping.write_text(plain_text({"name": "Name", "registration_number": "Reg", "status": "Status"}))
    output = refused("import", str(file), "--mapping", str(mapping), env=environment(importer.settings, 8000))
    assert words in " ".join(output.split())
    assert "Traceback" not in output
