"""Two officers at once: one gets an error, nothing is done twice, and no deadlock."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.queries import verify
from registry.complaints.sealing.sealer import Sealer
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import IllegalMove, RegistryError, StaleVersion
from registry.core.outbox import OutboxEvent
from registry.core.settings import Settings
from registry.log.models import Entry
from registry.supervision.sanctions import actions, effect
from registry.supervision.sanctions.models import Sanction, SanctionMove
from registry.vocabulary.register import SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing
from tests.calling import call_by
from tests.racing import at_once
from tests.supervision.sanctions.making import DANA, LOOK, SARA, Licensed, decided_case, in_days, in_force, reviewed

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = engine_for(settings.database_url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


def entries(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Entry)).scalar_one()


def test_of_two_approvals_at_once_one_gets_an_error(
    session: Session, sessions: sessionmaker[Session], sealer: Sealer, licensed: Licensed
) -> None:
    sanction, before = reviewed(session, sealer, licensed), entries(session)
    reference, version = sanction.reference, sanction.version
    session.commit()
    results = at_once(
        sessions,
        *(
            lambda own, who=who: actions.approve(call_by(own, who, version), reference).reference
            for who in (SARA, DANA)
        ),
    )
    refused = [one for one in results if isinstance(one, RegistryError)]
    assert len(refused) == 1
    assert isinstance(refused[0], (StaleVersion, IllegalMove))
    session.expire_all()
    assert session.get_one(Sanction, sanction.id).state is SanctionState.IN_FORCE
    # One agency and one licence changed, once.
    assert entries(session) == before + 2
    moves = select(SanctionMove.to_state).where(SanctionMove.sanction_id == sanction.id).order_by(SanctionMove.id)
    assert list(session.execute(moves).scalars()) == ["legal_review", "approved", "in_force"]
    assert verify(session).troubles == []


def test_two_sanctions_on_one_licence_come_in_force_at_once(
    session: Session, sessions: sessionmaker[Session], sealer: Sealer, licensed: Licensed
) -> None:
    one = reviewed(session, sealer, licensed).reference
    other = reviewed(session, sealer, licensed, SanctionKind.REVOCATION).reference
    session.commit()
    results = at_once(
        sessions,
        lambda own: actions.approve(call_by(own, SARA), one).reference,
        lambda own: actions.approve(call_by(own, DANA), other).reference,
    )
    assert sorted(results) == sorted([one, other])
    session.expire_all()
    # Each knows what the licence was before either.
    assert set(session.execute(select(Sanction.own_status)).scalars()) == {"active"}


def test_two_workers_do_what_is_due_and_tell_of_it_once(
    session: Session, sessions: sessionmaker[Session], sealer: Sealer, licensed: Licensed
) -> None:
    _, decision = decided_case(session, sealer, licensed)
    look = LOOK._replace(timing=Timing.POINTS_TO_NOBODY)
    later = in_days(3)
    sanction = in_force(
        session, sealer, licensed, by=DANA, decision=decision.reference, look=look, effective_from=later.date()
    )
    session.commit()
    at_once(sessions, *(lambda _: effect.do_due(sessions, later) for _ in range(2)))
    effect.do_due(sessions, later)
    session.expire_all()
    assert sanction.state is SanctionState.IN_FORCE
    session.commit()
    given = at_once(
        sessions,
        *(lambda _: effect.notify_complainants(sessions, sealer, lambda *_: "It is so.", later) for _ in range(2)),
    )
    assert sum(given) <= 1
    effect.notify_complainants(sessions, sealer, lambda *_: "It is so.", later)
    session.expire_all()
    assert session.execute(select(OutboxEvent)).all() == []
