"""Reads of transfers: those of a case, those of a unit, and what a unit reads of a case before it takes it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, lock_case, record_reading
from registry.complaints.parties.models import Transfer
from registry.complaints.parties.steps import find_open
from registry.complaints.parties.transfers.actions import is_open_to_receiver
from registry.complaints.parties.transfers.rules import MOVABLE_STATES
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import NotFound
from registry.officers.models import Unit
from registry.vocabulary.cases import TransferState

MAX_LISTED = 100


class Listed(NamedTuple):
    """A transfer in the list of one of its two units. Of the case its number alone is shown: the former unit has it no more."""

    transfer: Transfer
    case: Case
    is_received: bool


class TransferView(NamedTuple):
    """A transfer with its texts, and what a unit knows of the case before it takes it: nothing of what was written."""

    transfer: Transfer
    case: Case
    reason: str
    answer: str | None


def fetch_transfers(session: Session, unit: str) -> list[Listed]:
    """What a unit was asked and has asked, what waits first, then the latest; at most MAX_LISTED."""
    is_shown = or_(
        Transfer.former == unit, Transfer.state != TransferState.ASKED, Case.state.in_(sorted(MOVABLE_STATES))
    )
    query = select(Transfer, Case).join(Case, Case.id == Transfer.case_id)
    query = query.where(or_(Transfer.former == unit, Transfer.party == unit), is_shown)
    rows = session.execute(query.order_by(Transfer.state != TransferState.ASKED, Transfer.id.desc()).limit(MAX_LISTED))
    return [Listed(transfer, case, transfer.party == unit) for transfer, case in rows]


def fetch_of_case(call: Call[Officer], sealer: Sealer, reference: str) -> Sequence[TransferView]:
    """The transfers of a case of the officer's unit, the latest first. Raises NotFound."""
    case = lock_case(call.session, call.actor, reference)
    rows = call.session.scalars(select(Transfer).where(Transfer.case_id == case.id).order_by(Transfer.id.desc()))
    return [_view(sealer, case, transfer) for transfer in rows]


def read(call: Call[Officer], sealer: Sealer, reference: str) -> TransferView:
    """A transfer, for the unit that has the case and, while it can answer, for the one that was asked. Audited for that one.

    Raises NotFound.
    """
    session, unit = call.session, call.actor.unit
    own = select(Transfer, Case).join(Case, Case.id == Transfer.case_id).join(Unit, Unit.id == Case.unit_id)
    found = session.execute(own.where(Transfer.reference == reference, Unit.reference == unit)).one_or_none()
    if found is not None:
        return _view(sealer, found.Case, found.Transfer)
    case, transfer = find_open(session, Transfer, unit, reference, call.at, is_open_to_receiver)
    view = _view(sealer, case, transfer)
    record_reading(call, case, "transfer.read")
    return view


def receiving_case(session: Session, unit: str, reference: str) -> Case:
    """The case that a unit is asked to take. Raises NotFound for another unit's, and for what is answered."""
    asked = select(Case).join(Transfer, Transfer.case_id == Case.id).where(Transfer.party == unit)
    is_open = Transfer.state == TransferState.ASKED, Case.state.in_(sorted(MOVABLE_STATES))
    case = session.execute(asked.where(Transfer.reference == reference, *is_open)).scalar_one_or_none()
    if case is None:
        raise NotFound("there is no such transfer")
    return case


def accepted_of(session: Session, case: Case) -> Sequence[Transfer]:
    """The transfers by which a case went from unit to unit, the first one first."""
    gone = Transfer.case_id == case.id, Transfer.state == TransferState.ACCEPTED
    return session.scalars(select(Transfer).where(*gone).order_by(Transfer.id)).all()


def names_of_units(session: Session, references: set[str]) -> Mapping[str, Mapping[str, str]]:
    """The names of units by reference, each by page language."""
    rows = session.execute(select(Unit.reference, Unit.names).where(Unit.reference.in_(sorted(references))))
    return {row.reference: row.names for row in rows}


def _view(sealer: Sealer, case: Case, transfer: Transfer) -> TransferView:
    answer = None if transfer.answer_sealed is None else _text(sealer, transfer, "answer_sealed")
    return TransferView(transfer, case, _text(sealer, transfer, "reason_sealed"), answer)


def _text(sealer: Sealer, transfer: Transfer, column: str) -> str:
    return sealer.open_field(getattr(transfer, column), place_of(transfer, transfer, column))
