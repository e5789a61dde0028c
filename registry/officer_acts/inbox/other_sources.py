"""What waits beside cases: sanctions, licences, lists, channels, clones, entries, accounts, the law, and unsent texts."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Numeric, Select, case, cast, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.models import Decision, OfficerDraft, ReplyTemplate, TemplateState
from registry.officer_acts.inbox import branches
from registry.officer_acts.inbox.branches import Columns, Source, approves, is_mine, proposes, right, rows
from registry.officer_acts.inbox.case_sources import case_columns, decided_on
from registry.officers.absence import staffed_units
from registry.officers.models import ChangeState, JoinCode, Officer, OfficerChange, OfficerState, RoleHeld, Unit
from registry.officers.rights import RIGHTS, Act, Reach, Resource, Role
from registry.register.agencies import storage
from registry.register.agencies.models import Agency, Licence, PendingChannelChange
from registry.register.authorities.models import Authority, Retrieval
from registry.register.authorities.models import Source as OfficialList
from registry.register.imports.models import PendingImport
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.queries import law_at
from registry.register.law.rows import Row as LawRow
from registry.register.law.rules import VOTE_WARNING_DAYS, votes_ending
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.entries.models import EntryRequest
from registry.supervision.licensing import deposits, drafting
from registry.supervision.licensing.deposit_rules import MAX_REQUIRED
from registry.supervision.licensing.models import DepositLine, Proposal
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary import supervision
from registry.vocabulary.cases import CaseState
from registry.vocabulary.register import EU_STATES

_DAY = 86_400_000_000
"""Microseconds, as instants are stored."""


def _of_no_interest(agency_id: Any) -> ColumnElement[bool]:
    return or_(agency_id.is_(None), agency_id.not_in(select(Agency.id).where(Agency.reference.in_(branches.CONFLICTS))))


def _reference_of(agency_id: Any) -> Any:
    return select(Agency.reference).where(Agency.id == agency_id).correlate_except(Agency).scalar_subquery()


def _sanction(kind: str, *conditions: ColumnElement[bool], **more: Any) -> Select[Any]:
    columns = Columns(kind=kind, reference=Sanction.reference, agency=Sanction.agency, **more)
    mine = Sanction.authority == branches.AUTHORITY, Sanction.agency.not_in(branches.CONFLICTS)
    return rows(columns).where(*mine, *conditions)


def _sanction_draft() -> Select[Any]:
    mine = (
        Sanction.state == supervision.SanctionState.PROPOSED,
        is_mine(Sanction.proposed_by, Resource.SANCTION, Act.PROPOSE),
    )
    return _sanction("sanction.proposed", *mine, owner=Sanction.proposed_by, since_on=Sanction.proposed_on)


def _sanction_review() -> Select[Any]:
    waiting = Sanction.state == supervision.SanctionState.LEGAL_REVIEW
    return _sanction("sanction.legal_review", waiting, since_on=Sanction.proposed_on, due_on=Sanction.effective_from)


def _sanction_wanted() -> Select[Any]:
    """Cases for which a measure is to be prepared, and none is proposed."""
    resting = select(Sanction.id).join(Decision, Decision.reference == Sanction.decision)
    proposed = resting.where(Decision.case_id == Case.id, Sanction.state != supervision.SanctionState.DROPPED)
    waiting = Case.state == CaseState.SANCTION_PENDING, Case.measure.is_(None), ~proposed.exists()
    columns = case_columns("case.sanction_pending", owner=None, due_at=None, since_on=decided_on())
    return rows(columns).where(branches.in_my_unit(), *waiting)


def _proposals() -> Select[Any]:
    waiting = Proposal.state == supervision.ProposalState.OPEN
    columns = Columns(
        kind="licence.proposal",
        reference=Proposal.reference,
        since_at=Proposal.proposed_at,
        due_on=Proposal.effective_on,
        agency=_reference_of(Proposal.agency_id),
    )
    mine = Proposal.authority == branches.AUTHORITY, _of_no_interest(Proposal.agency_id)
    return rows(columns).where(*mine, waiting)


def _refused_proposals() -> Select[Any]:
    """What another refused lately, for the one who proposed it, until it is proposed again."""
    later = Proposal.__table__.alias("later")
    again = select(later.c.id).where(later.c.subject == Proposal.subject, later.c.id > Proposal.id)
    columns = Columns(
        kind="licence.refused", reference=Proposal.reference, owner=Proposal.proposed_by, since_at=Proposal.decided_at,
        agency=_reference_of(Proposal.agency_id),
    )  # fmt: skip
    mine = is_mine(Proposal.proposed_by, Resource.LICENCE, Act.PROPOSE)
    is_new = type_coerce(Proposal.decided_at, BigInteger) + 14 * _DAY > type_coerce(branches.AT, branches.AT.type)
    refused = Proposal.state == supervision.ProposalState.REFUSED, mine, is_new
    return rows(columns).where(Proposal.authority == branches.AUTHORITY, *refused, ~again.exists())


def _applications() -> Select[Any]:
    """Applications for a licence that wait to be issued or refused."""
    later = Proposal.__table__.alias("later")
    goes_on = select(later.c.id).where(
        later.c.subject == Proposal.subject,
        later.c.id > Proposal.id,
        later.c.state != supervision.ProposalState.REFUSED,
    )
    columns = Columns(
        kind="licence.applied", reference=Agency.reference, agency=Agency.reference, since_on=Proposal.effective_on
    )
    query = rows(columns).join_from(Proposal, Agency, Agency.id == Proposal.agency_id)
    entered = (
        Proposal.act == supervision.LicenceAct.APPLY,
        Proposal.state == supervision.ProposalState.APPLIED,
        Proposal.authority == branches.AUTHORITY,
    )
    return query.where(*entered, _of_no_interest(Proposal.agency_id), ~goes_on.exists())


def _deposits() -> Select[Any]:
    waiting = DepositLine.state == supervision.ProposalState.OPEN
    agency = Agency.reference
    columns = Columns(kind="deposit", reference=agency, agency=agency, since_at=DepositLine.recorded_at)
    query = rows(columns).join_from(DepositLine, Agency, Agency.id == DepositLine.agency_id)
    mine = DepositLine.authority == branches.AUTHORITY, _of_no_interest(DepositLine.agency_id)
    return query.where(*mine, waiting)


def _licensed_agencies() -> Select[Any]:
    return select(Licence.agency_id).where(Licence.authority == branches.AUTHORITY)


def _entries() -> Select[Any]:
    own = select(Agency.reference).where(Agency.id.in_(_licensed_agencies()))
    waiting = (
        EntryRequest.state == branches.written(EntryRequest.state, supervision.EntryRequestState.OPEN),
        EntryRequest.agency.in_(own),
        EntryRequest.agency.not_in(branches.CONFLICTS),
    )
    columns = Columns(
        kind="entry", reference=EntryRequest.reference, since_on=EntryRequest.asked_on, due_on=EntryRequest.due_on,
        agency=EntryRequest.agency,
    )  # fmt: skip
    return rows(columns).where(*waiting)


def _decided_entries() -> Select[Any]:
    """What the authority decided lately of an agency's requests: for its own people."""
    decided = EntryRequest.state.in_((supervision.EntryRequestState.ACCEPTED, supervision.EntryRequestState.REFUSED))
    mine = EntryRequest.agency == select(Unit.agency).where(Unit.reference == branches.UNIT).scalar_subquery()
    columns = Columns(kind="entry.decided", reference=EntryRequest.reference, since_on=EntryRequest.decided_on)
    return rows(columns).where(mine, decided, EntryRequest.decided_on > branches.LONG_AGO)


