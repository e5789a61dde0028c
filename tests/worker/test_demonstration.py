"""A worker on the demonstration's desk: what is wrong with a list keeps no alarm from being mailed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.heartbeats import WorkerTask
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.demo.officers_work import AUTHORITY
from registry.http.transaction import Services
from registry.officers.models import Unit
from registry.register.authorities.models import Source
from registry.register.imports import held_lists
from registry.register.imports.models import PendingImport
from tests.complaints.filing import URGENT, file
from tests.serving import Process, command, environment
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.one_database, pytest.mark.thorough]


@pytest.fixture
def sessions(held_services: Services) -> sessionmaker[Session]:
    return held_services.sessions


@pytest.fixture
def demonstration(settings: Settings) -> Settings:
    settings.prepare_home()
    for what in ("load", "officers"):
        done = command("demo", what, env=environment(settings, 8000))
        assert done.returncode == 0, done.stderr
    return settings


@contextmanager
def working(settings: Settings) -> Iterator[Process]:
    process = Process(["worker"], environment(settings, 8000), settings.home / "worker.out")
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def waiting_list(sessions: sessionmaker[Session]) -> PendingImport:
    with sessions() as session:
        session.connection(execution_options={"registry_reading": True})
        return session.execute(select(PendingImport)).scalar_one()


def test_a_bad_mapping_delays_no_alarm_and_a_mended_one_is_applied(
    demonstration: Settings, sessions: sessionmaker[Session]
) -> None:
    settings = demonstration
    with sessions.begin() as session:
        # Approved by a version that did not look at the mapping.
        pending, source = session.execute(
            select(PendingImport, Source).join(Source, Source.id == PendingImport.source_id)
        ).one()
        good, source.mapping = source.mapping, {}
        pending.ordered_by, pending.ordered_at = "OFFICER", now()
    with working(settings) as process:
        # The list lies before the complaint.
        until(lambda: waiting_list(sessions).trouble)
        assert "cannot be used" in (waiting_list(sessions).trouble or "")
        assert waiting_list(sessions).ordered_at is None
        with sessions.begin() as session:
            filed = file(session, Sealer(Keyring(settings.keys)), URGENT, at=now())
            unit = session.get_one(Unit, filed.case.unit_id)
            address = unit.email
        until(lambda: any(f"To: {address}" in one.read_text() for one in (settings.home / "mail").glob("*.eml")))
        assert process.poll() is None
        with sessions.begin() as session:
            session.execute(select(Source).where(Source.reference == "it-demo-albo")).scalar_one().mapping = good
            held_lists.order(session, AUTHORITY, pending.reference, "OFFICER", now(), settings.home)
        until(lambda: waiting_list(sessions).is_approved)
        assert waiting_list(sessions).trouble is None
        # The worker notes how its tasks fare every ten seconds.
        until(lambda: has_applied(tasks(sessions)))


def has_applied(found: dict[str, WorkerTask]) -> bool:
    """Whether the list's task went well, and no task has failed that has not gone well since."""
    applied = found.get("apply_ordered")
    return bool(applied and applied.succeeded_at) and not any(task.failures for task in found.values())


def tasks(sessions: sessionmaker[Session]) -> dict[str, WorkerTask]:
    with sessions() as session:
        session.connection(execution_options={"registry_reading": True})
        return {one.task: one for one in session.execute(select(WorkerTask)).scalars()}
