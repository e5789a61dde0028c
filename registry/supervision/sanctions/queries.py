"""Reads of sanctions for officers of one authority, with the chain from complaint to log entry."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import in_unit
from registry.complaints.casework.decisions.queries import Behind, behind
from registry.core.db.locking import find
from registry.register.agencies import record
from registry.register.agencies.models import Agency, Licence
from registry.register.agencies.queries import public_record
from registry.supervision.sanctions.models import Sanction, SanctionMove, WorkersInPlace
from registry.supervision.sanctions.moves import facts, workers_of
from registry.supervision.sanctions.rules import MOVES, WAITING, By
from registry.vocabulary.supervision import SanctionState

MAX_OVER = 100
"""Of sanctions that are over, the latest so many are listed."""


class Listed(NamedTuple):
    """A sanction in a list. `waits`: a second person has to approve it, or an end that was requested."""

    sanction: Sanction
    agency: record.Agency | None
    waits: bool


class SanctionView(NamedTuple):
    """A sanction with its moves. `ways`: where it may be moved now, by whom: None, or the code of what is lacking."""

    sanction: Sanction
    agency: record.Agency | None
    licence: record.Licence | None
    workers: WorkersInPlace | None
    moves: Sequence[SanctionMove]
    ways: Mapping[tuple[SanctionState, By], str | None]


def sanctions_of(session: Session, authority: str, today: date) -> list[Listed]:
    """An authority's sanctions: first what waits for a second person, then what is prepared, in force, and over."""
    mine = select(Sanction).where(Sanction.authority == authority)
    running = (*WAITING, SanctionState.IN_FORCE, SanctionState.STAYED_BY_APPEAL)
    open_ = session.execute(mine.where(Sanction.state.in_(running)).order_by(Sanction.id)).scalars().all()
    over = mine.where(Sanction.state.not_in(running)).order_by(Sanction.id.desc()).limit(MAX_OVER)
    rows = [
        *sorted(open_, key=lambda one: (not waits(one), one.state not in WAITING)),
        *session.execute(over).scalars(),
    ]
    agencies = {one: public_record(session, one, today) for one in {row.agency for row in rows}}
    return [Listed(row, agencies[row.agency], waits(row)) for row in rows]


def waits(sanction: Sanction) -> bool:
    return sanction.state is SanctionState.LEGAL_REVIEW or sanction.ending_to is not None


def moves_of(session: Session, sanction: Sanction) -> list[SanctionMove]:
    """The moves of a sanction, the latest last."""
    moves = select(SanctionMove).where(SanctionMove.sanction_id == sanction.id).order_by(SanctionMove.id)
    return list(session.execute(moves).scalars())


def sanction_view(session: Session, sanction: Sanction, actor: str, today: date) -> SanctionView:
    """One sanction as an officer reads it. The caller has checked the scope."""
    agency = public_record(session, sanction.agency, today)
    licences = agency.licences if agency is not None else ()
    # What a form will bring along, a reason, is asked for there.
    now = facts(session, sanction, today, actor=actor, has_ground=True)
    return SanctionView(
        sanction,
        agency,
        next((one for one in licences if one.licence_id == sanction.licence), None),
        workers_of(session, sanction),
        moves_of(session, sanction),
        {
            (move.target, by): MOVES.lacking(move.guard, now)
            for move in MOVES
            if move.source is sanction.state
            for by in move.by - {By.REGISTRY}
        },
    )


def sanction_named(session: Session, authority: str, reference: str) -> Sanction:
    """A sanction of an authority, to be read. Raises NotFound for any other's."""
    mine = (Sanction.reference == reference, Sanction.authority == authority)
    return find(session, Sanction, *mine, missing=f"there is no sanction {reference} of this authority")


def chain(session: Session, sanction: Sanction, unit: str) -> Behind | None:
    """Decision and cases behind a sanction, for an officer of the unit whose cases they are; None for any other."""
    found = None if sanction.decision is None else behind(session, sanction.decision)
    if found is None:
        return None
    ids = [case.id for case in found.cases]
    own = session.execute(select(Case).where(in_unit(unit), Case.id.in_(ids)).order_by(Case.id)).scalars().all()
    return found._replace(cases=own) if own else None


def resting_on(session: Session, decision: str) -> list[Sanction]:
    """The sanctions that rest on a decision, the first one first."""
    return list(session.execute(select(Sanction).where(Sanction.decision == decision).order_by(Sanction.id)).scalars())


def licences_of(
    session: Session, authority: str, agency: str | None, licence: str | None, today: date
) -> list[record.Licence]:
    """The licences on which a sanction can be proposed: the agency's of this authority, or the one that is named."""
    if agency is None and licence is not None:
        owner = select(Agency.reference).join(Licence, Licence.agency_id == Agency.id)
        agency = session.execute(owner.where(Licence.reference == licence)).scalar_one_or_none()
    found = None if agency is None else public_record(session, agency, today)
    licences = () if found is None else found.licences
    return [one for one in licences if one.authority == authority and licence in (None, one.licence_id)]
