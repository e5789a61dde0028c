"""Where a hearing may go: the table is all there is, and no way leads past consent or the second person."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.parties.hearings.rules import FEW, HEARD_IN, HELD, MOVES, By, HearingFacts, why_over
from registry.vocabulary.cases import CaseState, HearingState

TODAY = date(2026, 3, 2)
facts = st.builds(
    HearingFacts,
    today=st.just(TODAY),
    case_state=st.sampled_from(CaseState),
    is_consented=st.booleans(),
    drafted_by=st.sampled_from(["A", "B"]),
    actor=st.sampled_from(["A", "B"]),
    could_complain=st.sampled_from([None, 0, FEW - 1, FEW, 100]),
    has_reason=st.booleans(),
    has_reader=st.booleans(),
    answer_by=st.sampled_from([None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=9)]),
)


def test_a_way_stands_in_the_table_once():
    ends = [(move.source, move.target) for move in MOVES]
    assert len(ends) == len(set(ends))


def test_an_agency_reads_nothing_before_it_is_served_and_nothing_after_it_is_closed():
    assert {move.source for move in MOVES if move.target is HearingState.SERVED} == {"approved"}
    assert {move.source for move in MOVES if move.target is HearingState.APPROVED} == {"reprisal_check"}
    assert {"served", "answered", "lapsed"} == HELD
    assert not [move for move in MOVES if move.source is HearingState.CLOSED]


def test_an_agency_moves_nothing_but_its_answer():
    assert [(move.source, move.target) for move in MOVES if By.AGENCY in move.by] == [("served", "answered")]


@given(facts)
def test_nothing_is_approved_by_who_wrote_it_or_without_a_word_where_few_could_complain(facts):
    move = MOVES.find(HearingState.REPRISAL_CHECK, HearingState.APPROVED, By.CHECKER)
    is_few = facts.could_complain is None or facts.could_complain < FEW
    assert (MOVES.lacking(move.guard, facts) is None) == (
        facts.actor != facts.drafted_by
        and facts.is_consented
        and facts.case_state in HEARD_IN
        and (facts.has_reason or not is_few)
    )


@given(facts)
def test_nothing_is_served_without_consent_or_without_a_recipient(facts):
    move = MOVES.find(HearingState.APPROVED, HearingState.SERVED, By.OFFICER)
    assert (MOVES.lacking(move.guard, facts) is None) == (
        facts.is_consented and facts.has_reader and facts.case_state in HEARD_IN
    )


@given(facts)
def test_in_time_and_late_are_never_both(facts):
    answered = MOVES.find(HearingState.SERVED, HearingState.ANSWERED, By.AGENCY)
    lapsed = MOVES.find(HearingState.SERVED, HearingState.LAPSED, By.REGISTRY)
    assert (MOVES.lacking(answered.guard, facts) is None) != (MOVES.lacking(lapsed.guard, facts) is None)


@given(facts)
def test_a_hearing_goes_on_only_with_consent_and_an_open_case(facts):
    if why_over(facts) is None:
        assert facts.is_consented
        assert facts.case_state not in ("withdrawn", "closed", "purged", "merged", "quarantined", "draft")
