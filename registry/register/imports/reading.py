"""Opening a list: what kind of file it is, the limits it must keep, and its rows one after another in bounded memory."""

import re
from pathlib import Path

from registry.core.errors import ImportRefused
from registry.register.imports import documents, spreadsheets, tables
from registry.register.imports.mapping import SourceMapping
from registry.register.imports.rows import LIMIT, Opened


def form_of(path: Path) -> str:
    """`csv`, `xlsx` or `json`, told by content and not by name. ImportRefused for everything else, with what to do."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from None
    if size == 0:
        raise ImportRefused(f"{path.name} is empty: download it again")
    if size > LIMIT:
        raise ImportRefused(f"{path.name} is {size >> 20} MB; the limit is {LIMIT >> 20} MB: is it the right file?")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise ImportRefused(_old_office_words(path))
    for start, words in _OTHERS:
        if head.lstrip().lower().startswith(start):
            raise ImportRefused(f"{path.name} is {words}")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if not head.strip():
        raise ImportRefused(f"{path.name} holds nothing but spaces: download it again")
    bare = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")
    return "json" if _JSON.match(bare.replace(b"\0", b"")) else "csv"


_JSON = re.compile(rb"""\{\s*["}]|\[\s*[{\[\]]""")
"""An object, or a list of objects: a title in square brackets above a table is neither."""

_OTHERS = (
    (b"%pdf", "a PDF: ask the publisher for CSV, XLSX or JSON"),
    (b"<!doctype html", "a web page, not a list: the address may lead to an error page or a sign-in"),
    (b"<html", "a web page, not a list: the address may lead to an error page or a sign-in"),
    (b"<?xml", "XML: convert it to CSV, XLSX or JSON first"),
    (b"\x1f\x8b", "compressed (gzip): unpack it first"),
    (b"rar!", "an archive (RAR): unpack it first"),
    (b"7z\xbc\xaf", "an archive (7-Zip): unpack it first"),
)


def _old_office_words(path: Path) -> str:
    with path.open("rb") as file:
        body = file.read(1 << 20)
        file.seek(max(0, path.stat().st_size - (1 << 20)))
        body += file.read()
    if "EncryptedPackage".encode("utf-16-le") in body:
        return f"{path.name} is password-protected: open it, save it without a password, and import that"
    return f"{path.name} is an old Excel file (.xls): open it and save it as .xlsx or CSV"


def opened(path: Path, mapping: SourceMapping, encoding: str | None = None) -> Opened:
    """The file, ready to be read by the mapping's layout for its form. ImportRefused says what is wrong and what to do."""
    form = form_of(path)
    layout = mapping.json if form == "json" else mapping.table
    if layout is None:
        lacking = "[json]" if form == "json" else "[table]"
        raise ImportRefused(
            f"{path.name} is {form.upper()}, and the mapping of {mapping.source.reference} has no {lacking}"
        )
    if form == "xlsx":
        if encoding is not None:
            raise ImportRefused("--encoding is for text files: an XLSX file states its own")
        return spreadsheets.opened_sheet(path, layout)
    if form == "json":
        return documents.opened_document(path, layout, encoding, mapping.authority.country)
    return tables.opened_table(path, layout, encoding, mapping.authority.country)
