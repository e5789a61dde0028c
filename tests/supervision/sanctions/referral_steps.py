"""Steps of officers and a partner with a referral, and what holds of it."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import func, select

from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.case.moves import same_person
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import Officer
from registry.complaints.parties.models import Referral, ReferralReport
from registry.complaints.parties.referrals import actions, portal
from registry.complaints.parties.referrals.actions import Proposal
from registry.complaints.parties.referrals.content import Choice
from registry.complaints.parties.referrals.rules import HELD, LIVE
from registry.complaints.parties.steps import PartyMember
from registry.complaints.sealing.models import EncryptedContainer
from registry.vocabulary.cases import CaseRole, CaseState, ConsentKind, ReferralBasis, ReferralState
from tests.complaints.parties.referrals.making import PERSON, UNION
from tests.supervision.sanctions.case_steps import CaseSteps, pairs, people


class ReferralSteps(CaseSteps):
    def propose(self, officer: Officer) -> Referral:
        expires = (self.at + timedelta(days=30)).date()
        proposal = Proposal(UNION, expires, Choice(), note="Please look.")
        return actions.propose(self.call_of(officer), self.sealer, self.case, proposal)

    @precondition(lambda self: self.state is not CaseState.WITHDRAWN)
    @rule(names=pairs, is_overridden=st.booleans(), steps=st.integers(1, 3))
    def it_is_referred(self, names: tuple[str, str], is_overridden: bool, steps: int) -> None:
        """Proposed, sent and accepted, as far as is said."""
        proposes, decides = (self.officer(name, CaseRole.SUPERVISOR) for name in names)

        def act() -> None:
            one = self.propose(proposes).reference
            if is_overridden:
                actions.override(self.call_of(decides), self.sealer, one, "Act 1, s. 2")
            if steps > 1:
                actions.send(self.call_of(proposes), self.sealer, one)
            if steps > 2:
                portal.accept(self.call_of(PartyMember(PERSON, UNION)), one)

        self.attempt(act)

    @precondition(lambda self: self.rows(Referral))
    @rule(draw=st.data(), name=people, to=st.sampled_from(["record_consent", "override", "send", "take_back"]))
    def a_referral_is_acted_on(self, draw: Any, name: str, to: str) -> None:
        referral, who, do = self.one(draw, Referral), self.officer(name, CaseRole.SUPERVISOR), getattr(actions, to)
        given = (self.call_of(who),) if to == "record_consent" else (self.call_of(who), self.sealer)
        more = ("Act 1, s. 2",) if to == "override" else ()
        self.attempt(lambda: do(*given, referral, *more))

    @precondition(lambda self: self.rows(Referral))
    @rule(draw=st.data(), to=st.sampled_from(["accept", "decline", "report", "done"]))
    def a_partner_acts(self, draw: Any, to: str) -> None:
        referral = self.one(draw, Referral)
        call = self.call_of(PartyMember(PERSON, UNION))
        if to == "accept":
            self.attempt(lambda: portal.accept(self.call_of(PartyMember(PERSON, UNION)), referral))
        elif to == "decline":
            self.attempt(lambda: portal.decline(call, self.sealer, referral, "Not ours."))
        else:
            self.attempt(lambda: portal.report(call, self.sealer, referral, "We went there.", is_done=to == "done"))

    @invariant()
    def one_is_under_way_and_no_officer_overrides_their_own_proposal(self) -> None:
        referrals = self.rows(Referral)
        assert sum(one.state in LIVE for one in referrals) <= 1
        for one in referrals:
            if one.basis is ReferralBasis.OVERRIDE:
                assert same_person(one.decided_by) != same_person(one.proposed_by)
            assert one.basis is not None or one.sent_on is None

    @invariant()
    def the_partner_reads_by_consent_or_override_and_not_a_day_longer(self) -> None:
        today, case = self.at.date(), self.session.get_one(Case, self.case_id)
        listed = {one.reference for one in portal.fetch_received(self.session, UNION, self.at)}
        for one in self.rows(Referral):
            has_key = sealed_copies.is_readable_by(
                self.session, self.session.get_one(EncryptedContainer, one.box_id), UNION
            )
            assert has_key == (one.state in HELD) == (one.reference in listed), (one.state, one.ended_because)
            if has_key:
                is_overridden = one.basis is ReferralBasis.OVERRIDE
                assert is_overridden or is_consented(self.session, case, ConsentKind.UNION)
                assert one.expires_on >= today
                assert portal.read(self.call_of(PartyMember(PERSON, UNION)), self.sealer, one.reference).handed.note
        self.session.rollback()

    @invariant()
    def the_audit_tells_each_step_of_each_referral(self) -> None:
        steps = {f"referral.{state}" for state in ReferralState}
        acts = [act for act in self.acts_of("referral") if act in steps]
        ids = [one.id for one in self.rows(Referral)]
        of_ours = select(func.count(ReferralReport.id)).where(ReferralReport.referral_id.in_(ids))
        reports = self.session.execute(of_ours).scalar_one()
        assert len(acts) + reports == sum(one.version for one in self.rows(Referral))
        for state in ReferralState:
            assert acts.count(f"referral.{state}") >= sum(one.state is state for one in self.rows(Referral))
