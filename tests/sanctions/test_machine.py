"""Whatever officers do with cases, hearings, referrals, decisions and sanctions, in whatever order: two persons, one table each,
and a licence that says what is in force."""

import uuid
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.queries import lines_about, verify
from registry.case_terms import CaseRole, CaseState, DecisionOutcome, HearingState, PartnerKind
from registry.clock import now
from registry.complaints import casework
from registry.complaints.casework import Officer
from registry.complaints.casework_models import CaseMove
from registry.complaints.decisions import actions as decisions
from registry.complaints.decisions.models import Decision
from registry.complaints.hearings import actions as hearings
from registry.complaints.hearings.models import Hearing
from registry.complaints.models import Case
from registry.complaints.moving import investigators, moves_of, same_person
from registry.complaints.referrals import actions as referrals
from registry.complaints.referrals.content import Choice
from registry.complaints.referrals.models import Referral
from registry.complaints.referrals.rules import LIVE
from registry.complaints.sealing import Sealer
from registry.db import sessions_for
from registry.desk_terms import SanctionState, Timing
from registry.errors import IllegalMove, InvalidInput, NotFound, NotNow
from registry.sanctions import actions, due
from registry.sanctions.actions import Look, Official, Terms
from registry.sanctions.models import Sanction, SanctionMove
from registry.sanctions.moving import today_at
from registry.sanctions.rules import CAN_END_BY_ITSELF, MOVES, STATUS_OF
from registry.terms import LicenceStatus, SanctionKind
from registry.verdicts.status_rules import standing_on
from tests.complaints.decisions.making import words
from tests.complaints.filing import file
from tests.complaints.referrals.making import UNION, make_partner
from tests.make import told
from tests.sanctions.making import AUTHORITY, LAW, UNIT, make_desk, make_held

REFUSED = (IllegalMove, NotNow, NotFound, InvalidInput)
ENDS = (SanctionState.LIFTED, SanctionState.OVERTURNED, SanctionState.STAYED_BY_APPEAL, SanctionState.IN_FORCE)
RUNNING = (SanctionState.IN_FORCE, SanctionState.STAYED_BY_APPEAL)
TABLE = {(move.source, move.target) for move in MOVES}
NAMES = ("A. Anna", "B. Bruno", "C. Carla")
people = st.sampled_from(NAMES)
two_people = st.permutations(NAMES).map(lambda names: names[:2])
case_roles = st.sampled_from([CaseRole.INVESTIGATOR, CaseRole.SUPERVISOR, CaseRole.DECIDER])
kinds = st.sampled_from([*STATUS_OF, SanctionKind.FINE, SanctionKind.REFERRAL_TO_PROSECUTOR])


