"""What a ledger comes to, and by when it is topped up."""

from datetime import date
from decimal import Decimal

import pytest

from registry.supervision.licensing.deposit_rules import Movement, read_amount, required_of, standing
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.register import LicenceKind
from registry.vocabulary.supervision import DepositLineKind

WEDNESDAY = date(2026, 11, 25)
REQUIRED = Decimal("3000000.00")
K = DepositLineKind


def moved(
    reference: str, kind: DepositLineKind, amount: str, on: date = WEDNESDAY, reverses: str | None = None
) -> Movement:
    use = DepositUse.UNPAID_REMUNERATION if kind is K.DRAWN else None
    return Movement(reference, kind, Decimal(amount), on, use, reverses)


PAID = moved("A", K.PAID_IN, "3000000.00", date(2026, 1, 1))
DRAWN = moved("B", K.DRAWN, "120000.50")


def test_a_draw_leaves_a_shortfall_to_be_made_good_in_twenty_working_days() -> None:
    found = standing([PAID, DRAWN], REQUIRED)
    assert (found.balance, found.shortfall) == (Decimal("2879999.50"), Decimal("120000.50"))
    # Four weeks, for a Saturday or Sunday is never counted.
    assert found.top_up_by == date(2026, 12, 23)


def test_the_first_draw_starts_the_clock_and_topping_up_in_full_stops_it() -> None:
    second = moved("C", K.DRAWN, "5.00", date(2026, 12, 1))
    partly = moved("D", K.TOPPED_UP, "120000.50", date(2026, 12, 2))
    rest = moved("E", K.TOPPED_UP, "5.00", date(2026, 12, 3))
    assert standing([PAID, DRAWN, second], REQUIRED).top_up_by == date(2026, 12, 23)
    assert standing([PAID, DRAWN, second, partly], REQUIRED).top_up_by == date(2026, 12, 23)
    assert standing([PAID, DRAWN, second, partly, rest], REQUIRED).top_up_by is None


def test_a_reversed_line_never_was() -> None:
    found = standing([PAID, DRAWN, moved("C", K.REVERSED, "120000.50", reverses="B")], REQUIRED)
    assert (found.balance, found.shortfall, found.top_up_by) == (REQUIRED, 0, None)
    assert standing([PAID, moved("C", K.REVERSED, "3000000.00", reverses="A")], None).balance == 0


def test_where_no_requirement_is_known_nothing_is_missing() -> None:
    assert required_of([LicenceKind.DE_AUEG]) is None
    assert required_of([LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION]) == (REQUIRED, "CNY")
    found = standing([PAID, DRAWN], None)
    assert (found.shortfall, found.top_up_by) == (0, None)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("3,000,000", "3000000.00"), ("３００．５", "300.50"), (" 12.5 ", "12.50"), ("0", None), ("-5", None),
        ("1e9", None), ("12.345", None), ("3,00", None), ("", None), ("NaN", None), ("9" * 14, None),
    ],
)  # fmt: skip
def test_amounts_are_read_or_refused(typed: str, amount: str | None) -> None:
    assert read_amount(typed) == (None if amount is None else Decimal(amount))
