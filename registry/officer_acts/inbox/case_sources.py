"""What waits in cases: messages, states that ask for work, hearings, referrals, decisions, access grants, tasks, translations."""

from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)

from registry.complaints.case.models import NEVER, Case
from registry.complaints.casework.access_grants.rules import RIGHT_TO
from registry.complaints.casework.models import (
    AccessGrant,
    CaseEvent,
    CaseMove,
    CaseNote,
    CaseTask,
    Decision,
    PriorityChange,
    Translation,
    WaitingLetter,
)
from registry.complaints.casework.queue.listing import has_open_objection
from registry.complaints.intake.models import PaperForm
from registry.complaints.parties.hearings.outcome import WAITING_IN
from registry.complaints.parties.hearings.rules import ENDED_BY_WORKER, TOLD_IN
from registry.complaints.parties.models import Hearing, Referral, Transfer
from registry.complaints.parties.referrals.rules import LIVE
from registry.complaints.parties.transfers.rules import MOVABLE_STATES
from registry.officer_acts.inbox.branches import (
    AT,
    BY_PRIORITY,
    LONG_AGO,
    ME,
    REOPENABLE,
    REVIEWED,
    SOON,
    TODAY,
    UNIT,
    Columns,
    May,
    Source,
    by_state,
    in_my_unit,
    is_mine,
    of_my_unit,
    right,
    rows,
    unable_today,
)
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import (
    AccessKind,
    AccessState,
    CaseState,
    DecisionState,
    EventState,
    HearingState,
    Priority,
    ReferralState,
    TransferState,
    UnreadKind,
)
from registry.vocabulary.register import Language

_S, _H, _R = CaseState, HearingState, ReferralState

WORK_STATES = (_S.SUBMITTED, _S.IN_TRIAGE, _S.QUARANTINED, _S.REOPENED, _S.INVESTIGATING)
"""States in which a case waits for its assignee or, where it has none, for an officer to take it up."""
DECIDED = (_S.DECIDED_UPHELD, _S.DECIDED_PARTLY, _S.DECIDED_NOT_UPHELD)


def _works(may: May) -> bool:
    return may(Resource.CASE, Act.WRITE)


def _due() -> Any:
    return func.nullif(Case.due_at, type_coerce(NEVER, Case.due_at.type), type_=Case.due_at.type)


def case_columns(kind: Any, **more: Any) -> Columns:
    facts: dict[str, Any] = {
        "kind": kind, "reference": Case.reference, "owner": Case.assignee, "due_at": _due(), "priority": Case.priority,
        "country": Case.country, "language": Case.language, "danger_at": Case.in_danger_since,
    }  # fmt: skip
    return Columns(**(facts | more))


def _what_came() -> Any:
    """A kind for each UnreadKind: `unread` alone for a message, followed by its word for what else came."""
    is_message = or_(Case.unread_kind.is_(None), Case.unread_kind == UnreadKind.MESSAGE)
    return case((is_message, literal("unread", String)), else_=literal("unread_", String) + Case.unread_kind)


def _unread() -> Select[Any]:
    waiting = Case.has_unread.is_(True), Case.state.not_in((_S.DRAFT, _S.PURGED)), is_mine(Case.assignee)
    return rows(case_columns(_what_came())).where(in_my_unit(), *waiting)


def _unread_late() -> Select[Any]:
    """What an assignee has not read in time is the supervisor's too."""
    late = Case.has_unread.is_(True), Case.state.not_in((_S.DRAFT, _S.PURGED)), Case.due_at < AT, Case.assignee != ME
    return rows(case_columns("unread_late")).where(in_my_unit(), *late)


def _danger(*whose: ColumnElement[bool]) -> Select[Any]:
    """Somebody is in danger, and no officer has written or referred the case since. A new case has its own row."""
    kind = case((Case.state == _S.WITHDRAWN, literal("danger_withdrawn", String)), else_=literal("danger", String))
    waiting = Case.in_danger_since.is_not(None), Case.state.not_in((_S.DRAFT, _S.SUBMITTED, _S.PURGED))
    columns = case_columns(kind, since_at=Case.in_danger_since)
    return rows(columns).where(in_my_unit(), *waiting, *whose)


def _danger_of_others() -> Select[Any]:
    return _danger(~is_mine(Case.assignee))


def _own_danger() -> Select[Any]:
    return _danger(is_mine(Case.assignee))


def _state() -> Any:
    return literal("case.", String) + type_coerce(Case.state, String)


