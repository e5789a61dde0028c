"""Pages of auditors and a case's trail: the own unit's lines, the chain compared with a head, a verifiable copy."""

import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.audit.queries import head
from registry.complaints.casework import queries as case_reading
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.officers.rights import Role
from tests.audit.lines import lines_about
from tests.complaints.filing import file
from tests.complaints.parties.referrals.making import ANNA
from tests.pages.officers.signed_in import OfficerClientFor, words_of

HOSTILE = "<script>alert(1)</script>"


def filed(session: Session, sealer: Sealer, country: str = "IT") -> str:
    reference = file(session, sealer, {"country": country, "deception": "yes"}, at=now()).case.reference
    session.commit()
    return reference


def test_an_auditor_sees_the_own_units_lines_and_no_others(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    mine, foreign = filed(session, sealer), filed(session, sealer, "CZ")
    desk = desk_for(Role.AUDITOR)
    output = desk.get("/console/audit").get_data(as_text=True)
    assert mine in output
    assert foreign not in output
    assert "No line is like that" in words_of(desk.get(f"/console/audit?subject={foreign}"))
    assert foreign not in desk.get(f"/console/audit/export?subject={foreign}").get_data(as_text=True)


def test_lines_are_filtered_and_paged_and_what_was_typed_stays(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    reference = filed(session, sealer)
    for _ in range(60):
        record(session, "case.read", reference, on=now().date(), actor=HOSTILE)
    session.commit()
    desk = desk_for(Role.AUDITOR)
    page = desk.get("/console/audit?act=case.read").get_data(as_text=True)
    assert page.count('data-label="Line"') == 50
    assert HOSTILE not in page
    assert 'value="case.read"' in page
    before = page.split("before=")[1].split('"')[0]
    older = desk.get(f"/console/audit?act=case.read&before={before}").get_data(as_text=True)
    assert older.count('data-label="Line"') == 10
    wrong = desk.get("/console/audit?from=soon&act=case.read")
    assert wrong.status_code == 400
    assert "A day is written like 2026-12-31" in words_of(wrong)
    assert 'value="soon"' in wrong.get_data(as_text=True)
    assert 'value="case.read"' in wrong.get_data(as_text=True)
    assert desk.get("/console/audit/export?from=soon").status_code == 400


def test_the_chain_is_checked_and_held_to_a_head(session: Session, sealer: Sealer, desk_for: OfficerClientFor) -> None:
    filed(session, sealer)
    desk, stored = desk_for(Role.AUDITOR), head(session)
    whole = words_of(desk.get(f"/console/audit/verify?head={stored}"))
    assert f"All {stored.size} lines follow from one another" in whole
    assert "from the head that you noted" in whole
    other = words_of(desk.get(f"/console/audit/verify?head={stored.size}:{'0' * 64}"))
    assert "The chain does not hold" in other
    refused = desk.get("/console/audit/verify?head=nonsense")
    assert (refused.status_code, "64 hexadecimal digits" in words_of(refused)) == (400, True)


def test_a_line_that_was_changed_is_seen(session: Session, sealer: Sealer, desk_for: OfficerClientFor) -> None:
    filed(session, sealer)
    desk = desk_for(Role.AUDITOR)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_entries_refuse_update"))
    else:
        session.execute(text("DROP TRIGGER audit_entries_refuse_change ON audit_entries"))
    session.execute(text("UPDATE audit_entries SET actor = 'another' WHERE actor = 'complainant'"))
    session.commit()
    assert "reads otherwise than what was hashed" in words_of(desk.get("/console/audit/verify"))


def test_a_copy_ends_with_the_head_and_holds_the_line_that_tells_of_it(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    filed(session, sealer)
    desk = desk_for(Role.AUDITOR)
    copy = desk.get("/console/audit/export")
    assert copy.headers["Content-Disposition"].startswith('attachment; filename="audit-it-labour-')
    *lines, last = [json.loads(line) for line in copy.get_data(as_text=True).splitlines()]
    session.expire_all()
    assert last == {"head": str(head(session))}
    assert lines[-1]["line"]["act"] == "audit.exported"
    assert lines[-1]["line"]["actor"] == desk.officer.reference


def test_a_supervisor_sees_who_read_a_case_and_looking_is_recorded(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    reference = filed(session, sealer)
    case_reading.case_view(Call(session, ANNA, now()), sealer, reference)
    session.commit()
    desk = desk_for(Role.SUPERVISOR)
    for _ in range(2):
        displayed = words_of(desk.get(f"/console/cases/{reference}/trail"))
    assert "A. Anna read the case sealed content 1" in displayed
    session.expire_all()
    assert [line.act for line in lines_about(session, reference)].count("case.trail_read") == 1


def test_the_trail_is_for_the_units_supervisors_alone(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    reference = filed(session, sealer)
    foreign = filed(session, sealer, "CZ")
    assert desk_for(Role.INVESTIGATOR, name="I I").get(f"/console/cases/{reference}/trail").status_code == 403
    assert desk_for(Role.SUPERVISOR, name="S S").get(f"/console/cases/{foreign}/trail").status_code == 404
