"""How an agency looks where it is shown in short: its record with nothing of its licences.

schemas/agencies.py says the same for the documentation; tests hold the two together.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from registry.register.agencies import record
from registry.vocabulary.register import HolderKind, NameKind, Role, Script


class NameShown(msgspec.Struct, frozen=True, gc=False, rename={"from_": "from"}):
    """A name with both its days, null where none was stated: readers need not ask whether a key is there."""

    name: str
    script: Script
    kind: NameKind
    from_: date | None
    to: date | None
    source: str
    retrieved_at: datetime


class AgencySummary(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    agency_id: str
    country: str
    role: Role
    holder_kind: HolderKind
    names: list[NameShown]
    identifiers: tuple[record.Identifier, ...]
    source: str
    retrieved_at: datetime
    place: str | None = None
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    clone_warnings: tuple[record.Warning_, ...] = ()
    withheld: str | None = None


def agency_summary(agency: record.Agency) -> AgencySummary:
    return AgencySummary(
        agency.agency_id,
        agency.country,
        agency.role,
        agency.holder_kind,
        names_payload(agency.names),
        agency.identifiers,
        agency.source,
        agency.retrieved_at,
        agency.place,
        agency.dissolved_on,
        agency.is_correction_requested,
        agency.clone_warnings,
        agency.withheld,
    )


def names_payload(names: Sequence[record.Name]) -> list[NameShown]:
    return [
        NameShown(name.name, name.script, name.kind, name.from_, name.to, name.source, name.retrieved_at)
        for name in names
    ]
