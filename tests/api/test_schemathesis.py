"""Generated requests over all of the API, well-formed and not, against the real application with testing off."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.schemas import BaseSchema
from sqlalchemy.orm import Session

from registry.api.desk import guard
from registry.config import Settings
from registry.web import logs, organisations
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
    # What needs a token is asked by one who has one: test_schemathesis.py in complaints/, desk/ and employers/.
    schema = schema.exclude(path_regex="^/api/v1/complaints").exclude(needs_an_officer).exclude(needs_a_key)
    assert asked_of(schema) > 1000


def needs_an_officer(context: Any) -> bool:
    """Whether an operation is of the officers' API, which is served where the console is."""
    return {guard.NEEDS: []} in context.operation.definition.raw.get("security", [])


def needs_a_key(context: Any) -> bool:
    """Whether an operation is for organisations' programs alone."""
    security = context.operation.definition.raw.get("security", [])
    return {organisations.NEEDS: []} in security and {} not in security


def asked_of(schema: BaseSchema) -> int:
    """Ask everything of a schema; gives how many requests that were. Fails with what was not answered as documented."""
    asked, found = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            found += list(complaints_in(event))
    assert not found, "\n\n".join(found[:10])
    return asked


def complaints_in(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.status is not Status.SUCCESS and check.failure_info is not None:
                found = check.failure_info
                yield f"{event.recorder.label}: {check.name}: {found.failure.message}\n{found.code_sample}"
