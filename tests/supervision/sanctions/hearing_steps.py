"""What officers and the agency do with a case's hearings, and what holds of them."""

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from registry.complaints.case.moves import same_person
from registry.complaints.casework import sealed_copies
from registry.complaints.parties.hearings import actions, after_answer, portal
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.rules import HEARD_IN, HELD, MOVES
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
        given = (self.session, self.sealer)
        day = self.at.date() + timedelta(days=14)

        def act() -> None:
            one = actions.draft(*given, writes, self.case, "Papers are kept.", self.at).reference
            todo = (
                lambda: actions.hand_in(*given, writes, one, self.at),
                lambda: actions.approve(*given, checks, one, self.at, reason="They are many."),
                lambda: actions.serve(*given, writes, one, day, self.at),
                lambda: portal.answer(*given, self.desk, REP, one, "We keep none.", self.at),
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
            "edit": ("You keep their papers.",), "send_back": ("It tells who.",), "serve": (self.at.date() + timedelta(14),),
        }  # fmt: skip
        last = {"reason": "They are many."} if to == "approve" else {}
        do, who = getattr(actions, to), self.officer(name)
        self.attempt(lambda: do(self.session, self.sealer, who, hearing, *more.get(to, ()), self.at, **last))

    @precondition(lambda self: self.rows(Hearing, Hearing.served_on.is_not(None)))
    @rule(draw=st.data(), name=people, is_told=st.booleans())
    def it_is_given_longer_or_told_the_outcome(self, draw: Any, name: str, is_told: bool) -> None:
        hearing, who = self.one(draw, Hearing, Hearing.served_on.is_not(None)), self.officer(name)
        later = self.at.date() + timedelta(days=21)
        if is_told:
            stated = ("We found that papers were kept.", 30)
            self.attempt(lambda: after_answer.notify_outcome(self.session, self.sealer, who, hearing, *stated, self.at))
        else:
            self.attempt(
                lambda: after_answer.give_longer(self.session, self.sealer, who, hearing, later, "So.", self.at)
            )

    @precondition(lambda self: self.rows(Hearing))
    @rule(
        draw=st.data(),
        act=st.sampled_from([portal.save_draft_answer, portal.answer, portal.ask_longer, portal.object_to]),
    )
    def the_agency_writes(self, draw: Any, act: Any) -> None:
        hearing = self.one(draw, Hearing)
        self.attempt(lambda: act(self.session, self.sealer, self.desk, REP, hearing, "We keep none.", self.at))

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
        today = self.at.date()
        listed = {one.reference for one in portal.served(self.session, self.desk, today)}
        for one in self.rows(Hearing):
            has_key = sealed_copies.is_readable_by(
                self.session, self.session.get_one(EncryptedContainer, one.box_id), self.desk
            )
            assert has_key == (one.reference in listed), (one.state, one.ended_because, one.told_on)
            assert has_key or one.state not in HELD
            if has_key:
                displayed = portal.read(self.session, self.sealer, self.desk, REP, one.reference, today)
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
