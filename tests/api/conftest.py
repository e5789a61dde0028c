"""The world of the examples, at the instant it stands still."""

import fcntl
import os
import sys
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http import logs
from registry.http.transaction import services
from tests.api import world
from tests.api.generated_client import PACKAGE, generate


@pytest.fixture
def then() -> Iterator[time_machine.Traveller]:
    """The clock stands at the instant the examples were recorded."""
    with time_machine.travel(world.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def example_world(then: time_machine.Traveller, app: Flask, settings: Settings, session: Session) -> Session:
    world.build(session)
    session.commit()
    world.publish(settings, services(app).sessions)
    return session


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Thousands of log lines go nowhere."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr(logs.SINK, "descriptor", descriptor)
    yield
    monkeypatch.undo()
    os.close(descriptor)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a freshly generated package that can be imported."""
    base = tmp_path_factory.getbasetemp()
    # Of the processes that test together the first generates it, and the others wait for that.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "generated-client"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / PACKAGE).exists():
            generate(folder)
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))
