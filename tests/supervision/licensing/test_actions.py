"""A status that officials state: in the next answer, in the log, and proof against a list that does not know of it yet."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.log.models import Entry
from registry.register.agencies import models
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import licence_row
from registry.register.authorities.models import Source
from registry.register.authorities.sources import desk_list
from registry.supervision.licensing.actions import set_status
from registry.vocabulary.register import LicenceStatus
from tests.make import CZECH_AT_HOME, make_licence, public_record_of
from tests.supervision.licensing.making import today


def row_of(session: Session, reference: str) -> models.Licence:
    row = licence_row(session, reference)
    assert row is not None
    return row


def stated(session: Session, licence: models.Licence, status: LicenceStatus, **facts: object) -> object:
    stated: dict[str, object] = {
        "ground": "Act 435/2004, section 63",
        "from_on": today(),
        "by": "OFFICER",
        "at": now(),
        "event": Event(f"licence.{status}"),
    }
    return set_status(session, licence, status, **(stated | facts))  # type: ignore[arg-type]


def verdict(client: FlaskClient, number: str | None, **question: str) -> str:
    response = client.get("/api/v1/verify", query_string={"licence_number": number} | CZECH_AT_HOME | question)
    assert response.status_code == 200
    assert response.json is not None
    return str(response.json["verdict"])


def test_a_status_stands_in_the_next_answer(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    assert verdict(client, licence.number) == "yes"
    entries = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    appended = stated(session, row_of(session, licence.licence_id), LicenceStatus.SUSPENDED)
    assert appended is not None
    assert verdict(client, licence.number) == "no"
    assert session.execute(select(func.count()).select_from(Entry)).scalar_one() == entries + 1
    last = session.execute(select(Entry).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert (last.type, last.key) == ("licence.suspended", f"licence/{licence.licence_id}")
    line = session.execute(select(AuditEntry).order_by(AuditEntry.index.desc()).limit(1)).scalar_one()
    assert (line.act, line.actor) == ("licence.suspended", "OFFICER")


def test_nothing_of_it_is_there_when_it_is_not_committed(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    session.commit()
    stated(session, row_of(session, licence.licence_id), LicenceStatus.REVOKED)
    session.rollback()
    assert verdict(client, licence.number) == "yes"
    assert "revoked" not in str(session.execute(select(AuditEntry.act)).scalars().all())
    assert session.execute(select(Source).where(Source.reference == desk_list(licence.authority))).first() is None


def test_a_suspension_with_a_last_day_ends_by_itself(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    stated(session, row_of(session, licence.licence_id), LicenceStatus.SUSPENDED, to_on=today() + timedelta(days=30))
    assert verdict(client, licence.number) == "no"
    holder = public_record_of(
        session, session.get_one(models.Agency, row_of(session, licence.licence_id).agency_id).reference
    )
    assert [(one.status, one.from_ == today(), one.to) for one in holder.licences[0].status_history] == [
        (LicenceStatus.ACTIVE, False, None),
        (LicenceStatus.SUSPENDED, True, today() + timedelta(days=30)),
    ]


def test_a_day_to_come_is_published_now_and_holds_from_that_day(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    ahead = today() + timedelta(days=10)
    stated(session, row_of(session, licence.licence_id), LicenceStatus.REVOKED, from_on=ahead)
    assert verdict(client, licence.number) == "yes"
    assert verdict(client, licence.number, on=str(ahead - timedelta(days=1))) == "unknown"
    assert verdict(client, licence.number, on=str(ahead)) == "no"


def test_reinstating_ends_what_was_laid_over(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    row = row_of(session, licence.licence_id)
    stated(
        session, row, LicenceStatus.SUSPENDED, from_on=today() - timedelta(days=3), to_on=today() + timedelta(days=30)
    )
    stated(session, row, LicenceStatus.ACTIVE)
    assert verdict(client, licence.number) == "yes"
    last = session.execute(select(Entry).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert last.type == "licence.reinstated"


def test_an_authority_that_is_not_known_states_nothing(session: Session) -> None:
    licence = make_licence(session)
    row = row_of(session, licence.licence_id)
    row.authority = "nobody"
    with pytest.raises(NotFound):
        stated(session, row, LicenceStatus.REVOKED)
