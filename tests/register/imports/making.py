"""Invented lists in the forms that authorities publish them in, made as the programs make them that write such files."""

import zipfile
from collections.abc import Collection, Sequence
from html import escape
from pathlib import Path

Rows = Sequence[Sequence[str]]


def page_table(rows: Rows, title: str = "") -> str:
    """An HTML table; the first row is its header."""
    lines = "".join(
        "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(["th", *["td"] * len(rows)], rows, strict=False)
    )
    return f"<h1>{escape(title)}</h1><table>{lines}</table>"


def web_page(path: Path, body: str, encoding: str = "utf-8") -> Path:
    text = f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>x</title></head><body>{body}</body></html>'
    path.write_bytes(text.encode(encoding))
    return path


PAPER = """<style>@page { size: A4 landscape } table { border-collapse: collapse } thead { display: table-row-group }
td, th { border: 1px solid black; padding: 2px; font: 9px 'Noto Sans CJK SC', sans-serif; overflow-wrap: anywhere }
</style>"""


def paper(path: Path, body: str) -> Path:
    """A PDF, as a word processor prints it."""
    # Loaded where it is used: each process that collects tests would wait for it.
    import weasyprint

    weasyprint.HTML(string=PAPER + body).write_pdf(path)
    return path


OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def open_document(path: Path, sheets: dict[str, Rows], more: str = "", hidden_rows: Collection[int] = ()) -> Path:
    """An ODS file. A cell of which the sheet says that it is a day is written YYYY-MM-DD. `more`: of its manifest."""

    def cell(text: str) -> str:
        is_day = len(text) == 10 and text[4] == text[7] == "-" and text[:4].isdigit()
        kind = f'office:value-type="date" office:date-value="{text}"' if is_day else 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{escape(text)}</text:p></table:table-cell>"

    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            ('<table:table-row table:visibility="filter">' if number in hidden_rows else "<table:table-row>")
            + "".join(map(cell, row))
            + "</table:table-row>"
            for number, row in enumerate(rows)
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{OFFICE}office:1.0" '
        f'xmlns:table="{OFFICE}table:1.0" xmlns:text="{OFFICE}text:1.0"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{OFFICE}manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>{more}</manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:tc>"


def word_table(rows: Rows) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(map(word_cell, row))}</w:tr>" for row in rows) + "</w:tbl>"


def word_file(path: Path, body: str, relations: str = "") -> Path:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"{head}<Types/>")
        archive.writestr(
            "word/document.xml", f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
        archive.writestr("word/_rels/document.xml.rels", f"{head}<Relationships>{relations}</Relationships>")
    return path
