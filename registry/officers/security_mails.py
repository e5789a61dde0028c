"""Tells officers by mail what was changed about how they sign in, so that they hear of what they did not do themselves.

Unlike a notice (notices.py), such a mail says what happened, is sent whatever the officer chose, and also while the
account waits for its officer to join. It is queued in the transaction of the change; the worker sends it. The mailed
part of a join code is made on sending and stands in no table. A worker that crashes before the mail is noted as sent
sends it once more, with another part in place of the first.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry.officers import join_codes
from registry.officers.models import Officer, OfficerState, SecurityEvent, SecurityMail
from registry.vocabulary.register import Language

TAKEN_FOR = timedelta(minutes=2)

WITH_CODE = frozenset({SecurityEvent.INVITED, SecurityEvent.RESET})
"""Events whose mail brings the part of the join code that no approver sees."""

Wording = Callable[[Language, SecurityEvent, str], tuple[str, str]]
"""Subject and text of a mail in a language, with the mailed part of a join code where there is one."""
Tell = Callable[[str, str, str], bool]
"""Sends a mail: address, subject, text. False when it was not sent, so that it is tried again."""


def queue(session: Session, officer: Officer, event: SecurityEvent, at: datetime) -> None:
    """Queue a mail to an officer. Call it before the act is recorded in the audit trail, as `notices.notify`."""
    session.add(SecurityMail(officer_id=officer.id, event=event, made_at=at))
    session.flush()


def queue_named(session: Session, reference: str, event: SecurityEvent, at: datetime) -> None:
    """Queue a mail by the officer's reference. Does nothing for others, such as the command line."""
    officer = session.scalars(select(Officer).where(Officer.reference == reference)).one_or_none()
    if officer is not None:
        queue(session, officer, event, at)


def send_due(sessions: sessionmaker[Session], wording: Wording, tell: Tell, at: datetime) -> int:
    """Send every mail that waits. What is not sent is tried again in some minutes. Gives the mails sent."""
    sent = 0
    with sessions() as session:
        waiting = session.scalars(select(SecurityMail.id).where(_is_free(at)).order_by(SecurityMail.id)).all()
    for mail_id in waiting:
        with sessions.begin() as session:
            mail = _take(session, mail_id, at)
        if mail is None:
            continue
        address, language, event, code = mail
        if tell(address, *wording(language, event, code)):
            sent += 1
            with sessions.begin() as session:
                session.delete(session.get_one(SecurityMail, mail_id))
    return sent


def _take(session: Session, mail_id: int, at: datetime) -> tuple[str, Language, SecurityEvent, str] | None:
    """Reserve a mail, so that no other worker sends it; None where there is nothing to send any more."""
    query = select(SecurityMail).where(SecurityMail.id == mail_id, _is_free(at)).with_for_update()
    mail = session.scalars(query).one_or_none()
    if mail is None:
        return None
    officer = session.get_one(Officer, mail.officer_id)
    code = join_codes.new_mailed_part(session, officer, at) if mail.event in WITH_CODE else ""
    if officer.state is OfficerState.CLOSED or code is None:
        session.delete(mail)
        return None
    mail.taken_until = at + TAKEN_FOR
    return officer.email, Language(officer.language), mail.event, code


def _is_free(at: datetime) -> ColumnElement[bool]:
    return or_(SecurityMail.taken_until.is_(None), SecurityMail.taken_until <= at)
