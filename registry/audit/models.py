"""The audit trail: who did what about which case, in a hash chain that shows when a line was changed or removed.

It holds days and no hours: from the times of two officers' acts a complainant's could be inferred.

A body is the RFC 8785 form of one object of texts, with the index as a number:

    {"act": ..., "actor": ..., "detail": ..., "index": n, "on": "2026-11-25", "subject": <pseudonym>, "v": 1}

    hash of line n = SHA-256(hash of line n - 1 | body of line n), and 32 zeros before the first
"""

import hashlib
from datetime import date

import rfc8785
from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Base, Text

VERSION = 1
BEFORE_THE_FIRST = bytes(32)


class AuditEntry(Base):
    """One line. `body` holds the exact bytes that are hashed, the columns repeat them for reading. Triggers forbid change.

    `subject` is a pseudonym (AuditSubject). `hash` is SHA-256 of the hash before, 32 bytes, and the body.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_actor_index", "actor", "index"),
        Index("ix_audit_entries_on_day", "on_day"),
    )
    index: Mapped[int] = mapped_column(LARGE, primary_key=True, autoincrement=False)
    on_day: Mapped[date]
    actor: Mapped[str] = mapped_column(Text(200))
    act: Mapped[str] = mapped_column(Text(60))
    subject: Mapped[str] = mapped_column(Text(16), index=True)
    detail: Mapped[str] = mapped_column(Text(400))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """One row (id 1), locked while a line is appended: how many lines there are, and the hash of the last."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(LARGE)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditSubject(Base):
    """What a pseudonym stands for. A purge empties `subject`; the lines remain, but no longer name a subject.

    `unit` is set where the matter belongs to one unit alone, so that its auditor finds the lines of a purged case too,
    and no other unit's auditor does.
    """

    __tablename__ = "audit_subjects"
    pseudonym: Mapped[str] = mapped_column(Text(16), primary_key=True)
    subject: Mapped[str | None] = mapped_column(Text(60), unique=True)
    unit: Mapped[str | None] = mapped_column(Text(40))


def body_of(*, index: int, on: date, actor: str, act: str, subject: str, detail: str) -> bytes:
    return rfc8785.dumps(
        {
            "act": act,
            "actor": actor,
            "detail": detail,
            "index": index,
            "on": on.isoformat(),
            "subject": subject,
            "v": VERSION,
        }
    )


def hash_of(before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(before + body).digest()
