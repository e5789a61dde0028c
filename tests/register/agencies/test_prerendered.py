"""Prerendered answers of a record: written on publishing, and used only where this code made them from this record."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.models import PublicRecord
from registry.register.agencies.prerendered import VERSION, packed, prerender, read_prerendered
from registry.register.agencies.publishing import Event, reindex
from registry.vocabulary.register import IdentifierScheme, LicenceStatus
from tests import make

LISTS = "/api/v1/verifications"
WRITTEN = "865ee7e8c31e"
"""Of everything that version VERSION writes of the agency below.

Should this not be what the test finds, raise VERSION too: the
registries that run have rows which the code of before wrote."""


def full_agency() -> record.Agency:
    """An agency of which each field that is written is stated."""
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    stated: dict[str, Any] = {"source": "invented-list", "retrieved_at": at}
    days = {"from_": date(2020, 1, 1), "to": date(2030, 1, 1)}
    name = make.agency_record(name="Invented").names[0]
    licence = make.licence_record(
        licence_id="L", number="N/1", valid_from=days["from_"], valid_to=days["to"], corridors=(record.Corridor(origin="CN"),),
        sectors=(record.Sector(code="14", nace_revision="2.1"),), status_place=7, **stated,
        status_history=(make.status_record(LicenceStatus.SUSPENDED, ground="§ 1", until=date(2031, 1, 1), **days, **stated),),
    )  # fmt: skip
    return make.agency_record(
        agency_id="A", country="CZ", names=(make.changed(name, **days, **stated),), place="Fantasia",
        identifiers=(make.identifier_record(IdentifierScheme.VAT, "IT1", country="IT", **stated),),
        dissolved_on=date(2031, 5, 5), is_correction_requested=True, licences=(licence,), withheld=record.WITHHELD,
        clone_warnings=(record.Warning_(text="Invented", **days, **stated),), **stated,
    )  # fmt: skip


def test_another_form_has_another_version() -> None:
    whole = sha256(packed(prerender(full_agency(), "etag"))).hexdigest()[:12]
    assert (VERSION, whole) == (4, WRITTEN)


def stored(session: Session, agency_id: str) -> Any:
    session.flush()
    table = PublicRecord
    return session.execute(select(table.body, table.etag, table.prerendered).where(table.reference == agency_id)).one()


def test_it_is_written_with_each_publication(session: Session) -> None:
    agency = make.make_agency(session, name="Invented before")
    first = stored(session, agency.agency_id)
    assert read_prerendered(first.prerendered, first.etag) == prerender(agency, first.etag)
    amend(session, make.changed(agency, place="Elsewhere"), Event("source.imported"))
    then = stored(session, agency.agency_id)
    assert b"Elsewhere" in read_prerendered(then.prerendered, then.etag).agency
    assert read_prerendered(first.prerendered, then.etag) is None, "it is of a record that is told no more"


LIE = "Somebody Else Entirely"


def lying(of: Any, **other: Any) -> bytes:
    honest = read_prerendered(of.prerendered, of.etag)
    assert honest is not None
    return packed(msgspec.structs.replace(honest, agency=b'{"agency_id":"%s"}' % LIE.encode(), **other))


@pytest.mark.parametrize("kind", ["version", "record", "garbage", "nothing"])
def test_what_other_code_or_another_record_left_is_not_believed(
    client: FlaskClient, session: Session, kind: str
) -> None:
    agency = make.make_agency(session, licences=(make.licence_record(number="VYMYSL/1"),))
    row = stored(session, agency.agency_id)
    planted = {
        "version": lying(row, version=VERSION + 1),
        "record": lying(row, etag="0" * 16),
        "garbage": row.prerendered[: len(row.prerendered) // 2],
        "nothing": None,
    }
    plant = update(PublicRecord).values(prerendered=planted[kind])
    session.execute(plant)
    session.commit()
    question = {"licence_number": "VYMYSL/1"} | make.CZECH_AT_HOME
    alone = client.post("/api/v1/verify", json=question)
    assert alone.json["verdict"] == "yes"
    assert alone.data in client.post(LISTS, json={"items": [question]}).data
    with session.begin():
        reindex(session, 0, 10)
    renewed = stored(session, agency.agency_id)
    assert renewed.prerendered == row.prerendered
    # The guard decides, and not the absence of readers: what is right in all but what it says is copied.
    session.execute(update(PublicRecord).values(prerendered=lying(row)))
    session.commit()
    assert LIE in client.post(LISTS, json={"items": [question]}).text


@pytest.mark.parametrize("is_over", [False, True])
def test_what_the_law_withholds_by_now_is_not_copied(client: FlaskClient, session: Session, is_over: bool) -> None:
    until = now().date() + timedelta(days=-1 if is_over else 30)
    suspended = make.status_record(LicenceStatus.SUSPENDED, ground="Invented ground", publish_until=until)
    licence = make.licence_record(number="VYMYSL/1", status_history=(suspended,))
    row = stored(session, make.make_agency(session, licences=(licence,)).agency_id)
    assert b"Invented ground" in row.prerendered
    question = {"licence_number": "VYMYSL/1"} | make.CZECH_AT_HOME
    session.commit()
    alone = client.post("/api/v1/verify", json=question)
    assert ("Invented ground" in alone.text) is not is_over
    listed = client.post(LISTS, json={"items": [question]})
    assert alone.data in listed.data
    assert ("Invented ground" in listed.text) is not is_over
    session.execute(update(PublicRecord).values(prerendered=lying(row)))
    session.commit()
    assert (LIE in client.post(LISTS, json={"items": [question]}).text) is not is_over
