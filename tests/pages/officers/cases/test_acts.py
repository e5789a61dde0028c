"""What is done with a case from its page: the table of moves holds whatever a form says, and nothing typed is lost."""

import json
import re
from base64 import urlsafe_b64encode

import pytest
from sqlalchemy import func, select

from registry.accounts.sessions import sign
from registry.audit.models import AuditEntry
from registry.complaints.case.models import NEVER
from registry.complaints.casework.models import CaseClock, CaseTask
from registry.complaints.intake import mailbox
from registry.core.clock import now
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState, MailboxRole, Priority
from tests.complaints.filing import come_back, file
from tests.make import make_agency
from tests.pages.officers.signed_in import version_on, words_of

PLAIN = {"country": "IT", "deception": "yes", "account": "It was another job."}
URGENT = {"country": "IT", "in_danger": "yes"}


@pytest.fixture
def filed(session, sealer):
    return file(session, sealer, PLAIN, at=now())


@pytest.fixture
def at(filed):
    return f"/console/cases/{filed.case.reference}"


def test_a_case_is_taken_on_by_a_button_of_the_table(session, filed, at, desk_for):
    desk = desk_for(Role.TRIAGE)
    output = desk.get(at).get_data(as_text=True)
    assert 'value="in_triage"' in output
    done = desk.post(f"{at}/move", to="in_triage", version=filed.case.version)
    assert (done.status_code, done.headers["Location"]) == (303, at)
    assert filed.case.state is CaseState.IN_TRIAGE
    assert "Invented Officer" in words_of(desk.get(at)), "who did it stands in the timeline by name"


def test_a_move_that_is_not_in_the_table_is_refused_whatever_is_sent(session, filed, at, desk_for):
    desk = desk_for(Role.TRIAGE, Role.INVESTIGATOR, Role.SUPERVISOR, Role.DECIDER)
    for target in ("closed", "purged", "withdrawn", "decided_upheld", "draft"):
        refused = desk.post(f"{at}/move", to=target, reason="because", version=filed.case.version)
        assert refused.status_code == 409, target
        assert "This cannot follow now" in words_of(refused)
    assert desk.post(f"{at}/move", to="nonsense", version=filed.case.version).status_code == 400
    assert filed.case.state is CaseState.SUBMITTED


def test_a_role_that_may_not_reads_who_may(session, filed, at, desk_for):
    filed.case.state = CaseState.INVESTIGATING
    desk = desk_for(Role.TRIAGE)
    displayed = words_of(desk.get(at))
    assert re.search("Close This is for: +supervisor", displayed, re.I)
    refused = desk.post(f"{at}/move", to="closed", reason="because", version=filed.case.version)
    assert refused.status_code == 409
    assert "supervisor may do it" in words_of(refused)


def test_a_decision_is_not_made_by_a_plain_move(session, filed, at, desk_for):
    filed.case.state = CaseState.DECISION_DRAFT
    refused = desk_for(Role.DECIDER).post(
        f"{at}/move", to="decided_upheld", reason="because", version=filed.case.version
    )
    assert refused.status_code == 409
    assert filed.case.state is CaseState.DECISION_DRAFT


@pytest.mark.both_databases
def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(session, filed, at, desk_for):
    desk = desk_for(Role.TRIAGE)
    stale = filed.case.version
    desk.post(f"{at}/move", to="in_triage", version=stale)
    refused = desk.post(f"{at}/move", to="out_of_scope", reason="It is a matter of rent.", version=stale)
    assert refused.status_code == 409
    assert "It is a matter of rent." in words_of(refused)
    assert "It was changed in the meantime" in words_of(refused)
    assert filed.case.state is CaseState.IN_TRIAGE
    assert desk.post(f"{at}/move", to="investigating").status_code == 400, "a form without a version is none"


def test_a_reason_is_asked_for_where_the_table_wants_one(session, filed, at, desk_for):
    desk = desk_for(Role.TRIAGE)
    desk.post(f"{at}/move", to="in_triage", version=filed.case.version)
    assert desk.post(f"{at}/move", to="out_of_scope", reason=" ", version=filed.case.version).status_code == 400
    assert desk.post(f"{at}/move", to="out_of_scope", reason="Rent.", version=filed.case.version).status_code == 303


