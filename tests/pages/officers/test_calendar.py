"""The calendar of deadlines: numbers and days alone, for anyone who has the address, until it is revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.casework.models import CaseTask
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.officers.models import OfficerState
from registry.officers.rights import Role
from tests.complaints.filing import Filed, file, make_units
from tests.officers.making import PASSWORD, make_officer
from tests.pages.officers.signed_in import OfficerClient, desk_of

PLAIN = {"country": "IT", "deception": "yes", "account": "It was another job."}


@pytest.fixture
def desk(client: FlaskClient, session: Session, keyring: Keyring) -> OfficerClient:
    make_units(session, Sealer(keyring))
    officer = make_officer(session, keyring, Role.INVESTIGATOR, unit="it-labour", email="i@it-labour.example").officer
    return desk_of(client, session, officer)


@pytest.fixture
def filed(session: Session, keyring: Keyring, desk: OfficerClient) -> Filed:
    filed = file(session, Sealer(keyring), PLAIN, at=now())
    filed.case.assignee = desk.officer.reference
    filed.case.due_at = datetime(2031, 5, 6, 13, 30, tzinfo=UTC)
    task = CaseTask(
        reference=new_reference(), case_id=filed.case.id, made_by="somebody", made_on=now().date(),
        due_on=(now() + timedelta(days=3)).date(), owner=desk.officer.reference, sealed="sealed",
    )  # fmt: skip
    session.add(task)
    session.commit()
    return filed


def address_of(desk: OfficerClient) -> str:
    page = desk.post("/console/own/calendar", password=PASSWORD).get_data(as_text=True)
    return re.search(r'value="https?://[^/"]+(/console/calendar/[\w-]{43}\.ics)"', page)[1]


def test_a_calendar_program_reads_numbers_and_days_and_nothing_else(
    client: FlaskClient, desk: OfficerClient, filed: Filed
) -> None:
    address = address_of(desk)
    client.delete_cookie("console", path="/console")
    answer = client.get(address)
    assert answer.content_type == "text/calendar; charset=utf-8"
    lines = answer.get_data(as_text=True).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert [line for line in lines if line.startswith("SUMMARY")] == [f"SUMMARY:{filed.case.reference}"] * 2
    day = f"{now() + timedelta(days=3):%Y%m%d}"
    assert {"DTSTART:20310506T133000Z", f"DTSTART;VALUE=DATE:{day}"} <= set(lines)
    assert max(map(len, lines)) <= 75
    names = {line.partition(":")[0].partition(";")[0] for line in lines if line}
    assert not names & {"DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE", "URL", "CATEGORIES"}


def test_an_address_opens_nothing_once_it_is_revoked_made_anew_or_its_officer_has_left(
    client: FlaskClient, session: Session, desk: OfficerClient, filed: Filed
) -> None:
    first = address_of(desk)
    second = address_of(desk)
    assert [client.get(one).status_code for one in (first, second)] == [404, 200]
    desk.officer.state = OfficerState.CLOSED
    session.commit()
    assert client.get(second).status_code == 404
    desk.officer.state = OfficerState.ACTIVE
    session.commit()
    assert desk.post("/console/own/calendar/revoke").status_code == 303
    assert client.get(second).status_code == 404
