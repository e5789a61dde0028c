"""One complaint about one agency with one licence: what a machine's steps stand on, and what complainant and clock do."""

import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.case.models import Case
from registry.complaints.case.moves import moves_of
from registry.complaints.case.states import DECIDED_STATES
from registry.complaints.case.visits import Visit
from registry.complaints.casework import actions as casework
from registry.complaints.casework.access_grants import actions as openings
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseMove
from registry.complaints.intake import mailbox
from registry.complaints.parties.hearings import moves as hearing_moves
from registry.complaints.parties.models import Hearing, Referral
from registry.complaints.parties.referrals import actions as referral_actions
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Actor, Call
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.errors import ActRefused, IllegalMove, InvalidInput, NotFound, NotNow, UnknownReceipt
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from registry.supervision.sanctions import effect
from registry.supervision.sanctions.models import Sanction
from registry.supervision.sanctions.moves import SanctionOfficial
from registry.vocabulary.cases import CaseRole, CaseState, ConsentKind
from tests.audit.lines import lines_about
from tests.complaints.filing import Filed, come_back, file
from tests.officers.making import make_officer
from tests.supervision.sanctions.making import AUTHORITY, UNIT, make_held

REFUSED = (IllegalMove, NotNow, NotFound, InvalidInput, ActRefused, UnknownReceipt)
NAMES = ("A. Anna", "B. Bruno", "C. Carla")
people = st.sampled_from([*NAMES, "a.  ANNA"])
"""One of them is written in two ways, and stays one person."""
pairs = st.tuples(people, people)
two_people = st.permutations(NAMES).map(lambda names: names[:2])
case_roles = st.sampled_from([CaseRole.INVESTIGATOR, CaseRole.SUPERVISOR, CaseRole.DECIDER])
_reps = itertools.count(1)


class CaseSteps(RuleBasedStateMachine):
    """`session`, `sealer` and `keyring` are set by the test."""

    session: Session
    sealer: Sealer
    keyring: Keyring

    def __init__(self) -> None:
        super().__init__()
        self.at, self.held = now(), make_held(self.session)
        agency = self.held.agency
        self.desk = units.agency_unit(self.session, self.sealer, agency, self.at.date()).reference
        rep = f"rep{next(_reps)}@agency.example"
        make_officer(self.session, self.keyring, Role.AGENCY_REP, unit=self.desk, name="R. Rep", email=rep)
        self.filed = self.file(agency)
        self.case_id, self.case = self.filed.case.id, self.filed.case.reference
        for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
            casework.move(Call(self.session, self.officer("A. Anna"), self.at), self.sealer, self.case, state)
        self.session.commit()

    def file(self, agency: str) -> Filed:
        answers = {
            "country": "CZ", "deception": "yes", "in_danger": "yes", "consent_agency": "yes", "consent_union": "yes",
            "contact": {"how": "wechat", "address": "wx-of-hers"}, "agency": {"agency_id": agency},
        }  # fmt: skip
        return file(self.session, self.sealer, answers, at=self.at)

    def officer(self, name: str, role: CaseRole = CaseRole.INVESTIGATOR) -> Officer:
        return Officer(name, role, UNIT)

    def call(self, name: str) -> Call[SanctionOfficial]:
        """A decider's call of an act on a sanction."""
        return Call(self.session, SanctionOfficial(name, CaseRole.DECIDER, UNIT, AUTHORITY), self.at)

    def call_of(self, actor: Actor) -> Call[Actor]:
        return Call(self.session, actor, self.at)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Commit what an edge would, or nothing of it."""
        try:
            act()
        except REFUSED:
            self.session.rollback()
            return False
        self.session.commit()
        return True

    def rows(self, model: Any, *where: Any) -> Sequence[Any]:
        """The rows of this complaint and this licence; others are left from runs before."""
        own = Sanction.licence == self.held.licence if model is Sanction else model.case_id == self.case_id
        return self.session.execute(select(model).where(own, *where).order_by(model.id)).scalars().all()

    def one(self, draw: Any, model: Any, *where: Any) -> str | None:
        """One of them, by reference."""
        found = [row.reference for row in self.rows(model, *where)]
        return draw.draw(st.sampled_from(found)) if found else None

    def acts_of(self, kind: str) -> list[str]:
        """What the audit says was done with the case's things of a kind, readings left out."""
        lines = lines_about(self.session, self.case)
        return [line.act for line in lines if line.act.startswith(f"{kind}.") and not line.act.endswith(".read")]

    @precondition(lambda self: self.state not in (CaseState.INVESTIGATING, CaseState.AGENCY_HEARING))
    @rule(name=people, role=case_roles, to=st.sampled_from([CaseState.INVESTIGATING, CaseState.CLOSED]))
    def a_case_is_moved(self, name: str, role: CaseRole, to: CaseState) -> None:
        who = self.officer(name, role)
        self.attempt(
            lambda: casework.move(Call(self.session, who, self.at), self.sealer, self.case, to, reason="because")
        )

    @rule(kind=st.sampled_from([ConsentKind.AGENCY, ConsentKind.UNION]), is_given=st.booleans())
    def the_worker_consents_or_revokes(self, kind: ConsentKind, is_given: bool) -> None:
        given = {"is_given": is_given}
        self.attempt(lambda: mailbox.consent(self.session, self.sealer, self.visit(), kind, self.at, **given))

    @precondition(lambda self: self.rows(Hearing) and self.rows(Referral))
    @rule()
    def the_worker_withdraws(self) -> None:
        self.attempt(lambda: mailbox.withdraw(self.session, self.sealer, self.visit(), self.at))

    @precondition(lambda self: self.state is CaseState.WITHDRAWN or self.state in DECIDED_STATES)
    @rule()
    def the_worker_reopens(self) -> None:
        def act() -> None:
            mailbox.open_again(self.session, self.sealer, self.visit(), self.at)
            casework.move(
                Call(self.session, self.officer("C. Carla"), self.at), self.sealer, self.case, CaseState.INVESTIGATING
            )

        self.attempt(act)

    @property
    def state(self) -> CaseState:
        return self.session.get_one(Case, self.case_id, populate_existing=True).state

    def visit(self) -> Visit:
        return come_back(self.session, self.sealer, self.filed.code, self.at)

    @rule(days=st.sampled_from([0, 1, 2, 5, 20, 120]))
    def time_goes_by(self, days: int) -> None:
        """And the worker does what is due."""
        self.at += timedelta(days=days)
        self.session.commit()
        sessions = sessions_for(self.session.get_bind())
        effect.do_due(sessions, self.at)
        referral_actions.end_due(sessions, self.sealer, self.at)
        hearing_moves.end_due(sessions, self.sealer, self.at)
        openings.end_due(sessions, self.at)
        self.session.expire_all()

    def moved(self) -> int:
        """How often the case moved, and as often the audit says so."""
        count = self.session.execute(
            select(func.count(CaseMove.id)).where(CaseMove.case_id == self.case_id)
        ).scalar_one()
        moves = moves_of(self.session, self.session.get_one(Case, self.case_id))
        assert all(one.to_state is other.from_state for one, other in itertools.pairwise(moves))
        return count
