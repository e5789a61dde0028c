"""Where a case may go. The table is all there is, and each test here is a promise to the person who complained."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.complaints.case.states import (
    ENDING_STATES,
    MOVES,
    OPEN_STATES,
    REGRET,
    REOPENING,
    CaseFacts,
    Clock,
    Guard,
    Move,
    Reads,
    reads,
)
from registry.i18n.languages import text
from registry.vocabulary.cases import CaseRole, CaseState, HearingState, Priority
from registry.vocabulary.register import Language

TODAY = date(2026, 3, 2)


def holds(guard: Guard, facts: CaseFacts) -> bool:
    return MOVES.lacking(guard, facts) is None


def moves_from(source: CaseState) -> list[Move]:
    return [move for move in MOVES if move.source is source]


def reachable(source: CaseState) -> set[CaseState]:
    found, new = set(), {source}
    while new:
        found |= new
        new = {move.target for state in new for move in moves_from(state)} - found
    return found


def test_a_way_stands_in_the_table_once():
    ends = [(move.source, move.target) for move in MOVES]
    assert len(ends) == len(set(ends))


def test_every_state_is_reached_from_a_draft_and_ends_in_destruction():
    assert reachable(CaseState.DRAFT) == set(CaseState)
    assert all(CaseState.PURGED in reachable(state) for state in CaseState)


def test_nothing_leaves_a_purged_case_and_nothing_goes_back_to_a_draft():
    assert moves_from(CaseState.PURGED) == []
    assert [move for move in MOVES if move.target is CaseState.DRAFT] == []


def test_a_quarantined_complaint_reads_as_received():
    assert reads(CaseState.QUARANTINED) is reads(CaseState.SUBMITTED) is Reads.RECEIVED


def test_what_is_read_follows_from_the_state_alone():
    read = defaultdict(set)
    for move in MOVES:
        read[move.target].add(move.reads)
    assert all(words == {reads(state)} for state, words in read.items())


def test_only_the_complainant_files_withdraws_and_takes_a_withdrawal_back():
    own = [
        move
        for move in MOVES
        if move.target is CaseState.WITHDRAWN or CaseState.WITHDRAWN is move.source is not move.target
        if move.target is not CaseState.PURGED
    ]
    own.append(MOVES.find(CaseState.DRAFT, CaseState.SUBMITTED, CaseRole.COMPLAINANT))
    assert all(move.by == {CaseRole.COMPLAINANT} for move in own)


def test_a_complaint_may_be_withdrawn_until_it_is_decided():
    decided_or_ended = {
        CaseState.DRAFT, CaseState.DECIDED_UPHELD, CaseState.DECIDED_PARTLY, CaseState.DECIDED_NOT_UPHELD,
        CaseState.SANCTION_PENDING, CaseState.CLOSED, CaseState.OUT_OF_SCOPE, CaseState.WITHDRAWN, CaseState.PURGED,
    }  # fmt: skip
    withdrawable = {move.source for move in MOVES if move.target is CaseState.WITHDRAWN}
    assert withdrawable == set(CaseState) - decided_or_ended


@pytest.mark.parametrize("priority", [Priority.P0, Priority.P1, Priority.P2])
def test_urgent_cases_are_never_quarantined_as_mass_filing(priority):
    assert not holds(Guard.NOT_URGENT, CaseFacts(today=TODAY, priority=priority, has_unit=True))
    assert all(move.guard is Guard.NOT_URGENT for move in MOVES if move.target is CaseState.QUARANTINED)


@pytest.mark.parametrize(
    ("hearing", "is_heard", "may_be_decided"),
    [
        (None, False, True), ("drafted", False, True), ("approved", False, True),
        ("served", True, False), ("answered", True, True), ("lapsed", True, True),
    ],
)  # fmt: skip
def test_a_case_is_heard_once_a_hearing_is_served_and_decided_once_that_is_over(hearing, is_heard, may_be_decided):
    facts = CaseFacts(today=TODAY, hearing=None if hearing is None else HearingState(hearing))
    assert holds(Guard.HEARING_IS_SERVED, facts) is is_heard
    assert holds(Guard.HEARING_IS_OVER, facts) is may_be_decided
    guards = {
        (move.target, move.guard)
        for move in MOVES
        if move.target in (CaseState.AGENCY_HEARING, CaseState.DECISION_DRAFT)
    }
    assert guards == {
        (CaseState.AGENCY_HEARING, Guard.HEARING_IS_SERVED), (CaseState.DECISION_DRAFT, Guard.HEARING_IS_OVER),
    }  # fmt: skip


def test_who_investigated_does_not_decide():
    facts = CaseFacts(today=TODAY, actor="A. One", has_reason=True, investigators=frozenset({"A. One"}))
    assert not holds(Guard.OTHER_THAN_INVESTIGATOR, facts)
    assert all(
        move.guard is Guard.OTHER_THAN_INVESTIGATOR and move.by == {CaseRole.DECIDER}
        for move in MOVES
        if move.target.startswith("decided_")
    )


def test_a_case_is_opened_again_within_a_year():
    ended = CaseFacts(today=TODAY, ended_on=TODAY - REOPENING)
    assert holds(Guard.WITHIN_A_YEAR, ended)
    assert not holds(Guard.WITHIN_A_YEAR, CaseFacts(today=TODAY, ended_on=TODAY - REOPENING - timedelta(days=1)))


def test_a_withdrawal_is_taken_back_within_a_month():
    assert holds(Guard.WITHIN_REGRET, CaseFacts(today=TODAY, ended_on=TODAY - REGRET))
    assert not holds(Guard.WITHIN_REGRET, CaseFacts(today=TODAY, ended_on=TODAY - REGRET - timedelta(days=1)))


def test_nothing_is_destroyed_before_its_day_or_under_a_legal_hold():
    assert holds(Guard.TIME_IS_OVER, CaseFacts(today=TODAY, purge_on=TODAY))
    assert not holds(Guard.TIME_IS_OVER, CaseFacts(today=TODAY, purge_on=TODAY + timedelta(days=1)))
    assert not holds(Guard.TIME_IS_OVER, CaseFacts(today=TODAY, purge_on=TODAY, has_legal_hold=True))
    assert not holds(Guard.TIME_IS_OVER, CaseFacts(today=TODAY))
    leaving = [move for move in MOVES if move.target is CaseState.PURGED and move.source is not CaseState.DRAFT]
    assert all(move.guard is Guard.TIME_IS_OVER and move.by == {CaseRole.REGISTRY} for move in leaving)


def test_only_what_has_ended_is_destroyed():
    destroyed = {move.source for move in MOVES if move.target is CaseState.PURGED}
    assert destroyed == ENDING_STATES | {CaseState.DRAFT}
    assert not destroyed & OPEN_STATES


def test_waiting_ends_where_it_began():
    facts = {state: CaseFacts(today=TODAY, came_from=state) for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING)}
    for state, other in zip(facts, reversed(facts), strict=True):
        move = next(m for m in moves_from(CaseState.WAITING_COMPLAINANT) if m.target is state)
        assert holds(move.guard, facts[state])
        assert not holds(move.guard, facts[other])


def test_waiting_pauses_and_going_on_resumes():
    assert {move.clock for move in MOVES if move.target is CaseState.WAITING_COMPLAINANT} == {Clock.PAUSE}
    back = [move for move in moves_from(CaseState.WAITING_COMPLAINANT) if move.target is not CaseState.WITHDRAWN]
    assert {move.clock for move in back} == {Clock.RESUME}


def test_every_guard_and_every_effect_on_clocks_is_used():
    assert {move.guard for move in MOVES} == set(Guard)
    assert {move.clock for move in MOVES} == set(Clock)


def test_the_table_in_the_documents_is_the_one_that_is_followed():
    lines = ["| from | to | by | if | clocks | the complainant reads |", "| --- | --- | --- | --- | --- | --- |"]
    for move in MOVES:
        guard = "" if move.guard is Guard.ALWAYS else move.guard.replace("_", " ")
        clock = "" if move.clock is Clock.NONE else move.clock
        sentence = "" if move.reads is Reads.UNKNOWN else text(Language.EN, f"case.reads.{move.reads}")
        roles = ", ".join(sorted(move.by))
        lines.append(f"| {move.source} | {move.target} | {roles} | {guard} | {clock} | {sentence} |")
    document = (Path(__file__).parents[3] / "docs" / "officers" / "cases.md").read_text(encoding="utf-8")
    assert "\n".join(lines) in document
