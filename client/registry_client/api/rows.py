"""Rows to ask about, from wherever they come: a list of dicts, a data frame of any library, a CSV or XLSX file."""

import csv
import difflib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from registry_client.api.errors import BadInput

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {".csv": CSV, ".tsv": CSV, ".txt": CSV, ".xlsx": XLSX}
"""By the end of a file's name."""


@runtime_checkable
class Frame(Protocol):
    """What is asked of a data frame; pandas has it."""

    @property
    def columns(self) -> Any: ...

    def to_dict(self, orient: Any) -> Any: ...

    def assign(self, **columns: Any) -> Any: ...


Rows = str | os.PathLike[str] | Iterable[Mapping[str, Any]] | Frame


@dataclass(frozen=True, slots=True)
class File:
    """A file as it stands: the registry reads it, and says how it took its columns."""

    path: Path
    media: str

    def content(self, max_bytes: int) -> bytes | None:
        """Its bytes; None where there are more. Raises BadInput."""
        try:
            with self.path.open("rb") as file:
                found = file.read(max_bytes + 1)
        except OSError as error:
            raise BadInput(f"{self.path}: {error.strerror}") from None
        return found if len(found) <= max_bytes else None


def taken(rows: Rows, fields: Collection[str], columns: Mapping[str, str] | None = None) -> File | list[dict[str, Any]]:
    """A file, or the rows as items. `columns` leads from names of the rows to fields, and what it lacks is not sent.

    Raises BadInput, with the row, for what cannot be sent.
    """
    if isinstance(rows, (str, os.PathLike)):
        path = Path(rows)
        media = MEDIA.get(path.suffix.lower())
        if media is None:
            raise BadInput(f"{path}: a name that ends in {', '.join(MEDIA)} is expected")
        if columns is not None:
            raise BadInput(
                f"{path}: the columns of a file are read by the registry; read it yourself to say which is which"
            )
        return File(path, media)
    records = rows.to_dict("records") if isinstance(rows, Frame) else rows
    named = dict.fromkeys(fields) if columns is None else dict(columns)
    for wrong in set(named.values() if columns is not None else ()) - set(fields):
        raise BadInput(f"columns: {_no_field(str(wrong), fields)}")
    return [_item(row, place, named, fields, columns is None) for place, row in enumerate(records)]


def _item(
    row: object, place: int, named: Mapping[str, str | None], fields: Collection[str], is_strict: bool
) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise BadInput(f"row {place}: a mapping of fields is expected")
    item: dict[str, Any] = {}
    for name, value in row.items():
        if name not in named:
            # A mistyped `destination` that was let go would make the question a weaker one.
            if is_strict:
                raise BadInput(
                    f"row {place}: {_no_field(str(name), fields)}; or say with `columns` which are to be sent"
                )
            continue
        text = _text(value, f"row {place}: {name}")
        if text:
            item[named[name] or name] = text
    return item


def _no_field(name: str, fields: Collection[str]) -> str:
    near = difflib.get_close_matches(name, fields, n=1)
    return f"{name[:60]!r} is no field" + (f"; is {near[0]!r} meant?" if near else f": there are {', '.join(fields)}")


def _text(value: Any, where: str) -> str:
    """A cell as text; what a frame has for an empty one is empty."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        raise BadInput(f"{where}: true and false are no answer to this")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        if value != value:  # a frame's NaT
            return ""
        return value.date().isoformat() if value.time() == time() and value.tzinfo is None else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        if value != value:
            return ""
        # A column of numbers with a gap in it becomes one of floats.
        return str(int(value)) if value.is_integer() else str(value)
    # A frame has other words for an empty cell (pandas: NA, NaT); anything else is nothing to ask about.
    if type(value).__name__ in ("NAType", "NaTType"):
        return ""
    raise BadInput(f"{where}: text, a number or a day is expected, not {type(value).__name__}")


@contextmanager
def as_file(rows: File | list[dict[str, Any]]) -> Iterator[Path]:
    """The rows as a file; one that they are written to is gone afterwards."""
    if isinstance(rows, File):
        yield rows.path
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        yield path


def in_parts(items: list[dict[str, Any]], limit: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), limit):
        yield items[start : start + limit]
