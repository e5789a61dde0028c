"""Moves of a hearing between its states: by its table, with the agency's key made or destroyed, and an audit line."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case, same_person
from registry.complaints.case.units import day_of_case
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import Officer
from registry.complaints.parties.hearings import rules
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import REGISTRY, PartyMember, end_by_case, lock_by_id, record_change
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core import clock, errors, moves
from registry.core.calls import Call
from registry.officers import models as officers
from registry.vocabulary.cases import CaseState, ConsentKind, HearingEnd, HearingState


def facts(session: Session, case: Case, hearing: Hearing | None, today: date, actor: str = "") -> rules.HearingFacts:
    """The facts that the rules look at. Without a hearing: whether one may be drafted."""
    return rules.HearingFacts(
        today=today,
        case_state=case.state,
        is_consented=is_consented(session, case, ConsentKind.AGENCY),
        drafted_by=same_person(hearing.drafted_by) if hearing else "",
        actor=same_person(actor),
        has_reader=hearing is not None and has_reader(session, hearing.party),
        is_readable=hearing is None or not lacks_translation(session, hearing),
        translated_by=same_person(hearing.translated_by) if hearing and hearing.translated_by else "",
        answer_by=hearing.answer_by if hearing else None,
    )


def has_reader(session: Session, unit: str) -> bool:
    """Whether an agency has a user who can sign in and read what it is served."""
    active = select(officers.Officer.id).where(*_is_active_in(unit))
    return session.execute(active.limit(1)).first() is not None


def languages_read(session: Session, unit: str) -> Sequence[str]:
    """The languages of an agency's people, that of most of them first."""
    query = select(officers.Officer.language).where(*_is_active_in(unit))
    return [language for language, _ in Counter(sorted(session.scalars(query))).most_common()]


def is_foreign(session: Session, unit: str, language: str | None) -> bool:
    """Whether no one at an agency reads a text in this language; False where no one said which it is."""
    read = languages_read(session, unit) if language else []
    return bool(read) and language not in read


def lacks_translation(session: Session, hearing: Hearing) -> bool:
    return hearing.translation_sealed is None and is_foreign(session, hearing.party, hearing.language)


def advance_hearing(
    call: Call[Officer | PartyMember],
    case: Case,
    hearing: Hearing,
    target: HearingState,
    by: rules.By,
    known: rules.HearingFacts | None = None,
) -> None:
    """Move a locked hearing of a locked case. `known` are its facts where the caller knows more than the rows tell.

    Raises IllegalMove when the table, or what must hold, does not let it.
    """

    def look(_: object) -> rules.HearingFacts:
        return known or facts(call.session, case, hearing, day_of_case(call.session, case, call.at), call.actor.name)

    moves.advance(rules.MOVES, hearing, target, by, look)
    record_change(call, case, hearing, f"hearing.{target}", by)


def end(
    call: Call[Officer | PartyMember],
    sealer: Sealer,
    case: Case,
    hearing: Hearing,
    because: HearingEnd,
    by: rules.By = rules.By.REGISTRY,
) -> None:
    """Close a hearing and delete the agency's key. A case that only waited for it is investigated again."""
    was_served = hearing.state is HearingState.SERVED
    if hearing.told_on is None or because in rules.ENDED_BY_WORKER:
        box = call.session.get_one(EncryptedContainer, hearing.box_id)
        sealed_copies.take_back(call.session, sealer, box, hearing.party)
    hearing.ended_on, hearing.ended_because = day_of_case(call.session, case, call.at), because
    advance_hearing(call, case, hearing, HearingState.CLOSED, by)
    if was_served and case.state is CaseState.AGENCY_HEARING:
        role, actor = call.actor.role, call.actor.name
        advance_case(call.session, case, CaseState.INVESTIGATING, role, call.at, actor=actor)