def _channels() -> Select[Any]:
    waiting = PendingChannelChange.state == supervision.ChannelChangeState.PROPOSED
    columns = Columns(
        kind="channel", reference=PendingChannelChange.reference, since_at=PendingChannelChange.proposed_at,
        agency=_reference_of(PendingChannelChange.agency_id),
    )  # fmt: skip
    mine = PendingChannelChange.agency_id.in_(_licensed_agencies()), _of_no_interest(PendingChannelChange.agency_id)
    return rows(columns).where(*mine, waiting)


def _clones() -> Select[Any]:
    mine = or_(Collision.first_id.in_(_licensed_agencies()), Collision.second_id.in_(_licensed_agencies()))
    no_interest = _of_no_interest(Collision.first_id), _of_no_interest(Collision.second_id)
    columns = Columns(
        kind="clone",
        reference=Collision.reference,
        since_at=Collision.found_at,
        agency=_reference_of(Collision.first_id),
    )
    return rows(columns).where(Collision.state == CollisionState.OPEN, mine, *no_interest)


def _lists_on_hold(kind: str, whose: ColumnElement[bool]) -> Select[Any]:
    columns = Columns(kind=kind, reference=OfficialList.reference, since_at=PendingImport.fetched_at)
    query = rows(columns).join_from(PendingImport, OfficialList, OfficialList.id == PendingImport.source_id)
    query = query.join(Authority, Authority.id == OfficialList.authority_id)
    return query.where(PendingImport.decided_at.is_(None), PendingImport.ordered_at.is_(None), whose)


