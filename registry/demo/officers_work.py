"""Invented work to learn on: a case in each state, a hearing, a sanction, a renewal, a held list and a likely clone.

Everything goes through the same functions as real work, by the invented officers of `complaints.py`.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import complaint_codes, units, visits
from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import reply_templates
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
from registry.officers.models import Officer, OfficerState, RoleHeld
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
"""Number of the first complaint code here; those before it are of `registry demo load`."""

_S = CaseState
_TOLD = "（虚构）合同写的是做衣服，来了以后每天洗碗十四个小时，护照被收走了。"
_OTHER = "（虚构）中介说每月两千欧元，到了只给八百。"
_ALLEGATION = "Workers say that your staff keep identity documents and return them only against payment. (invented)"
_SUMMARY = "（虚构）经查，收走证件属实。"


class DemoUnit(NamedTuple):
    """The demonstration's Italian unit: its officers' references by role, and what acts need."""

    session: Session
    sealer: Sealer
    at: datetime
    names: Mapping[Role, str]
    settings: Settings

    def as_(self, role: Role) -> casework.Officer:
        return casework.Officer(self.names[role], CaseRole(role.value), UNIT)

    @property
    def today(self) -> date:
        """The day where the authority sits: its acts are of that day."""
        return today_at(self.session, AUTHORITY, self.at)

    def call(self, role: Role, at: datetime) -> Call[casework.Officer]:
        return Call(self.session, self.as_(role), at)

    def template_call(self, role: Role) -> Call[casework.UnitOfficer]:
        return Call(self.session, casework.UnitOfficer(self.names[role], UNIT), self.at)

    def ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days)


def add_work(session: Session, sealer: Sealer, at: datetime, settings: Settings) -> int:
    """Give the demonstration's Italian unit something of each kind. Gives the number of cases; 0 where it is done already.

    The invented officers must be there. `settings`: for the secret that the held list is encrypted under.
    """
    if session.scalars(select(Collision.id).where(Collision.state == CollisionState.OPEN)).first() is not None:
        return 0
    unit = DemoUnit(session, sealer, at, _officers(session), settings)
    before = session.scalar(select(func.count(Case.id))) or 0
    for number, walk in enumerate(_WALKS.values(), FIRST):
        walk(unit, number)
    _held_list(unit)
    _likely_clone(unit)
    _reply_templates(unit)
    _renewal(unit)
    session.flush()
    return (session.scalar(select(func.count(Case.id))) or 0) - before


def _officers(session: Session) -> dict[Role, str]:
    query = select(RoleHeld.role, Officer.reference).join(Officer, Officer.id == RoleHeld.officer_id)
    rows = session.execute(query.where(Officer.unit == UNIT).order_by(Officer.id.desc()))
    return {Role(role): reference for role, reference in rows}


def _file(unit: DemoUnit, number: int, days: int, **answers: object) -> str:
    """A complaint sent some days ago; gives its reference."""
    visit = _begin(unit, number, days)
    filed_at = unit.ago(days)
    given = {"country": "IT", "sector": "56.11", "account": _TOLD, "withholding_of_wages": "yes"}
    filing.answer(unit.session, unit.sealer, visit, given | answers)
    filing.submit(unit.session, unit.sealer, visit, filed_at)
    visits.end(unit.session, visit)
    return unit.session.get_one(Case, visit.box.case_id).reference


def _begin(unit: DemoUnit, number: int, days: int) -> visits.Visit:
    return begin_case(unit.session, unit.sealer, demo_code(number), unit.ago(days), Language.ZH_HANS)


def _move(unit: DemoUnit, reference: str, role: Role, target: CaseState, days: int) -> None:
    casework.move(unit.call(role, unit.ago(days)), unit.sealer, reference, target, reason="An invented case.")


def _triaged(unit: DemoUnit, number: int, days: int = 6, **answers: object) -> str:
    reference = _file(unit, number, days, **answers)
    _move(unit, reference, Role.TRIAGE, _S.IN_TRIAGE, days - 1)
    return reference


def _looked_into(unit: DemoUnit, number: int, days: int = 30, **answers: object) -> str:
    reference = _triaged(unit, number, days, **answers)
    _move(unit, reference, Role.INVESTIGATOR, _S.INVESTIGATING, days - 2)
    return reference


def _drafted(unit: DemoUnit, number: int, outcome: DecisionOutcome, **answers: object) -> tuple[str, str]:
    reference = _looked_into(unit, number, 45, **answers)
    draft = decisions.DecisionDraft(
        outcome, "Twelve documents were seen in a drawer. (invented)", _SUMMARY, language=Language.ZH_HANS
    )
    decision = decisions.write(unit.call(Role.INVESTIGATOR, unit.ago(15)), unit.sealer, reference, draft)
    return reference, decision.reference


def _decided(unit: DemoUnit, number: int, outcome: DecisionOutcome, **answers: object) -> tuple[str, str]:
    reference, decision = _drafted(unit, number, outcome, **answers)
    decisions.make(unit.call(Role.DECIDER, unit.ago(10)), unit.sealer, decision, words=lambda *_: _SUMMARY)
    return reference, decision


def _waiting(unit: DemoUnit, number: int) -> None:
    reference = _triaged(unit, number)
    casework.reply(unit.call(Role.TRIAGE, unit.ago(4)), unit.sealer, reference, "（虚构）您还留着汇款凭证吗？")
    _move(unit, reference, Role.TRIAGE, _S.WAITING_COMPLAINANT, 4)


def _heard(unit: DemoUnit, number: int) -> None:
    """Its agency is asked, by a person of the agency who reads English and cannot sign in."""
    session, agency = unit.session, demo_reference("agency", "it-uno")
    of_agency = units.agency_unit(session, unit.sealer, agency, unit.at.date()).reference
    invitation = accounts.Invitation(
        of_agency, "Demo agency reader", f"reader@{of_agency}.example", [Role.AGENCY_REP], "en"
    )
    reader, _ = accounts.add_first(session, invitation, unit.at, unit.at.date())
    reader.state = OfficerState.ACTIVE
    reference = _looked_into(
        unit, number, agency={"agency_id": agency}, coworkers=40, retention_of_identity_documents="yes",
        consent_agency="yes",
    )  # fmt: skip
    officer, at = unit.as_(Role.INVESTIGATOR), unit.ago(5)
    call = Call(session, officer, at)
    hearing = hearings.draft(call, unit.sealer, reference, Allegation(_ALLEGATION, language=Language.EN)).reference
    hearings.hand_in(call, unit.sealer, hearing)
    hearings.approve(Call(session, unit.as_(Role.SUPERVISOR), at), unit.sealer, hearing)
    hearings.serve(call, unit.sealer, hearing, at.date() + timedelta(days=14))


def _sanctioned(unit: DemoUnit, number: int) -> None:
    """A suspension waits for approval by another."""
    agency = demo_reference("agency", "it-condizioni")
    _, decision = _decided(unit, number, DecisionOutcome.UPHELD, agency={"agency_id": agency})
    call = Call(unit.session, SanctionOfficial(unit.names[Role.DECIDER], CaseRole.DECIDER, UNIT, AUTHORITY), unit.at)
    terms = sanctions.Terms(SanctionKind.SUSPENSION, LAW, unit.today)
    licence = demo_reference("licence", "it-condizioni/0")
    sanction = sanctions.propose(call, unit.sealer, licence, terms, decision=decision)
    informed = frozenset({ToldFirst.LABOUR_INSPECTORATE})
    look = sanctions.Look(Timing.POINTS_TO_NOBODY, informed, 12, 4, 0, "Demo decider")
    sanctions.look_at_workers(call, sanction.reference, look)
    hand_to_review(call, sanction.reference)


def _closed(unit: DemoUnit, number: int) -> str:
    reference, _ = _decided(unit, number, DecisionOutcome.NOT_UPHELD)
    _move(unit, reference, Role.SUPERVISOR, _S.CLOSED, 3)
    return reference


def _merged(unit: DemoUnit, number: int) -> None:
    """Joined to the case under investigation."""
    query = select(Case.reference).where(Case.state == _S.INVESTIGATING).order_by(Case.id.desc()).limit(1)
    into = unit.session.execute(query).scalar_one()
    merged = _triaged(unit, number)
    casework.merge(unit.call(Role.TRIAGE, unit.ago(3)), unit.sealer, merged, into, reason="The same firm.")


def _withdrawn(unit: DemoUnit, number: int) -> None:
    _triaged(unit, number)
    mailbox.withdraw(unit.session, unit.sealer, _return(unit, number), unit.ago(2))


def _return(unit: DemoUnit, number: int) -> visits.Visit:
    at, root = unit.ago(2), complaint_codes.derive(unit.sealer.keyring, demo_code(number))
    return visits.visit(unit.session, unit.sealer, mailbox.open_mailbox(unit.session, unit.sealer, root, at), at)


def _moved(target: CaseState) -> Callable[[DemoUnit, int], object]:
    return lambda unit, number: _move(unit, _triaged(unit, number, account=_OTHER), Role.TRIAGE, target, 3)


_WALKS: Mapping[CaseState, Callable[[DemoUnit, int], Any]] = {
    _S.DRAFT: lambda unit, number: visits.end(unit.session, _begin(unit, number, 1)),
    _S.SUBMITTED: lambda unit, number: _file(unit, number, 1),
    _S.IN_TRIAGE: _triaged,
    _S.WAITING_COMPLAINANT: _waiting,
    _S.INVESTIGATING: _looked_into,
    _S.AGENCY_HEARING: _heard,
    _S.DECISION_DRAFT: lambda unit, number: _drafted(unit, number, DecisionOutcome.UPHELD),
    _S.DECIDED_UPHELD: lambda unit, number: _decided(unit, number, DecisionOutcome.UPHELD),
    _S.DECIDED_PARTLY: lambda unit, number: _decided(unit, number, DecisionOutcome.PARTLY),
    _S.DECIDED_NOT_UPHELD: lambda unit, number: _decided(unit, number, DecisionOutcome.NOT_UPHELD),
    _S.SANCTION_PENDING: _sanctioned,
    _S.CLOSED: _closed,
    _S.REOPENED: lambda unit, number: _move(unit, _closed(unit, number), Role.SUPERVISOR, _S.REOPENED, 1),
    _S.OUT_OF_SCOPE: _moved(_S.OUT_OF_SCOPE),
    _S.MERGED: _merged,
    _S.QUARANTINED: _moved(_S.QUARANTINED),
    _S.WITHDRAWN: _withdrawn,
    # A draft that was given up: nothing of it is left but its state.
    _S.PURGED: lambda unit, number: mailbox.withdraw(unit.session, unit.sealer, _begin(unit, number, 1), unit.ago(1)),
}
"""How an invented case comes into each state."""


_LIST = """\
name;number;kind;status;registration_number;vat;lei
Agenzia Inventata Uno S.p.A.;INV/2001;generalista;attiva;99999019997;IT99999019997;999900DEMVERZNR00191
Lavoro Inventato Provvisorio S.r.l.;INV/2002;intermediazione;???;99999029996;IT99999029996;
Specialisti Inventati S.r.l.;INV/2003;specialista;???;99999039995;IT99999039995;
"""


def _reply_templates(unit: DemoUnit) -> None:
    """Written by the triage officer, approved by a supervisor; and one that still waits for one."""
    for one in demo_data(unit.at.date())["reply_template"]:
        call = unit.template_call(Role.TRIAGE)
        reference = reply_templates.propose(call, one["name"], one["texts"], ()).reference
        reply_templates.approve(unit.template_call(Role.SUPERVISOR), reference)
    only = {"it": "Il caso è chiuso. Potete chiederne la riapertura. {unit}, {today}"}
    reply_templates.propose(unit.template_call(Role.TRIAGE), "Closed", only, ())


def _held_list(unit: DemoUnit) -> None:
    """A list with rows that cannot be read, held until somebody has looked at it."""
    source = unit.session.scalars(select(Source).where(Source.reference == "it-demo-albo")).one()
    pending = PendingImport(
        reference=new_reference(), source_id=source.id, digest="0" * 64, fetched_at=unit.at,
        reason="2 of 3 rows cannot be taken: mend them, or take the others with --skip-rejects",
        counts={"read": 3, "rejected": 2, "changed": 1},
    )  # fmt: skip
    unit.session.add(pending)
    unit.session.flush()
    hold(unit.session, unit.settings, pending, _LIST.encode())


def _likely_clone(unit: DemoUnit) -> None:
    """Two firms of nearly one name and telephone number: nothing of it is public before an officer has confirmed."""
    pair = [demo_reference("agency", tag) for tag in ("it-uno", "it-revocata")]
    first, second = sorted(storage.row_ids(unit.session, pair).values())
    signs = [Sign.NEAR_NAME, Sign.PHONE]
    unit.session.add(
        Collision(
            reference=new_reference(), first_id=first, second_id=second, signs=signs, rank=rank(signs),
            state=CollisionState.OPEN, found_at=unit.at,
        )
    )  # fmt: skip


def _renewal(unit: DemoUnit) -> None:
    """The provisional licence, renewed by one officer and to be approved by another."""
    holder = demo_reference("agency", "it-provvisoria")
    body = unit.session.scalars(select(models.PublicRecord.body).where(models.PublicRecord.reference == holder)).one()
    licence = read_record(body).licences[0]
    until: date = (licence.valid_to or unit.today) + timedelta(days=730)
    call = Call(unit.session, drafting.LicensingOfficial(unit.names[Role.LICENSING], AUTHORITY, UNIT), unit.at)
    terms = {"valid_to": until}
    proposals.propose(call, drafting.ActRequest(LicenceAct.RENEW, licence.licence_id, terms, LAW, unit.today))