def test_two_cases_become_one_and_the_other_must_be_of_this_unit(session, sealer, filed, at, desk_for):
    other, foreign = file(session, sealer, PLAIN, at=now()), file(session, sealer, {"country": "CZ"}, at=now())
    desk = desk_for(Role.TRIAGE)
    desk.post(f"{at}/move", to="in_triage", version=filed.case.version)
    for wrong in (foreign.case.reference, "222222222222", ""):
        refused = desk.post(f"{at}/move", to="merged", into=wrong, reason="The same.", version=filed.case.version)
        assert refused.status_code == 400, wrong
        assert "is no case of this unit" in words_of(refused)
        assert "The same." in words_of(refused)
    into = other.case.reference.lower()
    done = desk.post(f"{at}/move", to="merged", into=into, reason="The same.", version=filed.case.version)
    assert done.status_code == 303
    assert filed.case.merged_into_id == other.case.id


def test_an_answer_goes_to_the_complainants_mailbox_once(session, sealer, filed, at, desk_for):
    desk, version = desk_for(Role.INVESTIGATOR), filed.case.version
    assert desk.post(f"{at}/reply", text="We read it.", version=version).status_code == 303
    assert desk.post(f"{at}/reply", text="We read it.", version=version).status_code == 409, "sent twice is sent once"
    view = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, now()), now())
    assert [message.text for message in view.messages] == ["We read it."]
    assert desk_for(Role.DECIDER, name="Other Officer").post(f"{at}/reply", text="x", version=1).status_code == 403


def test_where_only_a_helper_filed_an_answer_needs_a_statement_that_the_helper_may_read_it(session, sealer, desk_for):
    case = file(session, sealer, PLAIN, role=MailboxRole.HELPER, at=now()).case
    desk, at = desk_for(Role.INVESTIGATOR), f"/console/cases/{case.reference}"
    refused = desk.post(f"{at}/reply", text="Is she safe?", version=case.version)
    assert refused.status_code == 409
    assert "Is she safe?" in words_of(refused)
    assert desk.post(f"{at}/reply", text="Is she safe?", to_helper="yes", version=case.version).status_code == 303


def test_lowering_what_is_urgent_waits_for_a_second_person(session, sealer, desk_for):
    case = file(session, sealer, URGENT, at=now()).case
    at = f"/console/cases/{case.reference}"
    one, two = desk_for(Role.TRIAGE), desk_for(Role.SUPERVISOR, name="Second Officer")
    response = one.post(f"{at}/priority", priority="p3", reason="She is safe.", version=case.version)
    assert response.status_code == 303
    assert case.priority is Priority.P0
    assert "Invented Officer asks to lower it to P3" in words_of(two.get(at))
    assert one.post(f"{at}/lowering/approve", version=case.version).status_code == 409
    assert two.post(f"{at}/lowering/approve", version=case.version).status_code == 303
    assert case.priority is Priority.P3
    again = two.post(f"{at}/lowering/approve", version=case.version)
    assert again.status_code == 404, "what was decided does not wait"


def test_a_case_is_given_to_an_officer_of_the_unit_who_has_no_interest(session, sealer, desk_for):
    agency = make_agency(session)
    case = file(session, sealer, PLAIN | {"agency": {"agency_id": agency.agency_id}}, at=now()).case
    at = f"/console/cases/{case.reference}"
    desk = desk_for(Role.SUPERVISOR)
    mine, interested = desk_for(Role.INVESTIGATOR, name="Anna"), desk_for(Role.INVESTIGATOR, name="Bruno")
    keeper, foreign = desk_for(Role.SYSADMIN, name="Keeper"), desk_for(Role.INVESTIGATOR, name="Dana", unit="cz-labour")
    accounts.declare_conflict(session, interested.officer, agency.agency_id, now().date())
    for wrong, status in ((foreign, 400), (keeper, 400), (interested, 409)):
        refused = desk.post(f"{at}/assignee", assignee=wrong.officer.reference, version=case.version)
        assert refused.status_code == status
        assert case.assignee is None
    assert desk.post(f"{at}/assignee", assignee=mine.officer.reference, version=case.version).status_code == 303
    assert case.assignee == mine.officer.reference
    assert "Anna (1)" in words_of(desk.get(at)), "how much each has on his hands is seen where it is given"
    assert mine.post(f"{at}/assignee", assignee="", version=case.version).status_code == 403
    assert desk.post(f"{at}/assignee", assignee="", version=case.version).status_code == 303
    assert case.assignee is None