class Desk(RuleBasedStateMachine):
    """One complaint about one agency with one licence. `session` and `sealer` are set by the test."""

    session: Session
    sealer: Sealer

    def __init__(self) -> None:
        super().__init__()
        self.at, self.held = now(), make_held(self.session)
        answers = {
            "country": "CZ",
            "deception": "yes",
            "consent_agency": "yes",
            "agency": {"agency_id": self.held.agency},
        }
        filed = file(self.session, self.sealer, answers, at=self.at)
        self.case_id, self.case = filed.case.id, filed.case.reference
        for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
            casework.move(self.session, self.sealer, self.officer("A. Anna"), self.case, state, self.at)
        self.session.commit()

    def officer(self, name: str, role: CaseRole = CaseRole.INVESTIGATOR) -> Officer:
        return Officer(name, role, UNIT)

    def official(self, name: str, role: CaseRole = CaseRole.DECIDER) -> Official:
        return Official(name, role, UNIT, AUTHORITY)

    def attempt(self, act) -> None:
        """Commit what an edge would, or nothing of it."""
        try:
            act()
        except REFUSED:
            self.session.rollback()
        else:
            self.session.commit()

    def rows(self, model, *where):
        """The rows of this complaint and this licence; others are left from runs before."""
        own = Sanction.licence == self.held.licence if model is Sanction else model.case_id == self.case_id
        return self.session.execute(select(model).where(own, *where).order_by(model.id)).scalars().all()

    def one(self, draw, model, *where):
        """One of them, by reference."""
        found = [row.reference for row in self.rows(model, *where)]
        return draw.draw(st.sampled_from(found)) if found else None

    @rule(
        name=people,
        role=case_roles,
        to=st.sampled_from([CaseState.INVESTIGATING, CaseState.CLOSED, CaseState.REOPENED]),
    )
    def a_case_is_moved(self, name, role, to):
        who = self.officer(name, role)
        self.attempt(lambda: casework.move(self.session, self.sealer, who, self.case, to, self.at, reason="because"))

    @rule(name=people, outcome=st.sampled_from(DecisionOutcome))
    def a_decision_is_written(self, name, outcome):
        self.attempt(
            lambda: decisions.write(
                self.session, self.sealer, self.officer(name), self.case, outcome, self.at, reasons="So.", summary="So."
            )
        )

    @rule(draw=st.data(), name=people, is_made=st.booleans())
    def a_decision_is_made_or_sent_back(self, draw, name, is_made):
        decision, who = self.one(draw, Decision), self.officer(name, CaseRole.DECIDER)
        if decision is not None and is_made:
            self.attempt(lambda: decisions.make(self.session, self.sealer, who, decision, words, self.at))
        elif decision is not None:
            self.attempt(
                lambda: decisions.send_back(self.session, self.sealer, who, decision, self.at, reason="Again.")
            )

    @precondition(lambda self: not self.rows(Hearing))
    @rule(name=people)
    def a_hearing_is_drafted(self, name):
        self.attempt(
            lambda: hearings.draft(
                self.session, self.sealer, self.officer(name), self.case, "You keep papers.", self.at
            )
        )

    @precondition(lambda self: len(self.rows(Referral)) < 3)
    @rule(name=people)
    def a_referral_is_proposed(self, name):
        expires = (self.at + timedelta(days=30)).date()
        self.attempt(
            lambda: referrals.propose(
                self.session, self.sealer, self.officer(name), self.case, UNION, Choice(), self.at,
                note="Please look.", expires_on=expires,
            )
        )  # fmt: skip

    @rule(draw=st.data(), name=people)
    def a_referral_is_taken_back(self, draw, name):
        referral = self.one(draw, Referral)
        if referral is not None:
            self.attempt(lambda: referrals.take_back(self.session, self.sealer, self.officer(name), referral, self.at))

    @rule(draw=st.data(), name=people, kind=kinds, days=st.integers(0, 3), lasts=st.sampled_from([None, 5]))
    def a_sanction_is_proposed(self, draw, name, kind, days, lasts):
        first = today_at(self.session, AUTHORITY, self.at) + timedelta(days=days)
        until = None if lasts is None else first + timedelta(days=lasts)
        decision = draw.draw(st.sampled_from([None, self.one(draw, Decision)]))
        terms = Terms(kind, LAW, first, until)
        self.attempt(
            lambda: actions.propose(
                self.session, self.sealer, self.official(name), self.held.licence, terms, self.at, decision=decision
            )
        )

    @rule(names=two_people, kind=kinds, lasts=st.sampled_from([None, 5]))
    def a_sanction_goes_all_the_way(self, names, kind, lasts):
        today = today_at(self.session, AUTHORITY, self.at)
        has_end = lasts is not None and kind in CAN_END_BY_ITSELF
        terms = Terms(kind, LAW, today, today + timedelta(days=lasts) if has_end else None)
        proposes, approves = (self.official(name) for name in names)
        look = Look(4, None, None, frozenset(), "The union", Timing.NO_COMPLAINT)

        def act():
            licence = self.held.licence
            reference = actions.propose(self.session, self.sealer, proposes, licence, terms, self.at).reference
            actions.look_at_workers(self.session, proposes, reference, look, self.at)
            actions.hand_to_review(self.session, proposes, reference, self.at)
            actions.approve(self.session, approves, reference, self.at)

        self.attempt(act)

    @initialize(names=two_people, kind=st.sampled_from(list(STATUS_OF)))
    def one_is_in_force(self, names, kind):
        self.a_sanction_goes_all_the_way(names, kind, None)

    @precondition(lambda self: self.rows(Sanction, Sanction.state.in_(RUNNING)))
    @rule(draw=st.data(), names=two_people, to=st.sampled_from(ENDS))
    def one_in_force_is_ended(self, draw, names, to):
        sanction = self.one(draw, Sanction, Sanction.state.in_(RUNNING))
        asks, confirms = (self.official(name) for name in names)
        self.attempt(lambda: actions.ask_for_end(self.session, asks, sanction, to, LAW, self.at))
        self.attempt(lambda: actions.confirm_end(self.session, confirms, sanction, self.at))

    @rule(
        draw=st.data(),
        name=people,
        act=st.sampled_from([actions.hand_to_review, actions.approve, actions.confirm_end, actions.refuse_end]),
    )
    def a_sanction_is_acted_on(self, draw, name, act):
        sanction = self.one(draw, Sanction)
        if sanction is not None:
            self.attempt(lambda: act(self.session, self.official(name), sanction, self.at))

    @precondition(lambda self: self.rows(Sanction, Sanction.state.not_in(RUNNING)))
    @rule(draw=st.data(), name=people)
    def a_sanction_is_dropped(self, draw, name):
        sanction = self.one(draw, Sanction)
        if sanction is not None:
            self.attempt(lambda: actions.drop(self.session, self.official(name), sanction, "Not now.", self.at))

    @rule(draw=st.data(), name=people, to=st.sampled_from(SanctionState))
    def an_end_is_asked_for(self, draw, name, to):
        sanction = self.one(draw, Sanction)
        if sanction is not None:
            self.attempt(lambda: actions.ask_for_end(self.session, self.official(name), sanction, to, LAW, self.at))

    @precondition(lambda self: self.rows(Sanction))
    @rule(days=st.integers(0, 6))
    def time_goes_by(self, days):
        self.at += timedelta(days=days)
        self.session.commit()
        due.do_due(sessions_for(self.session.get_bind()), self.at)
        self.session.expire_all()

    @invariant()
    def the_licence_says_what_is_in_force(self):
        today = today_at(self.session, AUTHORITY, self.at)
        rows = self.rows(Sanction, Sanction.state == SanctionState.IN_FORCE)
        # What runs out at midnight runs out in the record; the worker says so in its own time.
        stated = {STATUS_OF[one.kind] for one in rows if one.kind in STATUS_OF and (one.until or today) >= today}
        agency = told(self.session, self.held.agency)
        status = standing_on(agency.licences[0], agency, today).status
        assert status in (stated or {LicenceStatus.ACTIVE})

    @invariant()
    def nobody_approves_his_own(self):
        for one in self.rows(Sanction, Sanction.approved_by.is_not(None)):
            assert one.approved_by != one.proposed_by
        case = self.session.get_one(Case, self.case_id)
        made = self.rows(Decision, Decision.decided_by.is_not(None))
        assert all(one.decided_by not in one.written_by for one in made)
        last = max((move.id for move in moves_of(self.session, case) if "decided" in move.to_state), default=0)
        before = [move for move in moves_of(self.session, case) if move.id < last]
        assert not made or same_person(made[-1].decided_by or "") not in investigators(before)

    @invariant()
    def there_is_one_open_hearing_and_one_live_referral_to_a_partner(self):
        assert len(self.rows(Hearing, Hearing.state != HearingState.CLOSED)) <= 1
        assert len(self.rows(Referral, Referral.state.in_(sorted(LIVE)))) <= 1

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
        count = select(func.count(CaseMove.id)).where(CaseMove.case_id == self.case_id)
        assert len(moved) == self.session.execute(count).scalar_one()

    def teardown(self) -> None:
        self.session.rollback()
        assert verify(self.session).troubles == []


def test_officers_keep_the_promises_whatever_they_do(session: Session, sealer: Sealer) -> None:
    make_desk(session, sealer)
    make_partner(session, sealer, kind=PartnerKind.UNION)
    session.commit()

    given = {"session": session, "sealer": sealer}
    machine = type(f"Desk{uuid.uuid4().hex}", (Desk,), given)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
