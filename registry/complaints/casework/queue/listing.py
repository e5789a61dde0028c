"""The queue: a unit's cases by priority and then by the next deadline, page by page, without any text of a complainant.

Each page is a range of one index, from a place on, so it costs the same however many cases there are. Officers keep filters of
the queue as views of their own.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from registry.complaints.case.messages import read_text
from registry.complaints.case.models import NEVER, Case
from registry.complaints.case.states import OPEN_STATES, REOPENING
from registry.complaints.casework.actions import in_unit, in_unit_of_few
from registry.complaints.casework.models import CaseAgency, CaseClock, CaseMove, SavedView
from registry.complaints.casework.queue.glances import is_with
from registry.complaints.parties.models import Hearing
from registry.complaints.triage.similarity import Shingle
from registry.core import errors, ids
from registry.vocabulary.cases import CaseState, ClockKind, LiesWith, Priority
from registry.vocabulary.codes import Problem

PAGE = 50
MIN_BEGUN, MAX_NAMED = 4, 20
"""Characters with which a number must be begun to be found by, and how many cases are named then."""

_UNSEEN = (CaseState.DRAFT, CaseState.PURGED)


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of the queue. Without a state: open cases. `assignee` is an officer's reference, "" for unassigned cases.

    `is_objected`: an agency objected to the decision and nothing followed yet, whether the case is closed or not;
    `is_unread`: the complainant wrote what the assignee has not read yet, in whatever state the case is; `agency_digest` is that
    of a registered agency (`Sealer.digest`).
    """

    state: CaseState | None = None
    priority: Priority | None = None
    country: str | None = None
    sector: str | None = None
    assignee: str | None = None
    is_late: bool = False
    is_objected: bool = False
    is_unread: bool = False
    agency_digest: str | None = None
    lies_with: LiesWith | None = None


class Place(NamedTuple):
    """A cursor: the case after which a page begins."""

    priority: Priority
    due_at: datetime
    reference: str


class Listed(NamedTuple):
    """One case of the queue; `due_at` None where no deadline runs."""

    reference: str
    state: CaseState
    priority: Priority
    country: str | None
    sector: str | None
    indicators: Sequence[str]
    filed_on: Any
    due_at: datetime | None
    assignee: str | None
    has_legal_hold: bool
    has_unread: bool
    version: int
    measure: str | None
    measure_until: date | None

    @property
    def place(self) -> Place:
        return Place(self.priority, self.due_at or NEVER, self.reference)


def list_cases(
    session: Session, unit: str, filters: Filters, at: datetime, *, after: Place | None = None, limit: int = PAGE
) -> list[Listed]:
    """A page of the queue. A place whose case is gone begins where it would stand."""
    conditions = _conditions(unit, filters, at)
    if after is not None:
        beyond = select(func.coalesce(func.max(Case.id), 0)).where(Case.reference == after.reference).scalar_subquery()
        place = (literal(after.priority, Case.priority.type), literal(after.due_at, Case.due_at.type), beyond)
        conditions.append(tuple_(Case.priority, Case.due_at, Case.id) > tuple_(*place))
    if filters.is_late:
        # Of each priority the late ones are one range of the index; across priorities they are not.
        parts = [_select_page([*conditions, Case.priority == one], limit) for one in Priority]
        together = union_all(*(select(part.subquery()) for part in parts)).subquery()
        columns = together.c
        rows = session.execute(select(together).order_by(columns.priority, columns.due_at, columns.id).limit(limit))
    else:
        rows = session.execute(_select_page(conditions, limit))
    return [_listed(row) for row in rows]


def cases_beginning(session: Session, unit: str, typed: str, limit: int = MAX_NAMED) -> list[str]:
    """The references of a unit's cases that begin as was typed, small letters, spaces and dashes as they come."""
    begun = unicodedata.normalize("NFKC", typed).upper().replace("-", "").replace(" ", "")
    if len(begun) < MIN_BEGUN or not begun.isalnum() or not begun.isascii():
        return []
    # A range, which an index has in every collation: LIKE of SQLite uses none.
    named = Case.reference.between(begun, begun + ids.ALPHABET[-1] * ids.LENGTH)
    mine = select(Case.reference).where(in_unit_of_few(unit), Case.state.not_in(_UNSEEN), named)
    return list(session.execute(mine.order_by(Case.reference).limit(limit)).scalars())


