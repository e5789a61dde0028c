"""A desk to learn on: one invented case in each state, a hearing, a sanction, a renewal, a held list and a likely clone.

Everything goes through the same functions as real work, by the invented officers of `complaints.py`.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import complaint_codes, units, visits
from registry.complaints.case.models import Case
from registry.complaints.casework import actions, reply_templates
from registry.complaints.casework import actions as casework
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.intake import filing, mailbox
from registry.complaints.parties.hearings import actions as hearings
from registry.complaints.parties.hearings.content import Allegation
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.demo.complaints import UNIT, begin_case, demo_code
from registry.demo.load import demo_data, demo_reference
from registry.officers import accounts
from registry.officers.models import Officer as Account
from registry.officers.models import OfficerState, RoleHeld
from registry.officers.rights import Role
from registry.register.agencies import models, storage
from registry.register.agencies.record import read_record
from registry.register.authorities.models import Source
from registry.register.imports.held_lists import hold
from registry.register.imports.models import PendingImport
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.rules import Sign, rank
from registry.supervision.licensing import drafting, proposals
from registry.supervision.sanctions import actions as sanctions
from registry.supervision.sanctions.actions import hand_to_review
from registry.supervision.sanctions.moves import SanctionOfficial, today_at
from registry.vocabulary.cases import CaseRole, CaseState, DecisionOutcome
from registry.vocabulary.register import Language, SanctionKind
from registry.vocabulary.supervision import LicenceAct, Timing, ToldFirst

AUTHORITY = "it-demo"
LAW = "D.Lgs. 276/2003, art. 4 (cited for the demo)"
FIRST = 101
"""Number of the first complaint code of this desk; those before it are of `registry demo load`."""

_S = CaseState
_TOLD = "（虚构）合同写的是做衣服，来了以后每天洗碗十四个小时，护照被收走了。"
_OTHER = "（虚构）中介说每月两千欧元，到了只给八百。"
_ALLEGATION = "Workers say that your staff keep identity documents and return them only against payment. (invented)"
_SUMMARY = "（虚构）经查，收走证件属实。"


class Desk(NamedTuple):
    """The unit's officers by role, and what acts need."""

    session: Session
    sealer: Sealer
    at: datetime
    names: Mapping[Role, str]
    settings: Settings

    def as_(self, role: Role) -> actions.Officer:
        return actions.Officer(self.names[role], CaseRole(role.value), UNIT)

    @property
    def today(self) -> date:
        """The day where the authority sits: its acts are of that day."""
        return today_at(self.session, AUTHORITY, self.at)

    def call(self, role: Role, at: datetime) -> Call[actions.Officer]:
        return Call(self.session, self.as_(role), at)

    def template_call(self, role: Role) -> Call[actions.UnitOfficer]:
        return Call(self.session, actions.UnitOfficer(self.names[role], UNIT), self.at)

    def ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days)


def fill_desk(session: Session, sealer: Sealer, at: datetime, settings: Settings) -> int:
    """Put something of each kind on the demonstration's Italian desk. Gives the number of cases; 0 where it is done already.

    The invented officers must be there. `settings`: for the secret that the held list is encrypted under.
    """
    if session.scalars(select(Collision.id).where(Collision.state == CollisionState.OPEN)).first() is not None:
        return 0
    desk = Desk(session, sealer, at, _officers(session), settings)
    before = session.scalar(select(func.count(Case.id))) or 0
    for number, walk in enumerate(_WALKS.values(), FIRST):
        walk(desk, number)
    _held_list(desk)
    _likely_clone(desk)
    _reply_templates(desk)
    _renewal(desk)
    session.flush()
    return (session.scalar(select(func.count(Case.id))) or 0) - before


def _officers(session: Session) -> dict[Role, str]:
    query = select(RoleHeld.role, Account.reference).join(Account, Account.id == RoleHeld.officer_id)
    rows = session.execute(query.where(Account.unit == UNIT).order_by(Account.id.desc()))
    return {Role(role): reference for role, reference in rows}


def _file(desk: Desk, number: int, days: int, **answers: object) -> str:
    """A complaint sent some days ago; gives its reference."""
    visit = _begin(desk, number, days)
    filed_at = desk.ago(days)
    given = {"country": "IT", "sector": "56.11", "account": _TOLD, "withholding_of_wages": "yes"}
    filing.answer(desk.session, desk.sealer, visit, given | answers)
    filing.submit(desk.session, desk.sealer, visit, filed_at)
    visits.end(desk.session, visit)
    return desk.session.get_one(Case, visit.box.case_id).reference


def _begin(desk: Desk, number: int, days: int) -> visits.Visit:
    return begin_case(desk.session, desk.sealer, demo_code(number), desk.ago(days), Language.ZH_HANS)


def _move(desk: Desk, reference: str, role: Role, target: CaseState, days: int) -> None:
    casework.move(desk.call(role, desk.ago(days)), desk.sealer, reference, target, reason="An invented case.")


