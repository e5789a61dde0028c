"""Tables of PDF files that no lines rule are read by the places of their words, and the report says what to compare."""

from pathlib import Path

import pytest

from registry.core.errors import ImportRefused
from registry.register.imports.extraction.pages import Word, placed
from registry.register.imports.mapping import SourceMapping
from registry.register.imports.reading import ListFile, opened
from tests.register.imports.lists import plain_mapping
from tests.register.imports.making import page_table

HEAD = ["Name", "Reg", "Status"]
ROWS = [
    ["Società Inventata del Lavoro Temporaneo S.r.l.", "1", "valid"],
    ["虚构对外劳务合作有限公司", "2", "on hold"],
    ["Fictitious Ltd", "3", "valid"],
]
STYLE = """<style>@page { size: A4; margin: 15mm } table { border-collapse: collapse } thead { display: table-row-group }
td, th { padding: 3px 9px; font: 10px 'Noto Sans CJK SC', sans-serif; text-align: left; vertical-align: top }
h1, p { font: 12px 'Noto Sans CJK SC', sans-serif }</style>"""


def mapping() -> SourceMapping:
    return plain_mapping({"name": "Name", "registration_number": "Reg", "status": "Status"})


def unruled(path: Path, *bodies: str) -> Path:
    """A PDF with no line in it, each body on a page of its own."""
    # Loaded where it is used: each process that collects tests would wait for it.
    import weasyprint

    pages = '<div style="break-after: page"></div>'.join(bodies)
    weasyprint.HTML(string=STYLE + pages).write_pdf(path)
    return path


def read(path: Path) -> tuple[ListFile, list[tuple[str, ...]]]:
    file = opened(path, mapping())
    return file, [tuple(row.cells) if row.cells is not None else () for row in file.rows]


def test_columns_are_those_in_which_the_words_stand(tmp_path: Path) -> None:
    file, rows = read(unruled(tmp_path / "list", page_table([HEAD, *ROWS], "Register of agencies, as of today")))
    assert rows == [tuple(row) for row in ROWS]
    assert file.losses == []
    assert any(note.startswith("page 1: no lines rule the table") for note in file.notes)


def test_a_list_goes_on_over_the_pages_with_and_without_a_repeated_header(tmp_path: Path) -> None:
    more = [["Another Invention Ltd", "4", "valid"], ["A Third Invention Ltd", "5", "withdrawn"]]
    for second in (page_table([HEAD, *more]), page_table(more)):
        file, rows = read(unruled(tmp_path / "list", page_table([HEAD, *ROWS]), second))
        assert [row[1] for row in rows] == ["1", "2", "3", "4", "5"]
        assert file.losses == []


def test_a_cell_of_several_lines_is_one_row_and_named(tmp_path: Path) -> None:
    narrow = page_table([HEAD, *ROWS]).replace("<table>", '<table style="width: 230px">')
    file, rows = read(unruled(tmp_path / "list", narrow))
    assert rows == [tuple(row) for row in ROWS]
    assert any("page 1, row 2" in note and "several lines" in note for note in file.notes)


def line(top: float, *words: tuple[float, float]) -> list[Word]:
    return [Word(left, right, top, top + 10, f"{left:.0f}") for left, right in words]


def test_a_line_that_fits_no_column_is_named_and_put_into_none() -> None:
    rows = [line(top, (0, 50), (100, 150), (200, 250)) for top in (0, 20, 60)]
    found = placed([*rows[0], *rows[1], *line(40, (0, 120), (200, 250)), *rows[2]])
    assert found is not None
    assert ([row.cells for row in found.rows], found.lost) == ([["0", "100", "200"]] * 3, [3])


def test_a_line_across_the_table_is_a_title_and_what_stands_outside_is_no_row() -> None:
    rows = [line(top, (0, 50), (100, 150), (200, 250)) for top in (20, 40, 80)]
    found = placed([*line(0, (0, 90)), *rows[0], *rows[1], *line(60, (0, 240)), *rows[2], *line(200, (7, 90))])
    assert found is not None
    assert [row.is_title for row in found.rows] == [False, False, True, False]
    assert (found.heading.strip(), found.below.strip()) == ("0", "7")


def test_a_page_of_prose_after_the_list_is_a_loss_and_prose_alone_is_refused(tmp_path: Path) -> None:
    prose = "<p>" + "These words were written by nobody and say nothing of any agency at all. " * 12 + "</p>"
    file, rows = read(unruled(tmp_path / "list", page_table([HEAD, *ROWS]), prose))
    assert len(rows) == 3
    assert file.losses == ["page 2 with text and no table: what stands there was not read"]
    with pytest.raises(ImportRefused, match="neither lines nor the places of its words make columns"):
        read(unruled(tmp_path / "prose", prose))


def test_columns_that_run_into_each_other_are_no_columns() -> None:
    assert placed([*line(0, (0, 50), (100, 150)), *line(20, (0, 120), (140, 160)), *line(40, (0, 9), (60, 99))]) is None
    assert placed([]) is None
    assert placed(line(0, (0, 50), (100, 150), (200, 250))) is None