def test_a_legal_hold_needs_a_supervisor_and_a_reason(session, filed, at, desk_for):
    assert desk_for(Role.TRIAGE).post(f"{at}/hold", is_held="yes", reason="Court.", version=1).status_code == 403
    desk = desk_for(Role.SUPERVISOR, name="Second Officer")
    assert desk.post(f"{at}/hold", is_held="yes", reason="", version=filed.case.version).status_code == 400
    assert desk.post(f"{at}/hold", is_held="yes", reason="Court.", version=filed.case.version).status_code == 303
    assert filed.case.has_legal_hold
    acts = session.scalars(select(AuditEntry.act)).all()
    assert "case.held" in acts


def test_no_form_reaches_another_units_case_or_one_of_an_interest(session, sealer, desk_for):
    agency = make_agency(session)
    case = file(session, sealer, PLAIN | {"agency": {"agency_id": agency.agency_id}}, at=now()).case
    before = case.version
    fields = {"to": "in_triage", "text": "x", "priority": "p0", "reason": "x", "is_held": "yes", "decision": "approve"}
    foreign = desk_for(Role.SUPERVISOR, unit="cz-labour")
    mine, interested = desk_for(Role.SUPERVISOR), desk_for(Role.SUPERVISOR, name="Interested Officer")
    accounts.declare_conflict(session, interested.officer, agency.agency_id, now().date())
    for path in ("move", "reply", "priority", "lowering/approve", "assignee", "hold"):
        at = f"/console/cases/{case.reference}/{path}"
        assert foreign.post(at, **fields, version=before).status_code == 404, path
        assert interested.post(at, **fields, version=before).status_code == 403, path
        assert mine.post_bare(at, **fields, version=before).status_code == 409, f"{path}, without what the page knows"
    assert (case.version, case.state, case.assignee) == (before, CaseState.SUBMITTED, None)


def test_the_queues_own_columns_follow_the_clocks(session, sealer, filed, at, desk_for):
    """Whatever moves a case: what the queue is read by says the same as the clocks themselves."""

    def agree() -> bool:
        runs = (CaseClock.case_id == filed.case.id, CaseClock.met_on.is_(None), CaseClock.paused_on.is_(None))
        session.expire_all()
        return filed.case.due_at == (session.scalar(select(func.min(CaseClock.due_at)).where(*runs)) or NEVER)

    desk = desk_for(Role.TRIAGE, Role.INVESTIGATOR, Role.SUPERVISOR)
    assert agree()
    assert filed.case.is_open
    for target in ("in_triage", "waiting_complainant", "in_triage", "investigating", "out_of_scope", "reopened"):
        done = desk.post(f"{at}/move", to=target, reason="because", version=filed.case.version)
        assert done.status_code == 303, target
        assert agree(), target
        assert filed.case.is_open is (target != "out_of_scope")
    desk.post(f"{at}/priority", priority="p0", reason="because", version=filed.case.version)
    assert agree()
    desk.post(f"{at}/reply", text="We read it.", version=filed.case.version)
    assert agree()


def undo_on(page) -> dict[str, str]:
    """The fields of the form that takes back what was done before this page."""
    found = re.search(r'<form [^>]*class="told good line".*?</form>', page.get_data(as_text=True), re.S)
    if found is None:
        return {}
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[0]))


