"""What waits for an officer: cases that come first, unread messages, and proposals that a second person has to decide.

References, counts and states alone; what the officer may not open is not asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import in_unit
from registry.complaints.casework.decisions.models import Decision
from registry.complaints.casework.models import PriorityChange
from registry.complaints.casework.queue.listing import Filters, Listed, listed
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.rules import LIVE
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies.models import Agency, Licence, PendingChannelChange
from registry.register.imports.queries import lists_on_hold
from registry.supervision.entries.decisions import within
from registry.supervision.entries.models import EntryRequest
from registry.supervision.licensing.deposits.models import DepositLine
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.cases import CaseState, DecisionState, HearingState, ReferralState
from registry.vocabulary.licensing import EntryRequestState, ProposalState
from registry.vocabulary.register import ChannelChangeState

MAX_NAMED = 5
FIRST = 8


class Waits(NamedTuple):
    """One kind of thing that waits: its words stand at `home.<name>`. `named` leads to the first few of them."""

    name: str
    number: int
    href: str
    named: Sequence[tuple[str, str]] = ()


def first_cases(session: Session, me: AuthenticatedOfficer, at: Any) -> list[Listed]:
    """The officer's own cases as the queue orders them, and after them unassigned ones."""
    unit, mine = me.standing.unit, me.officer.reference
    own = listed(session, unit, Filters(assignee=mine), at, after=None, limit=FIRST)
    left = FIRST - len(own)
    return [*own, *(listed(session, unit, Filters(assignee=""), at, after=None, limit=left) if left else [])]


def what_waits(session: Session, me: AuthenticatedOfficer, today: date) -> list[Waits]:
    """Everything that the officer may decide and did not propose, in the order of the menu."""
    found = [
        _named(session, name, query(me), address)
        for name, resource, act, query, address in _NAMED
        if me.standing.may(resource, act)
    ]
    found += [
        Waits(name, session.execute(query(me, today)).scalar_one(), href)
        for name, resource, act, query, href in _COUNTED
        if me.standing.may(resource, act)
    ]
    if me.standing.may(Resource.IMPORT, Act.APPROVE):
        found.append(Waits("lists", len(lists_on_hold(session, me.standing.authority)), "/console/imports"))
    return [one for one in found if one.number]


def _named(session: Session, name: str, query: Select[Any], address: str) -> Waits:
    rows = [row[0] for row in session.execute(query.limit(MAX_NAMED))]
    count = len(rows)
    if count == MAX_NAMED:
        count = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return Waits(name, count, "", [(one, address.format(one)) for one in rows])


def _of_cases(me: AuthenticatedOfficer, joined: Any, *conditions: Any) -> Select[Any]:
    query = select(Case.reference).join(joined, joined.case_id == Case.id)
    return query.where(in_unit(me.standing.unit), *conditions).order_by(Case.priority, Case.id)


def _unread(me: AuthenticatedOfficer) -> Select[Any]:
    """Where a complainant wrote: in the officer's own cases, and in those that no officer has."""
    mine = or_(Case.assignee == me.officer.reference, Case.assignee.is_(None))
    waiting = Case.has_unread.is_(True), Case.state.not_in((CaseState.DRAFT, CaseState.PURGED)), mine
    return (
        select(Case.reference).where(in_unit(me.standing.unit), *waiting).order_by(Case.priority, Case.due_at, Case.id)
    )


def _hearings(me: AuthenticatedOfficer) -> Select[Any]:
    waiting = Hearing.state == HearingState.REPRISAL_CHECK
    return _of_cases(me, Hearing, waiting, Hearing.drafted_by != me.officer.reference)


def _decisions(me: AuthenticatedOfficer) -> Select[Any]:
    drafted = Decision.state == DecisionState.DRAFTED
    return _of_cases(me, Decision, drafted, Decision.drafted_by != me.officer.reference)


def _lowerings(me: AuthenticatedOfficer) -> Select[Any]:
    waiting = PriorityChange.decided_on.is_(None)
    return _of_cases(me, PriorityChange, waiting, PriorityChange.asked_by != me.officer.reference)


def _overrides(me: AuthenticatedOfficer) -> Select[Any]:
    requested = Referral.state == ReferralState.PROPOSED, Referral.legal_basis_sealed.is_not(None)
    return _of_cases(me, Referral, *requested, Referral.proposed_by != me.officer.reference)


def _of_no_interest(me: AuthenticatedOfficer, agency_id: Any) -> ColumnElement[bool]:
    """Filter: not about an agency in which the officer declared an interest."""
    of_interest = select(Agency.id).where(Agency.reference.in_(me.conflicts))
    return or_(agency_id.is_(None), agency_id.not_in(of_interest))


