"""Cases by the API: the same scoping and the same actions as on the console's pages."""

from sqlalchemy import select

from registry.audit.models import AuditEntry
from registry.complaints.casework.models import CaseTask
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState
from tests.api.officers.requests import program_of
from tests.complaints.filing import file, make_units
from tests.make import make_agency
from tests.officers.making import make_officer

PLAIN = {"country": "IT", "deception": "yes", "account": "It was another job."}
CASES = "/api/v1/cases"


def test_the_queue_is_read_page_by_page_and_holds_no_word(client, session, keyring):
    sealer = Sealer(keyring)
    make_units(session, sealer)
    mine = [file(session, sealer, PLAIN, at=now()).case.reference for _ in range(3)]
    file(session, sealer, {"country": "CZ"}, at=now())
    program = program_of(client, session, make_officer(session, keyring, Role.TRIAGE, unit="it-labour").officer)
    first = program.get(f"{CASES}?limit=2&country=IT").json
    second = program.get(f"{CASES}?limit=2&country=IT&cursor={first['next_cursor']}").json
    assert [one["case_id"] for one in first["items"] + second["items"]] == mine
    assert second["next_cursor"] is None
    assert "another job" not in str(first)
    assert program.get(f"{CASES}?limit=2&cursor={first['next_cursor']}").status_code == 400, "of another question"
    for wrong in ("country=XX", "assignee=me", "agency=x", "state=nonsense", "late=no"):
        assert program.get(f"{CASES}?{wrong}").status_code == 400, wrong
    assert "case.read" not in session.scalars(select(AuditEntry.act)).all()


def test_a_task_is_added_and_done_and_another_cases_is_not_there(client, session, keyring):
    sealer = Sealer(keyring)
    make_units(session, sealer)
    case, other = (file(session, sealer, PLAIN, at=now()).case for _ in range(2))
    program = program_of(client, session, make_officer(session, keyring, Role.TRIAGE, unit="it-labour").officer)
    at = f"{CASES}/{case.reference}"
    body = {"text": "Call her."}
    assert program.send("POST", f"{at}/tasks", body, version=case.version).status_code == 204
    task = session.scalars(select(CaseTask)).one()
    done = {"is_done": True}
    elsewhere = f"{CASES}/{other.reference}/tasks/{task.reference}"
    assert program.send("PUT", elsewhere, done, version=other.version).status_code == 404
    assert program.send("PUT", f"{at}/tasks/{task.reference}", done, version=case.version).status_code == 204
    (displayed,) = program.get(f"{at}/notes").json["tasks"]
    assert (displayed["text"], displayed["done_by"]) == ("Call her.", program.officer.reference)


def test_no_program_reaches_a_case_of_an_interest(client, session, keyring):
    sealer = Sealer(keyring)
    make_units(session, sealer)
    agency = make_agency(session)
    case = file(session, sealer, PLAIN | {"agency": {"agency_id": agency.agency_id}}, at=now()).case
    mine = make_officer(session, keyring, Role.SUPERVISOR, unit="it-labour").officer
    accounts.declare_conflict(session, mine, agency.agency_id, now().date())
    before = case.version
    doors = (
        ("GET", "", None), ("GET", "/notes", None), ("POST", "/moves", {"to": "in_triage"}), ("POST", "/messages", {"text": "x"}),
        ("PUT", "/assignee", {}), ("PUT", "/priority", {"priority": "p0", "reason": "x"}), ("POST", "/lowering/approve", None),
        ("POST", "/lowering/refuse", None), ("POST", "/notes", {"text": "x"}), ("POST", "/tasks", {"text": "x"}),
    )  # fmt: skip
    program = program_of(client, session, mine)
    for method, path, body in doors:
        version = None if method == "GET" else before
        got = program.send(method, f"{CASES}/{case.reference}{path}", body, version=version)
        assert got.status_code == 403, (method, path)
    assert (case.version, case.state) == (before, CaseState.SUBMITTED)
