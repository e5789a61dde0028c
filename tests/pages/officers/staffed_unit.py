"""One unit with an officer for each role, and one of each thing that waits for one of them: what the walk of To do goes over."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import JSON, Date, Enum, LargeBinary
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.states import OPEN_STATES
from registry.complaints.casework.models import (
    AccessGrant,
    CaseClock,
    CaseEvent,
    CaseTask,
    Decision,
    OfficerDraft,
    PriorityChange,
    ReplyTemplate,
    TemplateState,
    WaitingLetter,
)
from registry.complaints.intake.models import PaperForm
from registry.complaints.parties.models import Hearing, Referral, Transfer
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.core.db.engine import Instant
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.officer_acts.inbox.case_sources import DECIDED, WORK_STATES
from registry.officers.models import ChangeKind, ChangeState, Officer, OfficerChange, OfficerState, RoleHeld
from registry.officers.rights import Role
from registry.register.agencies.models import PendingChannelChange
from registry.register.agencies.storage import row_ids
from registry.register.imports.models import PendingImport
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.entries.models import EntryRequest
from registry.supervision.licensing.models import DepositLine, Proposal
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary.cases import (
    AccessKind,
    AccessState,
    CaseRole,
    CaseState,
    ClockKind,
    DecisionOutcome,
    DecisionState,
    EventKind,
    EventState,
    HearingState,
    MailboxRole,
    MailboxState,
    PartnerKind,
    Priority,
    ReferralState,
    TransferState,
    UnreadKind,
)
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.register import ChannelKind, LicenceKind, SanctionKind
from registry.vocabulary.supervision import (
    ChannelChangeState,
    DepositLineKind,
    EntryRequestKind,
    EntryRequestState,
    LicenceAct,
    ProposalState,
    SanctionState,
)
from tests.complaints.filing import make_units
from tests.make import authority_of, licence_record, make_agency, make_source
from tests.officers.making import make_unit

UNIT, AUTHORITY = "cz-labour", authority_of("CZ")
OWN_AGENCY = "7KQ2ABCD3EFG"
SOMEBODY = "somebody"
"""Who took the first of two steps, and is none of the officers here."""


class UnitStaff(NamedTuple):
    """The officers of the unit by name; and others: the people of its agency and its partner, and a unit's only supervisor."""

    officers: dict[str, Officer]
    outsiders: dict[str, Officer]

    @property
    def everybody(self) -> list[Officer]:
        return [*self.officers.values(), *self.outsiders.values()]


class _Maker:
    """Makes rows whose other columns say as little as they may."""

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self.session, self.at = session, now()
        self.today: date = day_at(self.at, None)
        self.units = make_units(session, Sealer(keyring))
        self.units["CZ"].authority = AUTHORITY

    def row(self, model: type[Any], **facts: Any) -> Any:
        for column in model.__mapper__.column_attrs:
            [stored] = column.columns
            if column.key in facts or stored.primary_key or stored.nullable or stored.default is not None:
                continue
            facts[column.key] = self._value(column.key, stored)
        row = model(**facts)
        self.session.add(row)
        self.session.flush()
        return row

    def _value(self, key: str, stored: Any) -> Any:
        if key == "reference":
            return new_reference()
        if isinstance(stored.type, Instant):
            return self.at
        if isinstance(stored.type, Date):
            return self.today
        if isinstance(stored.type, JSON):
            return {}
        if isinstance(stored.type, LargeBinary):
            return b""
        assert not isinstance(stored.type, Enum), f"{key} must be said"
        return new_reference() if stored.type.python_type is str else 1

    def case(self, state: CaseState = CaseState.WAITING_COMPLAINANT, **facts: Any) -> Case:
        stated = {"unit_id": self.units["CZ"].id, "country": "CZ", "priority": Priority.P2, "language": "en"}
        return self.row(Case, state=state, is_open=state in OPEN_STATES, **(stated | facts))

    def part(self, model: type[Any], case: Case, **facts: Any) -> Any:
        """A part of a case that has a box of its own."""
        copy = {"role": MailboxRole.WORKER, "state": MailboxState.OPEN, "is_copy": True}
        box = self.row(EncryptedContainer, case_id=case.id, **copy)
        return self.row(model, case_id=case.id, box_id=box.id, **facts)


