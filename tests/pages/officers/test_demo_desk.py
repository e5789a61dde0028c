"""The desk to learn on (`registry demo officers`): a case in every state, and one of each thing that waits for an officer."""

from collections.abc import Mapping
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.states import OPEN_STATES
from registry.complaints.casework import events, notes, reply_templates
from registry.complaints.casework.actions import Officer as CaseOfficer
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.demo.complaints import load_complaints
from registry.demo.desk import fill_desk
from registry.demo.load import demo_data, demo_reference, load
from registry.demo.officers import UNIT, add_officers
from registry.officer_acts.inbox.queries import Row, inbox
from registry.officers import sessions
from registry.officers.models import Officer, OfficerState, RoleHeld, Unit
from registry.officers.rights import Role
from registry.register.imports.held_lists import held_bytes
from registry.register.imports.models import PendingImport
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.cases import CaseRole, CaseState, EventKind, UnreadKind
from registry.vocabulary.licensing import LicenceAct, ProposalState
from registry.vocabulary.register import Language
from tests.pages.officers.signed_in import desk_of

WAITING: Mapping[Role, set[str]] = {
    Role.TRIAGE: {"case.submitted", "case.quarantined", "case.reopened"},
    Role.INVESTIGATOR: {"case.investigating"},
    Role.DECIDER: {"decision.drafted", "case.decided"},
    Role.SUPERVISOR: {"sanction.legal_review", "case.decided"},
    Role.LICENSING: {"list.held", "clone"},
}
OWN = ("unsent", "officer.", "unit.", "law.")
"""What waits for one person alone by its nature: text that was typed and not sent; and what is for administrators, who are the
last in line."""
PAGELESS = {CaseState.DRAFT, CaseState.PURGED}
"""No officer sees a complaint that was not sent, and nothing is left of one that was destroyed."""


def demonstration(session: Session, keyring: Keyring, settings: Settings) -> dict[str, Officer]:
    """The invented officers by the part of their address before the @, all joined."""
    at, sealer = now(), Sealer(keyring)
    assert load(session) is not None
    data = demo_data(at.date())
    agencies = {entry["tag"]: demo_reference("agency", entry["tag"]) for entry in data["agency"]}
    load_complaints(session, sealer, data["unit"], data["complaint"], agencies, at)
    add_officers(session, sealer, at)
    assert fill_desk(session, sealer, at, settings) == len(CaseState)
    assert fill_desk(session, sealer, at, settings) == 0
    people = {one.email.partition("@")[0]: one for one in session.scalars(select(Officer).where(Officer.unit == UNIT))}
    for one in people.values():
        one.state = OfficerState.ACTIVE
    session.commit()
    return people


def rows_of(session: Session, officer: Officer) -> list[Row]:
    return inbox(session, sessions.authenticated_as(session, officer, None, day_at(now(), None)), now())


def test_the_desk_has_a_case_in_every_state_and_each_thing_that_waits_and_every_page_opens(
    session: Session, keyring: Keyring, settings: Settings, client: FlaskClient
) -> None:
    people = demonstration(session, keyring, settings)
    cases = session.execute(select(Case.state, Case.reference).outerjoin(Unit, Unit.id == Case.unit_id)).all()
    assert {state for state, _ in cases} == set(CaseState)
    for role, kinds in WAITING.items():
        assert kinds <= {row.kind for row in rows_of(session, people[role])}, role
    second = people["supervisor-2"]
    (held,) = session.scalars(select(PendingImport)).all()
    assert held_bytes(session, settings, held)
    supervisor = desk_of(client, session, second)
    mine = session.execute(select(Case.state, Case.reference).join(Unit).where(Unit.reference == UNIT))
    for state, reference in mine.all():
        if state not in PAGELESS:
            assert supervisor.get(f"/console/cases/{reference}").status_code == 200, state
    for role in WAITING:
        desk = desk_of(client, session, people[role])
        for row in rows_of(session, people[role]):
            assert desk.get(row.href).status_code == 200, row
    offered = reply_templates.offered(session, UNIT, CaseState.INVESTIGATING, Language.RO)
    assert [one.name for one in offered] == ["Ask for papers", "Received"]
    (renewal,) = session.scalars(select(Proposal)).all()
    assert (renewal.act, renewal.state) == (LicenceAct.RENEW, ProposalState.OPEN)


def test_whoever_goes_away_every_row_waits_for_somebody_who_is_there(
    session: Session, keyring: Keyring, settings: Settings
) -> None:
    """All sources of To do at once: each officer leaves, and each role is taken from all who have it."""
    people = demonstration(session, keyring, settings)
    lies_with = people["investigator"]
    work = Call(session, CaseOfficer(lies_with.reference, CaseRole.INVESTIGATOR, UNIT), now())
    (case, *_) = session.scalars(select(Case).join(Unit).where(Unit.reference == UNIT, Case.state == "investigating"))
    session.query(Case).where(Case.state.in_(OPEN_STATES)).update({"assignee": lies_with.reference})
    case.has_unread, case.unread_kind = True, UnreadKind.MESSAGE
    visit = events.EventDraft(EventKind.VISIT, day_at(now(), "Europe/Rome") + timedelta(days=1), place="The workshop")
    notes.add_task(work, Sealer(keyring), case.reference, "Call the union")
    events.add_event(work, Sealer(keyring), case.reference, visit)
    there = list(people.values())
    everything = waiting_for(session, there)
    assert {kind.partition(".")[0] for kind, _ in everything} >= {
        "case", "unread", "decision", "sanction", "licence", "list", "clone", "translation", "template", "task", "event",
    }  # fmt: skip
    for gone in there:
        gone.state = OfficerState.CLOSED
        left = waiting_for(session, [one for one in there if one is not gone])
        assert subjects(everything) <= subjects(left), gone.email
        gone.state = OfficerState.ACTIVE
    held = session.scalars(select(RoleHeld).where(RoleHeld.ended_on.is_(None))).all()
    for role in {one.role for one in held}:
        of_role = [one for one in held if one.role == role]
        for one in of_role:
            one.ended_on = day_at(now(), None)
        able = [one for one in there if {other.officer_id for other in held if other.ended_on is None} & {one.id}]
        left = waiting_for(session, able)
        assert subjects(everything) <= subjects(left), (role, lost(everything, left))
        for one in of_role:
            one.ended_on = None


def waiting_for(session: Session, officers: list[Officer]) -> set[tuple[str, str]]:
    session.flush()
    session.expire_all()
    return {(row.kind, row.about or row.reference) for one in officers for row in rows_of(session, one)}


def subjects(waiting: set[tuple[str, str]]) -> set[str]:
    return {about for kind, about in waiting if not kind.startswith(OWN)}


def lost(everything: set[tuple[str, str]], left: set[tuple[str, str]]) -> list[str]:
    gone = subjects(everything) - subjects(left)
    return sorted({kind for kind, about in everything if about in gone})
