"""Appends lines to the audit trail, in the transaction of the act itself: neither is committed without the other.

The chain's head stays locked until the transaction ends, so that lines have no gap. So call `record` last, and lock
other rows before it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, SessionTransaction

from registry.audit.models import AuditEntry, AuditHead, AuditSubject, body_of, hash_of
from registry.core.db.locking import locking_select

_LOCKED = "audit_locked"
_HEAD = locking_select(AuditHead)
_SUBJECT = select(AuditSubject).where(AuditSubject.subject == bindparam("subject"))


@dataclass(frozen=True, slots=True)
class _Locked:
    """What a session notes for the transaction that has the head: it reads neither the head nor a subject twice."""

    transaction: SessionTransaction | None
    head: AuditHead
    subjects: dict[str, AuditSubject] = field(default_factory=dict)


def record(
    session: Session, act: str, subject: str, *, on: date, actor: str, detail: str = "", unit: str | None = None
) -> AuditEntry:
    """Append one line: `actor` (a name or a role) did `act` (like `case.read`) about `subject` (a reference).

    `detail` holds closed words or numbers, never free text. `unit` says whose matter the subject is from now on.
    ValueError beyond 400 characters, 200 in a name.
    """
    if len(detail) > 400 or len(actor) > 200 or len(act) > 60 or len(subject) > 60:
        raise ValueError("a line of the audit is too long")
    locked = _lock(session)
    head, pseudonym = locked.head, _pseudonym(session, locked, subject, unit)
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
    return entry


def forget_subject(session: Session, subject: str) -> bool:
    """Delete the link from a reference to its lines, in a purge. The lines remain. Says whether there were any."""
    emptied = update(AuditSubject).where(AuditSubject.subject == subject).values(subject=None)
    return bool(session.execute(emptied).rowcount)  # type: ignore[attr-defined]


def _lock(session: Session) -> _Locked:
    locked: _Locked | None = session.info.get(_LOCKED)
    if locked is None or locked.transaction is not session.get_transaction():
        # What is pending of the head would be lost by reading it anew.
        session.flush()
        head = session.execute(_HEAD).scalar_one()
        locked = _Locked(session.get_transaction(), head)
        # A savepoint may be undone, and the lock that was taken in it.
        if not session.in_nested_transaction():
            session.info[_LOCKED] = locked
    return locked


def _pseudonym(session: Session, locked: _Locked, subject: str, unit: str | None) -> str:
    """What stands for a subject. Asked under the lock: of two that meet a subject for the first time one gives it a name."""
    found = locked.subjects.get(subject)
    if found is None or found.subject != subject:
        # It may have been named by a line that is still pending.
        session.flush()
        found = session.execute(_SUBJECT, {"subject": subject}).scalar_one_or_none()
    if found is None:
        found = AuditSubject(pseudonym=secrets.token_hex(8), subject=subject, unit=unit)
        session.add(found)
    elif unit is not None:
        found.unit = unit
    if not session.in_nested_transaction():
        locked.subjects[subject] = found
    return found.pseudonym
