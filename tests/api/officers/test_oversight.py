"""The audit and the overview by the API: one's own unit's alone, for those who may; wrong questions get an error."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.audit.queries import head
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from tests.api.officers.requests import Program, program_of
from tests.audit.lines import lines_about
from tests.officers.making import make_officer, make_unit
from tests.oversight.cases import make_case

UNIT, OTHER = "it-invented-unit", "cz-invented-unit"


@pytest.fixture
def units(session: Session) -> None:
    make_unit(session)
    make_unit(session, OTHER, "CZ")
    for unit in (UNIT, OTHER):
        record(session, "case.read", f"case-{unit}", on=now().date(), actor="somebody", unit=unit)
        make_case(session, now().date(), unit=unit)


def program(client: FlaskClient, session: Session, keyring: Keyring, *roles: Role) -> Program:
    made = program_of(client, session, make_officer(session, keyring, *roles).officer)
    session.commit()
    return made


def test_lines_of_another_unit_are_in_no_answer(
    client: FlaskClient, session: Session, keyring: Keyring, units: None
) -> None:
    auditor = program(client, session, keyring, Role.AUDITOR)
    items = auditor.get("/api/v1/audit/lines?act=case").json["items"]
    assert [one["subject"] for one in items] == [f"case-{UNIT}"]
    assert auditor.get(f"/api/v1/audit/lines?subject=case-{OTHER}").json["items"] == []
    *lines, last = [json.loads(line) for line in auditor.get("/api/v1/audit/export").data.splitlines()]
    assert [line["line"]["act"] for line in lines][-1] == "audit.exported"
    assert [line["line"]["act"] for line in lines].count("case.read") == 1
    session.expire_all()
    assert last == {"head": str(head(session))}


def test_lines_come_in_pages(client: FlaskClient, session: Session, keyring: Keyring, units: None) -> None:
    for number in range(120):
        record(session, "case.moved", "one", on=now().date(), actor="somebody", detail=str(number), unit=UNIT)
    auditor = program(client, session, keyring, Role.AUDITOR)
    answer = auditor.get("/api/v1/audit/lines?act=case.moved")
    first = answer.json
    assert len(first["items"]) == 100
    path = f"/api/v1/audit/lines?act=case.moved&before={first['next_before']}"
    assert answer.headers["Link"] == f'<http://127.0.0.1:8000{path}>; rel="next"'
    second = auditor.get(path).json
    assert (len(second["items"]), second["next_before"]) == (20, None)


def test_the_chain_is_held_to_a_head(client: FlaskClient, session: Session, keyring: Keyring, units: None) -> None:
    auditor = program(client, session, keyring, Role.AUDITOR)
    stored = head(session)
    assert auditor.get(f"/api/v1/audit/verification?head={stored}").json["holds"] is True
    other = auditor.get(f"/api/v1/audit/verification?head={stored.size}:{'0' * 64}").json
    assert (other["holds"], len(other["troubles"])) == (False, 1)
    assert auditor.get("/api/v1/audit/verification?head=nonsense").status_code == 400


def test_an_overview_counts_ones_own_unit(client: FlaskClient, session: Session, keyring: Keyring, units: None) -> None:
    analyst = program(client, session, keyring, Role.ANALYST)
    assert [one["cases"] for one in analyst.get("/api/v1/overview").json["open"]] == [1]
    table = analyst.get("/api/v1/overview/table?table=open")
    assert table.data.decode("utf-8-sig").splitlines() == ["state,priority,age,cases", "submitted,p3,week,1"]
    assert analyst.get("/api/v1/overview/workbook").data.startswith(b"PK")
    session.expire_all()
    assert [line.detail.split()[0] for line in lines_about(session, UNIT) if line.act == "statistics.exported"] == [
        "open",
        "all",
    ]


def test_an_invalid_period_or_table_is_an_error(
    client: FlaskClient, session: Session, keyring: Keyring, units: None
) -> None:
    analyst = program(client, session, keyring, Role.ANALYST)
    for path in ("overview?", "overview/table?table=open&", "overview/workbook?"):
        refused = analyst.get(f"/api/v1/{path}from_on=2020-01-01&to_on=2026-01-01")
        assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (400, "from_on")
    assert analyst.get("/api/v1/overview/table?table=nothing").status_code == 400


def test_who_may_not_take_away_may_look(client: FlaskClient, session: Session, keyring: Keyring, units: None) -> None:
    auditor = program(client, session, keyring, Role.AUDITOR)
    assert auditor.get("/api/v1/overview").status_code == 200
    assert auditor.get("/api/v1/overview/table?table=open").status_code == 403