def _own_cases() -> Select[Any]:
    mine = Case.assignee == ME, Case.state.in_(WORK_STATES)
    return rows(case_columns(_state(), since_on=Case.filed_on)).where(in_my_unit(), *mine)


def _free() -> Columns:
    return case_columns(_state(), since_on=Case.filed_on, owner=None)


def _unassigned() -> Select[Any]:
    free = Case.assignee.is_(None), Case.is_open.is_(True), Case.state.in_(WORK_STATES)
    return rows(_free()).where(in_my_unit(), *free)


def _quarantined() -> Select[Any]:
    """Unassigned too, and not open: no deadline runs until somebody has looked at it."""
    return rows(_free()).where(in_my_unit(), Case.assignee.is_(None), Case.state == _S.QUARANTINED)


def _left() -> Select[Any]:
    """Cases of officers who cannot work on them today."""
    theirs = Case.assignee.in_(unable_today(Resource.CASE, Act.READ)), Case.assignee != ME
    return rows(_free()).where(in_my_unit(), *theirs, Case.state.in_(WORK_STATES))


def _write_decision() -> Select[Any]:
    drafted = select(Decision.id).where(Decision.case_id == Case.id, Decision.state == DecisionState.DRAFTED)
    waiting = Case.state == _S.DECISION_DRAFT, ~drafted.exists(), is_mine(Case.assignee)
    return rows(case_columns("case.decision_draft")).where(in_my_unit(), *waiting)


def _hearing_over() -> Select[Any]:
    open_ = select(Hearing.id).where(Hearing.case_id == Case.id, Hearing.state != _H.CLOSED)
    waiting = Case.state == _S.AGENCY_HEARING, ~open_.exists(), is_mine(Case.assignee)
    return rows(case_columns("case.agency_hearing")).where(in_my_unit(), *waiting)


def decided_on() -> Any:
    """The day on which a case was decided; null while it is not."""
    made = Decision.case_id == Case.id, Decision.state == DecisionState.MADE
    return select(func.max(Decision.decided_on, type_=Decision.decided_on.type)).where(*made).scalar_subquery()


def _decided() -> Select[Any]:
    columns = case_columns("case.decided", owner=None, since_on=decided_on())
    return rows(columns).where(in_my_unit(), Case.state.in_(DECIDED))


def _measure_stands() -> Select[Any]:
    waiting = Case.state == _S.SANCTION_PENDING, Case.measure.is_not(None)
    columns = case_columns("case.ready_to_close", owner=None, since_on=Case.measure_on)
    return rows(columns).where(in_my_unit(), *waiting)


def _held() -> Select[Any]:
    """Cases that only a legal hold still keeps, and of which no note says lately why."""
    lately = select(CaseNote.id).where(CaseNote.case_id == Case.id, CaseNote.written_on > REVIEWED)
    # In the words of the index, which is of these cases alone.
    over = text("cases.has_legal_hold"), Case.purge_on <= TODAY, Case.state != _S.PURGED
    columns = case_columns("hold", owner=None, due_at=None, since_on=Case.purge_on)
    return rows(columns).where(in_my_unit(), *over, ~lately.exists())


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


def _hearing_approved() -> Select[Any]:
    return _hearing_owned("hearing.approved", Hearing.state == _H.APPROVED, since_on=Hearing.checked_on)


def _hearing_answered() -> Select[Any]:
    answered = Hearing.state == _H.ANSWERED, Case.state.not_in(TOLD_IN)
    return _hearing_owned("hearing.answered", *answered, since_on=Hearing.answered_on)


def _hearing_lapsed() -> Select[Any]:
    lapsed = Hearing.state == _H.LAPSED, Case.state.not_in(TOLD_IN)
    return _hearing_owned("hearing.lapsed", *lapsed, since_on=Hearing.answer_by)


def _hearing_untold() -> Select[Any]:
    """An agency that was heard and was not told yet what was decided; what waits for its translation has a row of its own.

    Read from the decided cases, which are fewer than all hearings there were.
    """
    owner, day = _responsible(Hearing.drafted_by), decided_on()
    columns = case_columns("hearing.untold", about=Hearing.reference, owner=owner, since_on=day)
    decided = in_my_unit(), Case.state.in_(sorted(TOLD_IN - {_S.CLOSED})), day.is_not(None)
    is_over = Hearing.ended_because.in_(sorted(ENDED_BY_WORKER))
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
    waiting = Hearing.objected_on.is_not(None), has_open_objection(REOPENABLE)
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
    silent = or_(Referral.sent_on <= LONG_AGO, Referral.expires_on <= SOON)
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
    waiting = Transfer.party == UNIT, Transfer.state == TransferState.ASKED, Case.state.in_(sorted(MOVABLE_STATES))
    return _transfer("transfer.asked", *waiting, owner=None)