def _proposals(me: AuthenticatedOfficer) -> Select[Any]:
    waiting = Proposal.state == ProposalState.OPEN, Proposal.proposed_by != me.officer.reference
    mine = Proposal.authority == me.standing.authority
    may_see = _of_no_interest(me, Proposal.agency_id)
    return select(Proposal.reference).where(mine, may_see, *waiting).order_by(Proposal.id)


def _deposits(me: AuthenticatedOfficer) -> Select[Any]:
    waiting = DepositLine.state == ProposalState.OPEN, DepositLine.recorded_by != me.officer.reference
    query = select(Agency.reference).join(DepositLine, DepositLine.agency_id == Agency.id).distinct()
    mine = DepositLine.authority == me.standing.authority, _of_no_interest(me, DepositLine.agency_id)
    return query.where(*mine, *waiting).order_by(Agency.reference)


Named = tuple[str, Resource, Act, Callable[[AuthenticatedOfficer], Select[Any]], str]

_NAMED: tuple[Named, ...] = (
    ("unread", Resource.MESSAGE, Act.WRITE, _unread, "/console/cases/{}"),
    ("hearings", Resource.HEARING, Act.APPROVE, _hearings, "/console/cases/{}/hearings"),
    ("decisions", Resource.DECISION, Act.APPROVE, _decisions, "/console/cases/{}/decision"),
    ("lowerings", Resource.CASE, Act.WRITE, _lowerings, "/console/cases/{}"),
    ("overrides", Resource.REFERRAL, Act.APPROVE, _overrides, "/console/cases/{}/referrals"),
    ("proposals", Resource.LICENCE, Act.APPROVE, _proposals, "/console/licences/proposals/{}"),
    ("deposits", Resource.DEPOSIT, Act.APPROVE, _deposits, "/console/licences/agencies/{}/deposit"),
)
"""What is led to one by one, and where."""


def _identities(me: AuthenticatedOfficer, _today: date) -> Select[Any]:
    requested = Referral.identity_said_in.is_not(None), Referral.identity_by.is_(None), Referral.state.in_(sorted(LIVE))
    return (
        select(func.count(Referral.id))
        .join(Case, Case.id == Referral.case_id)
        .where(in_unit(me.standing.unit), *requested)
    )


def _referrals_sent(me: AuthenticatedOfficer, today: date) -> Select[Any]:
    sent = Referral.partner == me.standing.unit, Referral.state == ReferralState.SENT, Referral.expires_on >= today
    return select(func.count(Referral.id)).where(*sent)


def _served(me: AuthenticatedOfficer, today: date) -> Select[Any]:
    requested = Hearing.desk == me.standing.unit, Hearing.state == HearingState.SERVED, Hearing.answer_by >= today
    return select(func.count(Hearing.id)).where(*requested)


def _entries(me: AuthenticatedOfficer, _today: date) -> Select[Any]:
    waiting = EntryRequest.state == EntryRequestState.OPEN, EntryRequest.agency.not_in(me.conflicts)
    return select(func.count(EntryRequest.id)).where(within(me.standing.authority), *waiting)


def _channels(me: AuthenticatedOfficer, _today: date) -> Select[Any]:
    own = select(Licence.agency_id).where(Licence.authority == me.standing.authority)
    waiting = PendingChannelChange.state == ChannelChangeState.PROPOSED
    may_see = _of_no_interest(me, PendingChannelChange.agency_id)
    return select(func.count(PendingChannelChange.id)).where(
        waiting,
        may_see,
        PendingChannelChange.proposed_by != me.officer.reference,
        PendingChannelChange.agency_id.in_(own),
    )


Counted = tuple[str, Resource, Act, Callable[[AuthenticatedOfficer, date], Select[Any]], str]

_COUNTED: tuple[Counted, ...] = (
    ("referrals", Resource.REFERRAL, Act.ANSWER, _referrals_sent, "/console/referrals"),
    ("served", Resource.HEARING, Act.ANSWER, _served, "/console/hearings"),
    ("identities", Resource.IDENTITY, Act.APPROVE, _identities, "/console/identities"),
    ("entries", Resource.ENTRY, Act.APPROVE, _entries, "/console/entries"),
    ("channels", Resource.CHANNEL, Act.APPROVE, _channels, "/console/channels"),
)
"""What has a page where it stands together."""

URGENCY: Mapping[str, str] = {"urgent": "bad", "unread": "warn", "late": "bad", "objection": "warn"}
"""How a number at the head of the page is marked where it is not zero."""
