"""Agencies as the console's pages name them."""

from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies.queries import public_record


def agency_name(session: Session, agency: str) -> str:
    """The agency as the public reads it, or its reference where its entry is gone."""
    known = public_record(session, agency, now().date())
    return known.names[0].name if known is not None and known.names else agency