def test_what_was_assigned_and_a_priority_that_was_set_are_taken_back_with_one_press(session, filed, at, desk_for):
    desk = desk_for(Role.TRIAGE, Role.SUPERVISOR)
    other = desk_for(Role.INVESTIGATOR, name="Other Officer").officer.reference
    desk.post(f"{at}/assignee", assignee=other, version=filed.case.version)
    page = desk.get(at)
    assert "The case was assigned. The colleague finds it among what waits. Undo" in words_of(page)
    desk.post(f"{at}/assignee", **undo_on(page))
    session.refresh(filed.case)
    assert filed.case.assignee is None
    page = desk.get(at)
    assert "It was undone." in words_of(page)
    assert undo_on(page) == {}
    before = filed.case.priority
    assert before not in (Priority.P0, Priority.P1, Priority.P4)
    desk.post(f"{at}/priority", priority="p4", reason="A second thought.", version=filed.case.version)
    desk.post(f"{at}/priority", **undo_on(desk.get(at)))
    session.refresh(filed.case)
    assert filed.case.priority is before
    desk.post(f"{at}/priority", priority="p1", reason="Worse than it seemed.", version=filed.case.version)
    assert undo_on(desk.get(at)) == {}, "from an urgent priority two persons come back"


def test_what_another_site_plants_as_an_undo_is_no_button(session, filed, at, desk_for):
    desk, other = desk_for(Role.SUPERVISOR), desk_for(Role.SUPERVISOR, name="Other Officer")
    stated = {"action": "/console/licences/proposals/7KQ2ABCD3EFG/approve", "fields": {"confirmed": "yes"}}
    planted = f"assign.{urlsafe_b64encode(json.dumps(stated).encode()).decode()}"
    other.post(f"{at}/assignee", assignee=other.officer.reference, version=filed.case.version)
    of_other = other.client.get_cookie("console-done", path="/console").value
    mark = of_other.partition(".")[0]
    signed_with_nothing = sign("", planted)
    for cookie in (
        planted,
        f"{mark}.{planted}",
        f".{planted}",
        signed_with_nothing,
        of_other,
        f"{of_other}x",
        "\u00e9.x",
    ):
        desk.client.set_cookie("console-done", cookie, path="/console")
        page = desk.get(at)
        assert page.status_code == 200
        assert undo_on(page) == {}, cookie
        assert "/proposals/" not in page.get_data(as_text=True)
    # Its own is one, until something of it was changed.
    session.refresh(filed.case)
    desk.post(f"{at}/assignee", assignee=desk.officer.reference, version=filed.case.version)
    own = desk.client.get_cookie("console-done", path="/console").value
    desk.client.set_cookie("console-done", f"{own[:-4]}AAAA", path="/console")
    assert undo_on(desk.get(at)) == {}
    desk.client.set_cookie("console-done", own, path="/console")
    assert undo_on(desk.get(at))["assignee"] == other.officer.reference


def undo_at(page) -> str:
    found = re.search(r'<form method="post" action="([^"]+)" class="told good line"', page.get_data(as_text=True))
    assert found is not None
    return found[1]


def test_a_note_a_task_and_a_tick_are_taken_back_with_one_press_by_their_author(session, filed, at, desk_for):
    desk, other = desk_for(Role.INVESTIGATOR), desk_for(Role.INVESTIGATOR, name="Other Officer")
    for form, typed in (("notes", {"text": "In the wrong case."}), ("tasks", {"task": "Call the wrong agency."})):
        desk.post(f"{at}/{form}", version=version_on(desk, f"{at}/notes"), **typed)
        page = desk.get(f"{at}/notes")
        assert "Undo" in words_of(page)
        refused = other.post(undo_at(page), version=undo_on(page)["version"])
        assert (refused.status_code, "only its author" in words_of(refused)) == (409, True)
        assert desk.post(undo_at(page), **undo_on(page)).status_code == 303
        after = words_of(desk.get(f"{at}/notes"))
        assert "It was undone." in after
        assert next(iter(typed.values())) not in after
    desk.post(f"{at}/tasks", task="Call the agency.", version=version_on(desk, f"{at}/notes"))
    task = session.scalars(select(CaseTask)).one()
    desk.post(f"{at}/tasks/{task.reference}", is_done="yes", version=version_on(desk, f"{at}/notes"))
    page = desk.get(f"{at}/notes")
    desk.post(undo_at(page), **undo_on(page))
    session.refresh(task)
    assert task.done_on is None
