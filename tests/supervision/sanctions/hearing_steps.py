"""What officers and the agency do with a case's hearings, and what holds of them."""

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from registry.complaints.case.moves import same_person
from registry.complaints.casework import sealed_copies
from registry.complaints.parties.hearings import actions, outcome, portal
from registry.complaints.parties.hearings.content import Allegation
from registry.complaints.parties.hearings.rules import HEARD_IN, HELD, MOVES
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember
from registry.complaints.sealing.models import EncryptedContainer
from registry.vocabulary.cases import HearingState
from tests.supervision.sanctions.case_steps import CaseSteps, pairs, people

REP = "R. Rep"
STEPS = {(move.source, move.target) for move in MOVES}


class HearingSteps(CaseSteps):
    @precondition(lambda self: self.state in HEARD_IN)
    @rule(names=pairs, steps=st.sampled_from([1, 2, 3, 4, 5, 5]))
    def an_agency_is_heard(self, names: tuple[str, str], steps: int) -> None:
        """Written, handed in, checked, served and answered, as far as is said."""
        writes, checks = (self.officer(name) for name in names)
        day = self.at.date() + timedelta(days=14)

        def act() -> None:
            writing, checking, sealer = self.call_of(writes), self.call_of(checks), self.sealer
            one = actions.draft(writing, sealer, self.case, Allegation("Papers are kept.")).reference
            todo = (
                lambda: actions.hand_in(writing, sealer, one),
                lambda: actions.approve(checking, sealer, one, reason="They are many."),
                lambda: actions.serve(writing, sealer, one, day),
                lambda: portal.answer(self.call_of(PartyMember(REP, self.desk)), sealer, one, "We keep none."),
            )
            for step in todo[: steps - 1]:
                step()

        self.attempt(act)

    @precondition(lambda self: self.rows(Hearing))
    @rule(
        draw=st.data(), name=people, to=st.sampled_from(["edit", "hand_in", "send_back", "approve", "serve", "close"])
    )
    def a_hearing_is_acted_on(self, draw: Any, name: str, to: str) -> None:
        hearing = self.one(draw, Hearing)
        more: dict[str, tuple[Any, ...]] = {
            "edit": (Allegation("You keep their papers."),), "send_back": ("It tells who.",),
            "serve": (self.at.date() + timedelta(14),),
        }  # fmt: skip
        last = {"reason": "They are many."} if to == "approve" else {}
        do, who = getattr(actions, to), self.officer(name)
        self.attempt(lambda: do(self.call_of(who), self.sealer, hearing, *more.get(to, ()), **last))

    @precondition(lambda self: self.rows(Hearing, Hearing.served_on.is_not(None)))
    @rule(draw=st.data(), name=people, is_told=st.booleans())
    def it_is_given_longer_or_told_the_outcome(self, draw: Any, name: str, is_told: bool) -> None:
        hearing, who = self.one(draw, Hearing, Hearing.served_on.is_not(None)), self.officer(name)
        later = self.at.date() + timedelta(days=21)
        if is_told:
            stated = outcome.Outcome("We found that papers were kept.", 30)
            self.attempt(lambda: outcome.notify_outcome(self.call_of(who), self.sealer, hearing, stated))
        else:
            self.attempt(lambda: actions.extend(self.call_of(who), self.sealer, hearing, later, "So."))

    @precondition(lambda self: self.rows(Hearing))
    @rule(
        draw=st.data(),
        act=st.sampled_from([portal.save_draft_answer, portal.answer, portal.request_extension, portal.object_to]),
    )
    def the_agency_writes(self, draw: Any, act: Any) -> None:
        hearing = self.one(draw, Hearing)
        self.attempt(lambda: act(self.call_of(PartyMember(REP, self.desk)), self.sealer, hearing, "We keep none."))

    @invariant()
    def one_hearing_is_open_and_two_persons_stand_behind_what_went_out(self) -> None:
        hearings = self.rows(Hearing)
        assert sum(one.state is not HearingState.CLOSED for one in hearings) <= 1
        for one in hearings:
            is_checked = one.checked_by is not None
            assert is_checked or one.served_on is None
            assert not is_checked or same_person(one.checked_by) != same_person(one.drafted_by)

    @invariant()
    def the_agency_has_a_key_to_what_it_may_read_and_to_nothing_else(self) -> None:
        listed = {one.reference for one in portal.fetch_served(self.session, self.desk, self.at)}
        for one in self.rows(Hearing):
            has_key = sealed_copies.is_readable_by(
                self.session, self.session.get_one(EncryptedContainer, one.box_id), self.desk
            )
            assert has_key == (one.reference in listed), (one.state, one.ended_because, one.told_on)
            assert has_key or one.state not in HELD
            if has_key:
                displayed = portal.read(self.call_of(PartyMember(REP, self.desk)), self.sealer, one.reference)
                assert displayed.allegation.endswith("papers.") or displayed.allegation.endswith("kept.")
        self.session.rollback()

    @invariant()
    def the_audit_tells_each_step_of_each_hearing(self) -> None:
        acts = self.acts_of("hearing")
        assert len(acts) == sum(one.version for one in self.rows(Hearing))
        states = [HearingState(act.partition(".")[2]) for act in acts if act.partition(".")[2] in set(HearingState)]
        steps = set(itertools.pairwise(states))
        begins = {(HearingState.CLOSED, HearingState.DRAFTED)}
        assert steps <= STEPS | begins, steps - STEPS
        assert not states or states[0] is HearingState.DRAFTED
        assert not states or states[-1] is self.rows(Hearing)[-1].state
