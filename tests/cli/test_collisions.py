"""`registry collisions`, as an operator uses it, and a search that is killed in the middle."""

import json
import signal
import subprocess
import sys
import time
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for
from registry.core.settings import Settings
from registry.register.agencies import record
from registry.register.agencies.actions import admit
from registry.register.agencies.publishing import Event
from registry.supervision.collisions.actions import confirm
from registry.supervision.collisions.models import Collision
from registry.vocabulary.register import ChannelKind, LicenceStatus
from tests import make
from tests.serving import command, environment
from tests.thorough import POSTGRESQL_IS_THOROUGH

pytestmark = pytest.mark.slow


@pytest.fixture
def sessions(settings: Settings) -> Any:
    engine = engine_for(settings.database_url)
    yield sessions_for(engine)
    engine.dispose()


def pair(number: int) -> tuple[record.Agency, record.Agency]:
    """An agency whose licence was revoked, and one that began afterwards with its telephone."""
    phone = record.Channel(
        kind=ChannelKind.PHONE, value=f"+42022233{number:04}", source=make.source_of("CZ"), retrieved_at=now()
    )
    revoked = make.status_record(LicenceStatus.REVOKED, from_=date(2025, 1, 10))
    began = date(2025, 2, 1)
    licence = make.licence_record(valid_from=began, status_history=(make.status_record(from_=began),))
    return (
        make.agency_record(
            name=f"Lumaca {number} s.r.o.",
            channels=(phone,),
            licences=(make.licence_record(status_history=(revoked,)),),
        ),
        make.agency_record(name=f"Tartaruga {number} a.s.", channels=(phone,), licences=(licence,)),
    )


def written(sessions: sessionmaker[Session], pairs: int) -> tuple[str, str]:
    """So many pairs in the database; gives the references of the first."""
    agencies = [agency for number in range(1, pairs + 1) for agency in pair(number)]
    with sessions.begin() as session:
        make.make_source(session, "CZ")
        admit(session, agencies, Event("source.imported"))
    return agencies[0].agency_id, agencies[1].agency_id


def test_a_collision_is_found_and_listed_until_an_officer_decides_on_it(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    old, new = written(sessions, 1)
    env = environment(settings, settings.port)
    found = command("collisions", "--json", env=env)
    assert found.returncode == 0, found.stderr
    given = json.loads(found.stdout)
    [item] = given["items"]
    assert [agency["agency_id"] for agency in item["agencies"]] == [old, new]
    assert item["signs"] == ["phone", "registered_after"]
    assert item["evidence"] == [
        "same phone: +420222330001",
        f"{new} begins 2025-02-01; {old} lost its licence on 2025-01-10",
    ]
    assert given["next"] is None
    words = command("collisions", "--agency", old, env=env)
    assert f"{item['collision']}  rank {item['rank']}  open" in words.stdout
    assert "same phone: +420222330001" in words.stdout

    with sessions.begin() as session:
        confirm(session, item["collision"], "A. Officer", "Není to ona.", source="registry")
    assert command("collisions", "--no-search", env=env).stdout == "No collisions.\n"
    decided = command("collisions", "--no-search", "--state", "all", env=env).stdout
    assert "confirmed by A. Officer, " in decided


def test_what_is_mistyped_is_told_in_one_line(settings: Settings, database: Any) -> None:
    env = environment(settings, settings.port)
    for arguments in (
        ("collisions", "--against", "revokde"),
        ("collisions", "--agency", "2K7MPXW4NQ99"),
        ("collisions", "--limit", "0"),
    ):
        result = command(*arguments, env=env)
        assert result.returncode == 2
        assert "Error: Invalid value" in result.stderr


@POSTGRESQL_IS_THOROUGH
@pytest.mark.both_databases
def test_a_search_that_is_killed_goes_on_and_finds_everything_once(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    pairs = 70
    written(sessions, pairs)
    reading = reading_sessions_for(sessions.kw["bind"])

    def count() -> int:
        with reading() as session:
            return session.execute(select(func.count()).select_from(Collision)).scalar_one()

    search = subprocess.Popen(
        [sys.executable, "-m", "registry.cli", "collisions"],
        env=environment(settings, settings.port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while count() == 0 and search.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    search.send_signal(signal.SIGKILL)
    search.wait()
    assert count() > 0
    assert command("collisions", env=environment(settings, settings.port)).returncode == 0
    assert count() == pairs
