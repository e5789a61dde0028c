"""What a worker is owed: exact sums, what was paid deducted, and no figure taken that can be read in two ways."""

from decimal import Decimal

import pytest

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.claims import ClaimDraft, add_line, claims_of, remove_line
from registry.core.calls import Call
from registry.core.errors import InvalidInput, NotFound
from registry.vocabulary.cases import CaseRole, ClaimKind, ClaimUnit
from tests.complaints.filing import AT, ORDINARY, file, make_units

ANNA = Officer("ANNA22222222", CaseRole.INVESTIGATOR, "it-labour")
WAGES = ClaimDraft(ClaimKind.WAGES, ClaimUnit.HOUR, "160", "7,50", "EUR", "Contract of 3 March, clause 4")


@pytest.fixture
def case(session, sealer):
    make_units(session, sealer)
    return file(session, sealer, ORDINARY).case


def add(session, sealer, case, draft):
    return add_line(Call(session, ANNA, AT), sealer, case.reference, draft)


def test_lines_are_multiplied_to_the_cent_and_what_was_paid_is_deducted(session, sealer, case):
    add(session, sealer, case, WAGES)
    add(session, sealer, case, WAGES._replace(kind=ClaimKind.OVERTIME, quantity="33.33", rate="9.99"))
    add(session, sealer, case, WAGES._replace(kind=ClaimKind.PAID, unit=ClaimUnit.ONCE, quantity="１", rate="400"))
    fee = add(session, sealer, case, WAGES._replace(kind=ClaimKind.FEE, quantity="1", rate="30000", currency="cny"))
    assert "clause" not in fee.sealed
    claims = claims_of(session, sealer, ANNA, case)
    assert [line.formula for _, line in claims.lines] == [
        "160 × 7.50 EUR = 1200.00 EUR", "33.33 × 9.99 EUR = 332.97 EUR", "-1 × 400.00 EUR = -400.00 EUR",
        "1 × 30000.00 CNY = 30000.00 CNY",
    ]  # fmt: skip
    assert claims.totals == {"EUR": Decimal("1132.97"), "CNY": Decimal("30000.00")}
    remove_line(Call(session, ANNA, AT), case.reference, fee.reference)
    assert set(claims_of(session, sealer, ANNA, case).totals) == {"EUR"}
    with pytest.raises(NotFound):
        remove_line(Call(session, ANNA, AT), case.reference, fee.reference)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"quantity": "-8"}, {"quantity"}),
        ({"quantity": "0"}, {"quantity"}),
        ({"quantity": "1.125"}, {"quantity"}),
        ({"rate": "1.000,50"}, {"rate"}),
        ({"rate": "a lot"}, {"rate"}),
        ({"quantity": "9" * 10_000}, {"quantity"}),
        ({"currency": "XXX"}, {"currency"}),
        ({"basis": " "}, {"basis"}),
        ({"basis": "x" * 10_000}, {"basis"}),
        ({"from_day": AT.date(), "to_day": AT.date().replace(day=1)}, {"to_day"}),
        ({"quantity": "", "rate": "", "currency": "", "basis": ""}, {"quantity", "rate", "currency", "basis"}),
    ],
)
def test_a_figure_that_is_none_or_two_is_refused(session, sealer, case, changes, wrong):
    with pytest.raises(InvalidInput) as refused:
        add(session, sealer, case, WAGES._replace(**changes))
    assert {fault.parameter for fault in refused.value.faults} == wrong
    assert claims_of(session, sealer, ANNA, case).lines == ()
