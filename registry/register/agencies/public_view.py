"""How an agency looks where it is shown in short: its record with nothing of its licences."""

from collections.abc import Sequence

from registry.register.agencies import record
from registry.vocabulary.record import AgencySummary, NameShown


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