def _has_unit() -> ColumnElement[bool]:
    """Whether the authority of a list has a unit: without one no officer can see to its lists."""
    return select(Unit.id).where(Unit.authority == Authority.reference, Unit.closed_on.is_(None)).exists()


def _out_of_date(kind: str, whose: ColumnElement[bool]) -> Select[Any]:
    last = (
        select(Retrieval.source_id, func.max(type_coerce(Retrieval.retrieved_at, BigInteger)).label("at"))
        .group_by(Retrieval.source_id)
        .subquery()
    )
    until = last.c.at + cast(OfficialList.fresh_for_days, BigInteger) * _DAY
    columns = Columns(kind=kind, reference=OfficialList.reference, since_at=until)
    query = rows(columns).join_from(OfficialList, last, last.c.source_id == OfficialList.id)
    query = query.join(Authority, Authority.id == OfficialList.authority_id)
    late = OfficialList.fresh_for_days > 0, until < type_coerce(branches.AT, branches.AT.type), whose
    return query.where(*late)


def _changes() -> Select[Any]:
    waiting = OfficerChange.state == ChangeState.OPEN
    columns = Columns(kind="officer.change", reference=OfficerChange.reference, since_at=OfficerChange.proposed_at)
    return rows(columns).where(OfficerChange.unit == branches.UNIT, waiting)


def _not_joined() -> Select[Any]:
    """Officers who were invited and have not joined while their code was good."""
    good = select(JoinCode.id).where(
        JoinCode.officer_id == Officer.id, JoinCode.used_at.is_(None), JoinCode.ends_at > branches.AT
    )
    columns = Columns(kind="officer.not_joined", reference=Officer.reference)
    return rows(columns).where(Officer.unit == branches.UNIT, Officer.state == OfficerState.INVITED, ~good.exists())


def _unstaffed() -> Select[Any]:
    """Units that are there to take complaints and in which no officer works on them: others read what should be theirs."""
    staffed = staffed_units(RIGHTS[Resource.CASE, Act.WRITE])
    takes = (
        Unit.closed_on.is_(None),
        Unit.partner_kind.is_(None),
        Unit.agency.is_(None),
        Unit.country.in_(sorted(EU_STATES)),
    )
    columns = Columns(kind="unit.unstaffed", reference=Unit.reference)
    return rows(columns).where(*takes, Unit.reference.not_in(staffed))


def _unled() -> Select[Any]:
    """Units with officers in which no one can give a role: what waits for a role there reaches none of its own."""
    led = staffed_units(RIGHTS[Resource.OFFICER, Act.PROPOSE])
    has_people = select(Officer.id).where(Officer.unit == Unit.reference, Officer.state == OfficerState.ACTIVE)
    own = Unit.closed_on.is_(None), Unit.partner_kind.is_(None), Unit.agency.is_(None)
    columns = Columns(kind="unit.unled", reference=Unit.reference)
    return rows(columns).where(*own, has_people.exists(), Unit.reference.not_in(led))