def count_cases(session: Session, unit: str, filters: Filters, at: datetime) -> int:
    """How many cases there are."""
    counted = select(func.count()).select_from(Case).where(*_conditions(unit, filters, at))
    return session.execute(counted).scalar_one()


def _conditions(unit: str, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_tenant_scope(unit, filters), Case.priority.is_not(None)]
    if filters.is_objected:
        wanted.append(has_open_objection(at.date() - REOPENING))
    if filters.state is None:
        if not filters.is_objected and not filters.is_unread:
            wanted.append(Case.is_open.is_(True))
    else:
        wanted += [Case.state == filters.state, Case.state.not_in(_UNSEEN)]
    if filters.is_unread:
        wanted += [Case.has_unread.is_(True), Case.state.not_in(_UNSEEN)]
    if filters.priority is not None:
        wanted.append(Case.priority == filters.priority)
    if filters.country is not None:
        wanted.append(Case.country == filters.country)
    if filters.sector is not None:
        wanted.append(Case.sector == filters.sector)
    if filters.assignee is not None:
        wanted.append(Case.assignee == filters.assignee if filters.assignee else Case.assignee.is_(None))
        if filters.state is not None:
            # What the state says already, in the words of the index of an officer's cases: of a whole unit's they are few.
            wanted.append(Case.is_open.is_(filters.state in OPEN_STATES))
    if filters.lies_with is not None:
        wanted += is_with(filters.lies_with)
    if filters.is_late:
        wanted.append(Case.due_at < at)
    if filters.agency_digest is not None:
        wanted.append(_is_about(filters.agency_digest))
    return wanted


def _is_about(digest: str) -> ColumnElement[bool]:
    """Cases whose first or further agency has the digest: each found by an index of its own."""
    first = select(Case.id).where(Case.agency_digest == digest)
    return Case.id.in_(union_all(first, select(CaseAgency.case_id).where(CaseAgency.digest == digest)))


def objected_among(session: Session, cases: Sequence[Listed], at: datetime) -> frozenset[str]:
    """The references of those to whose decision an agency objected, where nothing followed yet."""
    wanted = Case.reference.in_([one.reference for one in cases])
    return frozenset(
        session.execute(select(Case.reference).where(wanted, has_open_objection(at.date() - REOPENING))).scalars()
    )


def has_open_objection(reopenable_since: Any) -> ColumnElement[bool]:
    """The condition for cases with an open objection.

    An open case has a deadline for it, which the next move meets. A case closed before has none: it is listed until it
    is reopened, for as long as that is possible: since `reopenable_since`.
    """
    given = select(Hearing.case_id).where(Hearing.objected_on.is_not(None))
    clock = select(CaseClock.id).where(CaseClock.case_id == Case.id, CaseClock.kind == ClockKind.OBJECTION)
    reopened = select(CaseMove.id).where(
        CaseMove.case_id == Case.id, CaseMove.from_state == CaseState.CLOSED, CaseMove.on_day >= Hearing.objected_on
    )
    untouched = given.where(
        Hearing.case_id == Case.id,
        ~clock.where(CaseClock.met_on >= Hearing.objected_on).correlate(Case, Hearing).exists(),
        ~reopened.correlate(Case, Hearing).exists(),
    ).correlate(Case)
    is_open = and_(Case.is_open.is_(True), clock.where(CaseClock.met_on.is_(None)).correlate(Case).exists())
    is_closed = and_(Case.state == CaseState.CLOSED, Case.closed_on >= reopenable_since, untouched.exists())
    return and_(Case.id.in_(given), or_(is_open, is_closed))


_LED_TO = (LiesWith.PARTNER, LiesWith.SECOND)
"""Those of whom a table beside the cases says which they are."""


def _tenant_scope(unit: str, filters: Filters) -> ColumnElement[bool]:
    is_few = filters.agency_digest is not None or filters.is_objected or filters.lies_with in _LED_TO
    return in_unit_of_few(unit) if is_few else in_unit(unit)


_SHOWN = (
    Case.id, Case.reference, Case.state, Case.priority, Case.country, Case.sector, Case.indicators, Case.filed_on,
    Case.due_at, Case.assignee, Case.has_legal_hold, Case.has_unread,
    Case.version, Case.measure, Case.measure_until,
)  # fmt: skip


