"""Where a referral may go: the table is all there is, and what it promises holds for every partner and priority."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.parties.referrals.rules import HELD, MOVES, By, Guard, ReferralFacts, consent_for
from registry.vocabulary.cases import ConsentKind, PartnerKind, Priority, ReferralBasis, ReferralState

TODAY = date(2026, 3, 2)
facts = st.builds(
    ReferralFacts,
    today=st.just(TODAY),
    kind=st.sampled_from(PartnerKind),
    country=st.sampled_from(["IT", "CZ", "CN"]),
    expires_on=st.sampled_from([TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=30)]),
    is_consented=st.booleans(),
    is_readable=st.booleans(),
    priority=st.sampled_from([None, *Priority]),
    basis=st.sampled_from([None, *ReferralBasis]),
    proposed_by=st.sampled_from(["A", "B"]),
    actor=st.sampled_from(["A", "B"]),
    has_reason=st.booleans(),
)


def test_no_partner_of_immigration_exists():
    assert set(PartnerKind) == {"labour_inspectorate", "ngo", "union", "police", "prosecutor"}


def test_a_way_stands_in_the_table_once():
    ends = [(move.source, move.target) for move in MOVES]
    assert len(ends) == len(set(ends))


def test_a_partner_reads_nothing_before_it_was_sent_and_nothing_after_it_was_taken_back():
    assert {move.source for move in MOVES if move.target is ReferralState.SENT} == {"consented", "overridden"}
    assert {"sent", "accepted", "done"} == HELD
    assert not [move for move in MOVES if move.source in (ReferralState.REVOKED, ReferralState.DECLINED)]


@given(facts)
def test_an_override_needs_p0_two_persons_and_a_law_and_never_reaches_china(facts: ReferralFacts):
    move = MOVES.find(ReferralState.PROPOSED, ReferralState.OVERRIDDEN, By.SUPERVISOR)
    assert move is not None
    assert (MOVES.lacking(move.guard, facts) is None) == (
        facts.priority is Priority.P0
        and facts.actor != facts.proposed_by
        and facts.has_reason
        and facts.country != "CN"
    )


@given(facts)
def test_without_a_valid_consent_or_override_the_partner_reads_nothing(facts: ReferralFacts):
    if MOVES.lacking(Guard.BASIS_STANDS, facts) is None:
        assert facts.is_consented or (facts.basis is ReferralBasis.OVERRIDE and facts.country != "CN")
        assert facts.is_readable
        assert facts.expires_on >= TODAY


@given(facts)
def test_what_was_overridden_goes_only_while_somebody_is_in_danger(facts: ReferralFacts):
    move = MOVES.find(ReferralState.OVERRIDDEN, ReferralState.SENT, By.OFFICER)
    assert move is not None
    if facts.basis is ReferralBasis.OVERRIDE and MOVES.lacking(move.guard, facts) is None:
        assert facts.priority is Priority.P0


@pytest.mark.parametrize("by", [By.OFFICER, By.PARTNER, By.REGISTRY])
def test_only_a_supervisor_overrides(by: By):
    assert MOVES.find(ReferralState.PROPOSED, ReferralState.OVERRIDDEN, by) is None


def test_each_kind_of_partner_has_its_own_line_of_consent_and_china_one_of_its_own():
    assert {kind: consent_for(kind, "IT") for kind in PartnerKind} == {
        PartnerKind.LABOUR_INSPECTORATE: ConsentKind.LABOUR_INSPECTORATE,
        PartnerKind.NGO: ConsentKind.NGO,
        PartnerKind.UNION: ConsentKind.UNION,
        PartnerKind.POLICE: ConsentKind.POLICE,
        PartnerKind.PROSECUTOR: None,
    }
    assert {consent_for(kind, "CN") for kind in PartnerKind} == {ConsentKind.AUTHORITY_IN_CHINA}


def test_a_partner_moves_nothing_but_its_answer():
    assert {(move.source, move.target) for move in MOVES if By.PARTNER in move.by} == {
        ("sent", "accepted"), ("sent", "declined"), ("accepted", "done"),
    }  # fmt: skip
    assert Guard.HAS_REASON in {move.guard for move in MOVES if move.target is ReferralState.DECLINED}
