"""A case's page: the complaint in the officer's language, without own markup, by few database queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseView
from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.transaction import services
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole
from tests.complaints.filing import Filed, come_back, file
from tests.make import licence_record, make_agency
from tests.pages.officers.cases.attaching import attached
from tests.pages.officers.signed_in import words_of

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\"'>"
ACCOUNT = "They took my passport and lock the door at night; the foreman keeps the wages of everybody."


def file_case(session: Session, sealer: Sealer, **answers: object) -> Filed:
    return file(session, sealer, {"country": "IT", "deception": "yes", "account": ACCOUNT} | answers, at=now())


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """Every statement that reads or writes a row."""
    stated: list[str] = []

    def heard(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        if statement.split(None, 1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            stated.append(statement)

    event.listen(services(app).engine, "before_cursor_execute", heard)
    yield stated
    event.remove(services(app).engine, "before_cursor_execute", heard)


def test_a_case_is_read_with_all_that_was_told_and_the_reading_is_on_record(session, sealer, desk_for):
    agency = make_agency(session, name="Agentura Smyšlená s.r.o.", licences=(licence_record(),))
    named = {"agency": {"agency_id": agency.agency_id}}
    filed, other = file_case(session, sealer, **named), file_case(session, sealer, **named)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code, now()), "Is anybody there?", now())
    desk = desk_for(Role.INVESTIGATOR)
    displayed = words_of(desk.get(f"/console/cases/{filed.case.reference}"))
    assert f"What happened? {ACCOUNT}" in displayed or ACCOUNT in displayed
    for words in ("Is anybody there?", "new", "Agentura Smyšlená s.r.o.", "active", "Received"):
        assert words in displayed
    assert "Other cases of this unit that name it: 1; decided for the worker: 0." in displayed
    assert other.case.reference in displayed
    last = session.query(AuditEntry).order_by(AuditEntry.index.desc()).first()
    assert (last.act, last.actor) == ("case.read", desk.officer.reference)


def test_what_was_answered_stands_in_the_officers_language(session, sealer, desk_for):
    filed = file_case(session, sealer)
    desk = desk_for(Role.INVESTIGATOR)
    desk.officer.language = "it"
    page = desk.get(f"/console/cases/{filed.case.reference}")
    assert page.headers["Content-Language"] == "it"
    assert "Dov’è il lavoro" in words_of(page) or "lavoro" in words_of(page)
    assert ACCOUNT in words_of(page)


def test_what_somebody_wrote_is_text_and_nothing_else(session, sealer, desk_for, settings):
    filed = file_case(session, sealer, account=HOSTILE, agency={"name": HOSTILE}, employer=HOSTILE)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code, now()), HOSTILE, now())
    attached(session, sealer, settings, filed, f"{HOSTILE}.txt")
    output = desk_for(Role.INVESTIGATOR).get(f"/console/cases/{filed.case.reference}").get_data(as_text=True)
    assert "<script>" not in output
    assert "<img src=x" not in output
    assert output.count("&lt;script&gt;alert(1)") >= 4


def test_a_file_is_saved_and_never_displayed(session, sealer, desk_for, settings):
    filed = file_case(session, sealer)
    reference = attached(session, sealer, settings, filed, "<b>lease</b>.txt")
    desk = desk_for(Role.INVESTIGATOR)
    got = desk.get(f"/console/cases/{filed.case.reference}/files/{reference}")
    assert got.data == b"a clean copy"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    elsewhere = file_case(session, sealer)
    assert desk.get(f"/console/cases/{elsewhere.case.reference}/files/{reference}").status_code == 404


@pytest.mark.parametrize("path", ["", "/files/222222222222"])
def test_neither_a_foreign_unit_nor_an_officer_with_an_interest_reads_a_case(session, sealer, desk_for, path):
    agency = make_agency(session)
    filed = file_case(session, sealer, agency={"agency_id": agency.agency_id})
    at = f"/console/cases/{filed.case.reference}{path}"
    assert desk_for(Role.SUPERVISOR, unit="cz-labour").get(at).status_code == 404
    mine = desk_for(Role.SUPERVISOR, name="Interested Officer")
    accounts.declare_conflict(session, mine.officer, agency.agency_id, now().date())
    lines = session.query(AuditEntry).count()
    assert mine.get(at).status_code == 403
    assert session.query(AuditEntry).count() == lines, "what was refused was not read"


def test_what_was_withdrawn_is_not_read(session, sealer, desk_for):
    filed = file_case(session, sealer)
    mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code, now()), now())
    displayed = words_of(desk_for(Role.INVESTIGATOR).get(f"/console/cases/{filed.case.reference}"))
    assert "This was withdrawn." in displayed
    assert ACCOUNT not in displayed


def test_a_page_makes_no_more_queries_whatever_the_length_of_the_case(app, session, sealer, desk_for, settings):
    agency = make_agency(session)
    filed = file_case(session, sealer, agency={"agency_id": agency.agency_id})
    for _ in range(3):
        file_case(session, sealer, agency={"agency_id": agency.agency_id})
        mailbox.write(session, sealer, come_back(session, sealer, filed.code, now()), "And another thing.", now())
    casework.reply(
        Call(session, Officer("A. Anna", CaseRole.TRIAGE, "it-labour"), now()),
        sealer,
        filed.case.reference,
        "Thank you.",
    )
    attached(session, sealer, settings, filed, "lease.txt")
    desk = desk_for(Role.INVESTIGATOR, Role.SUPERVISOR)
    at = f"/console/cases/{filed.case.reference}"
    desk.get(at)
    with counting(app) as nothing_found:
        assert desk.get("/console/cases/222222222222").status_code == 404
    with counting(app) as stated:
        assert desk.get(at).status_code == 200
    # Who asks is looked up for every page alike; the line of the audit is two reads and two writes.
    sign_in = len(nothing_found) - 1
    assert len(stated) - sign_in - 4 <= 21, "\n".join(stated)


def test_a_page_says_who_else_opened_the_case_today(session, sealer, desk_for):
    filed = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    path = f"/console/cases/{filed.case.reference}"
    first, second = desk_for(Role.INVESTIGATOR, name="First Reader"), desk_for(Role.TRIAGE, name="Second Reader")
    assert "Also opened today by" not in words_of(first.get(path))
    page = words_of(second.get(path))
    assert "First Reader opened this case just now." in page
    assert "Also opened today by" not in page, "who is seen there now is not named again"
    session.execute(update(CaseView).values(seen_at=now() - timedelta(hours=1)))
    session.commit()
    assert "Also opened today by: First Reader" in words_of(second.get(path))


def test_who_else_has_the_case_open_and_since_how_many_minutes(session, sealer, desk_for):
    at = f"/console/cases/{file_case(session, sealer).case.reference}"
    other, desk = desk_for(Role.INVESTIGATOR, name="Other Officer"), desk_for(Role.INVESTIGATOR)
    assert "opened this case" not in words_of(other.get(at)), "of oneself nothing is said"
    assert "Other Officer opened this case just now." in words_of(desk.get(at))
    session.execute(update(CaseView).values(seen_at=now() - timedelta(minutes=4, seconds=20)))
    session.commit()
    assert "Other Officer opened this case 4 min ago." in words_of(desk.get(at))
    session.execute(update(CaseView).values(seen_at=now() - timedelta(minutes=31)))
    session.commit()
    assert "min ago" not in words_of(desk.get(at))
    assert len(session.scalars(select(CaseView)).all()) == 1, "no longer than half an hour"