def _select_page(wanted: Sequence[ColumnElement[bool]], limit: int) -> Select[*tuple[Any, ...]]:
    return select(*_SHOWN).where(*wanted).order_by(Case.priority, Case.due_at, Case.id).limit(limit)


def _listed(row: Any) -> Listed:
    due_at = None if row.due_at == NEVER else row.due_at
    return Listed(
        row.reference, row.state, row.priority, row.country, row.sector, row.indicators, row.filed_on, due_at,
        row.assignee, row.has_legal_hold, row.has_unread, row.version, row.measure, row.measure_until,
    )  # fmt: skip


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
            raise errors.InvalidInput([errors.Fault.of("name", Problem.TOO_MANY, "too_many_views", most=MAX_VIEWS)])
        found = SavedView(reference=ids.new_reference(), officer=officer, name=name, made_on=today)
        session.add(found)
    found.filters = dict(filters)
    session.flush()
    return found


def drop_view(session: Session, officer: str, reference: str) -> None:
    """Delete a saved view. Raises NotFound for a view of another officer."""
    gone = session.execute(delete(SavedView).where(SavedView.officer == officer, SavedView.reference == reference))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise errors.NotFound("there is no such view of yours")


MAX_SHOWN = 8
_UPHELD = (CaseState.DECIDED_UPHELD, CaseState.DECIDED_PARTLY, CaseState.SANCTION_PENDING)


class OtherCase(NamedTuple):
    """`shared`: in how many of 16 bands its words meet; 0 of a case about the same agency."""

    reference: str
    state: CaseState
    priority: Priority | None
    filed_on: date
    shared: int


class Related(NamedTuple):
    """`alike` the nearest first, `about_agency` the newest first, both no more than are shown.

    `total` is how many other cases of the unit name the same agency, `upheld` how many of them stand decided for the worker.
    """

    alike: Sequence[OtherCase]
    about_agency: Sequence[OtherCase]
    total: int
    upheld: int


def related(session: Session, of: Case) -> Related:
    """Both kinds of related cases by one query. A case of another unit is in neither."""
    parts = [_alike(of)] if of.agency_digest is None else [_alike(of), _about_agency(of)]
    rows = session.execute(select(union_all(*parts).subquery())).all()
    alike = [_other(row) for row in rows if row.shared]
    about = [_other(row) for row in rows if not row.shared]
    counted = next((row for row in rows if not row.shared), None)
    return Related(
        alike=sorted(alike, key=lambda one: (-one.shared, one.reference)),
        about_agency=sorted(about, key=lambda one: (one.filed_on, one.reference), reverse=True),
        total=counted.total if counted else 0,
        upheld=counted.upheld if counted else 0,
    )


def _alike(of: Case) -> Select[Any]:
    mine, theirs = aliased(Shingle), aliased(Shingle)
    shared = func.count(func.distinct(theirs.band))
    query = (
        select(*_view(), shared.label("shared"), literal(0).label("total"), literal(0).label("upheld"))
        .join(theirs, theirs.case_id == Case.id)
        .join(mine, and_(mine.digest == theirs.digest, mine.case_id == of.id))
        .where(*_others(of))
        .group_by(Case.id)
        .order_by(shared.desc(), Case.id)
        .limit(MAX_SHOWN)
    )
    return select(query.subquery())


def _about_agency(of: Case) -> Select[Any]:
    upheld = func.sum(case((Case.state.in_(_UPHELD), 1), else_=0)).over()
    query = (
        select(*_view(), literal(0).label("shared"), func.count().over().label("total"), upheld.label("upheld"))
        .where(*_others(of), _is_about(of.agency_digest or ""))
        .order_by(Case.filed_on.desc(), Case.id.desc())
        .limit(MAX_SHOWN)
    )
    return select(query.subquery())


def _view() -> tuple[ColumnElement[Any], ...]:
    return (*(column.label(column.key) for column in (Case.reference, Case.state, Case.priority, Case.filed_on)),)


def _others(of: Case) -> tuple[ColumnElement[bool], ...]:
    return Case.unit_id == of.unit_id, Case.id != of.id, Case.state.not_in(_UNSEEN)


def _other(row: Any) -> OtherCase:
    return OtherCase(row.reference, row.state, row.priority, row.filed_on, row.shared)
