"""The forms of the dataset: JSON Lines, from which CSV, Parquet and FollowTheMoney are made.

FollowTheMoney entities are what screening tools (yente, OpenSanctions, Aleph) read. An agency is an `Organization`, each adverse
status and each sanction a `Sanction` that points at it. Schema names, properties and topics are those of followthemoney 4.11
(https://followthemoney.tech/explorer/); its package checks them in the tests.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from registry.core.spreadsheets import harmless
from registry.dataset.tables import LICENCES, TABLES, Table, Type, flat_value, line_of
from registry.vocabulary.register import IdentifierScheme, LicenceStatus, NameKind

JSONL, CSV, PARQUET, FTM = "application/jsonl", "text/csv", "application/vnd.apache.parquet", "application/json+ftm"


class File(NamedTuple):
    """A file of a snapshot: its name, media type, SHA-256, size in bytes, rows, and the table that it holds, if one."""

    name: str
    media_type: str
    sha256: str
    bytes: int
    rows: int | None
    table: str | None = None


class Counted:
    """A binary file that is written once, hashed as it is written, and on the disk when it is closed."""

    def __init__(self, path: Path) -> None:
        self.path, self.hash, self.size, self.rows = path, hashlib.sha256(), 0, 0
        self._file = path.open("wb")

    def write(self, body: bytes) -> None:
        self._file.write(body)
        self.hash.update(body)
        self.size += len(body)

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def as_file(self, media_type: str, table: str | None = None, *, has_rows: bool = True) -> File:
        """The file as a manifest states it; asked for after it was closed."""
        rows = self.rows if has_rows else None
        return File(self.path.name, media_type, self.hash.hexdigest(), self.size, rows, table)


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]], table: Table) -> File:
    """JSON Lines: a canonical JSON object a row. Raises ValueError where rows are out of order."""
    last: tuple[Any, ...] | None = None
    with Counted(path) as file:
        for row in rows:
            key = table.key_of(row)
            if last is not None and key <= last:
                raise ValueError(f"a row of {table.name} is out of order")
            last = key
            file.write(line_of(row))
            file.rows += 1
    return file.as_file(JSONL, table.name)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON Lines. Raises ValueError for a line that is no object."""
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("a line is no object")
            yield row


def write_derived(folder: Path, registry: str, *, has_parquet: bool) -> list[File]:
    """Everything that follows from the JSON Lines of a folder: CSV, Parquet if wanted, and FollowTheMoney entities.

    `registry` is the address of the registry, which entities and rows lead back to.
    """
    made = []
    for table in TABLES.values():
        made.append(write_csv(folder / f"{table.name}.csv", read_lines(folder / f"{table.name}.jsonl"), table))
        if has_parquet:
            made.append(write_parquet(folder / f"{table.name}.parquet", folder / f"{table.name}.jsonl", table))
    with Counted(folder / "entities.ftm.json") as file:
        for entity in entities_of(read_lines(folder / f"{LICENCES}.jsonl"), registry):
            file.write(line_of(entity))
            file.rows += 1
    return [*made, file.as_file(FTM)]


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], table: Table) -> File:
    """CSV by RFC 4180 in UTF-8. Lists are joined by ` | `, and no cell can be read as a formula."""
    with Counted(path) as file:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow([column.name for column in table.columns])
        for row in rows:
            writer.writerow([_cell(flat_value(column, row[column.name])) for column in table.columns])
            file.rows += 1
            if buffer.tell() > 1 << 16:
                file.write(buffer.getvalue().encode())
                buffer.seek(0)
                buffer.truncate()
        file.write(buffer.getvalue().encode())
    return file.as_file(CSV, table.name)


def _cell(value: str | int | list[str] | None) -> str | int | None:
    if isinstance(value, list):
        return harmless(" | ".join(value))
    return harmless(value) if isinstance(value, str) else value


