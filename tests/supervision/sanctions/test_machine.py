"""Whatever officers do with cases, hearings, referrals, decisions and sanctions, in whatever order: two persons, one table each,
and a licence that says what is in force."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.queries import verify
from registry.complaints.case.models import Case
from registry.complaints.case.moves import investigators, moves_of, same_person
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.models import Decision
from registry.complaints.parties.hearings.rules import HEARD_IN
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.keyring import Keyring
from registry.supervision.sanctions import actions
from registry.supervision.sanctions.actions import Look, Terms
from registry.supervision.sanctions.models import Sanction, SanctionMove
from registry.supervision.sanctions.moves import today_at
from registry.supervision.sanctions.rules import CAN_END_BY_ITSELF, MOVES, STATUS_OF
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.cases import CaseRole, DecisionOutcome, PartnerKind
from registry.vocabulary.register import LicenceStatus, SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing
from tests.audit.lines import lines_about
from tests.complaints.casework.decisions.making import words
from tests.complaints.parties.referrals.making import make_partner
from tests.make import public_record_of
from tests.supervision.sanctions.case_steps import pairs, people, two_people
from tests.supervision.sanctions.hearing_steps import HearingSteps
from tests.supervision.sanctions.making import AUTHORITY, LAW, make_desk
from tests.supervision.sanctions.opening_steps import OpeningSteps
from tests.supervision.sanctions.referral_steps import ReferralSteps

pytestmark = pytest.mark.slow

ENDS = (SanctionState.LIFTED, SanctionState.OVERTURNED, SanctionState.STAYED_BY_APPEAL, SanctionState.IN_FORCE)
RUNNING = (SanctionState.IN_FORCE, SanctionState.STAYED_BY_APPEAL)
TABLE = {(move.source, move.target) for move in MOVES}
kinds = st.sampled_from([*STATUS_OF, SanctionKind.FINE, SanctionKind.REFERRAL_TO_PROSECUTOR])


class SanctionMachine(HearingSteps, ReferralSteps, OpeningSteps):
    """With decisions and sanctions."""

    @precondition(lambda self: self.state in HEARD_IN)
    @rule(name=people, outcome=st.sampled_from(DecisionOutcome))
    def a_decision_is_written(self, name, outcome):
        self.attempt(
            lambda: decisions.write(
                Call(self.session, self.officer(name), self.at),
                self.sealer,
                self.case,
                decisions.DecisionDraft(outcome, "So.", "So."),
            )
        )

    @precondition(lambda self: self.state in HEARD_IN)
    @rule(names=pairs, outcome=st.sampled_from(DecisionOutcome))
    def a_case_is_decided(self, names, outcome):
        writes, decides = self.officer(names[0]), self.officer(names[1], CaseRole.DECIDER)

        def act():
            text = decisions.DecisionDraft(outcome, "So.", "So.")
            draft = decisions.write(Call(self.session, writes, self.at), self.sealer, self.case, text).reference
            decisions.make(Call(self.session, decides, self.at), self.sealer, draft, words=words)

        self.attempt(act)

    @rule(draw=st.data(), name=people, is_made=st.booleans())
    def a_decision_is_made_or_sent_back(self, draw, name, is_made):
        decision, who = self.one(draw, Decision), self.officer(name, CaseRole.DECIDER)
        if decision is not None and is_made:
            self.attempt(lambda: decisions.make(Call(self.session, who, self.at), self.sealer, decision, words=words))
        elif decision is not None:
            self.attempt(
                lambda: decisions.send_back(Call(self.session, who, self.at), self.sealer, decision, reason="Again.")
            )

    @rule(draw=st.data(), name=people, kind=kinds, days=st.integers(0, 3), lasts=st.sampled_from([None, 5]))
    def a_sanction_is_proposed(self, draw, name, kind, days, lasts):
        first = today_at(self.session, AUTHORITY, self.at) + timedelta(days=days)
        until = None if lasts is None else first + timedelta(days=lasts)
        decision = draw.draw(st.sampled_from([None, self.one(draw, Decision)]))
        terms = Terms(kind, LAW, first, until)
        call = self.call(name)
        self.attempt(lambda: actions.propose(call, self.sealer, self.held.licence, terms, decision=decision))

    @rule(names=two_people, kind=kinds, lasts=st.sampled_from([None, 5]))
    def a_sanction_goes_all_the_way(self, names, kind, lasts):
        today = today_at(self.session, AUTHORITY, self.at)
        has_end = lasts is not None and kind in CAN_END_BY_ITSELF
        terms = Terms(kind, LAW, today, today + timedelta(days=lasts) if has_end else None)
        proposes, approves = (self.call(name) for name in names)
        look = Look(Timing.NO_COMPLAINT, workers=4, teller="The union")

        def act():
            reference = actions.propose(proposes, self.sealer, self.held.licence, terms).reference
            actions.look_at_workers(proposes, reference, look)
            actions.hand_to_review(proposes, reference)
            actions.approve(approves, reference)

        self.attempt(act)

    @initialize(names=two_people, kind=st.sampled_from(list(STATUS_OF)))
    def one_is_in_force(self, names, kind):
        self.a_sanction_goes_all_the_way(names, kind, None)

    @precondition(lambda self: self.rows(Sanction, Sanction.state.in_(RUNNING)))
    @rule(draw=st.data(), names=two_people, to=st.sampled_from(ENDS))
    def one_in_force_is_ended(self, draw, names, to):
        sanction = self.one(draw, Sanction, Sanction.state.in_(RUNNING))
        asks, confirms = (self.call(name) for name in names)
        self.attempt(lambda: actions.ask_for_end(asks, sanction, to, LAW))
        self.attempt(lambda: actions.confirm_end(confirms, sanction))

    @rule(
        draw=st.data(),
        name=people,
        act=st.sampled_from([actions.hand_to_review, actions.approve, actions.confirm_end, actions.refuse_end]),
    )
    def a_sanction_is_acted_on(self, draw, name, act):
        sanction = self.one(draw, Sanction)
        if sanction is not None:
            self.attempt(lambda: act(self.call(name), sanction))

    @precondition(lambda self: self.rows(Sanction, Sanction.state.not_in(RUNNING)))
    @rule(draw=st.data(), name=people)
    def a_sanction_is_dropped(self, draw, name):
        sanction = self.one(draw, Sanction)
        if sanction is not None:
            self.attempt(lambda: actions.drop(self.call(name), sanction, "Not now."))

    @rule(draw=st.data(), name=people, to=st.sampled_from(SanctionState))
    def an_end_is_asked_for(self, draw, name, to):
        sanction = self.one(draw, Sanction)
        if sanction is not None:
            self.attempt(lambda: actions.ask_for_end(self.call(name), sanction, to, LAW))

    @invariant()
    def the_licence_says_what_is_in_force(self):
        today = today_at(self.session, AUTHORITY, self.at)
        rows = self.rows(Sanction, Sanction.state == SanctionState.IN_FORCE)
        # What runs out at midnight runs out in the record; the worker says so in its own time.
        stated = {STATUS_OF[one.kind] for one in rows if one.kind in STATUS_OF and (one.until or today) >= today}
        agency = public_record_of(self.session, self.held.agency)
        status = standing_on(agency.licences[0], agency, today).status
        assert status in (stated or {LicenceStatus.ACTIVE})

    @invariant()
    def no_officer_approves_their_own(self):
        for one in self.rows(Sanction, Sanction.approved_by.is_not(None)):
            assert same_person(one.approved_by) != same_person(one.proposed_by)
        case = self.session.get_one(Case, self.case_id)
        made = self.rows(Decision, Decision.decided_by.is_not(None))
        assert all(one.decided_by not in one.written_by for one in made)
        last = max((move.id for move in moves_of(self.session, case) if "decided" in move.to_state), default=0)
        before = [move for move in moves_of(self.session, case) if move.id < last]
        assert not made or same_person(made[-1].decided_by or "") not in investigators(before)

    @invariant()
    def the_audit_says_as_much_as_the_moves(self):
        for sanction in self.rows(Sanction):
            rows = self.session.execute(
                select(SanctionMove).where(SanctionMove.sanction_id == sanction.id).order_by(SanctionMove.id)
            ).scalars()
            moves = [(row.from_state, row.to_state) for row in rows]
            assert set(moves) <= TABLE
            assert [source for source, _ in moves] == [SanctionState.PROPOSED, *(target for _, target in moves)][:-1]
            steps = {f"sanction.{state}" for state in SanctionState if state is not SanctionState.PROPOSED}
            acts = [line.act for line in lines_about(self.session, sanction.reference) if line.act in steps]
            assert acts == [f"sanction.{target}" for _, target in moves if target is not SanctionState.PROPOSED]
        moved = [line for line in lines_about(self.session, self.case) if line.act == "case.moved"]
        assert len(moved) == self.moved()

    def teardown(self) -> None:
        self.session.rollback()
        assert verify(self.session).troubles == []


@pytest.mark.thorough
@pytest.mark.one_database
def test_officers_keep_the_promises_whatever_they_do(session: Session, sealer: Sealer, keyring: Keyring) -> None:
    make_desk(session, sealer)
    make_partner(session, sealer, kind=PartnerKind.UNION)
    session.commit()

    given = {"session": session, "sealer": sealer, "keyring": keyring}
    machine = type("OneDesk", (SanctionMachine,), given)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=7, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