def _triaged(desk: Desk, number: int, days: int = 6, **answers: object) -> str:
    reference = _file(desk, number, days, **answers)
    _move(desk, reference, Role.TRIAGE, _S.IN_TRIAGE, days - 1)
    return reference


def _looked_into(desk: Desk, number: int, days: int = 30, **answers: object) -> str:
    reference = _triaged(desk, number, days, **answers)
    _move(desk, reference, Role.INVESTIGATOR, _S.INVESTIGATING, days - 2)
    return reference


def _drafted(desk: Desk, number: int, outcome: DecisionOutcome, **answers: object) -> tuple[str, str]:
    reference = _looked_into(desk, number, 45, **answers)
    draft = decisions.DecisionDraft(
        outcome, "Twelve documents were seen in a drawer. (invented)", _SUMMARY, language=Language.ZH_HANS
    )
    decision = decisions.write(desk.call(Role.INVESTIGATOR, desk.ago(15)), desk.sealer, reference, draft)
    return reference, decision.reference


def _decided(desk: Desk, number: int, outcome: DecisionOutcome, **answers: object) -> tuple[str, str]:
    reference, decision = _drafted(desk, number, outcome, **answers)
    decisions.make(desk.call(Role.DECIDER, desk.ago(10)), desk.sealer, decision, words=lambda *_: _SUMMARY)
    return reference, decision


def _waiting(desk: Desk, number: int) -> None:
    reference = _triaged(desk, number)
    casework.reply(desk.call(Role.TRIAGE, desk.ago(4)), desk.sealer, reference, "（虚构）您还留着汇款凭证吗？")
    _move(desk, reference, Role.TRIAGE, _S.WAITING_COMPLAINANT, 4)


def _heard(desk: Desk, number: int) -> None:
    """Its agency is asked, by a person of the agency who reads English and cannot sign in."""
    session, agency = desk.session, demo_reference("agency", "it-uno")
    unit = units.agency_unit(session, desk.sealer, agency, desk.at.date()).reference
    invitation = accounts.Invitation(unit, "Demo agency reader", f"reader@{unit}.example", [Role.AGENCY_REP], "en")
    reader, _ = accounts.add_first(session, invitation, desk.at, desk.at.date())
    reader.state = OfficerState.ACTIVE
    reference = _looked_into(
        desk, number, agency={"agency_id": agency}, coworkers=40, retention_of_identity_documents="yes",
        consent_agency="yes",
    )  # fmt: skip
    officer, at = desk.as_(Role.INVESTIGATOR), desk.ago(5)
    call = Call(session, officer, at)
    hearing = hearings.draft(call, desk.sealer, reference, Allegation(_ALLEGATION, language=Language.EN)).reference
    hearings.hand_in(call, desk.sealer, hearing)
    hearings.approve(Call(session, desk.as_(Role.SUPERVISOR), at), desk.sealer, hearing)
    hearings.serve(call, desk.sealer, hearing, at.date() + timedelta(days=14))


def _sanctioned(desk: Desk, number: int) -> None:
    """A suspension waits for approval by another."""
    agency = demo_reference("agency", "it-condizioni")
    _, decision = _decided(desk, number, DecisionOutcome.UPHELD, agency={"agency_id": agency})
    call = Call(desk.session, SanctionOfficial(desk.names[Role.DECIDER], CaseRole.DECIDER, UNIT, AUTHORITY), desk.at)
    terms = sanctions.Terms(SanctionKind.SUSPENSION, LAW, desk.today)
    licence = demo_reference("licence", "it-condizioni/0")
    sanction = sanctions.propose(call, desk.sealer, licence, terms, decision=decision)
    informed = frozenset({ToldFirst.LABOUR_INSPECTORATE})
    look = sanctions.Look(Timing.POINTS_TO_NOBODY, informed, 12, 4, 0, "Demo decider")
    sanctions.look_at_workers(call, sanction.reference, look)
    hand_to_review(call, sanction.reference)


def _closed(desk: Desk, number: int) -> str:
    reference, _ = _decided(desk, number, DecisionOutcome.NOT_UPHELD)
    _move(desk, reference, Role.SUPERVISOR, _S.CLOSED, 3)
    return reference


def _merged(desk: Desk, number: int) -> None:
    """Joined to the case under investigation."""
    query = select(Case.reference).where(Case.state == _S.INVESTIGATING).order_by(Case.id.desc()).limit(1)
    into = desk.session.execute(query).scalar_one()
    merged = _triaged(desk, number)
    casework.merge(desk.call(Role.TRIAGE, desk.ago(3)), desk.sealer, merged, into, reason="The same firm.")


def _withdrawn(desk: Desk, number: int) -> None:
    _triaged(desk, number)
    mailbox.withdraw(desk.session, desk.sealer, _return(desk, number), desk.ago(2))


def _return(desk: Desk, number: int) -> visits.Visit:
    at, root = desk.ago(2), complaint_codes.derive(desk.sealer.keyring, demo_code(number))
    return visits.visit(desk.session, desk.sealer, mailbox.open_mailbox(desk.session, desk.sealer, root, at), at)