def make_staffed_unit(session: Session, keyring: Keyring) -> UnitStaff:
    make = _Maker(session, keyring)
    make_unit(session, "agency-desk", "CZ", agency=OWN_AGENCY)
    make_unit(session, "union", "CZ", partner_kind=PartnerKind.UNION)
    outside = {Role.PARTNER: "union", Role.AGENCY_REP: "agency-desk"}
    twice = (Role.INVESTIGATOR, Role.SUPERVISOR, Role.SYSADMIN)
    officers = {role.value: _officer(make, UNIT, role) for role in Role if role not in outside}
    officers |= {f"second {role.value}": _officer(make, UNIT, role) for role in twice}
    outsiders = {role.value: _officer(make, unit, role, language="cs") for role, unit in outside.items()}
    make_unit(session, "cz-other", "CZ", authority=AUTHORITY)
    outsiders["lone supervisor"] = _officer(make, "cz-other", Role.SUPERVISOR)
    staff = UnitStaff(officers, outsiders)
    for fill in (
        _cases,
        _hearings,
        _referrals,
        _decisions,
        _second_steps,
        _work,
        _licences,
        _sanctions,
        _lists,
        _accounts,
    ):
        fill(make, staff.officers)
    session.flush()
    return staff


def _officer(make: _Maker, unit: str, role: Role, language: str = "en") -> Officer:
    officer: Officer = make.row(Officer, unit=unit, state=OfficerState.ACTIVE, language=language)
    make.row(RoleHeld, officer_id=officer.id, role=role)
    return officer


People = dict[str, Officer]


def _cases(make: _Maker, people: People) -> None:
    mine = {"assignee": people["investigator"].reference}
    for kind in UnreadKind:
        make.case(has_unread=True, unread_kind=kind, **mine)
    make.case(has_unread=True, unread_kind=UnreadKind.MESSAGE, due_at=make.at - timedelta(days=1), **mine)
    for state in (CaseState.INVESTIGATING, CaseState.WITHDRAWN):
        make.case(state, in_danger_since=make.at, **mine)
        make.case(state, in_danger_since=make.at)
    left = make.row(Officer, unit=UNIT, state=OfficerState.CLOSED, language="en")
    for state in WORK_STATES:
        for assignee in (None, people["investigator"], left):
            make.case(state, assignee=assignee.reference if assignee else None)
    for state in (CaseState.DECISION_DRAFT, CaseState.AGENCY_HEARING, *DECIDED, CaseState.SANCTION_PENDING):
        make.case(state, **mine)
    make.case(CaseState.SANCTION_PENDING, measure=SanctionState.IN_FORCE, measure_on=make.today, **mine)
    make.case(CaseState.IN_TRIAGE, language="ro", **mine)
    make.case(CaseState.CLOSED, has_legal_hold=True, purge_on=make.today)


def _hearings(make: _Maker, people: People) -> None:
    by, before = people["investigator"].reference, make.today - timedelta(days=1)
    of_agency = {"party": "agency-desk", "drafted_by": by, "answer_by": make.today + timedelta(days=9)}

    def heard(case: Case, **facts: Any) -> None:
        make.part(Hearing, case, **(of_agency | facts))

    for state in HearingState:
        heard(make.case(CaseState.AGENCY_HEARING, assignee=by), state=state)
    heard(make.case(CaseState.AGENCY_HEARING), state=HearingState.ANSWERED)
    heard(make.case(CaseState.AGENCY_HEARING), state=HearingState.REPRISAL_CHECK, drafted_by=SOMEBODY, language="ro")
    heard(make.case(CaseState.AGENCY_HEARING), state=HearingState.SERVED, longer_asked_on=before)
    closed = {"state": HearingState.CLOSED}
    objected = make.case(CaseState.CLOSED, closed_on=before, assignee=by)
    heard(objected, objected_on=make.today, **closed)
    decided = make.case(CaseState.DECIDED_UPHELD)
    heard(decided, outcome_sealed="sealed", outcome_language="ro", **closed)
    untold = make.case(CaseState.DECIDED_UPHELD, assignee=by)
    heard(untold, state=HearingState.ANSWERED, served_on=before)
    made = {"state": DecisionState.MADE, "outcome": DecisionOutcome.UPHELD, "drafted_by": by, "decided_on": before}
    make.part(Decision, untold, **made)
    running = make.case(CaseState.DECIDED_PARTLY, assignee=by)
    make.row(CaseClock, case_id=running.id, kind=ClockKind.OBJECTION)
    heard(running, objected_on=make.today, **closed)


