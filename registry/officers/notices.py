"""Notifies officers by mail that there is something for them, never what: a mail names no person, number, case or kind.

`notify` writes into the transaction of the event, so that neither is committed without the other; the worker sends
after the commit. It first reserves what is due for a few minutes, so that of several workers one sends. If it crashes
before the notices are deleted, the mail is sent once more, which is better than never.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import reading_session
from registry.core.db.errors import do_for_each
from registry.officers import absence, days, rights
from registry.officers.models import Mailing, Notice, NoticeChoice, NoticeKind, Officer, OfficerState, Unit
from registry.officers.sessions import roles_on
from registry.vocabulary.register import Language

DIGEST_AT = time(6)
"""In UTC: before offices open in Europe, and in the afternoon in China."""
PAUSE = timedelta(minutes=10)
"""Minimum time between two mails to one officer, who will look after the first anyway; of danger there is none."""
TAKEN_FOR = timedelta(minutes=5)

Tell = Callable[[str, str, str], bool]
"""Sends a mail, or a message by push: address, subject, text. False when it was not sent, so that it is tried again."""


class Words(StrEnum):
    """What a mail says, by how its reader wants to be told."""

    AT_ONCE = "at_once"
    DAILY = "daily"


Wording = Callable[[Language, Words], tuple[str, str]]
"""Subject and text of a mail in a language."""


def notify(session: Session, officer: Officer, kind: NoticeKind, at: datetime, *, is_danger: bool = False) -> None:
    """Queue a notice for an officer and, while that officer is away, for the deputies.

    Writes nothing for an officer who wants no mail or has no active account. `is_danger`: somebody is in danger (P0), so it waits
    neither for a pause nor for the morning, and comes also to those who want no mail.
    Call it before the act is recorded in the audit trail, whose head stays locked until the transaction ends.
    """
    for one in (officer, *absence.deputies(session, officer, days.day_in(session, officer.unit, at))):
        wants = is_danger or choice_of(session, one) is not NoticeChoice.NONE
        if one.state is OfficerState.ACTIVE and wants:
            session.add(Notice(officer_id=one.id, kind=kind, made_at=at, is_danger=is_danger))
    session.flush()


def notify_named(session: Session, reference: str, kind: NoticeKind, at: datetime, *, is_danger: bool = False) -> None:
    """Queue a notice like `notify`, by the officer's reference. Does nothing for others, such as the command line."""
    officer = session.scalars(select(Officer).where(Officer.reference == reference)).one_or_none()
    if officer is not None:
        notify(session, officer, kind, at, is_danger=is_danger)


def notify_unit(
    session: Session,
    unit: str,
    resource: rights.Resource,
    act: rights.Act,
    kind: NoticeKind,
    at: datetime,
    *,
    but: Collection[str] = (),
    is_danger: bool = False,
) -> None:
    """Queue a notice for each active officer of a unit who has a right today, except the references in `but`."""
    roles, today = rights.RIGHTS[resource, act], days.day_in(session, unit, at)
    active = select(Officer).where(Officer.unit == unit, Officer.state == OfficerState.ACTIVE)
    for officer in session.scalars(active).all():
        if officer.reference not in but and roles & roles_on(session, officer, today):
            notify(session, officer, kind, at, is_danger=is_danger)


def notify_authority(
    session: Session,
    authority: str,
    resource: rights.Resource,
    act: rights.Act,
    kind: NoticeKind,
    at: datetime,
    *,
    but: Collection[str] = (),
    is_danger: bool = False,
) -> None:
    """Like `notify_unit`, for officers of all units of an authority: its licences and sanctions."""
    for unit in session.scalars(select(Unit.reference).where(Unit.authority == authority).order_by(Unit.id)).all():
        notify_unit(session, unit, resource, act, kind, at, but=but, is_danger=is_danger)


def choice_of(session: Session, officer: Officer) -> NoticeChoice:
    stored = session.get(Mailing, officer.id)
    return NoticeChoice.AT_ONCE if stored is None else stored.choice


def choose(session: Session, officer: Officer, choice: NoticeChoice) -> None:
    """How the officer wants to be told from now on. Who wants no mail is not told of what waits, either."""
    _mailing(session, officer.id).choice = choice
    if choice is NoticeChoice.NONE:
        session.execute(delete(Notice).where(Notice.officer_id == officer.id, Notice.is_danger.is_(False)))
    session.flush()


