"""The work to learn on (`registry demo officers`): a case in every state, and one of each thing that waits for an officer."""

from collections.abc import Mapping

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework import reply_templates
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.demo.complaints import UNIT, add_officers, load_complaints
from registry.demo.load import demo_data, demo_reference, load
from registry.demo.officers_work import add_work
from registry.officer_acts.inbox.queries import inbox
from registry.officer_acts.inbox.rows import Row
from registry.officers import sessions
from registry.officers.models import Officer, OfficerState, Unit
from registry.officers.rights import Role
from registry.register.imports.held_lists import held_bytes
from registry.register.imports.models import PendingImport
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.cases import CaseState
from registry.vocabulary.register import Language
from registry.vocabulary.supervision import LicenceAct, ProposalState
from tests.pages.officers.signed_in import desk_of

WAITING: Mapping[Role, set[str]] = {
    Role.TRIAGE: {"case.submitted", "case.quarantined", "case.reopened"},
    Role.INVESTIGATOR: {"case.investigating"},
    Role.DECIDER: {"decision.drafted", "case.decided"},
    Role.SUPERVISOR: {"sanction.legal_review", "case.decided"},
    Role.LICENSING: {"list.held", "clone"},
}
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
    assert add_work(session, sealer, at, settings) == len(CaseState)
    assert add_work(session, sealer, at, settings) == 0
    people = {one.email.partition("@")[0]: one for one in session.scalars(select(Officer).where(Officer.unit == UNIT))}
    for one in people.values():
        one.state = OfficerState.ACTIVE
    session.commit()
    return people


def rows_of(session: Session, officer: Officer) -> list[Row]:
    return inbox(session, sessions.authenticated_as(session, officer, None, now()), now())


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
