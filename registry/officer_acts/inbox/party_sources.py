"""What waits of an agency's hearing, of referrals to partners and of transfers to other units."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, or_, select

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.complaints.casework.queue.listing import has_open_objection
from registry.complaints.parties.hearings import outcome, rules
from registry.complaints.parties.models import Hearing, Referral, Transfer
from registry.complaints.parties.referrals.rules import LIVE
from registry.complaints.parties.transfers.rules import MOVABLE_STATES
from registry.officer_acts.inbox import branches
from registry.officer_acts.inbox.branches import (
    approves,
    in_my_unit,
    is_mine,
    of_my_unit,
    proposes,
    right,
    rows,
    written,
)
from registry.officer_acts.inbox.case_sources import case_columns, decided_on
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, HearingState, Priority, ReferralState, TransferState

_S, _H, _R = CaseState, HearingState, ReferralState


def _hearing(kind: str, *conditions: ColumnElement[bool], **more: Any) -> Select[Any]:
    columns = case_columns(kind, about=Hearing.reference, **more)
    query = rows(columns).join_from(Hearing, Case, Case.id == Hearing.case_id)
    return query.where(of_my_unit(), *conditions)


def _responsible(author: Any) -> Any:
    """Whose the next step is: the assignee's, and without one the author's."""
    return func.coalesce(Case.assignee, author, type_=String)


def _hearing_owned(kind: str, *conditions: ColumnElement[bool], **more: Any) -> Select[Any]:
    owner = _responsible(Hearing.drafted_by)
    return _hearing(kind, is_mine(owner), *conditions, owner=owner, **more)


def _hearing_draft() -> Select[Any]:
    mine = is_mine(Hearing.drafted_by)
    return _hearing(
        "hearing.drafted", Hearing.state == _H.DRAFTED, mine, owner=Hearing.drafted_by, since_on=Hearing.drafted_on
    )


def _hearing_check() -> Select[Any]:
    waiting = Hearing.state == _H.REPRISAL_CHECK
    return _hearing("hearing.reprisal_check", waiting, owner=None, since_on=Hearing.drafted_on)


def _hearing_answered() -> Select[Any]:
    answered = Hearing.state == _H.ANSWERED, Case.state.not_in(rules.TOLD_IN)
    return _hearing_owned("hearing.answered", *answered, since_on=Hearing.answered_on)


def _hearing_lapsed() -> Select[Any]:
    lapsed = Hearing.state == _H.LAPSED, Case.state.not_in(rules.TOLD_IN)
    return _hearing_owned("hearing.lapsed", *lapsed, since_on=Hearing.answer_by)


def _hearing_untold() -> Select[Any]:
    """An agency that was heard and was not told yet what was decided; what waits for its translation has a row of its own.

    Read from the decided cases, which are fewer than all hearings there were.
    """
    owner, day = _responsible(Hearing.drafted_by), decided_on()
    columns = case_columns("hearing.untold", about=Hearing.reference, owner=owner, since_on=day)
    decided = in_my_unit(), Case.state.in_(sorted(rules.TOLD_IN - {_S.CLOSED})), day.is_not(None)
    is_over = Hearing.ended_because.in_(sorted(rules.ENDED_BY_WORKER))
    untold = Hearing.served_on.is_not(None), Hearing.outcome_sealed.is_(None), is_over.is_not(True)
    query = rows(columns).join_from(Case, Hearing, Hearing.case_id == Case.id)
    return query.where(*decided, *untold, is_mine(owner))


def _hearing_longer() -> Select[Any]:
    requested = and_(
        Hearing.longer_asked_on.is_not(None),
        or_(Hearing.extended_on.is_(None), Hearing.extended_on < Hearing.longer_asked_on),
    )
    more = {"since_on": Hearing.longer_asked_on, "due_on": Hearing.answer_by}
    return _hearing_owned("hearing.longer", Hearing.state == _H.SERVED, requested, **more)


def _objection() -> Select[Any]:
    waiting = Hearing.objected_on.is_not(None), has_open_objection(branches.REOPENABLE)
    return _hearing_owned("hearing.objection", *waiting, since_on=Hearing.objected_on)


def _referral(kind: str, *conditions: ColumnElement[bool], **more: Any) -> Select[Any]:
    owner = _responsible(Referral.proposed_by)
    facts: dict[str, Any] = {"about": Referral.reference, "owner": owner}
    query = rows(case_columns(kind, **(facts | more))).join_from(Referral, Case, Case.id == Referral.case_id)
    mine = () if "owner" in more else (is_mine(owner),)
    return query.where(of_my_unit(), *mine, *conditions)


def _referral_proposed() -> Select[Any]:
    consented = Referral.state == _R.PROPOSED, Referral.legal_basis_sealed.is_(None)
    return _referral("referral.proposed", *consented, since_on=Referral.proposed_on)


def _referral_override() -> Select[Any]:
    requested = Referral.state == _R.PROPOSED, Referral.legal_basis_sealed.is_not(None)
    return _referral("referral.override", *requested, owner=None, since_on=Referral.proposed_on)


def _referral_to_send() -> Select[Any]:
    ready = Referral.state.in_((_R.CONSENTED, _R.OVERRIDDEN))
    return _referral("referral.to_send", ready, since_on=Referral.decided_on)


def _referral_silent() -> Select[Any]:
    """Neither accepted nor declined for a fortnight, or soon over."""
    silent = or_(Referral.sent_on <= branches.LONG_AGO, Referral.expires_on <= branches.SOON)
    more = {"since_on": Referral.sent_on, "due_on": Referral.expires_on}
    return _referral("referral.silent", Referral.state == _R.SENT, silent, **more)


def _nothing_since(day: Any) -> ColumnElement[bool]:
    """No officer has moved the case or referred it anew since then."""
    later = Referral.__table__.alias("later")
    moved = select(CaseMove.id).where(CaseMove.case_id == Case.id, CaseMove.on_day > day)
    anew = select(later.c.id).where(later.c.case_id == Case.id, later.c.id > Referral.id)
    return and_(Case.is_open.is_(True), ~moved.exists(), ~anew.exists())


def _referral_declined() -> Select[Any]:
    day = Referral.answered_on
    return _referral("referral.declined", Referral.state == _R.DECLINED, _nothing_since(day), since_on=day)


def _referral_done() -> Select[Any]:
    day = func.coalesce(Referral.ended_on, Referral.answered_on, type_=Referral.ended_on.type)
    return _referral("referral.done", Referral.state == _R.DONE, _nothing_since(day), since_on=day)


def _transfer(kind: str, *conditions: ColumnElement[bool], **more: Any) -> Select[Any]:
    columns = case_columns(kind, about=Transfer.reference, since_on=Transfer.asked_on, due_at=Transfer.due_at, **more)
    return rows(columns).join_from(Transfer, Case, Case.id == Transfer.case_id).where(*conditions)


def _transfer_asked() -> Select[Any]:
    """A case that another unit asks this one to take."""
    waiting = (
        Transfer.party == branches.UNIT,
        Transfer.state == written(Transfer.state, TransferState.ASKED),
        Case.state.in_(sorted(MOVABLE_STATES)),
    )
    return _transfer("transfer.asked", *waiting, owner=None)


def _transfer_late() -> Select[Any]:
    """A unit that was asked to take a case has not answered in time; of danger there is no time."""
    is_late = or_(Transfer.due_at < branches.AT, Case.priority == Priority.P0)
    return _transfer(
        "transfer.late",
        of_my_unit(),
        Transfer.state == written(Transfer.state, TransferState.ASKED),
        is_late,
        owner=None,
    )


def _transfer_declined() -> Select[Any]:
    """Declined, and nothing was done about the case since."""
    later, day = Transfer.__table__.alias("later"), Transfer.decided_on
    anew = select(later.c.id).where(later.c.case_id == Case.id, later.c.id > Transfer.id)
    moved = select(CaseMove.id).where(CaseMove.case_id == Case.id, CaseMove.on_day > day)
    owner = _responsible(Transfer.asked_by)
    declined = (
        Transfer.state == written(Transfer.state, TransferState.DECLINED),
        Case.is_open.is_(True),
        ~anew.exists(),
        ~moved.exists(),
    )
    return _transfer("transfer.declined", of_my_unit(), *declined, is_mine(owner), owner=owner)


def _identity() -> Select[Any]:
    requested = Referral.identity_said_in.is_not(None), Referral.identity_by.is_(None), Referral.state.in_(sorted(LIVE))
    return _referral("identity", *requested, owner=None, since_on=Referral.proposed_on)


def _is_foreign(language: Any) -> ColumnElement[bool]:
    """Whether a text for the agency is in a language that no one there reads, though there is somebody."""
    there = select(Officer.id).where(Officer.unit == Hearing.party, Officer.state == OfficerState.ACTIVE)
    return and_(language.is_not(None), there.exists(), ~there.where(Officer.language == language).exists())


def _hearing_untranslated() -> Select[Any]:
    waiting = Hearing.state.in_(outcome.WAITING_IN), Hearing.translation_sealed.is_(None), _is_foreign(Hearing.language)
    return _hearing("translation.hearing", *waiting, owner=None, since_on=Hearing.drafted_on)


def _outcome_untranslated() -> Select[Any]:
    waiting = Hearing.outcome_sealed.is_not(None), Hearing.told_on.is_(None), Case.state.in_(rules.TOLD_IN)
    is_over = Hearing.ended_because.in_(rules.ENDED_BY_WORKER)
    return _hearing(
        "translation.outcome",
        *waiting,
        is_over.is_not(True),
        _is_foreign(Hearing.outcome_language),
        owner=None,
        since_on=decided_on(),
    )


def _served() -> Select[Any]:
    """What an agency is asked: for its own people."""
    columns = branches.Columns(
        kind="agency.served", reference=Hearing.reference, since_on=Hearing.served_on, due_on=Hearing.answer_by
    )
    waiting = Hearing.party == branches.UNIT, Hearing.state == _H.SERVED, Hearing.answer_by >= branches.TODAY
    return rows(columns).where(*waiting)


def _received() -> Select[Any]:
    """What was referred to a partner and waits for its word: for its own people."""
    columns = branches.Columns(
        kind="partner.sent", reference=Referral.reference, since_on=Referral.sent_on, due_on=Referral.expires_on
    )
    waiting = Referral.party == branches.UNIT, Referral.state == _R.SENT, Referral.expires_on >= branches.TODAY
    return rows(columns).where(*waiting)


PARTY_SOURCES: tuple[branches.Source, ...] = (
    branches.Source(proposes(Resource.HEARING), _hearing_draft),
    branches.Source(approves(Resource.HEARING), _hearing_check, not_by=Hearing.drafted_by),
    branches.Source(
        proposes(Resource.HEARING),
        lambda: _hearing_owned("hearing.approved", Hearing.state == _H.APPROVED, since_on=Hearing.checked_on),
    ),
    branches.Source(proposes(Resource.HEARING), _hearing_answered),
    branches.Source(proposes(Resource.HEARING), _hearing_lapsed),
    branches.Source(proposes(Resource.HEARING), _hearing_untold),
    branches.Source(proposes(Resource.HEARING), _hearing_longer),
    branches.Source(proposes(Resource.HEARING), _objection),
    branches.Source(proposes(Resource.REFERRAL), _referral_proposed),
    branches.Source(approves(Resource.REFERRAL), _referral_override, not_by=Referral.proposed_by),
    branches.Source(proposes(Resource.REFERRAL), _referral_to_send),
    branches.Source(proposes(Resource.REFERRAL), _referral_silent),
    branches.Source(proposes(Resource.REFERRAL), _referral_declined),
    branches.Source(proposes(Resource.REFERRAL), _referral_done),
    branches.Source(approves(Resource.TRANSFER), _transfer_asked),
    branches.Source(right(Resource.CASE, Act.HOLD), _transfer_late),
    branches.Source(proposes(Resource.TRANSFER), _transfer_declined),
    branches.Source(approves(Resource.IDENTITY), _identity),
    branches.Source(right(Resource.ACCOUNT, Act.WRITE), _hearing_untranslated),
    branches.Source(right(Resource.ACCOUNT, Act.WRITE), _outcome_untranslated),
    branches.Source(right(Resource.HEARING, Act.ANSWER), _served),
    branches.Source(right(Resource.REFERRAL, Act.ANSWER), _received),
)
