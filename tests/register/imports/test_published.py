"""What an import publishes is what the facts say, though it does not read them again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from registry.register.agencies import models, record, storage
from tests.register.imports.lists import ListImporter, plain_mapping

COLUMNS = {
    "name": "Name",
    "trade_name": "Trade",
    "registration_number": "Reg",
    "number": "Licence",
    "status": "Status",
    "status_ground": "Ground",
    "valid_from": "From",
    "valid_to": "To",
    "phone": "Phone",
    "place": "Place",
}
HEADER = ",".join(COLUMNS.values())

FIRST = (
    "A Ltd,,1,L1,valid,,2025-01-01,,,Praha",
    "B Ltd,,2,L2,valid,,2025-01-01,2030-01-01,,",
    "C Ltd,,3,L3,valid,,2025-01-01,,+000 3,",
    "D Ltd,Dee,4,L4,valid,,2025-01-01,,,",
    "D Ltd,Dee,4,L5,on hold,unpaid,2025-01-01,,,",
    "Smyslena Osoba,,6,L6,valid,,2025-01-01,,,",
    "G Ltd,,7,L7,valid,,2025-01-01,,,",
    *(f"Z{number} Ltd,,{number},L{number},valid,,2025-01-01,,," for number in range(20, 50)),
)
SECOND = (
    "Another Ltd,,1,L1/2,valid,,2025-01-01,,+000 1,Brno",
    "B Ltd,Bee,2,L2,on hold,late,2025-02-01,2031-01-01,,",
    "C Ltd,,3,L3,withdrawn,,2025-01-01,,+000 33,",
    "D Ltd,,4,L5,valid,,2025-01-01,,,",
    "D Ltd,,4,L8,valid,,2026-01-01,,,",
    "Smyslena Osoba,Smyslena,6,L6,on hold,,2025-01-01,,,",
    *FIRST[7:],
)


def stated_in_rows(importer: ListImporter, agency_ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """Names and numbers as their rows say them, which the former release reads."""
    families = [family for family in storage.FAMILIES if family.attribute in storage.IN_RECORD]
    with importer.sessions() as session:
        found = [
            storage.parts_by_owner(storage.current_rows(session, family.model, "agency_id", list(agency_ids)), family)
            for family in families
        ]
    return {
        agency_id: tuple(tuple(part for _, part in parts.get(agency_id, ())) for parts in found)
        for agency_id in agency_ids
    }


def test_what_is_published_is_what_the_facts_say(importer: ListImporter) -> None:
    mapping = plain_mapping(COLUMNS)
    for rows in (FIRST, SECOND, FIRST, FIRST[::-1], SECOND):
        report = importer.plain(*rows, mapping=mapping, header=HEADER, accepts_shrink=True)
        assert report.is_applied
        assert report.counts.read == len(rows)
        with importer.sessions() as session:
            published = dict(session.execute(select(models.PublicRecord.agency_id, models.PublicRecord.body)).all())
            facts = storage.load_records(session, list(published))
        assert facts == {agency_id: record.read_record(body) for agency_id, body in published.items()}
        assert stated_in_rows(importer, published) == {
            agency_id: (agency.names, agency.identifiers) for agency_id, agency in facts.items()
        }
        assert all(record.canonical(facts[agency_id]) == body for agency_id, body in published.items())


def test_a_list_of_more_agencies_than_one_statement_inserts_is_published_in_its_order(importer: ListImporter) -> None:
    numbers = range(100, 220)
    rows = [f"Y{number} Ltd,,{number},L{number},valid,,2025-01-01,,," for number in numbers]
    report = importer.plain(*rows, mapping=plain_mapping(COLUMNS), header=HEADER)
    assert report.is_applied
    with importer.sessions() as session:
        query = select(models.PublicRecord.agency_id, models.PublicRecord.body).order_by(models.PublicRecord.agency_id)
        published = {agency_id: record.read_record(body) for agency_id, body in session.execute(query)}
        facts = storage.load_records(session, list(published))
    assert facts == published
    assert [agency.names[0].name for agency in published.values()] == [f"Y{number} Ltd" for number in numbers]


def test_references_ascend_in_the_order_of_the_list(importer: ListImporter) -> None:
    rows = FIRST[-30:]
    assert importer.plain(*rows, mapping=plain_mapping(COLUMNS), header=HEADER).is_applied
    with importer.sessions() as session:
        agencies = session.scalars(select(models.Agency.reference).order_by(models.Agency.id)).all()
        licences = session.scalars(select(models.Licence.reference).order_by(models.Licence.id)).all()
    assert len(agencies) == len(licences) == len(rows)
    assert agencies == sorted(agencies)
    assert licences == sorted(licences)
    assert not set(agencies) & set(licences)
