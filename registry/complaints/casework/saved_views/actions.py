"""An officer's saved views of the queue."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.complaints.case.messages import read_text
from registry.complaints.casework.saved_views.models import SavedView
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.core.ids import new_reference
from registry.vocabulary.codes import Problem

MAX_VIEWS = 20
MAX_NAME = 60


def views_of(session: Session, officer: str) -> Sequence[SavedView]:
    """The officer's own saved views, by name."""
    return session.scalars(select(SavedView).where(SavedView.officer == officer).order_by(SavedView.name)).all()


def save_view(session: Session, officer: str, name: str, filters: Mapping[str, str], today: date) -> SavedView:
    """Keep a view; one of the same name is replaced. Raises InvalidInput."""
    name = " ".join(read_text("name", name, MAX_NAME).split())
    found = session.scalars(select(SavedView).where(SavedView.officer == officer, SavedView.name == name)).one_or_none()
    if found is None:
        count = select(func.count()).select_from(SavedView).where(SavedView.officer == officer)
        if session.execute(count).scalar_one() >= MAX_VIEWS:
            raise InvalidInput([Fault.of("name", Problem.TOO_MANY, "too_many_views", most=MAX_VIEWS)])
        found = SavedView(reference=new_reference(), officer=officer, name=name, made_on=today)
        session.add(found)
    found.filters = dict(filters)
    session.flush()
    return found


def drop_view(session: Session, officer: str, reference: str) -> None:
    """Delete a saved view. Raises NotFound for a view of another officer."""
    gone = session.execute(delete(SavedView).where(SavedView.officer == officer, SavedView.reference == reference))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound("there is no such view of yours")