def _second_supervisor() -> Select[Any]:
    """A supervisor who is the only one: no one can approve what that one proposes."""
    others = (
        select(Officer.id)
        .join(RoleHeld, RoleHeld.officer_id == Officer.id)
        .where(
            Officer.unit == branches.UNIT, Officer.state == OfficerState.ACTIVE, RoleHeld.role == Role.SUPERVISOR,
            RoleHeld.ended_on.is_(None), Officer.reference != branches.ME,
        )
    )  # fmt: skip
    columns = Columns(kind="officer.second_supervisor", reference=Officer.reference, owner=Officer.reference)
    return rows(columns).where(Officer.reference == branches.ME, ~others.exists())


def _templates() -> Select[Any]:
    waiting = ReplyTemplate.unit == branches.UNIT, ReplyTemplate.state == TemplateState.PROPOSED
    columns = Columns(kind="template", reference=ReplyTemplate.reference, since_on=ReplyTemplate.written_on)
    return rows(columns).where(*waiting)


def _unsent() -> Select[Any]:
    columns = Columns(
        kind=case((Case.version > OfficerDraft.version, "unsent_stale"), else_="unsent"),
        reference=OfficerDraft.page,
        owner=Officer.reference,
        since_at=OfficerDraft.saved_at,
    )
    query = rows(columns).join_from(OfficerDraft, Officer, Officer.id == OfficerDraft.officer_id)
    query = query.outerjoin(Case, Case.reference == OfficerDraft.about)
    return query.where(Officer.reference == branches.ME)