def _transfer_late() -> Select[Any]:
    """A unit that was asked to take a case has not answered in time; of danger there is no time."""
    is_late = or_(Transfer.due_at < AT, Case.priority == Priority.P0)
    return _transfer("transfer.late", of_my_unit(), Transfer.state == TransferState.ASKED, is_late, owner=None)


def _transfer_declined() -> Select[Any]:
    """Declined, and nothing was done about the case since."""
    later, day = Transfer.__table__.alias("later"), Transfer.decided_on
    anew = select(later.c.id).where(later.c.case_id == Case.id, later.c.id > Transfer.id)
    moved = select(CaseMove.id).where(CaseMove.case_id == Case.id, CaseMove.on_day > day)
    owner = _responsible(Transfer.asked_by)
    declined = Transfer.state == TransferState.DECLINED, Case.is_open.is_(True), ~anew.exists(), ~moved.exists()
    return _transfer("transfer.declined", of_my_unit(), *declined, is_mine(owner), owner=owner)


def _identity() -> Select[Any]:
    requested = Referral.identity_said_in.is_not(None), Referral.identity_by.is_(None), Referral.state.in_(sorted(LIVE))
    return _referral("identity", *requested, owner=None, since_on=Referral.proposed_on)


def _decision() -> Select[Any]:
    drafted = Decision.state == DecisionState.DRAFTED
    columns = case_columns("decision.drafted", about=Decision.reference, owner=None, since_on=Decision.drafted_on)
    query = rows(columns).join_from(Decision, Case, Case.id == Decision.case_id)
    return query.where(of_my_unit(), drafted)


def _summary_untranslated() -> Select[Any]:
    drafted = Decision.state == DecisionState.DRAFTED, Decision.translation_sealed.is_(None)
    other = and_(Case.language.is_not(None), Decision.language.is_not(None), Case.language != Decision.language)
    columns = case_columns("translation.decision", about=Decision.reference, owner=None, since_on=Decision.drafted_on)
    query = rows(columns).join_from(Decision, Case, Case.id == Decision.case_id)
    return query.where(of_my_unit(), *drafted, other)


def _untranslated() -> Select[Any]:
    """Open cases in a language that no officer of the unit reads, of which nothing is translated.

    Each such language is a range of an index; all but those that are read would be every open case.
    """
    known = union_all(*(select(literal(one, String).label("language")) for one in Language)).subquery()
    read = select(Officer.id).where(
        Officer.unit == UNIT, Officer.state == OfficerState.ACTIVE, Officer.language == known.c.language
    )
    unread = select(known.c.language).where(~read.exists())
    written = select(Translation.id).where(Translation.case_id == Case.id)
    waiting = Case.is_open.is_(True), Case.language.in_(unread), ~written.exists()
    return rows(case_columns("translation.case", owner=None, since_on=Case.filed_on)).where(in_my_unit(), *waiting)


def _letter_untranslated() -> Select[Any]:
    columns = case_columns(
        "translation.letter", about=WaitingLetter.reference, owner=None, since_on=WaitingLetter.written_on
    )
    query = rows(columns).join_from(WaitingLetter, Case, Case.id == WaitingLetter.case_id)
    return query.where(of_my_unit(), Case.state != _S.WITHDRAWN)


def _is_foreign(language: Any) -> ColumnElement[bool]:
    """Whether a text for the agency is in a language that no one there reads, though there is somebody."""
    there = select(Officer.id).where(Officer.unit == Hearing.party, Officer.state == OfficerState.ACTIVE)
    return and_(language.is_not(None), there.exists(), ~there.where(Officer.language == language).exists())


def _hearing_untranslated() -> Select[Any]:
    waiting = Hearing.state.in_(WAITING_IN), Hearing.translation_sealed.is_(None), _is_foreign(Hearing.language)
    return _hearing("translation.hearing", *waiting, owner=None, since_on=Hearing.drafted_on)