def end_what_is_over(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """Close the hearings of a locked case whose consent or complaint is over, told ones too. Gives how many."""
    count = close_notified_outcomes(session, sealer, case, at)
    hearing = session.execute(
        select(Hearing).where(Hearing.case_id == case.id, Hearing.state != HearingState.CLOSED).with_for_update()
    ).scalar_one_or_none()
    if hearing is None:
        return count
    because = rules.why_over(facts(session, case, hearing, day_of_case(session, case, at)))
    if because is None:
        return count
    end(Call(session, REGISTRY, at), sealer, case, hearing, because)
    return count + 1


def close_notified_outcomes(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """Revoke the agency's keys to decisions of a locked case that it may no longer read. Gives how many."""
    given = select(Hearing).where(
        Hearing.case_id == case.id, Hearing.state == HearingState.CLOSED, Hearing.told_on.is_not(None)
    )
    count, today = 0, day_of_case(session, case, at)
    for hearing in session.execute(given.order_by(Hearing.id).with_for_update()).scalars().all():
        box = session.get_one(EncryptedContainer, hearing.box_id)
        if is_outcome_readable(session, case, hearing, today) or not sealed_copies.is_readable_by(
            session, box, hearing.party
        ):
            continue
        sealed_copies.take_back(session, sealer, box, hearing.party)
        because = rules.why_over(facts(session, case, hearing, today))
        if because in rules.ENDED_BY_WORKER:
            # A later consent of the worker does not bring back what has no key any more.
            hearing.ended_because = because
        record_change(Call(session, REGISTRY, at), case, hearing, "hearing.outcome_closed", rules.By.REGISTRY)
        count += 1
    return count


def end_due(sessions: sessionmaker[Session], sealer: Sealer, at: datetime) -> int:
    """Let due hearings lapse or end, as the worker does; gives how many.

    Past their deadline, without consent, or with the case; and outcomes likewise. Access needs no such run: the portal
    checks the same rules.
    """
    # Wherever the unit sits, that day is over: the portal takes no answer from the end of the unit's own.
    is_late = (Hearing.state == HearingState.SERVED, Hearing.answer_by < clock.day_at(at, None))
    with sessions() as session:
        with_case = select(Hearing, Case).join(Case, Case.id == Hearing.case_id)
        rows = session.execute(with_case.where(Hearing.state != HearingState.CLOSED)).all()
        days = {case.id: day_of_case(session, case, at) for _, case in rows}
        over = [
            case.id
            for hearing, case in rows
            if rules.why_over(facts(session, case, hearing, days[case.id])) is not None
        ]
        with_key = (WrappedKey.box_id == Hearing.box_id) & (WrappedKey.holder == Hearing.party)
        given = session.execute(
            with_case.join(WrappedKey, with_key).where(
                Hearing.state == HearingState.CLOSED, Hearing.told_on.is_not(None)
            )
        ).all()
        past = [
            case.id
            for hearing, case in given
            if not is_outcome_readable(session, case, hearing, day_of_case(session, case, at))
        ]
        late = session.execute(select(Hearing.id).where(*is_late).order_by(Hearing.case_id)).scalars().all()
    count = end_by_case(sessions, {*over, *past}, lambda session, case: end_what_is_over(session, sealer, case, at))
    for hearing_id in late:
        with sessions.begin() as session:
            case, hearing = lock_by_id(session, Hearing, hearing_id)
            # It may have been answered or closed since it was looked for.
            if hearing.state is HearingState.SERVED:
                advance_hearing(Call(session, REGISTRY, at), case, hearing, HearingState.LAPSED, rules.By.REGISTRY)
                count += 1
    return count


def is_open_to_agency(session: Session, case: Case, hearing: Hearing, today: date) -> bool:
    """Whether the agency may read a hearing today. Its key says so too; this holds before the worker has run."""
    if is_outcome_readable(session, case, hearing, today):
        return True
    return hearing.state in rules.HELD and rules.why_over(facts(session, case, hearing, today)) is None


def is_outcome_readable(session: Session, case: Case, hearing: Hearing, today: date) -> bool:
    """Whether the agency may read what was decided: while the worker consents to its being told, and for a while."""
    if hearing.told_on is None:
        return False
    consented = is_consented(session, case, ConsentKind.AGENCY)
    return rules.is_outcome_open(
        hearing.told_on, hearing.object_until, today,
        is_consented=consented, state=case.state, ended_because=hearing.ended_because,
    )  # fmt: skip


def may_object(hearing: Hearing, today: date) -> bool:
    is_in_time = hearing.object_until is not None and today <= hearing.object_until
    return is_in_time and hearing.objected_on is None


def require_answerable(hearing: Hearing, today: date) -> None:
    """Raise IllegalMove where the hearing can no longer be answered."""
    if hearing.state is not HearingState.SERVED:
        raise errors.IllegalMove(
            f"a hearing that is {hearing.state} is not answered any more", "hearing.not_answered", state=hearing.state
        )
    if is_late(hearing, today):
        raise rules.MOVES.refused(HearingState.ANSWERED, "too_late")


def is_late(hearing: Hearing, today: date) -> bool:
    return hearing.answer_by is None or hearing.answer_by < today


def _is_active_in(unit: str) -> tuple[ColumnElement[bool], ...]:
    return officers.Officer.unit == unit, officers.Officer.state == officers.OfficerState.ACTIVE
