"""What a worker is owed: wages, overtime and fees that an officer counts line by line, less what was paid.

Each line is a quantity times a rate, and says what it rests on: a clause of the contract, a pay slip, the worker's statement. The
registry knows no legal rates of overtime with a source, so it adds none: overtime is paid as the contract, or the law that the
officer cites, says.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import access, messages
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, lock_case, record_act
from registry.complaints.casework.models import ClaimLine
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.locking import find
from registry.core.errors import Fault, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.officers.days import today_of
from registry.vocabulary import cases, codes, fees

MAX_BASIS = 500
MAX_LINES = 200
CENT = Decimal("0.01")

_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")


class ClaimDraft(NamedTuple):
    """A line as an officer states it. `quantity` and `rate` as typed: digits with at most two places, more than zero."""

    kind: cases.ClaimKind
    unit: cases.ClaimUnit
    quantity: str
    rate: str
    currency: str
    basis: str
    from_day: date | None = None
    to_day: date | None = None


class ClaimDetails(msgspec.Struct, frozen=True):
    """What is sealed of a line."""

    kind: cases.ClaimKind
    unit: cases.ClaimUnit
    quantity: Decimal
    rate: Decimal
    currency: str
    basis: str
    from_day: date | None
    to_day: date | None

    @property
    def amount(self) -> Decimal:
        """Quantity times rate, to the cent; what was paid is less than zero."""
        product = (self.quantity * self.rate).quantize(CENT, ROUND_HALF_UP)
        return -product if self.kind is cases.ClaimKind.PAID else product

    @property
    def formula(self) -> str:
        """The calculation in figures: `160 × 7.50 EUR = 1200.00 EUR`; of what was paid `-1 × 400.00 EUR = -400.00 EUR`."""
        quantity = -self.quantity if self.kind is cases.ClaimKind.PAID else self.quantity
        return (
            f"{quantity.normalize():f} × {self.rate.quantize(CENT):f} {self.currency} = {self.amount} {self.currency}"
        )


@dataclass(frozen=True, slots=True)
class ShownClaims:
    """The lines of a case in the order in which they were written, and what is owed in each currency."""

    lines: Sequence[tuple[ClaimLine, ClaimDetails]]

    @property
    def totals(self) -> dict[str, Decimal]:
        owed = dict[str, Decimal]()
        for _, line in self.lines:
            owed[line.currency] = owed.get(line.currency, Decimal(0)) + line.amount
        return owed


def add_line(call: Call[Officer], sealer: Sealer, reference: str, draft: ClaimDraft) -> ClaimLine:
    """Add a line. Raises NotFound, NotNow, StaleVersion, InvalidInput."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    if session.execute(select(func.count()).where(ClaimLine.case_id == case.id)).scalar_one() >= MAX_LINES:
        raise NotNow("there are too many lines: remove some first", "case.claims_full")
    details = _details(draft)
    line = ClaimLine(reference=new_reference(), case_id=case.id, written_by=officer.name, written_on=today_of(call))
    box = access.open_case_box(session, sealer, officer.unit, case)
    line.sealed = box.seal(msgspec.json.encode(details).decode(), place_of(case, line))
    session.add(line)
    record_act(call, case, "claim.added", details.kind)
    session.flush()
    return line


def remove_line(call: Call[Officer], reference: str, line: str) -> None:
    """Remove a line: it is a calculation, and is done anew where it was wrong. Raises NotFound, StaleVersion."""
    case = lock_case(call.session, call.actor, reference, call.version)
    its = ClaimLine.case_id == case.id, ClaimLine.reference == line
    call.session.delete(find(call.session, ClaimLine, *its, missing="there is no such line in this case"))
    record_act(call, case, "claim.removed")
    call.session.flush()


def claims_of(session: Session, sealer: Sealer, officer: Officer, case: Case) -> ShownClaims:
    """What is owed by a case. The caller audits."""
    rows = session.scalars(select(ClaimLine).where(ClaimLine.case_id == case.id).order_by(ClaimLine.id)).all()
    if not rows:
        return ShownClaims(())
    box = access.open_case_box(session, sealer, officer.unit, case)
    opened = [msgspec.json.decode(box.open(row.sealed, place_of(case, row)), type=ClaimDetails) for row in rows]
    return ShownClaims(list(zip(rows, opened, strict=True)))


def _details(draft: ClaimDraft) -> ClaimDetails:
    """Raises InvalidInput with every fault."""
    faults: list[Fault] = []

    def number(field: str, typed: str) -> Decimal:
        text = "".join(unicodedata.normalize("NFKC", typed).split())
        found = Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else Decimal(0)
        if not found:
            faults.append(Fault.of(field, codes.Problem.INVALID_VALUE, "number_above_zero"))
        return found

    quantity, rate = number("quantity", draft.quantity), number("rate", draft.rate)
    currency = draft.currency.strip().upper()
    if currency not in fees.CURRENCIES:
        faults.append(Fault.of("currency", codes.Problem.INVALID_VALUE, "choose_one"))
    if draft.from_day is not None and draft.to_day is not None and draft.to_day < draft.from_day:
        faults.append(Fault.of("to_day", codes.Problem.INVALID_VALUE, "not_before_first"))
    basis = ""
    try:
        basis = messages.read_text("basis", draft.basis, MAX_BASIS)
    except InvalidInput as refused:
        faults.extend(refused.faults)
    if faults:
        raise InvalidInput(faults)
    return ClaimDetails(draft.kind, draft.unit, quantity, rate, currency, basis, draft.from_day, draft.to_day)