def _outcome_untranslated() -> Select[Any]:
    waiting = Hearing.outcome_sealed.is_not(None), Hearing.told_on.is_(None), Case.state.in_(TOLD_IN)
    is_over = Hearing.ended_because.in_(ENDED_BY_WORKER)
    return _hearing(
        "translation.outcome",
        *waiting,
        is_over.is_not(True),
        _is_foreign(Hearing.outcome_language),
        owner=None,
        since_on=decided_on(),
    )


def _lowering() -> Select[Any]:
    columns = case_columns("lowering", owner=None, since_on=PriorityChange.asked_on)
    query = rows(columns).join_from(PriorityChange, Case, Case.id == PriorityChange.case_id)
    return query.where(of_my_unit(), PriorityChange.decided_on.is_(None))


def _grants(kind: AccessKind) -> Select[Any]:
    requested = AccessGrant.state == AccessState.ASKED, AccessGrant.ends_at > AT
    since, until = AccessGrant.asked_at, AccessGrant.ends_at
    columns = case_columns("grant.asked", about=AccessGrant.reference, owner=None, since_at=since, due_at=until)
    query = rows(columns).join_from(AccessGrant, Case, Case.id == AccessGrant.case_id)
    return query.where(of_my_unit(), *requested, AccessGrant.kind == kind)


def _granted() -> Select[Any]:
    """An access that was granted and not used yet."""
    open_ = AccessGrant.state == AccessState.GRANTED, AccessGrant.ends_at > AT, AccessGrant.looked_at.is_(None)
    columns = case_columns(
        "grant.granted", about=AccessGrant.reference, owner=AccessGrant.asked_by,
        since_at=AccessGrant.decided_at, due_at=AccessGrant.ends_at,
    )  # fmt: skip
    query = rows(columns).join_from(AccessGrant, Case, Case.id == AccessGrant.case_id)
    return query.where(of_my_unit(), *open_, AccessGrant.asked_by == ME)


def _tasks() -> Select[Any]:
    """Tasks that are due soon, that have no day, or that a colleague gave."""
    owner = func.coalesce(CaseTask.owner, Case.assignee, CaseTask.made_by, type_=String)
    columns = case_columns("task", owner=owner, since_on=CaseTask.made_on, due_on=CaseTask.due_on, due_at=None)
    query = rows(columns).join_from(CaseTask, Case, Case.id == CaseTask.case_id)
    is_given = CaseTask.owner != CaseTask.made_by
    now_due = or_(CaseTask.due_on <= SOON, CaseTask.due_on.is_(None), is_given)
    open_ = CaseTask.done_on.is_(None), Case.state != _S.PURGED, is_mine(owner)
    return query.where(of_my_unit(), *open_, now_due)


def _events() -> Select[Any]:
    """Visits and interviews before their day, and after it until what came of them is written down.

    They are the row of all officers who take part, so one that a colleague planned is seen from the first moment.
    """
    word = case((CaseEvent.on_day < TODAY, literal("event_past.", String)), else_=literal("event.", String))
    kind = word + type_coerce(CaseEvent.kind, String)
    columns = case_columns(kind, about=CaseEvent.reference, owner=CaseEvent.owner, due_on=CaseEvent.on_day, due_at=None)
    query = rows(columns).join_from(CaseEvent, Case, Case.id == CaseEvent.case_id)
    takes_part = cast(CaseEvent.officers, String).like(literal('%"') + ME + literal('"%'))
    is_near = or_(CaseEvent.on_day <= SOON, CaseEvent.written_by != ME)
    waiting = CaseEvent.state == EventState.PLANNED, Case.state != _S.PURGED, is_near
    return query.where(of_my_unit(), *waiting, or_(is_mine(CaseEvent.owner), takes_part))


def _half_typed() -> Select[Any]:
    """Forms of paper of which a part was typed in: what was typed is dropped after a fortnight."""
    columns = Columns(
        kind="paper",
        reference=Case.reference,
        owner=PaperForm.officer,
        since_on=PaperForm.saved_on,
        country=Case.country,
    )
    half = PaperForm.unit == UNIT, PaperForm.entered_on.is_(None), Case.state == _S.DRAFT
    query = rows(columns).join_from(PaperForm, Case, Case.id == PaperForm.case_id)
    return query.where(*half, is_mine(PaperForm.officer, Resource.PAPER, Act.WRITE))


