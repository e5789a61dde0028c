"""Opening a list: what kind of file it is, the limits it must keep, and its rows one after another in bounded memory."""

import re
import zipfile
from pathlib import Path

from registry.core.errors import ImportRefused
from registry.register.imports import documents, extracted, spreadsheets, tables
from registry.register.imports.extraction.terms import FORMS
from registry.register.imports.mapping import SourceMapping
from registry.register.imports.rows import LIMIT, ListFile


def form_of(path: Path) -> str:
    """`csv`, `json`, `xlsx`, `xls`, `ods`, `html`, `docx` or `pdf`, told by content and not by name.

    ImportRefused for everything else, with what to do.
    """
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
        return "xls"
    for start, words in _OTHERS:
        if head.lstrip().lower().startswith(start):
            raise ImportRefused(f"{path.name} is {words}")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_form(path)
    if head.lstrip().startswith(b"%PDF"):
        return "pdf"
    if _PAGE.search(head):
        return "html"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(b"<?xml"):
        raise ImportRefused(f"{path.name} is XML: convert it to CSV, XLSX or JSON first")
    if not head.strip():
        raise ImportRefused(f"{path.name} holds nothing but spaces: download it again")
    bare = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")
    return "json" if _JSON.match(bare.replace(b"\0", b"")) else "csv"


_JSON = re.compile(rb"""\{\s*["}]|\[\s*[{\[\]]""")
"""An object, or a list of objects: a title in square brackets above a table is neither."""

_OTHERS = (
    (b"\x1f\x8b", "compressed (gzip): unpack it first"),
    (b"rar!", "an archive (RAR): unpack it first"),
    (b"7z\xbc\xaf", "an archive (7-Zip): unpack it first"),
)


_PAGE = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype html|html|head|body|table|div|h[1-6]|p|section|main)\b",
    re.IGNORECASE | re.DOTALL,
)


def _archive_form(path: Path) -> str:
    """Which of the forms that are ZIP archives it is, by what lies in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            # Formats that begin with it store it as it is: what is packed says nothing, and is not unpacked here.
            is_stored = "mimetype" in names and archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
            kind = archive.open("mimetype").read(100) if is_stored else b""
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise ImportRefused(f"{path.name} is damaged or cut off ({error}): download it again") from None
    if kind.startswith(b"application/vnd.oasis.opendocument."):
        if b"spreadsheet" in kind:
            return "ods"
        raise ImportRefused(f"{path.name} is an OpenDocument text (.odt) or drawing: save it as .docx or ODS")
    return "docx" if any(name.startswith("word/") for name in names) else "xlsx"


def opened(path: Path, mapping: SourceMapping, encoding: str | None = None) -> ListFile:
    """The file, ready to be read by the mapping's layout for its form. ImportRefused says what is wrong and what to do."""
    form = form_of(path)
    layout = mapping.json if form == "json" else mapping.table
    if layout is None and form == "html":
        raise ImportRefused(
            f"{path.name} is a web page, not a list: the address may lead to an error page or a sign-in"
        )
    if layout is None:
        lacking = "[json]" if form == "json" else "[table]"
        raise ImportRefused(
            f"{path.name} is {form.upper()}, and the mapping of {mapping.source.reference} has no {lacking}"
        )
    if form == "xlsx":
        if encoding is not None:
            raise ImportRefused("--encoding is for text files: an XLSX file states its own")
        return spreadsheets.open_sheet(path, layout)
    if form in FORMS:
        return extracted.open_extract(path, form, layout, encoding, mapping.authority.country)
    if form == "json":
        return documents.open_document(path, layout, encoding, mapping.authority.country)
    return tables.open_table(path, layout, encoding, mapping.authority.country)