def is_due(
    choice: NoticeChoice, made_at: datetime, told_at: datetime | None, at: datetime, *, is_danger: bool = False
) -> bool:
    """Whether the oldest notice of an officer is told now. `is_danger`: one of them is about danger."""
    match choice:
        case _ if is_danger:
            return True
        case NoticeChoice.NONE:
            return False
        case NoticeChoice.AT_ONCE:
            return told_at is None or at - told_at >= PAUSE
        case NoticeChoice.DAILY:
            latest = datetime.combine(at.date(), DIGEST_AT, at.tzinfo)
            return made_at < (latest if latest <= at else latest - timedelta(days=1))


def push_of(session: Session, officer: Officer) -> str | None:
    stored = session.get(Mailing, officer.id)
    return None if stored is None else stored.push


def choose_push(session: Session, officer: Officer, push: str | None) -> None:
    """Where the officer is told from now on: `ntfy:` and a topic, `matrix:` and a room, None for mail."""
    _mailing(session, officer.id).push = push
    session.flush()


def send_due_notices(
    sessions: sessionmaker[Session], wording: Wording, tell: Tell, at: datetime, ways: Collection[str] = ()
) -> int:
    """Tell each officer once of all that is due, of danger first. Gives the messages sent.

    `tell` is given an address of mail or, where its way is among `ways`, what `choose_push` stored. An officer for whom it
    raises keeps no other from being told: SomeFailed is raised at the end.
    """
    sent = 0

    def send(officer_id: int) -> None:
        nonlocal sent
        with sessions.begin() as session:
            taken = _take(session, officer_id, at, ways)
        if taken is None:
            return
        if tell(taken.address, *wording(taken.language, taken.words)):
            sent += 1
            with sessions.begin() as session:
                session.execute(delete(Notice).where(Notice.id.in_(taken.notices)))
                _mailing(session, officer_id).told_at = at
        elif taken.is_danger:
            # It goes with the next round, and not only when it is free again.
            with sessions.begin() as session:
                session.execute(update(Notice).where(Notice.id.in_(taken.notices)).values(taken_until=None))

    with reading_session(sessions) as session:
        waiting = select(Notice.officer_id).where(_is_free(at)).group_by(Notice.officer_id)
        in_order = waiting.order_by(func.max(case((Notice.is_danger, 1), else_=0)).desc(), Notice.officer_id)
        officers = session.scalars(in_order).all()
    do_for_each(officers, send, "telling an officer")
    return sent


class _Taken(NamedTuple):
    """The notices of an officer that are reserved for this worker, and how they are told."""

    address: str
    language: Language
    words: Words
    notices: Sequence[int]
    is_danger: bool


def _take(session: Session, officer_id: int, at: datetime, ways: Collection[str]) -> _Taken | None:
    """Reserve the notices due for an officer, so that no other worker sends them; None where there are none."""
    officer = session.get_one(Officer, officer_id)
    if officer.state is not OfficerState.ACTIVE:
        session.execute(delete(Notice).where(Notice.officer_id == officer_id))
        return None
    mailing = session.get(Mailing, officer_id)
    choice = NoticeChoice.AT_ONCE if mailing is None else mailing.choice
    free = session.execute(
        select(Notice.made_at, Notice.is_danger)
        .where(Notice.officer_id == officer_id, _is_free(at))
        .order_by(Notice.made_at)
    ).all()
    is_danger = any(one.is_danger for one in free)
    told_at = None if mailing is None else mailing.told_at
    if not free or not is_due(choice, free[0].made_at, told_at, at, is_danger=is_danger):
        return None
    taken = session.scalars(
        update(Notice)
        .where(Notice.officer_id == officer_id, _is_free(at))
        .values(taken_until=at + TAKEN_FOR)
        .returning(Notice.id)
    ).all()
    # Where the operator has taken a way away, what waits goes by mail.
    push = None if mailing is None or (mailing.push or "").partition(":")[0] not in ways else mailing.push
    words = Words.DAILY if choice is NoticeChoice.DAILY and not is_danger else Words.AT_ONCE
    return _Taken(push or officer.email, Language(officer.language), words, taken, is_danger) if taken else None


def _is_free(at: datetime) -> ColumnElement[bool]:
    return or_(Notice.taken_until.is_(None), Notice.taken_until <= at)


def _mailing(session: Session, officer_id: int) -> Mailing:
    stored = session.get(Mailing, officer_id)
    if stored is None:
        stored = Mailing(officer_id=officer_id, choice=NoticeChoice.AT_ONCE)
        session.add(stored)
    return stored
