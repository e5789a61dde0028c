"""Generated requests over all of the API, well-formed and not, against the real application with testing off."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from sqlalchemy.orm import Session

from registry.config import Settings
from registry.web import logs
from registry.web.transaction import services
from tests.api import world

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Thousands of log lines go nowhere."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr(logs.SINK, "descriptor", descriptor)
    yield
    monkeypatch.undo()
    os.close(descriptor)


@pytest.mark.usefixtures("silence")
def test_every_generated_request_is_answered_as_documented(app: Flask, settings: Settings, session: Session) -> None:
    world.build(session)
    session.commit()
    world.publish(settings, services(app).sessions)
    assert app.testing is False
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=SchemathesisConfig.from_path(CONFIG))
    asked, complaints = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            complaints.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            complaints += list(complaints_in(event))
    assert not complaints, "\n\n".join(complaints[:10])
    assert asked > 1000


def complaints_in(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.status is not Status.SUCCESS and check.failure_info is not None:
                found = check.failure_info
                yield f"{event.recorder.label}: {check.name}: {found.failure.message}\n{found.code_sample}"