def _referrals(make: _Maker, people: People) -> None:
    by, long_ago = people["investigator"].reference, make.today - timedelta(days=20)
    days = {"sent_on": long_ago, "answered_on": long_ago, "ended_on": long_ago, "proposed_on": long_ago}
    days["expires_on"] = make.today + timedelta(days=90)

    def told(state: ReferralState, **facts: Any) -> None:
        to = {"party": "union", "partner_kind": PartnerKind.UNION, "country": "CZ", "proposed_by": by}
        make.part(Referral, make.case(), state=state, **(to | days | facts))

    for state in ReferralState:
        told(state)
    told(ReferralState.PROPOSED, legal_basis_sealed="sealed", proposed_by=SOMEBODY)
    told(ReferralState.SENT, identity_said_in=new_reference())


def _decisions(make: _Maker, people: People) -> None:
    for state in DecisionState:
        drafted = {"drafted_by": people["investigator"].reference, "outcome": DecisionOutcome.UPHELD, "language": "ro"}
        make.part(Decision, make.case(CaseState.DECISION_DRAFT), state=state, **drafted)


def _second_steps(make: _Maker, people: People) -> None:
    by = people["investigator"].reference
    asked = {"from_priority": Priority.P0, "to_priority": Priority.P2, "asked_by": SOMEBODY}
    make.row(PriorityChange, case_id=make.case().id, **asked)
    for kind in AccessKind:
        later = make.at + timedelta(hours=9)
        make.row(
            AccessGrant, case_id=make.case().id, kind=kind, state=AccessState.ASKED, asked_by=SOMEBODY, ends_at=later
        )
        make.row(AccessGrant, case_id=make.case().id, kind=kind, state=AccessState.GRANTED, asked_by=by, ends_at=later)
    late, far = make.at - timedelta(days=1), make.at + timedelta(days=30)
    for former, party, state, due_at in (
        (UNIT, "it-labour", TransferState.ASKED, late),
        ("it-labour", UNIT, TransferState.ASKED, far),
        (UNIT, "it-labour", TransferState.DECLINED, far),
    ):
        case = make.case(CaseState.IN_TRIAGE, unit_id=make.units[former[:2].upper()].id)
        moved = {"former": former, "party": party, "state": state, "due_at": due_at, "asked_by": SOMEBODY}
        make.row(Transfer, case_id=case.id, decided_on=make.today, **moved)
    make.row(ReplyTemplate, unit=UNIT, state=TemplateState.PROPOSED, written_by=SOMEBODY)


def _work(make: _Maker, people: People) -> None:
    by, colleague = people["investigator"].reference, people["second investigator"].reference
    soon, before = make.today + timedelta(days=1), make.today - timedelta(days=1)
    make.row(CaseTask, case_id=make.case().id, made_by=by)
    make.row(CaseTask, case_id=make.case(assignee=by).id, made_by=colleague, due_on=soon)
    make.row(CaseTask, case_id=make.case().id, made_by=colleague, owner=by, due_on=soon + timedelta(days=60))
    for kind in (EventKind.VISIT, EventKind.INTERVIEW):
        for day in (soon, before):
            planned = {
                "kind": kind,
                "state": EventState.PLANNED,
                "on_day": day,
                "owner": by,
                "officers": [by, colleague],
            }
            make.row(CaseEvent, case_id=make.case().id, written_by=by, **planned)
    make.row(PaperForm, case_id=make.case(CaseState.DRAFT, unit_id=None).id, unit=UNIT, officer=by)
    make.row(WaitingLetter, case_id=make.case().id, role=CaseRole.INVESTIGATOR, language="zh-Hans", to_helper=False)
    for version in (1, 0):
        make.row(
            OfficerDraft, officer_id=people["investigator"].id, about=make.case(version=1).reference, version=version
        )


