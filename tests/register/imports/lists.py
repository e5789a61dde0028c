"""Invented lists in the shapes that authorities publish, and imports of them on a test's database."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.settings import Settings
from registry.log.models import Entry
from registry.register.agencies import models, record
from registry.register.imports.actions import ImportRequest
from registry.register.imports.jobs import import_list
from registry.register.imports.mapping import SourceMapping, read_mapping, shipped_mapping
from registry.register.imports.report import Report


def ico(number: int) -> str:
    """An invented Czech company number with its right check digit."""
    digits = f"{number:07d}"
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=False))
    return digits + str((11 - total % 11) % 10)


def permit(**facts: Any) -> dict[str, Any]:
    """A permit of the Czech list: to find work for people, without limits, from 2024-01-01."""
    whole = {
        "druhyPraci": {"cs": "Bez omezení"},
        "platnostOd": "2024-01-01",
        "platnostDo": None,
        "zamestnavaniOsob": False,
        "vyhledavaniZamestnani": True,
        "poradenskaCinnost": False,
        "predmetProObcanyCr": False,
        "predmetProObcanyEu": False,
        "predmetProCizinceMimoEu": False,
        "uzemniPlatnost": {"id": "UzemniPlatnostAgentury/neomez"},
    }
    return whole | facts


def agency(
    number: int, name: str | None = None, permits: Sequence[Mapping[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "ico": ico(number),
        "nazev": name or f"Vymyšlená agentura {number} s.r.o.",
        "povoleni": [permit()] if permits is None else list(permits),
        **more,
    }


def czech_list(path: Path, agencies: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps({"polozky": list(agencies)}, ensure_ascii=False), encoding="utf-8")
    return path


def source_text(
    reference: str,
    kind: str,
    *,
    key: str = "registration_number",
    country: str = "CZ",
    time_zone: str = "Europe/Prague",
    is_full: bool = True,
    fresh_for_days: int = 30,
    more: str = "",
) -> str:
    """The authority and the source of an invented list; `more` are further lines of the source."""
    return f"""
[authority]
reference = "zz-labour"
country = "{country}"
time_zone = "{time_zone}"
names = {{ en = "Invented Labour Office" }}

[source]
reference = "{reference}"
kinds = ["{kind}"]
is_full = {str(is_full).lower()}
fresh_for_days = {fresh_for_days}
key = "{key}"
{more}
"""


PLAIN = """
dates = ["d.m.y"]
{source}
[registration_number]
digits = {digits}

[holder]
legal_person = 'Ltd|有限公司'

[constants]
kind = "{kind}"

[words.status]
valid = "active"
"on hold" = "suspended"
withdrawn = "revoked"

[words.conditions]
none = ""

[table]
conditions = [{conditions}]
optional = [{optional}]

[table.columns]
{columns}
"""


def plain_text(
    columns: Mapping[str, str] | None = None,
    *,
    kind: str = "other_eu",
    digits: int = 0,
    conditions: Sequence[str] = (),
    optional: Sequence[str] = (),
    source_more: str = "",
    **source: Any,
) -> str:
    """The mapping of an invented table: name, number, licence, status, days."""
    columns = columns or {
        "name": "Name",
        "registration_number": "Reg",
        "number": "Licence",
        "status": "Status",
        "valid_from": "From",
        "valid_to": "To",
    }
    return PLAIN.format(
        columns="\n".join(f'{name} = "{column}"' for name, column in columns.items()),
        source=source_text("zz-list", kind, more=source_more, **source),
        kind=kind,
        digits=digits,
        conditions=", ".join(f'"{column}"' for column in conditions),
        optional=", ".join(f'"{column}"' for column in optional),
    )


def plain_mapping(columns: Mapping[str, str] | None = None, **more: Any) -> SourceMapping:
    return read_mapping(plain_text(columns, **more), "the test's mapping")


HEADER = "Name,Reg,Licence,Status,From,To"


def plain_list(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@dataclass
class ListImporter:
    """Imports lists into a test's database and reads what the registry then says."""

    settings: Settings
    sessions: sessionmaker[Session]
    folder: Path

    def czech(self, *agencies: Mapping[str, Any], **how: Any) -> Report:
        path = czech_list(self.folder / "agentury.json", agencies)
        return self.take(path, shipped_mapping("cz-mpsv"), **how)

    def plain(self, *rows: str, mapping: SourceMapping | None = None, header: str = HEADER, **how: Any) -> Report:
        path = plain_list(self.folder / "list.csv", *rows, header=header)
        return self.take(path, mapping or plain_mapping(), **how)

    def take(self, path: Path, mapping: SourceMapping, **how: Any) -> Report:
        return import_list(self.settings, self.sessions, ImportRequest(path, mapping, **how))

    def records(self) -> list[record.Agency]:
        """The public records, by name."""
        with self.sessions() as session:
            bodies = session.execute(select(models.PublicRecord.body)).scalars().all()
        return sorted((record.read_record(body) for body in bodies), key=lambda one: one.names[0].name)

    def entries(self) -> list[str]:
        with self.sessions() as session:
            return list(session.execute(select(Entry.type).order_by(Entry.index)).scalars())
