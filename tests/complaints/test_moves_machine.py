"""Whatever officers and complainants do, in whatever order: no state that the table does not lead to, no word lost or leaked."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.queries import verify
from registry.complaints.case.clocks import clocks_of
from registry.complaints.case.models import Case
from registry.complaints.case.states import ENDING_STATES, MOVES, OPEN_STATES, Reads
from registry.complaints.casework import actions as casework
from registry.complaints.casework import notes
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseMove
from registry.complaints.intake import mailbox
from registry.complaints.intake.mailbox import Can
from registry.complaints.retention import purging
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import priorities
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, UnknownReceipt
from registry.vocabulary.cases import CaseRole, CaseState, ClockKind, Priority
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, ORDINARY, come_back, file, make_units

pytestmark = pytest.mark.slow

REFUSED = (IllegalMove, NotNow, NotFound, InvalidInput)
TABLE = {(move.source, move.target) for move in MOVES}
officers = st.builds(
    Officer,
    st.sampled_from(["A. Anna", "B. Bruno", "C. Carla"]),
    st.sampled_from(sorted(set(CaseRole) - {CaseRole.COMPLAINANT, CaseRole.REGISTRY})),
    st.just("it-labour"),
)


class Casework(RuleBasedStateMachine):
    """One complaint, from its filing to its end. `session` and `sealer` are set by the test."""

    session: Session
    sealer: Sealer

    def __init__(self) -> None:
        super().__init__()
        self.at = AT
        filed = file(self.session, self.sealer, ORDINARY, at=self.at)
        self.id, self.reference, self.code = filed.case.id, filed.case.reference, filed.code
        self.written: list[str] = []
        self.version = filed.case.version
        self.session.commit()

    @property
    def case(self) -> Case | None:
        return self.session.get(Case, self.id, populate_existing=True)

    @property
    def is_there(self) -> bool:
        case = self.case
        return case is not None and case.state is not CaseState.PURGED

    def attempt(self, act) -> bool:
        """Commit what an edge would, or nothing of it."""
        try:
            act()
        except REFUSED:
            self.session.rollback()
            return False
        except UnknownReceipt:
            self.session.rollback()
            # Released after its day had come: unknown at once, before the worker destroys it.
            assert not self.case.has_legal_hold
            assert self.case.purge_on <= self.at.date()
            return False
        self.session.commit()
        return True

    def visit(self):
        return come_back(self.session, self.sealer, self.code, self.at)

    @precondition(lambda self: self.is_there)
    @rule(officer=officers, to=st.sampled_from(CaseState), reason=st.sampled_from([None, "because"]))
    def an_officer_moves_it(self, officer, to, reason):
        before = self.case.state
        act = lambda: casework.move(  # noqa: E731
            Call(self.session, officer, self.at), self.sealer, self.reference, to, reason=reason
        )
        if self.attempt(act):
            assert (before, to) in TABLE

    @precondition(lambda self: self.is_there)
    @rule(source=st.data())
    def an_officer_takes_a_way_that_is_there(self, source):
        ways = [move for move in MOVES if move.source is self.case.state and move.by - {CaseRole.COMPLAINANT}]
        if not ways:
            return
        way = source.draw(st.sampled_from(ways))
        role = source.draw(st.sampled_from(sorted(way.by - {CaseRole.COMPLAINANT})))
        officer = Officer(source.draw(st.sampled_from(["A. Anna", "B. Bruno"])), role, "it-labour")
        self.attempt(
            lambda: casework.move(
                Call(self.session, officer, self.at), self.sealer, self.reference, way.target, reason="because"
            )
        )

    @precondition(lambda self: self.is_there)
    @rule()
    def the_worker_writes(self):
        words = f"message {len(self.written)}"
        if self.attempt(
            lambda: mailbox.write(self.session, self.sealer, self.visit(), words, self.at, idempotency_key=words)
        ):
            self.written.append(words)

    @precondition(lambda self: self.is_there)
    @rule()
    def the_worker_withdraws(self):
        self.attempt(lambda: mailbox.withdraw(self.session, self.sealer, self.visit(), self.at))

    @precondition(lambda self: self.is_there)
    @rule()
    def the_worker_opens_it_again(self):
        self.attempt(lambda: mailbox.open_again(self.session, self.sealer, self.visit(), self.at))

    @precondition(lambda self: self.is_there)
    @rule(officer=officers, priority=st.sampled_from(Priority))
    def an_officer_gives_it_another_priority(self, officer, priority):
        before = self.case.priority
        done = self.attempt(
            lambda: priorities.set_priority(
                Call(self.session, officer, self.at), self.sealer, self.reference, priority, reason="because"
            )
        )
        if done and before in (Priority.P0, Priority.P1):
            assert self.case.priority <= before

    @precondition(lambda self: self.is_there)
    @rule(officer=officers, is_held=st.booleans())
    def an_officer_holds_or_releases_it(self, officer, is_held):
        self.attempt(
            lambda: notes.set_legal_hold(
                Call(self.session, officer, self.at), self.sealer, self.reference, is_held=is_held, reason="court"
            )
        )

    @rule(days=st.integers(1, 400))
    def time_goes_by(self, days):
        self.at += timedelta(days=days)
        is_due = self.is_there and self.case.purge_on is not None and self.case.purge_on <= self.at.date()
        is_kept = self.is_there and (self.case.has_legal_hold or not is_due)
        self.session.commit()
        purging.purge(sessions_for(self.session.get_bind()), self.sealer, self.at)
        self.session.expire_all()
        assert self.is_there is is_kept

    @invariant()
    def every_step_was_in_the_table_and_they_follow_from_each_other(self):
        moves = (
            self.session.execute(select(CaseMove).where(CaseMove.case_id == self.id).order_by(CaseMove.id))
            .scalars()
            .all()
        )
        assert all((row.from_state, row.to_state) in TABLE for row in moves)
        assert all(one.to_state is other.from_state for one, other in itertools.pairwise(moves))
        if moves and self.case is not None:
            assert moves[-1].to_state is self.case.state

    @invariant()
    def what_has_ended_has_a_day_and_what_goes_on_has_none(self):
        case = self.case
        if case is not None and case.state is not CaseState.PURGED:
            assert (case.purge_on is not None) == (case.state in ENDING_STATES)
            assert case.version >= self.version
            self.version = case.version

    @invariant()
    def clocks_run_only_where_somebody_works(self):
        case = self.case
        if case is None:
            return
        running = {kind for kind, row in clocks_of(self.session, case).items() if row.met_on is None}
        assert not running or case.state in OPEN_STATES
        assert (ClockKind.WAITING in running) == (case.state is CaseState.WAITING_COMPLAINANT)

    @invariant()
    def the_worker_reads_what_they_wrote_or_the_number_is_unknown(self):
        case = self.case
        try:
            view = mailbox.mailbox(self.session, self.sealer, self.visit(), self.at)
        except UnknownReceipt:
            assert case is None or not self.is_there or case.purge_on is not None
            return
        finally:
            self.session.rollback()
        assert [message.text for message in view.messages] == self.written
        assert view.reads is not Reads.UNKNOWN
        assert (Can.WITHDRAW in view.can) == ((case.state, CaseState.WITHDRAWN) in TABLE)

    @invariant()
    def the_audit_holds_and_says_as_much_as_the_case(self):
        if self.is_there:
            moved = [line for line in lines_about(self.session, self.reference) if line.act == "case.moved"]
            count = len(self.session.execute(select(CaseMove.id).where(CaseMove.case_id == self.id)).all())
            assert len(moved) == count

    def teardown(self) -> None:
        self.session.rollback()
        assert verify(self.session).troubles == []


@pytest.mark.thorough
@pytest.mark.one_database
def test_a_case_keeps_its_promises_whatever_is_done_to_it(session: Session, sealer: Sealer):
    make_units(session, sealer)
    session.commit()
    machine = type("OneCasework", (Casework,), {"session": session, "sealer": sealer})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
