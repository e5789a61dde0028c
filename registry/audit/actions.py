"""Appends lines to the audit trail, in the transaction of the act itself: neither is committed without the other.

The chain's head stays locked until the transaction ends, so that lines have no gap. So call `record` last, and lock
other rows before it.
"""

import secrets
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.audit.chain import body_of, hash_of
from registry.audit.models import AuditEntry, AuditHead, AuditSubject


def record(
    session: Session, act: str, subject: str, *, on: date, actor: str, detail: str = "", unit: str | None = None
) -> AuditEntry:
    """Append one line: `actor` (a name or a role) did `act` (like `case.read`) about `subject` (a reference).

    `detail` holds closed words or numbers, never free text. `unit` says whose matter the subject is from now on.
    ValueError beyond 400 characters, 200 in a name.
    """
    if len(detail) > 400 or len(actor) > 200 or len(act) > 60 or len(subject) > 60:
        raise ValueError("a line of the audit is too long")
    pseudonym = _pseudonym(session, subject, unit)
    head = lock_audit_chain(session)
    body = body_of(index=head.size, on=on, actor=actor, act=act, subject=pseudonym, detail=detail)
    entry = AuditEntry(
        index=head.size,
        on_day=on,
        actor=actor,
        act=act,
        subject=pseudonym,
        detail=detail,
        body=body,
        hash=hash_of(head.hash, body),
    )
    session.add(entry)
    head.size, head.hash = head.size + 1, entry.hash
    session.flush()
    return entry


def forget_subject(session: Session, subject: str) -> bool:
    """Delete the link from a reference to its lines, in a purge. The lines remain. Says whether there were any."""
    emptied = update(AuditSubject).where(AuditSubject.subject == subject).values(subject=None)
    return bool(session.execute(emptied).rowcount)  # type: ignore[attr-defined]


def lock_audit_chain(session: Session) -> AuditHead:
    """The chain's head, locked until the transaction ends (SQLite locks with BEGIN IMMEDIATE)."""
    return session.execute(select(AuditHead).with_for_update().execution_options(populate_existing=True)).scalar_one()


def _pseudonym(session: Session, subject: str, unit: str | None) -> str:
    known = select(AuditSubject).where(AuditSubject.subject == subject)
    found = session.execute(known).scalar_one_or_none()
    if found is None:
        # Two that meet a subject for the first time: the second waits here for the head, and finds the first one's name.
        lock_audit_chain(session)
        found = session.execute(known).scalar_one_or_none()
    if found is None:
        found = AuditSubject(pseudonym=secrets.token_hex(8), subject=subject, unit=unit)
        session.add(found)
        session.flush()
    elif unit is not None and found.unit != unit:
        found.unit = unit
        session.flush()
    return found.pseudonym
