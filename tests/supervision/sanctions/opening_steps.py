"""What is opened of a case for a while, cases that are joined, and what holds of both."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.access_grants import actions, queries
from registry.complaints.casework.access_grants.rules import LIVE, standing
from registry.complaints.casework.actions import UnitOfficer
from registry.complaints.casework.models import AccessGrant
from registry.complaints.intake import mailbox
from registry.complaints.sealing.models import EncryptedContainer
from registry.core.calls import Call
from registry.core.errors import NotFound
from registry.vocabulary.cases import AccessKind, AccessState, CaseRole, CaseState
from tests.complaints.parties.referrals.making import UNION
from tests.supervision.sanctions.case_steps import NAMES, CaseSteps, people, two_people
from tests.supervision.sanctions.making import UNIT

asked_for = st.sampled_from([AccessKind.BREAK_GLASS, AccessKind.IDENTITY])
ADDRESS = "wx-of-hers"


class OpeningSteps(CaseSteps):
    """`asked_by` and `decided_by` are references at the edges, so they are compared as they are."""

    def ask(self, name: str, kind: AccessKind) -> str:
        hours = 2 if kind is AccessKind.BREAK_GLASS else None
        request = actions.AccessRequest(kind, "She is in danger.", hours)
        return actions.ask(Call(self.session, self.officer(name), self.at), self.sealer, self.case, request).reference

    @rule(names=two_people, kind=asked_for, is_granted=st.booleans())
    def something_is_opened(self, names: list[str], kind: AccessKind, is_granted: bool) -> None:
        def act() -> None:
            one = self.ask(names[0], kind)
            if is_granted:
                actions.decide(
                    Call(self.session, UnitOfficer(names[1], UNIT), self.at), self.sealer, one, is_granted=True
                )

        self.attempt(act)

    @precondition(lambda self: self.rows(AccessGrant))
    @rule(draw=st.data(), name=people, to=st.sampled_from(["grant", "refuse", "end", "end_own"]))
    def an_opening_is_acted_on(self, draw: Any, name: str, to: str) -> None:
        one = self.one(draw, AccessGrant)
        if to in ("grant", "refuse"):
            stated = {"is_granted": to == "grant", "answer": "Ask the custodian."}
            self.attempt(
                lambda: actions.decide(Call(self.session, UnitOfficer(name, UNIT), self.at), self.sealer, one, **stated)
            )
        else:
            self.attempt(
                lambda: actions.end(Call(self.session, UnitOfficer(name, UNIT), self.at), one, is_own=to == "end_own")
            )

    @precondition(lambda self: self.rows(AccessGrant, AccessGrant.state.in_(sorted(LIVE))))
    @rule(minutes=st.sampled_from([14, 16, 120, 24 * 60]))
    def some_hours_go_by(self, minutes: int) -> None:
        """With no worker: what is over is over without one."""
        self.at += timedelta(minutes=minutes)

    @rule(name=people, is_ours=st.booleans())
    def cases_are_joined(self, name: str, is_ours: bool) -> None:
        """Ours to another complaint about the same agency, or that one to ours."""
        call = Call(self.session, self.officer(name), self.at)

        def act() -> None:
            other = self.file(self.held.agency).case.reference
            casework.move(call, self.sealer, other, CaseState.IN_TRIAGE)
            one, into = (self.case, other) if is_ours else (other, self.case)
            casework.merge(call, self.sealer, one, into, reason="One camp.")

        self.attempt(act)

    @precondition(lambda self: self.state is CaseState.MERGED)
    @rule(name=people)
    def it_is_taken_apart_again(self, name: str) -> None:
        who = self.officer(name, CaseRole.SUPERVISOR)

        def act() -> None:
            for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
                casework.move(Call(self.session, who, self.at), self.sealer, self.case, state, reason="Another camp.")

        self.attempt(act)

    @precondition(lambda self: self.state is CaseState.MERGED)
    @rule()
    def the_worker_writes_after_a_merge(self) -> None:
        assert self.attempt(lambda: mailbox.write(self.session, self.sealer, self.visit(), "Still here.", self.at))

    @invariant()
    def it_is_open_to_who_asked_by_another_and_not_a_minute_longer(self) -> None:
        for one in self.rows(AccessGrant):
            is_open = standing(actions.grant_facts(one), self.at) is AccessState.GRANTED
            assert one.decided_by is None or one.decided_by != one.asked_by
            assert not is_open or one.decided_by is not None
            for name in (*NAMES, one.asked_by):
                try:
                    seen = queries.look(Call(self.session, self.officer(name), self.at), self.sealer, one.reference)
                except NotFound:
                    assert not (is_open and name == one.asked_by), (one.state, name)
                else:
                    assert is_open
                    assert name == one.asked_by
                    assert ADDRESS in str(seen.identities)
                    assert (seen.view is not None) == (one.kind is AccessKind.BREAK_GLASS)
        # A look that is not kept begins no quarter of an hour.
        self.session.rollback()

    @invariant()
    def no_officer_holds_two_of_a_kind(self) -> None:
        found = Counter(
            (one.kind, one.asked_by)
            for one in self.rows(AccessGrant)
            if standing(actions.grant_facts(one), self.at) in LIVE
        )
        assert max(found.values(), default=0) <= 1

    @invariant()
    def the_audit_tells_each_step_of_each_opening(self) -> None:
        acts = [act for kind in AccessKind for act in self.acts_of(kind) if not act.endswith("identity_read")]
        assert len(acts) == sum(one.version for one in self.rows(AccessGrant))

    @invariant()
    def what_is_joined_to_an_open_case_leads_to_one(self) -> None:
        case = self.session.get_one(Case, self.case_id, populate_existing=True)
        assert (case.merged_into_id is not None) >= (case.state is CaseState.MERGED)
        if case.state is CaseState.MERGED:
            assert case.merged_into_id != case.id

    @invariant()
    def a_partner_never_has_a_key_to_the_workers_own_box(self) -> None:
        """Whatever was opened to officers meanwhile."""
        assert not sealed_copies.is_readable_by(
            self.session, self.session.get_one(EncryptedContainer, self.filed.box.id), UNION
        )
