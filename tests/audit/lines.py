"""Reads the audit trail of one subject, which the server only ever reads for a case or a unit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry, AuditSubject


def lines_about(session: Session, subject: str) -> list[AuditEntry]:
    """The lines about a subject, oldest first; none once it was purged."""
    about = select(AuditEntry).join(AuditSubject, AuditSubject.pseudonym == AuditEntry.subject)
    return list(session.scalars(about.where(AuditSubject.subject == subject).order_by(AuditEntry.index)))
