"""The queue: filters, pages that skip no case, saved views, and many cases at once with a way back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from registry.audit.models import AuditEntry
from registry.complaints.case.models import Case
from registry.complaints.casework.models import BulkAct
from registry.complaints.casework.queue import listing
from registry.complaints.casework.queue.bulk import UNDO_WITHIN
from registry.complaints.casework.queue.glances import glances
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.models import EncryptedContainer
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.officers import accounts
from registry.officers.models import Unit
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState, HearingState, LiesWith, MailboxRole, MailboxState, Priority
from tests.complaints.filing import file
from tests.make import make_agency
from tests.pages.officers.signed_in import words_of

PLAIN = {"country": "IT", "deception": "yes", "account": "It was another job."}
QUEUE = "/console/cases"


def listed_cases(response) -> list[str]:
    """The cases on a page, in its order."""
    return re.findall(r'<th scope="row"><a href="/console/cases/(\w+)">', response.get_data(as_text=True))


def many(session, count: int, **facts) -> None:
    """Rows of cases as the queue reads them; nothing was written in them."""
    unit = session.scalars(select(Unit.id).where(Unit.reference == "it-labour")).one()
    stated = {
        "unit_id": unit, "country": "IT", "state": CaseState.SUBMITTED, "is_open": True, "indicators": [], "reasons": [],
        "filed_on": now().date(), "has_legal_hold": False, "version": 1,
    }  # fmt: skip
    session.execute(
        insert(Case),
        [
            stated
            | {"reference": new_reference(), "priority": list(Priority)[n % 5], "due_at": now() + timedelta(n % 7)}
            | facts
            for n in range(count)
        ],
    )


def test_each_filter_shows_what_it_says_and_nothing_else(session, sealer, desk_for):
    agency = make_agency(session)
    named = file(session, sealer, PLAIN | {"agency": {"agency_id": agency.agency_id}}, at=now()).case
    urgent = file(session, sealer, {"country": "IT", "in_danger": "yes", "sector": "14.10"}, at=now()).case
    late = file(session, sealer, PLAIN, at=now() - timedelta(days=60)).case
    taken, closed = file(session, sealer, PLAIN, at=now()).case, file(session, sealer, PLAIN, at=now()).case
    file(session, sealer, {"country": "CZ", "in_danger": "yes"}, at=now())
    closed.state, closed.is_open = CaseState.CLOSED, False
    desk = desk_for(Role.TRIAGE)
    taken.assignee = desk.officer.reference
    every = {named.reference, urgent.reference, late.reference, taken.reference}
    for requested, found in (
        ("", every),
        ("?state=closed", {closed.reference}),
        ("?priority=p0", {urgent.reference}),
        ("?sector=14.10", {urgent.reference}),
        ("?country=IT", every),
        ("?country=FR", set()),
        ("?assignee=mine", {taken.reference}),
        (f"?assignee={desk.officer.reference}&country=IT", {taken.reference}),
        ("?assignee=unassigned", every - {taken.reference}),
        ("?late=yes", {late.reference}),
        ("?objection=yes", set()),
        (f"?agency={agency.agency_id}", {named.reference}),
    ):
        page = desk.get(f"{QUEUE}{requested}")
        assert set(listed_cases(page)) == found, requested
    page = desk.get(QUEUE)
    assert listed_cases(page)[0] == urgent.reference, "the most urgent first"
    assert "Open 4 P0 1 Unread messages 0 Overdue 1 Objections 0 Mine 1 Unassigned 3" in words_of(page)
    assert desk.get(f"{QUEUE}?case={urgent.reference.lower()}").headers["Location"] == f"{QUEUE}/{urgent.reference}"


def test_a_line_says_agency_age_language_last_act_and_whom_the_case_lies_with(session, sealer, desk_for):
    agency = make_agency(session)
    about = {"agency": {"agency_id": agency.agency_id}}
    named = file(session, sealer, PLAIN | about, at=now() - timedelta(days=12)).case
    waiting = file(session, sealer, PLAIN | {"agency": {"name": "Somebody"}}, at=now()).case
    waiting.state = CaseState.WAITING_COMPLAINANT
    desk = desk_for(Role.TRIAGE)
    lines = {
        re.search(r"/console/cases/(\w{12})", row)[1]: " ".join(re.sub("<[^>]+>", " ", row).split())
        for row in re.findall(r"<tr.*?</tr>", desk.get(QUEUE).get_data(as_text=True), re.S)[1:]
    }
    assert "12 d" in lines[named.reference]
    assert agency.names[0].name in lines[named.reference]
    assert "Complainant" not in lines[named.reference]
    assert "not linked" in lines[waiting.reference]
    assert "Complainant" in lines[waiting.reference]
    assert "moved today" in lines[waiting.reference]
    for who, found in (("complainant", {waiting.reference}), ("officer", {named.reference}), ("agency", set())):
        assert set(listed_cases(desk.get(f"{QUEUE}?lies_with={who}"))) == found, who


def test_whom_a_case_lies_with_is_one_and_the_filters_find_each_case_once(session, sealer, desk_for):
    many(session, 3)
    cases = session.scalars(select(Case).order_by(Case.id)).all()
    cases[0].state, cases[1].state, cases[2].state = (
        CaseState.AGENCY_HEARING, CaseState.SANCTION_PENDING, CaseState.INVESTIGATING,
    )  # fmt: skip
    box = EncryptedContainer(
        reference=new_reference(), case_id=cases[0].id, role=MailboxRole.WORKER, tag="x", public_key=b"x",
        state=MailboxState.OPEN, made_on=now().date(),
    )  # fmt: skip
    session.add(box)
    session.flush()
    hearing = Hearing(
        reference=new_reference(), case_id=cases[0].id, box_id=box.id, agency="AGENCY", party="x", state=HearingState.SERVED,
        drafted_by="somebody", drafted_on=now().date(), allegation_sealed="sealed",
    )  # fmt: skip
    session.add(hearing)
    session.flush()
    found = {}
    for who in LiesWith:
        filters = listing.Filters(lies_with=who)
        found |= {one.reference: who for one in listing.list_cases(session, "it-labour", filters, now())}
    assert list(found.values()).count(LiesWith.AGENCY) == 1
    assert found == {cases[0].reference: "agency", cases[1].reference: "measure", cases[2].reference: "officer"}
    glanced = glances(session, sealer, list(found))
    assert {one: glance.lies_with for one, glance in glanced.items()} == found


@pytest.mark.parametrize(
    "wrong", ["state=nonsense", "late=maybe", "assignee=%00", "agency=x", "after=p9-1-x", "after=x"]
)
def test_an_invalid_filter_is_an_error(sealer, desk_for, wrong):
    assert desk_for(Role.TRIAGE).get(f"{QUEUE}?{wrong}").status_code == 400


def test_pages_follow_one_another_and_skip_no_case(session, sealer, desk_for):
    many(session, 2 * listing.PAGE + 7)
    desk = desk_for(Role.TRIAGE)
    at, seen = f"{QUEUE}?country=IT", []
    for _ in range(3):
        page = desk.get(at)
        seen += listed_cases(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.get_data(as_text=True))
        at = following[1].replace("&amp;", "&") if following else ""
        assert not at or "country=IT" in at
    assert not at
    query = select(Case.reference).order_by(Case.priority, Case.due_at, Case.id)
    assert seen == list(session.scalars(query))


def test_late_ones_stand_in_the_same_order_across_pages(session, sealer):
    many(session, 40, due_at=now() - timedelta(days=1))
    many(session, 20, due_at=now() + timedelta(days=1))
    filters, after, seen = listing.Filters(is_late=True), None, []
    while found := listing.list_cases(session, "it-labour", filters, now(), after=after, limit=15):
        seen += [one.priority for one in found]
        after = found[-1].place
    assert len(seen) == 40
    assert seen == sorted(seen)


def test_a_view_is_kept_by_its_officer_alone(session, sealer, desk_for):
    desk, other = desk_for(Role.TRIAGE), desk_for(Role.TRIAGE, name="Other Officer")
    hostile = "<script>alert(1)</script>"
    stored = desk.post(f"{QUEUE}/views", name=hostile, priority="p0", late="yes")
    assert stored.headers["Location"] == f"{QUEUE}?priority=p0&late=yes"
    page = desk.get(QUEUE).get_data(as_text=True)
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert hostile not in words_of(other.get(QUEUE))
    view = re.search(r"/views/(\w+)/drop", desk.get(stored.headers["Location"]).get_data(as_text=True))
    assert other.post(f"{QUEUE}/views/{view[1]}/drop").status_code == 404
    assert desk.post(f"{QUEUE}/views", name=" ", priority="p0").status_code == 400
    assert desk.post(f"{QUEUE}/views/{view[1]}/drop").status_code == 303
    assert "&lt;script&gt;" not in desk.get(QUEUE).get_data(as_text=True)


def test_many_are_assigned_at_once_each_with_its_result_and_taken_back(session, sealer, desk_for):
    agency = make_agency(session)
    one, two = (file(session, sealer, PLAIN, at=now()).case for _ in range(2))
    mine = file(session, sealer, PLAIN | {"agency": {"agency_id": agency.agency_id}}, at=now()).case
    foreign = file(session, sealer, {"country": "CZ"}, at=now()).case
    desk, anna = desk_for(Role.SUPERVISOR), desk_for(Role.INVESTIGATOR, name="Anna")
    accounts.declare_conflict(session, desk.officer, agency.agency_id, now().date())
    two.assignee = anna.officer.reference
    ticked = [f"{case.reference}:{case.version}" for case in (one, mine, foreign)] + [f"{two.reference}:99"]
    assert "choose to whom" in words_of(desk.post(f"{QUEUE}/bulk/assign", case=ticked, to=""))
    assert two.assignee == anna.officer.reference, "who chooses nobody by oversight takes no case away"
    done = desk.post(f"{QUEUE}/bulk/assign", case=ticked, to=anna.officer.reference)
    words = words_of(done)
    assert "Done: 1 of 4." in words
    assert f"{one.reference} done" in words
    assert f"{foreign.reference} There is nothing here" in words or f"no case {foreign.reference}" in words
    assert "You declared an interest in this agency" in words
    assert "It was changed in the meantime" in words
    assert (one.assignee, mine.assignee, foreign.assignee) == (anna.officer.reference, None, None)
    act = session.scalars(select(BulkAct)).one()
    assert anna.post(f"{QUEUE}/bulk/{act.reference}/undo").status_code == 404, "each takes back his own"
    assert "Done: 1 of 1." in words_of(desk.post(f"{QUEUE}/bulk/{act.reference}/undo"))
    assert one.assignee is None
    assert desk.post(f"{QUEUE}/bulk/{act.reference}/undo").status_code == 409, "once"
    acts = session.scalars(select(AuditEntry.act)).all()
    assert {"case.bulk_assign", "case.bulk_undone", "case.assigned", "case.unassigned"} <= set(acts)


def test_what_was_set_aside_comes_back_to_where_it_was_unless_somebody_touched_it(session, sealer, desk_for):
    cases = [file(session, sealer, PLAIN, at=now()).case for _ in range(3)]
    urgent = file(session, sealer, {"country": "IT", "in_danger": "yes"}, at=now()).case
    desk = desk_for(Role.TRIAGE)
    desk.post(f"{QUEUE}/{cases[0].reference}/move", to="in_triage", version=cases[0].version)
    ticked = [f"{case.reference}:{case.version}" for case in [*cases, urgent]]
    page = desk.post(f"{QUEUE}/bulk/quarantine", case=ticked)
    assert "Done: 3 of 4." in words_of(page)
    assert "Undo" in words_of(page)
    assert urgent.state is CaseState.SUBMITTED
    touched = cases[2]
    desk.post(f"{QUEUE}/{touched.reference}/priority", priority="p2", reason="because", version=touched.version)
    act = session.scalars(select(BulkAct)).one()
    assert "Done: 2 of 3." in words_of(desk.post(f"{QUEUE}/bulk/{act.reference}/undo"))
    assert [case.state for case in cases] == [CaseState.IN_TRIAGE, CaseState.SUBMITTED, CaseState.QUARANTINED]


def test_triage_has_no_way_back_and_what_is_old_neither(session, sealer, desk_for):
    case = file(session, sealer, PLAIN, at=now()).case
    desk = desk_for(Role.TRIAGE)
    page = desk.post(f"{QUEUE}/bulk/triage", case=f"{case.reference}:{case.version}")
    assert case.state is CaseState.IN_TRIAGE
    assert "this cannot be undone" in words_of(page)
    desk.post(f"{QUEUE}/bulk/assign", case=f"{case.reference}:{case.version}", to=desk.officer.reference)
    act = session.scalars(select(BulkAct).order_by(BulkAct.id.desc())).first()
    act.done_at -= UNDO_WITHIN + timedelta(seconds=1)
    assert desk.post(f"{QUEUE}/bulk/{act.reference}/undo").status_code == 409
    assert case.assignee == desk.officer.reference


def test_who_may_not_assign_does_not_assign_many(session, sealer, desk_for):
    case = file(session, sealer, PLAIN, at=now()).case
    desk = desk_for(Role.INVESTIGATOR)
    refused = desk.post(f"{QUEUE}/bulk/assign", case=f"{case.reference}:{case.version}", to=desk.officer.reference)
    assert refused.status_code == 403
    assert "/bulk/assign" not in desk.get(QUEUE).get_data(as_text=True)
    assert desk.post(f"{QUEUE}/bulk/triage").status_code == 400, "nothing was ticked"