_DUCKDB_TYPES = {
    Type.TEXT: "VARCHAR",
    Type.DAY: "DATE",
    Type.INSTANT: "TIMESTAMPTZ",
    Type.NUMBER: "BIGINT",
    Type.LIST: "VARCHAR[]",
}
_DUCKDB: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "512MB",
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""It fetches nothing, and leaves nothing beside the file."""


def write_parquet(path: Path, lines: Path, table: Table) -> File:
    """Parquet with days, instants and lists of texts as such; written by DuckDB, of rows without objects."""
    import duckdb

    flat = path.with_suffix(".flat")
    with Counted(flat) as file:
        for row in read_lines(lines):
            file.write(line_of({column.name: flat_value(column, row[column.name]) for column in table.columns}))
            file.rows += 1
    types = {column.name: _DUCKDB_TYPES[column.type] for column in table.columns}
    try:
        with duckdb.connect(config=_DUCKDB) as database:
            rows = database.read_json(str(flat), columns=types, format="newline_delimited")
            rows.write_parquet(str(path), compression="zstd")
    finally:
        flat.unlink()
    with path.open("rb") as written:
        os.fsync(written.fileno())
    digest, size = digest_of(path)
    return File(path.name, PARQUET, digest, size, file.rows, table.name)


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def write_whole(path: Path, body: bytes, media_type: str) -> File:
    """A small file at once."""
    with Counted(path) as file:
        file.write(body)
    return file.as_file(media_type, has_rows=False)


PREFIX = "recruitment-registry"

REGULATOR_ACTION, DEBARRED = "reg.action", "debarment"

ADVERSE = {
    LicenceStatus.SUSPENDED: (REGULATOR_ACTION,),
    LicenceStatus.REVOCATION_PENDING_APPEAL: (REGULATOR_ACTION,),
    LicenceStatus.RENEWAL_REFUSED: (REGULATOR_ACTION,),
    LicenceStatus.REVOKED: (REGULATOR_ACTION,),
    LicenceStatus.REVOKED_IMMEDIATE: (REGULATOR_ACTION,),
    LicenceStatus.BANNED: (REGULATOR_ACTION, DEBARRED),
}
"""Statuses that an authority imposed, and the topics of an agency whose licence has one now."""

NAMES = {NameKind.FORMER: "previousName", NameKind.SHORT: "weakAlias", NameKind.TRADE: "alias"}

NUMBERS = {
    IdentifierScheme.USCC: "uscCode",
    IdentifierScheme.VAT: "vatCode",
    IdentifierScheme.LEI: "leiCode",
    IdentifierScheme.EUID: "idNumber",
    IdentifierScheme.REGISTRATION_NUMBER: "registrationNumber",
}


def entities_of(rows: Iterable[Mapping[str, Any]], registry: str) -> Iterator[dict[str, Any]]:
    """The entities of licence rows, which stand in the order of their agencies."""
    for _, licences in groupby(rows, key=lambda row: row["agency_id"]):
        yield from _agency(list(licences), registry)


def _agency(rows: list[Mapping[str, Any]], registry: str) -> Iterator[dict[str, Any]]:
    first = rows[0]
    found: dict[str, set[str]] = {
        "name": {first["agency_name"]},
        "country": {first["agency_country"].lower()},
        "sourceUrl": {f"{registry}/en/agencies/{first['agency_id']}"},
        "address": {first["agency_place"]},
        "dissolutionDate": {first["agency_dissolved_on"]},
        "licenseNumber": {row["number"] for row in rows},
        "status": {row["status"] for row in rows},
        "topics": set(),
    }
    for name in first["agency_names"]:
        field = NAMES.get(name["kind"], "alias") if name["name"] != first["agency_name"] else "name"
        found.setdefault(field, set()).add(name["name"])
    for number in first["identifiers"]:
        found.setdefault(NUMBERS[number["scheme"]], set()).add(number["value"])
    id_ = f"{PREFIX}-{first['agency_id']}"
    acts = [act for row in rows for act in _acts(row, id_, registry)]
    for row in rows:
        found["topics"] |= set(ADVERSE.get(row["status"], ()))
    if any(sanction["ended_as"] is None for row in rows for sanction in row["sanctions"]):
        found["topics"].add(REGULATOR_ACTION)
    yield {"id": id_, "schema": "Organization", "properties": _listed(found)}
    yield from {act["id"]: act for act in acts}.values()


def _acts(row: Mapping[str, Any], entity: str, registry: str) -> Iterator[dict[str, Any]]:
    """The adverse statuses of a licence, and the sanctions that its row shows."""
    common = {
        "entity": {entity},
        "country": {row["country"].lower()},
        "authority": {row["authority"]},
        "sourceUrl": {f"{registry}/en/agencies/{row['agency_id']}"},
    }
    for number, period in enumerate(row["status_history"]):
        if period["status"] in ADVERSE:
            facts = {
                "program": {row["kind"]},
                "status": {period["status"]},
                "startDate": {period["from"]},
                "endDate": {period["to"]},
                "reason": {period["ground"]},
                "recordId": {row["licence_id"]},
            }
            id_ = f"{PREFIX}-{row['licence_id']}-{number}"
            yield {"id": id_, "schema": "Sanction", "properties": _listed(common | facts)}
    for sanction in row["sanctions"]:
        facts = {
            "program": {sanction["kind"]},
            "startDate": {sanction["from"]},
            "endDate": {sanction["to"]},
            "listingDate": {sanction["published_on"]},
            "provisions": {sanction["legal_ground"]},
            "recordId": {sanction["sanction_id"]},
        }
        id_ = f"{PREFIX}-{sanction['sanction_id']}"
        yield {"id": id_, "schema": "Sanction", "properties": _listed(common | facts)}


def _listed(found: Mapping[str, set[Any]]) -> dict[str, list[str]]:
    """Properties as FollowTheMoney has them: lists of texts, none of them empty, in a fixed order."""
    stated = {name: sorted(value for value in values if value is not None) for name, values in found.items()}
    return {name: values for name, values in sorted(stated.items()) if values}
