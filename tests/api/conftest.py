"""The registry of the examples, at the instant it stands still."""

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
from tests import shared
from tests.api import example_registry
from tests.api.generated_client import PACKAGE, generate


@pytest.fixture
def then() -> Iterator[time_machine.Traveller]:
    """The clock stands at the instant the examples were recorded."""
    with time_machine.travel(example_registry.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def example_world(then: time_machine.Traveller, app: Flask, settings: Settings, session: Session) -> Session:
    example_registry.build(session)
    session.commit()
    example_registry.publish(settings, services(app).sessions)
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
def generated() -> Iterator[str]:
    """The name of a freshly generated package that can be imported."""
    folder = str(shared.made_once("generated-client", generate))
    sys.path.insert(0, folder)
    yield PACKAGE
    sys.path.remove(folder)
