"""Related cases of the unit, shown beside a case: nearly the same text, or about the same agency."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from registry.complaints.case.models import Case
from registry.complaints.triage.similarity import Shingle
from registry.vocabulary.cases import CaseState, Priority

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
        .where(*_others(of), Case.agency_digest == of.agency_digest)
        .order_by(Case.filed_on.desc(), Case.id.desc())
        .limit(MAX_SHOWN)
    )
    return select(query.subquery())


def _view() -> tuple[ColumnElement[Any], ...]:
    return (*(column.label(column.key) for column in (Case.reference, Case.state, Case.priority, Case.filed_on)),)


def _others(of: Case) -> tuple[ColumnElement[bool], ...]:
    unseen = (CaseState.DRAFT, CaseState.PURGED)
    return Case.unit_id == of.unit_id, Case.id != of.id, Case.state.not_in(unseen)


def _other(row: Any) -> OtherCase:
    return OtherCase(row.reference, row.state, row.priority, row.filed_on, row.shared)
