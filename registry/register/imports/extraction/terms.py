"""What the confined process and its caller agree on: limits, the lines that go between them, and what an archive
may be before anything in it is unpacked.
"""

import io
import zipfile
from typing import NamedTuple

import msgspec

from registry.core.confinement import Limits

FORMS = ("xls", "ods", "html", "docx", "pdf")
"""Beside XLSX, which lists of callers may be too, and of which one sheet alone is read."""

HEADER_WITHIN = 40
"""Lines in which the header must stand: titles, dates and notes come above it."""

MB = 1 << 20
MAX_FILE = {"xls": 64 * MB, "ods": 64 * MB, "html": 64 * MB, "docx": 64 * MB, "pdf": 64 * MB}
"""Bytes of a file of each form that are taken; lists are far smaller."""

MAX_UNPACKED = 256 * MB
MAX_CELLS = 500_000
MAX_PAGES = 500
MAX_HEADING = 200
"""Characters above a table that are taken for its heading, the last ones."""

MAX_TEXT = 32 * 1024
"""Characters of one cell; what is longer is several cells run together and is cut by the mapping's own limits."""

LIMITS = {form: Limits(2 << 30, 60, 60, 512 * MB) for form in FORMS}
"""Memory, seconds of processor time and by the clock, bytes written, of one file."""


TOO_LONG = 75
"""How the process ends that may write no more."""


class Room(msgspec.Struct, frozen=True):
    """How much of a workbook is read: bytes that it unpacks to, cells of its sheet, texts that its cells share."""

    unpacked: int
    cells: int
    texts: int


class Task(msgspec.Struct, frozen=True):
    """What the confined process is to do, its one argument, in JSON. Of a workbook: one sheet, and its first rows or all."""

    form: str
    limits: Limits
    encoding: str = "-"
    sheet: str | None = None
    rows: int | None = None
    room: Room = Room(MAX_UNPACKED, 20_000_000, 5_000_000)


class Started(msgspec.Struct, frozen=True, tag="table"):
    """A table begins. `place` is where, for people; `heading` the text above it.

    `is_sheet`: of a workbook, which is one table for itself.
    """

    place: str
    is_sheet: bool = False
    name: str = ""
    heading: str = ""


class Cells(msgspec.Struct, frozen=True, tag="row"):
    """A row of the table begun last. `is_title`: one cell spans the whole of it, as headings between rows do.

    `is_hidden`: the file holds it and does not show it.
    """

    cells: list[str]
    is_title: bool = False
    is_hidden: bool = False


class HiddenColumns(msgspec.Struct, frozen=True, tag="hidden"):
    """Columns, counted from 0, of the table begun last, that the file holds and does not show."""

    columns: list[int]


class Note(msgspec.Struct, frozen=True, tag="note"):
    """A sentence for the operator. `is_loss`: rows may stand where it says that nothing could be read."""

    text: str
    is_loss: bool = False


class Refusal(msgspec.Struct, frozen=True, tag="refused"):
    """The file cannot be read; the text says what is wrong and what to do. `is_ours`: it lies in this machine."""

    text: str
    is_ours: bool = False


class End(msgspec.Struct, frozen=True, tag="end"):
    """Everything was read. A stream without it broke off."""


Line = Started | Cells | HiddenColumns | Note | Refusal | End
"""One line of JSON."""


class Refused(Exception):
    """The file cannot be read; the text is for the operator and goes on from the file's name."""


class Span(NamedTuple):
    """A merged range of a sheet, by row and column from 0, both ends in it."""

    top: int
    left: int
    bottom: int
    right: int


RATIO = 200
SMALL = 16 << 20


def refuse_bombs(body: bytes, max_unpacked: int = MAX_UNPACKED) -> None:
    """Raises Refused for an archive that is damaged, locked, or unpacks to more than a list can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError):
        raise Refused("is damaged or cut off (not a whole ZIP archive): download it again") from None
    total = sum(member.file_size for member in members)
    if total > max_unpacked:
        raise Refused(f"unpacks to {total >> 20} MB; the limit is {max_unpacked >> 20} MB")
    for member in members:
        if member.file_size > SMALL and member.file_size > RATIO * max(member.compress_size, 1):
            raise Refused("is packed suspiciously tight: it was made to fill a disk, and is not opened")
        if member.flag_bits & 1:
            raise Refused("is password-protected: save it without a password")


def member_of(body: bytes, name: str) -> bytes | None:
    """A member's bytes, no more than it states; None where there is none."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            with archive.open(name) as stream:
                return stream.read(MAX_UNPACKED)
        except KeyError:
            return None
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError):
            raise Refused(f"is damaged in {name}: download it again") from None
