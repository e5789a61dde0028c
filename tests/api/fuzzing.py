"""Calls all operations of an OpenAPI document with generated input."""

import os
from collections.abc import Callable, Iterator, Set
from typing import Any

import pytest
from flask.testing import FlaskClient
from schemathesis.engine import Status, events, from_schema
from schemathesis.schemas import BaseSchema

from registry.api.officers import guard
from registry.http import api_keys, logs


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Thousands of log lines go nowhere."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr(logs.SINK, "descriptor", descriptor)
    yield
    monkeypatch.undo()
    os.close(descriptor)


def needs_an_officer(context: Any) -> bool:
    """Whether an operation is of the officers' API, which is served where the console is."""
    return {guard.NEEDS: []} in context.operation.definition.raw.get("security", [])


def needs_a_key(context: Any) -> bool:
    """Whether an operation is for organisations' programs alone."""
    security = context.operation.definition.raw.get("security", [])
    return {api_keys.NEEDS: []} in security and {} not in security


def let_in(schema: BaseSchema, client: FlaskClient, make: Callable[[], str], *, reads: str, ending: Set[str]) -> None:
    """Send a token from `make` with every request; another after one of the operations `ending` has ended it.

    Whether one has is seen by what the path `reads` answers."""

    @schema.auth(refresh_interval=None)
    class Access:
        def __init__(self) -> None:
            self._token = make()
            self._last = ""

        def get(self, case: Any, _context: Any) -> str:
            if self._last in ending and client.get(reads, headers=bearer(self._token)).status_code == 401:
                self._token = make()
            self._last = case.operation.definition.raw["operationId"]
            return self._token

        def set(self, case: Any, token: str, _context: Any) -> None:
            case.headers = {**(case.headers or {}), **bearer(token)}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def asked_of(schema: BaseSchema) -> int:
    """Ask everything of a schema; gives how many requests that were. Fails with what was not answered as documented."""
    requested, found = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            requested += len(event.recorder.cases)
            found += list(complaints_in(event))
    assert not found, "\n\n".join(found[:10])
    return requested


def complaints_in(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.status is not Status.SUCCESS and check.failure_info is not None:
                found = check.failure_info
                yield f"{event.recorder.label}: {check.name}: {found.failure.message}\n{found.code_sample}"
