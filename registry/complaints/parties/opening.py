"""What a party outside the unit may open: a row of its own, for as long as it is open to it."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.referrals.models import Referral
from registry.core.errors import NotFound

Row = TypeVar("Row", Hearing, Referral)


def open_to_party(
    session: Session,
    table: type[Row],
    is_theirs: ColumnElement[bool],
    reference: str,
    is_open: Callable[[Case, Row], bool],
    absent: str,
) -> tuple[Case, Row]:
    """A row that a party may read today, with its case locked. The keys enforce it too; this needs none.

    Raises NotFound in the words `absent`, alike for an unknown row, for another party's and for one that is closed to it.
    """
    found = session.execute(
        select(table.id, table.case_id).where(is_theirs, table.reference == reference)
    ).one_or_none()
    if found is None:
        raise NotFound(absent)
    case = lock_case_by_id(session, found.case_id)
    row: Row = session.get_one(table, found.id, populate_existing=True)
    if not is_open(case, row):
        raise NotFound(absent)
    return case, row
