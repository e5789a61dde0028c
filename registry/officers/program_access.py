"""What programs open in an officer's name without a sign-in: API tokens and the calendar's secret address end together."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.officers import calendars, tokens
from registry.officers.models import Officer


def end(session: Session, officer: Officer, at: datetime) -> int:
    """End every token and the calendar's address of an officer. Gives how many tokens ended."""
    calendars.forget(session, officer)
    return tokens.revoke_all(session, officer, at)