def _overlay(kind: str, since: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    columns = Columns(kind=kind, reference=LawOverlay.reference, since_at=since)
    return rows(columns).where(*conditions)


def _proposed() -> Select[Any]:
    return _overlay("law.proposed", LawOverlay.proposed_at, LawOverlay.state == OverlayState.PROPOSED)


def _withdrawal() -> Select[Any]:
    requested = LawOverlay.state == OverlayState.APPROVED, LawOverlay.withdrawal_asked_by.is_not(None)
    return _overlay("law.withdrawal", LawOverlay.withdrawal_asked_at, *requested)


def _of_authority(may: Callable[[branches.May], bool], query: Callable[[], Select[Any]], not_by: Any = None) -> Source:
    return Source(may, query, not_by=not_by, reach=Reach.AUTHORITY)


DESK_SOURCES: tuple[Source, ...] = (
    _of_authority(proposes(Resource.LICENCE), _refused_proposals),
    _of_authority(proposes(Resource.LICENCE), _applications),
    _of_authority(proposes(Resource.SANCTION), _sanction_draft),
    _of_authority(approves(Resource.SANCTION), _sanction_review, Sanction.proposed_by),
    _of_authority(
        approves(Resource.SANCTION),
        lambda: _sanction("sanction.ending", Sanction.ending_by.is_not(None)),
        Sanction.ending_by,
    ),
    Source(lambda may: may(Resource.SANCTION, Act.PROPOSE) and may(Resource.CASE, Act.READ), _sanction_wanted),
    _of_authority(approves(Resource.LICENCE), _proposals, Proposal.proposed_by),
    _of_authority(approves(Resource.DEPOSIT), _deposits, DepositLine.recorded_by),
    _of_authority(approves(Resource.ENTRY), _entries),
    Source(proposes(Resource.ENTRY), _decided_entries),
    _of_authority(approves(Resource.CHANNEL), _channels, PendingChannelChange.proposed_by),
    _of_authority(approves(Resource.CLONE), _clones),
    _of_authority(
        approves(Resource.IMPORT), lambda: _lists_on_hold("list.held", Authority.reference == branches.AUTHORITY)
    ),
    _of_authority(
        right(Resource.IMPORT, Act.READ),
        lambda: _out_of_date("list.out_of_date", Authority.reference == branches.AUTHORITY),
    ),
    Source(approves(Resource.OFFICER), _changes, not_by=OfficerChange.proposed_by),
    Source(proposes(Resource.OFFICER), _not_joined),
    Source(right(Resource.CASE, Act.HOLD), _templates, not_by=ReplyTemplate.written_by),
)
"""Of an authority or a unit."""

LAW_SOURCES: tuple[Source, ...] = (
    Source(approves(Resource.LAW), _proposed, not_by=LawOverlay.proposed_by, reach=Reach.ALL),
    Source(approves(Resource.LAW), _withdrawal, not_by=LawOverlay.withdrawal_asked_by, reach=Reach.ALL),
)

OWN_SOURCES: tuple[Source, ...] = (
    Source(right(Resource.UNIT, Act.WRITE), _unstaffed),
    Source(right(Resource.UNIT, Act.WRITE), _unled),
    Source(right(Resource.UNIT, Act.WRITE), lambda: _lists_on_hold("unit.list_held", ~_has_unit())),
    Source(right(Resource.UNIT, Act.WRITE), lambda: _out_of_date("unit.list_out_of_date", ~_has_unit())),
    Source(approves(Resource.OFFICER), _second_supervisor),
    Source(right(Resource.OWN, Act.WRITE), _unsent),
)
"""Of the reader alone, or of administrators."""


class RowToRead(NamedTuple):
    """A row of law that is to be read again, since when, and its last day as a row that decides, if that is near."""

    row: LawRow
    since: date
    decides_until: date | None


def rows_to_read_again(session: Session, today: date) -> list[RowToRead]:
    """Rows whose day for another reading (`check_by`) is past, or that are soon too old to decide, the oldest first."""
    law = law_at(session)
    ending = {row.id: last for _, row, last in votes_ending(law, today)}
    found = []
    for row in law.rows.values():
        last = ending.get(row.id)
        begins = [row.check_by] if row.check_by < today else []
        begins += [last - timedelta(days=VOTE_WARNING_DAYS)] if last is not None else []
        if begins:
            found.append(RowToRead(row, min(begins), last))
    return sorted(found, key=lambda one: (one.since, one.row.id))


def countries_out_of_date(session: Session, today: date) -> Iterator[tuple[str, date]]:
    """Countries of which a row of law is to be read again, each with the first such day."""
    first: dict[str, date] = {}
    for one in rows_to_read_again(session, today):
        first.setdefault(one.row.country, one.since)
    return iter(first.items())


def deposits_short(session: Session, authority: str, at: datetime) -> Iterator[tuple[str, date | None]]:
    """Agencies of an authority whose deposit lacks something, each with the day by which it is topped up, if one runs.

    What takes back another line may mean either, so those who have such a line are counted too.
    """
    taken = case(
        (DepositLine.kind == supervision.DepositLineKind.DRAWN, -1),
        (DepositLine.kind == supervision.DepositLineKind.REVERSED, 0),
        else_=1,
    )
    there_is = func.sum(taken * cast(DepositLine.amount, Numeric(18, 2)))
    is_unclear = func.sum(case((DepositLine.kind == supervision.DepositLineKind.REVERSED, 1), else_=0)) > 0
    last = func.max(DepositLine.id).desc()
    short = (
        select(DepositLine.agency_id).group_by(DepositLine.agency_id).having(or_(there_is < MAX_REQUIRED, is_unclear))
    )
    applied = DepositLine.authority == authority, DepositLine.state == supervision.ProposalState.APPLIED
    ids = session.scalars(short.where(*applied).order_by(last).limit(branches.MAX_ROWS)).all()
    if ids:
        today, _ = drafting.today_of(session, authority, at)
        for row_id, agency in storage.load_records(session, ids).items():
            balance = deposits.ledger_view(session, row_id, agency, today).standing
            if balance.shortfall:
                yield agency.agency_id, balance.top_up_by
