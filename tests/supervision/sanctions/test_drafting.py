"""A proposed sanction is written anew by its proposer alone; money and points stand in fields of their own."""

import pytest

from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import IllegalMove, InvalidInput, NotFound, StaleVersion
from registry.supervision.sanctions import actions
from registry.supervision.sanctions.moves import SanctionOfficial
from registry.supervision.sanctions.rules import flaws_of_extent
from registry.vocabulary.register import SanctionKind
from registry.vocabulary.supervision import SanctionState
from tests.calling import call_by
from tests.supervision.sanctions import making

K = SanctionKind


@pytest.mark.parametrize(
    ("kind", "amount", "currency", "points", "fields"),
    [
        (K.FINE, "1", "EUR", None, []),
        (K.FINE, "", "", None, []),
        (K.FINE, "x", "EUR", None, ["amount"]),
        (K.FINE, "1", "", None, ["currency"]),
        (K.FINE, "1", "EURO", 3, ["currency", "points"]),
        (K.FINE, "", "EUR", None, ["amount"]),
        (K.DEPOSIT_FORFEITURE, "1", "CNY", None, []),
        (K.SUSPENSION, "1", "EUR", None, ["amount"]),
        (K.POINTS, "", "", 5, []),
        (K.POINTS, "", "", 1001, ["points"]),
        (K.SUSPENSION, "", "", 5, ["points"]),
    ],
)
def test_money_is_a_fines_and_points_are_of_points(kind, amount, currency, points, fields):
    found = flaws_of_extent(kind, has_amount=bool(amount), is_amount=amount == "1", currency=currency, points=points)
    assert [field for field, _ in found] == fields


def test_a_proposal_is_written_anew_by_its_proposer_until_it_is_handed_in(session, sealer: Sealer, licensed):
    sanction = making.proposed(session, sealer, licensed, SanctionKind.FINE)
    who = SanctionOfficial(sanction.proposed_by, making.DANA.role, sanction.unit, sanction.authority)
    terms = actions.Terms(
        SanctionKind.FINE, "Act 1, section 2", sanction.effective_from, amount="1,200.5", currency="eur"
    )

    def edit(by=who, **more):
        return actions.edit(call_by(session, by, version), sealer, sanction.reference, terms._replace(**more))

    version = sanction.version
    edit()
    assert (sanction.amount, sanction.currency, sanction.legal_ground) == ("1200.50", "EUR", "Act 1, section 2")
    with pytest.raises(StaleVersion):
        edit()
    version = sanction.version
    with pytest.raises(InvalidInput, match="points"):
        edit(points=4)
    with pytest.raises(IllegalMove, match="only the officer who proposed it"):
        edit(who._replace(name="S. Somebody"))
    with pytest.raises(NotFound):
        edit(who._replace(authority="another"))
    actions.hand_to_review(call_by(session, who), sanction.reference)
    assert sanction.state is SanctionState.LEGAL_REVIEW
    version = sanction.version
    with pytest.raises(IllegalMove, match="given back first"):
        edit()
