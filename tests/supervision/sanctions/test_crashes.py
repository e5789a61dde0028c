"""A server that is killed while an officer decides or puts a sanction in force: once each, whenever it dies."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.models import AuditHead
from registry.audit.queries import verify
from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove, Decision
from registry.complaints.intake.models import Message
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.db.locking import lock
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.log.models import Entry
from registry.officers.rights import Role
from registry.supervision.sanctions import effect
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary.cases import CaseState, DecisionState
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import SanctionState, Timing
from tests.api.officers.stories import token_of
from tests.audit.lines import lines_about
from tests.complaints.killing import Mortal, mortal
from tests.make import public_record_of
from tests.officers.making import make_officer
from tests.supervision.sanctions.making import LOOK, UNIT, Licensed, drafted, looked_into, reviewed
from tests.thorough import POSTGRESQL_IS_THOROUGH
from tests.waiting import until

pytestmark = pytest.mark.slow

NO_ONE_EXPOSED = LOOK._replace(timing=Timing.POINTS_TO_NOBODY)
PATIENCE = 60


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, edges=frozenset({Edge.API, Edge.CONSOLE}))


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = engine_for(settings.database_url, timeout=PATIENCE)
    yield sessions_for(engine)
    engine.dispose()


@dataclass
class Officer:
    """A program that asks the server, wherever it runs now. `answers` are the statuses that arrived."""

    server: Mortal
    token: str

    def post(self, path: str, version: int) -> int | None:
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": f'"{version}"'}
        try:
            url = f"{self.server.served.base_url}/api/v1{path}"
            return requests.post(url, headers=headers, timeout=PATIENCE).status_code
        except requests.RequestException:
            return None

    def killed(self, path: str, version: int, is_time: Callable[[], bool]) -> int | None:
        """The status of a request during which the server is killed as soon as it is time; None where none came."""
        answers: list[int | None] = []
        requesting = threading.Thread(target=lambda: answers.append(self.post(path, version)))
        requesting.start()
        until(is_time, every=0.005)
        self.server.kill()
        requesting.join()
        return answers[0]

    def killed_at_work(self, path: str, version: int, sessions: sessionmaker[Session]) -> None:
        """Killed when all of it is written but the audit's lines, for which it has to wait."""
        with sessions() as session:
            lock(session, AuditHead)
            begun = time.monotonic()
            assert self.killed(path, version, lambda: time.monotonic() > begun + 0.3) is None
        self.server.start()


@POSTGRESQL_IS_THOROUGH
def test_a_decision_and_its_sanction_are_there_once_however_often_the_server_is_killed(
    session: Session,
    sessions: sessionmaker[Session],
    sealer: Sealer,
    keyring: Keyring,
    licensed: Licensed,
    settings: Settings,
) -> None:
    filed = looked_into(session, sealer, licensed)
    decision = drafted(session, sealer, filed)
    officer = make_officer(session, keyring, Role.DECIDER, Role.SUPERVISOR, unit=UNIT).officer
    token = token_of(session, officer)
    case, box, decision_id = filed.case.id, filed.box.id, decision.id
    make = f"/cases/{filed.case.reference}/decisions/{decision.reference}/make"
    session.commit()

    def seen(model: type, row: int, state: object) -> Callable[[], bool]:
        def is_there() -> bool:
            with sessions() as own:
                return bool(own.execute(select(model.state).where(model.id == row)).scalar_one() == state)  # type: ignore[attr-defined]

        return is_there

    with mortal(settings) as server:
        server.start()
        program = Officer(server, token)
        version = filed.case.version
        session.commit()
        program.killed_at_work(make, version, sessions)
        assert not seen(Decision, decision_id, DecisionState.MADE)()
        assert program.killed(make, version, seen(Decision, decision_id, DecisionState.MADE)) in (None, 200)
        server.start()
        assert program.post(make, version) == 412

        sanction = reviewed(session, sealer, licensed, look=NO_ONE_EXPOSED, decision=decision.reference)
        before = session.execute(select(func.count(Entry.index))).scalar_one()
        approve, version, sanction_id = f"/sanctions/{sanction.reference}/approve", sanction.version, sanction.id
        session.commit()
        program.killed_at_work(approve, version, sessions)
        assert not seen(Sanction, sanction_id, SanctionState.IN_FORCE)()
        assert program.killed(approve, version, seen(Sanction, sanction_id, SanctionState.IN_FORCE)) in (None, 200)

    words = lambda *_: "It is in force."  # noqa: E731
    assert [effect.notify_complainants(sessions, sealer, words, now()) for _ in range(2)] == [1, 0]
    session.expire_all()
    moves = select(CaseMove.to_state).where(CaseMove.case_id == case).order_by(CaseMove.id)
    assert list(session.execute(moves).scalars())[-2:] == [CaseState.DECIDED_UPHELD, CaseState.SANCTION_PENDING]
    # The complainant reads of the decision and of the sanction, once each.
    of_case = select(func.count(Message.id)).where(Message.box_id == box)
    assert session.execute(of_case).scalar_one() == 2
    assert session.execute(select(func.count(Entry.index))).scalar_one() == before + 2
    acts = [line.act for line in lines_about(session, session.get_one(Case, case).reference)]
    assert acts.count("decision.made") == 1
    assert [line.act for line in lines_about(session, sanction.reference)].count("sanction.in_force") == 1
    assert public_record_of(session, licensed.agency).licences[0].status_history[-1].status is LicenceStatus.SUSPENDED
    assert verify(session).troubles == []
