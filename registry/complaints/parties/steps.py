"""The steps that hearings, referrals and transfers share: each shows something to one party outside the case's unit, for a while.

A party is the agency that is heard, a partner organisation, or the unit that is asked to take the case; `party` of a row is the
unit through which it reads. What differs is given by the caller: the table, and what says whether the party may read a row on
a day.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case import moves, units
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.casework.models import Decision
from registry.complaints.parties.models import Hearing, Referral, Transfer
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.db.locking import find, lock
from registry.core.errors import NotFound
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole

Row = TypeVar("Row", Hearing, Referral, Transfer)
OfCase = TypeVar("OfCase", Hearing, Referral, Transfer, Decision)

IsOpen = Callable[[Session, Case, Row, date], bool]
"""Whether the party may read a row of a case on a day. The keys enforce it too; this holds before the worker has run."""


class PartyMember(NamedTuple):
    """Who acts for a party at its portal: a person, by reference, and their unit. They have no role in the case."""

    name: str
    unit: str
    role: CaseRole = CaseRole.REGISTRY


REGISTRY = PartyMember("", "")
"""Who acts where the registry ends something by a rule or a deadline."""


def lock_by_id(session: Session, table: type[OfCase], row_id: int, version: int | None = None) -> tuple[Case, OfCase]:
    """A row and its case, both locked, the case first. Raises StaleVersion.

    Who waited for the case reads what the one before made of the row.
    """
    case_id = session.execute(select(table.case_id).where(table.id == row_id)).scalar_one()
    case = moves.lock_case_by_id(session, case_id)
    row: OfCase = lock(session, table, table.id == row_id, version=version)
    return case, row


def lock_in_unit(
    session: Session, table: type[OfCase], unit: str, reference: str, version: int | None = None
) -> tuple[Case, OfCase]:
    """A row of a unit's own cases and its case, both locked. Raises NotFound, StaleVersion."""
    found = session.execute(
        select(table.id).join(Case, Case.id == table.case_id).where(in_unit(unit), table.reference == reference)
    ).scalar_one_or_none()
    if found is None:
        raise _absent(table, reference)
    return lock_by_id(session, table, found, version)


def find_case(session: Session, table: type[Row], unit: str, reference: str) -> Case:
    """The case of a row, where it is the unit's. Raises NotFound."""
    query = select(Case).join(table, table.case_id == Case.id)
    found = session.execute(query.where(in_unit(unit), table.reference == reference)).scalar_one_or_none()
    if found is None:
        raise _absent(table, reference)
    return found


def require_of_case(session: Session, table: type[Row], case: Case, reference: str) -> Row:
    """The row of this case. Raises NotFound where the case has none of that reference."""
    missing = f"there is no {_noun(table)} {reference} in this case"
    return find(session, table, table.case_id == case.id, table.reference == reference, missing=missing)


def fetch_of_case(session: Session, table: type[Row], officer: Officer, reference: str) -> list[Row]:
    """The rows of a case of the officer's unit, the latest first. Raises NotFound."""
    case = lock_case(session, officer, reference)
    rows = session.execute(select(table).where(table.case_id == case.id).order_by(table.id.desc()))
    return list(rows.scalars())


def fetch_open(
    session: Session, table: type[Row], unit: str, at: datetime, is_open: IsOpen[Row]
) -> list[tuple[Row, Mapping[str, str]]]:
    """What a party can read, the latest first, each with the names of the unit that works on the case; the day is that unit's."""
    rows = session.execute(
        select(table, Case, Unit)
        .join(Case, Case.id == table.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .where(table.party == unit)
        .order_by(table.id.desc())
    )
    return [(row, own.names) for row, case, own in rows if is_open(session, case, row, day_at(at, own.time_zone))]


def find_open(
    session: Session, table: type[Row], unit: str, reference: str, at: datetime, is_open: IsOpen[Row]
) -> tuple[Case, Row]:
    """A row that a party may read on the day that it is for the case's unit, its case locked.

    Raises NotFound, alike for an unknown row, for another party's and for one that is closed to it.
    """
    absent = f"there is no such {_noun(table)}"
    found = session.execute(
        select(table.id, table.case_id).where(table.party == unit, table.reference == reference)
    ).one_or_none()
    if found is None:
        raise NotFound(absent)
    case = moves.lock_case_by_id(session, found.case_id)
    row: Row = session.get_one(table, found.id, populate_existing=True)
    if not is_open(session, case, row, units.day_of_case(session, case, at)):
        raise NotFound(absent)
    return case, row


def lock_open(call: Call[PartyMember], table: type[Row], reference: str, is_open: IsOpen[Row]) -> tuple[Case, Row]:
    """As `find_open`, for the party's own act: the row is locked too. Raises StaleVersion as well."""
    _, row = find_open(call.session, table, call.actor.unit, reference, call.at, is_open)
    return lock_by_id(call.session, table, row.id, call.version)


def open_box(session: Session, sealer: Sealer, unit: str, row: Hearing | Referral) -> OpenContainer:
    """The row's own box, opened with the key of the case's unit or, while it is open to it, of the party's."""
    return sealer.open_as_unit(session, session.get_one(EncryptedContainer, row.box_id), unit)


def record_change(
    call: Call[Officer | PartyMember], case: Case, row: Hearing | Referral | Transfer, what: str, detail: str = ""
) -> None:
    """Raise the version of a locked row and record what was done to it. `detail` holds closed words alone."""
    row.version += 1
    call.session.flush()
    today = units.day_of_case(call.session, case, call.at)
    moves.changed(call.session, case, what, today, role=call.actor.role, actor=call.actor.name, detail=detail)


def end_by_case(sessions: sessionmaker[Session], cases: Collection[int], end: Callable[[Session, Case], int]) -> int:
    """End what is over in cases, one case a transaction. Gives how many."""
    count = 0
    for case_id in sorted(cases):
        with sessions.begin() as session:
            count += end(session, moves.lock_case_by_id(session, case_id))
    return count


def _absent(table: type[Any], reference: str) -> NotFound:
    return NotFound(f"there is no {_noun(table)} {reference} in this unit")


def _noun(table: type[Any]) -> str:
    return str(table.__name__).lower()
