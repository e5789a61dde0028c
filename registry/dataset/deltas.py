"""Deltas: what changed in the tables from one snapshot to the next, and a snapshot made anew from a former one.

A delta is JSON Lines. Its first line names both ends: name, signed head, and the hash of each table. Then a line for each row
that was put or deleted, by table and key. A snapshot with a delta applied has the very bytes of the full copy, or is refused.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from registry.core.errors import DatasetRefused
from registry.dataset import formats, tables
from registry.dataset.manifest import MANIFEST, Head, Keys, opened_head, require_whole

FORMAT = "recruitment-registry dataset delta"
PUT, DELETE = "put", "delete"


class Delta(NamedTuple):
    """A delta that was opened: its ends as its first line states them, and the head of its later end."""

    path: Path
    former: Mapping[str, Any]
    later: Mapping[str, Any]
    head: Head


def changes(
    former: Iterator[dict[str, Any]], later: Iterator[dict[str, Any]], table: tables.Table
) -> Iterator[dict[str, Any]]:
    """The lines that lead from the rows of one state of a table to those of another; both are in the order of their keys."""
    old, new = next(former, None), next(later, None)
    while old is not None or new is not None:
        old_key = None if old is None else table.key_of(old)
        new_key = None if new is None else table.key_of(new)
        if new_key is None or (old_key is not None and old_key < new_key):
            yield {"table": table.name, "op": DELETE, "key": list(old_key or ())}
            old = next(former, None)
        elif old_key is None or new_key < old_key:
            yield {"table": table.name, "op": PUT, "row": new}
            new = next(later, None)
        else:
            if old != new:
                yield {"table": table.name, "op": PUT, "row": new}
            old, new = next(former, None), next(later, None)


def end_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """How a delta names one of its ends."""
    fields = ("name", "registry", "day", "log", "tables")
    return {name: manifest[name] for name in fields}


def write_delta(
    path: Path, former: Path, former_end: Mapping[str, Any], later: Path, later_end: Mapping[str, Any]
) -> formats.File:
    """Write what leads from the tables in one folder to those in another."""
    with formats.Counted(path) as file:
        file.write(tables.line_of({"v": tables.VERSION, "format": FORMAT, "from": former_end, "to": later_end}))
        for table in tables.TABLES.values():
            old, new = (formats.read_lines(folder / f"{table.name}.jsonl") for folder in (former, later))
            for line in changes(old, new, table):
                file.write(tables.line_of(line))
                file.rows += 1
    return file.as_file(formats.JSONL)


def open_delta(path: Path, keys: Keys) -> Delta:
    """Read the first line of a delta. DatasetRefused where it is none, or where a head that it names was never signed."""
    try:
        with path.open("rb") as file:
            first = json.loads(file.readline(1 << 20))
        former, later = first["from"], first["to"]
        if first["format"] != FORMAT or first["v"] != tables.VERSION or set(later["tables"]) != set(tables.TABLES):
            raise DatasetRefused(f"{path} is a delta of another version")
    except (ValueError, KeyError, TypeError):
        raise DatasetRefused(f"{path} is no delta of a dataset, or was cut short") from None
    try:
        opened_head(former["log"], keys)
        head = opened_head(later["log"], keys)
    except DatasetRefused as refused:
        raise DatasetRefused(f"{path}: {refused.text}") from None
    return Delta(path, former, later, head)


def apply_delta(delta: Delta, former: Path, folder: Path) -> list[formats.File]:
    """Write the tables of the later end into a folder, from a former snapshot that lies whole in another.

    DatasetRefused where the delta does not begin at that snapshot, or does not lead to the tables that it promises.
    """
    _require_former(delta, former)
    made = []
    for table in tables.TABLES.values():
        name = f"{table.name}.jsonl"
        file = formats.write_lines(
            folder / name, _applied(formats.read_lines(former / name), _lines_of(delta.path, table), table), table
        )
        wanted = delta.later["tables"][table.name]
        if (file.sha256, file.rows) != (wanted["sha256"], wanted["rows"]):
            raise DatasetRefused(f"{delta.path} does not lead to the rows that it promises: take the whole snapshot")
        made.append(file)
    return made


def _require_former(delta: Delta, former: Path) -> None:
    """DatasetRefused where a folder has not the very tables that a delta leads on from."""
    if (former / MANIFEST).exists():
        require_whole(former)
    for table in tables.TABLES:
        path = former / f"{table}.jsonl"
        if not path.is_file():
            raise DatasetRefused(f"{former} is half written: {path.name} is missing. Take the snapshot anew")
        if formats.digest_of(path)[0] != delta.former["tables"][table]["sha256"]:
            raise DatasetRefused(
                f"{delta.path} leads on from {delta.former['name']}, and {path} has other rows: take the delta that "
                "begins there, or the whole snapshot"
            )


def _lines_of(path: Path, table: tables.Table) -> Iterator[dict[str, Any]]:
    lines = formats.read_lines(path)
    next(lines, None)
    try:
        yield from (line for line in lines if line["table"] == table.name)
    except (ValueError, KeyError):
        raise DatasetRefused(f"{path} was cut short, or a line of it is damaged") from None


def _applied(
    former: Iterator[dict[str, Any]], lines: Iterator[dict[str, Any]], table: tables.Table
) -> Iterator[dict[str, Any]]:
    """The rows of the later state, in order."""
    waiting = next(lines, None)
    try:
        for row in chain(former, (None,)):
            key = None if row is None else table.key_of(row)
            while waiting is not None and (key is None or _key_of(waiting, table) <= key):
                is_this = key is not None and _key_of(waiting, table) == key
                if waiting["op"] == PUT:
                    yield waiting["row"]
                elif not is_this:
                    raise DatasetRefused("a delta deletes a row that is not there: it follows from another snapshot")
                waiting = next(lines, None)
                if is_this:
                    row = None
            if row is not None:
                yield row
    except (KeyError, TypeError):
        raise DatasetRefused("a line of the delta is damaged") from None


def _key_of(line: Mapping[str, Any], table: tables.Table) -> tuple[Any, ...]:
    return table.key_of(line["row"]) if line["op"] == PUT else tuple(line["key"])