def _licences(make: _Maker, people: People) -> None:
    by = people["licensing"].reference
    kind = LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION
    licence = licence_record(kind, country="CZ", authority=AUTHORITY)
    agencies = [make_agency(make.session, country="CZ", licences=(one,)) for one in (licence, licence_record())]
    first, second = row_ids(make.session, [one.agency_id for one in agencies]).values()
    of_agency = {"agency_id": first, "authority": AUTHORITY}
    for act, state, who in (
        (LicenceAct.RENEW, ProposalState.OPEN, SOMEBODY),
        (LicenceAct.RENEW, ProposalState.REFUSED, by),
        (LicenceAct.APPLY, ProposalState.APPLIED, by),
    ):
        said = {"act": act, "state": state, "proposed_by": who, "decided_at": make.at}
        said["decided_by"] = None if state is ProposalState.OPEN else SOMEBODY
        make.row(Proposal, seen="seen", has_second=True, **said, **of_agency)
    for line, state, amount in (
        (DepositLineKind.PAID_IN, ProposalState.APPLIED, "3000000.00"),
        (DepositLineKind.DRAWN, ProposalState.APPLIED, "120.00"),
        (DepositLineKind.DRAWN, ProposalState.OPEN, "10.00"),
    ):
        use = DepositUse.UNPAID_REMUNERATION if line is DepositLineKind.DRAWN else None
        said = {"kind": line, "state": state, "amount": amount, "currency": "CNY", "deposit_use": use}
        said["decided_by"] = None if state is ProposalState.OPEN else by
        make.row(DepositLine, recorded_by=SOMEBODY, **said, **of_agency)
    reply = {"kind": EntryRequestKind.REPLY, "state": EntryRequestState.OPEN}
    make.row(EntryRequest, agency=agencies[0].agency_id, **reply)
    make.row(
        EntryRequest,
        agency=OWN_AGENCY,
        kind=EntryRequestKind.REPLY,
        state=EntryRequestState.REFUSED,
        decided_on=make.today,
    )
    website = {"kind": ChannelKind.WEBSITE, "state": ChannelChangeState.PROPOSED, "proposed_by": SOMEBODY}
    make.row(PendingChannelChange, agency_id=first, **website)
    make.row(Collision, first_id=min(first, second), second_id=max(first, second), state=CollisionState.OPEN)


def _sanctions(make: _Maker, people: People) -> None:
    by = people["licensing"].reference
    base = {"kind": SanctionKind.SUSPENSION, "authority": AUTHORITY, "unit": UNIT, "is_urgent": False}
    make.row(Sanction, state=SanctionState.PROPOSED, proposed_by=by, **base)
    make.row(Sanction, state=SanctionState.LEGAL_REVIEW, proposed_by=SOMEBODY, **base)
    ending = {"ending_to": SanctionState.LIFTED, "ending_by": SOMEBODY, "ending_ground": "Court"}
    make.row(Sanction, state=SanctionState.IN_FORCE, proposed_by=SOMEBODY, **ending, **base)


def _lists(make: _Maker, people: People) -> None:
    for country in ("CZ", "PT"):
        long_ago = make.at - timedelta(days=90)
        source = make_source(make.session, country, reference=f"{country}-old", retrieved_at=(long_ago,))
        make.row(PendingImport, source_id=source.id, overview=None)


def _accounts(make: _Maker, people: People) -> None:
    make.row(OfficerChange, unit=UNIT, kind=ChangeKind.ROLES, state=ChangeState.OPEN, proposed_by=SOMEBODY)
    make.row(Officer, unit=UNIT, state=OfficerState.INVITED, language="en")
    make_unit(make.session, "de-empty", "DE")
    make_unit(make.session, "fr-unled", "FR")
    _officer(make, "fr-unled", Role.INVESTIGATOR)
    overlay = {"body": b"", "kid": "k", "signature": "s", "proposed_by": SOMEBODY}
    make.row(LawOverlay, number=1, state=OverlayState.PROPOSED, **overlay)
    make.row(LawOverlay, number=2, state=OverlayState.APPROVED, withdrawal_asked_by=SOMEBODY, **overlay)