def _served() -> Select[Any]:
    """What an agency is asked: for its own people."""
    columns = Columns(
        kind="agency.served", reference=Hearing.reference, since_on=Hearing.served_on, due_on=Hearing.answer_by
    )
    waiting = Hearing.party == UNIT, Hearing.state == _H.SERVED, Hearing.answer_by >= TODAY
    return rows(columns).where(*waiting)


def _received() -> Select[Any]:
    """What was referred to a partner and waits for its word: for its own people."""
    columns = Columns(
        kind="partner.sent", reference=Referral.reference, since_on=Referral.sent_on, due_on=Referral.expires_on
    )
    waiting = Referral.party == UNIT, Referral.state == _R.SENT, Referral.expires_on >= TODAY
    return rows(columns).where(*waiting)


def _proposes(resource: Resource) -> Any:
    return right(resource, Act.PROPOSE)


CASE_SOURCES: tuple[Source, ...] = (
    Source(right(Resource.MESSAGE, Act.WRITE), _unread, BY_PRIORITY),
    Source(right(Resource.CASE, Act.HOLD), _unread_late, BY_PRIORITY),
    Source(right(Resource.CASE, Act.ASSIGN), _danger_of_others),
    Source(_works, _own_danger),
    Source(_works, _own_cases),
    Source(_works, _unassigned, by_state([state for state in WORK_STATES if state is not _S.QUARANTINED])),
    Source(_works, _quarantined, BY_PRIORITY),
    Source(_works, _left),
    Source(_proposes(Resource.DECISION), _write_decision),
    Source(_proposes(Resource.HEARING), _hearing_over),
    Source(
        lambda may: may(Resource.SANCTION, Act.PROPOSE) and may(Resource.DECISION, Act.READ),
        _decided,
        by_state(DECIDED),
    ),
    Source(right(Resource.CASE, Act.HOLD), _decided, by_state(DECIDED)),
    Source(right(Resource.CASE, Act.HOLD), _measure_stands),
    Source(right(Resource.CASE, Act.HOLD), _held),
    Source(_proposes(Resource.HEARING), _hearing_draft),
    Source(right(Resource.HEARING, Act.APPROVE), _hearing_check, not_by=Hearing.drafted_by),
    Source(_proposes(Resource.HEARING), _hearing_approved),
    Source(_proposes(Resource.HEARING), _hearing_answered),
    Source(_proposes(Resource.HEARING), _hearing_lapsed),
    Source(_proposes(Resource.HEARING), _hearing_untold),
    Source(_proposes(Resource.HEARING), _hearing_longer),
    Source(_proposes(Resource.HEARING), _objection),
    Source(_proposes(Resource.REFERRAL), _referral_proposed),
    Source(right(Resource.REFERRAL, Act.APPROVE), _referral_override, not_by=Referral.proposed_by),
    Source(_proposes(Resource.REFERRAL), _referral_to_send),
    Source(_proposes(Resource.REFERRAL), _referral_silent),
    Source(_proposes(Resource.REFERRAL), _referral_declined),
    Source(_proposes(Resource.REFERRAL), _referral_done),
    Source(right(Resource.TRANSFER, Act.APPROVE), _transfer_asked),
    Source(right(Resource.CASE, Act.HOLD), _transfer_late),
    Source(_proposes(Resource.TRANSFER), _transfer_declined),
    Source(right(Resource.IDENTITY, Act.APPROVE), _identity),
    Source(right(Resource.DECISION, Act.APPROVE), _decision, not_by=Decision.drafted_by),
    Source(right(Resource.ACCOUNT, Act.WRITE), _summary_untranslated),
    Source(right(Resource.ACCOUNT, Act.WRITE), _letter_untranslated),
    Source(right(Resource.ACCOUNT, Act.WRITE), _hearing_untranslated),
    Source(right(Resource.ACCOUNT, Act.WRITE), _outcome_untranslated),
    Source(right(Resource.ACCOUNT, Act.WRITE), _untranslated, BY_PRIORITY),
    Source(_works, _lowering, not_by=PriorityChange.asked_by),
    *(
        Source(right(RIGHT_TO[kind], Act.APPROVE), partial(_grants, kind), not_by=AccessGrant.asked_by)
        for kind in AccessKind
    ),
    Source(right(Resource.BREAK_GLASS, Act.PROPOSE), _granted),
    Source(_works, _tasks),
    Source(_works, _events),
    Source(right(Resource.PAPER, Act.WRITE), _half_typed),
    Source(right(Resource.HEARING, Act.ANSWER), _served),
    Source(right(Resource.REFERRAL, Act.ANSWER), _received),
)
