"""The result of a ledger: the balance, what is missing, and by when. Pure.

Decree 620 of the State Council: at least RMB 3 million (article 9); what was drawn is topped up within 20 working days
(article 10). Working days are Monday to Friday: public holidays in China and days worked in exchange for them are not
known here.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from registry.core.working_days import working_days_after
from registry.vocabulary import fees, register
from registry.vocabulary.supervision import DepositLineKind

TOP_UP_WITHIN = 20
"""Working days."""

REQUIRED: Mapping[register.LicenceKind, tuple[Decimal, str]] = {
    register.LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION: (Decimal("3000000.00"), "CNY")
}
"""The deposit that a licence of a kind requires; for all other kinds no requirement is known."""

MAX_REQUIRED = max(amount for amount, _ in REQUIRED.values())
"""Who has as much lacks nothing."""

FORMS = ("cash", "bank_guarantee")

SECOND = frozenset({DepositLineKind.DRAWN, DepositLineKind.REVERSED})
"""Lines that take money away, or say that a line was wrong: a second person approves them."""

_AMOUNT = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?")


class Movement(NamedTuple):
    """A line that counts. `reverses` is the reference of the line that it takes back."""

    reference: str
    kind: DepositLineKind
    amount: Decimal
    happened_on: date
    use: fees.DepositUse | None = None
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class DepositBalance:
    """The result of a ledger. `required`: None where no requirement is known; `top_up_by`: None where none is due."""

    balance: Decimal
    required: Decimal | None
    top_up_by: date | None

    @property
    def shortfall(self) -> Decimal:
        return max(Decimal(0), (self.required or Decimal(0)) - self.balance)


def read_amount(text: str) -> Decimal | None:
    """The amount in `3,000,000` or `1200.50`, at most two decimal places, above zero; None for any other text."""
    tidy = "".join(unicodedata.normalize("NFKC", text).split())
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?", tidy):
        tidy = tidy.replace(",", "")
    if _AMOUNT.fullmatch(tidy) is None:
        return None
    amount = Decimal(tidy).quantize(Decimal("0.01"))
    return amount if amount > 0 else None


def required_of(kinds: Collection[register.LicenceKind]) -> tuple[Decimal, str] | None:
    """The largest requirement of the licences that an agency holds."""
    return max((REQUIRED[kind] for kind in kinds if kind in REQUIRED), default=None)


def standing(movements: Sequence[Movement], required: Decimal | None) -> DepositBalance:
    """The result of movements, given in the order of their days.

    The first draw that leaves less than is required starts the time to top up; reaching it again stops it.
    """
    signs = _signs(movements)
    balance, top_up_by = Decimal(0), None
    for one in sorted(movements, key=lambda movement: movement.happened_on):
        balance += signs[one.reference] * one.amount
        if required is None or balance >= required:
            top_up_by = None
        elif top_up_by is None and one.kind is DepositLineKind.DRAWN and not _is_reversed(one, movements):
            top_up_by = working_days_after(one.happened_on, TOP_UP_WITHIN)
    return DepositBalance(balance, required, top_up_by)


def _signs(movements: Sequence[Movement]) -> dict[str, int]:
    signs = {one.reference: -1 if one.kind is DepositLineKind.DRAWN else 1 for one in movements}
    for one in movements:
        if one.reverses is not None:
            signs[one.reference] = -signs[one.reverses]
    return signs


def _is_reversed(one: Movement, movements: Sequence[Movement]) -> bool:
    return any(other.reverses == one.reference for other in movements)