def _moved(target: CaseState) -> Callable[[Desk, int], object]:
    return lambda desk, number: _move(desk, _triaged(desk, number, account=_OTHER), Role.TRIAGE, target, 3)


_WALKS: Mapping[CaseState, Callable[[Desk, int], Any]] = {
    _S.DRAFT: lambda desk, number: visits.end(desk.session, _begin(desk, number, 1)),
    _S.SUBMITTED: lambda desk, number: _file(desk, number, 1),
    _S.IN_TRIAGE: _triaged,
    _S.WAITING_COMPLAINANT: _waiting,
    _S.INVESTIGATING: _looked_into,
    _S.AGENCY_HEARING: _heard,
    _S.DECISION_DRAFT: lambda desk, number: _drafted(desk, number, DecisionOutcome.UPHELD),
    _S.DECIDED_UPHELD: lambda desk, number: _decided(desk, number, DecisionOutcome.UPHELD),
    _S.DECIDED_PARTLY: lambda desk, number: _decided(desk, number, DecisionOutcome.PARTLY),
    _S.DECIDED_NOT_UPHELD: lambda desk, number: _decided(desk, number, DecisionOutcome.NOT_UPHELD),
    _S.SANCTION_PENDING: _sanctioned,
    _S.CLOSED: _closed,
    _S.REOPENED: lambda desk, number: _move(desk, _closed(desk, number), Role.SUPERVISOR, _S.REOPENED, 1),
    _S.OUT_OF_SCOPE: _moved(_S.OUT_OF_SCOPE),
    _S.MERGED: _merged,
    _S.QUARANTINED: _moved(_S.QUARANTINED),
    _S.WITHDRAWN: _withdrawn,
    # A draft that was given up: nothing of it is left but its state.
    _S.PURGED: lambda desk, number: mailbox.withdraw(desk.session, desk.sealer, _begin(desk, number, 1), desk.ago(1)),
}
"""How an invented case comes into each state."""


_LIST = """\
name;number;kind;status;registration_number;vat;lei
Agenzia Inventata Uno S.p.A.;INV/2001;generalista;attiva;99999019997;IT99999019997;999900DEMVERZNR00191
Lavoro Inventato Provvisorio S.r.l.;INV/2002;intermediazione;???;99999029996;IT99999029996;
Specialisti Inventati S.r.l.;INV/2003;specialista;???;99999039995;IT99999039995;
"""


def _reply_templates(desk: Desk) -> None:
    """Written by the triage officer, approved by a supervisor; and one that still waits for one."""
    for one in demo_data(desk.at.date())["reply_template"]:
        call = desk.template_call(Role.TRIAGE)
        reference = reply_templates.propose(call, one["name"], one["texts"], ()).reference
        reply_templates.approve(desk.template_call(Role.SUPERVISOR), reference)
    only = {"it": "Il caso è chiuso. Potete chiederne la riapertura. {unit}, {today}"}
    reply_templates.propose(desk.template_call(Role.TRIAGE), "Closed", only, ())


def _held_list(desk: Desk) -> None:
    """A list with rows that cannot be read, held until somebody has looked at it."""
    source = desk.session.scalars(select(Source).where(Source.reference == "it-demo-albo")).one()
    pending = PendingImport(
        reference=new_reference(), source_id=source.id, digest="0" * 64, fetched_at=desk.at,
        reason="2 of 3 rows cannot be taken: mend them, or take the others with --skip-rejects",
        counts={"read": 3, "rejected": 2, "changed": 1},
    )  # fmt: skip
    desk.session.add(pending)
    desk.session.flush()
    hold(desk.session, desk.settings, pending, _LIST.encode())


def _likely_clone(desk: Desk) -> None:
    """Two firms of nearly one name and telephone number: nothing of it is public before an officer has confirmed."""
    pair = [demo_reference("agency", tag) for tag in ("it-uno", "it-revocata")]
    first, second = sorted(storage.row_ids(desk.session, pair).values())
    signs = [Sign.NEAR_NAME, Sign.PHONE]
    desk.session.add(
        Collision(
            reference=new_reference(), first_id=first, second_id=second, signs=signs, rank=rank(signs),
            state=CollisionState.OPEN, found_at=desk.at,
        )
    )  # fmt: skip


def _renewal(desk: Desk) -> None:
    """The provisional licence, renewed by one officer and to be approved by another."""
    holder = demo_reference("agency", "it-provvisoria")
    body = desk.session.scalars(select(models.PublicRecord.body).where(models.PublicRecord.reference == holder)).one()
    licence = read_record(body).licences[0]
    until: date = (licence.valid_to or desk.today) + timedelta(days=730)
    call = Call(desk.session, drafting.LicensingOfficial(desk.names[Role.LICENSING], AUTHORITY, UNIT), desk.at)
    terms = {"valid_to": until}
    proposals.propose(call, drafting.ActRequest(LicenceAct.RENEW, licence.licence_id, terms, LAW, desk.today))
