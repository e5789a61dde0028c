"""An officer's program in a test: it sends the officer's token, and the version it read."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.officers.models import Officer
from tests.api.officers.stories import token_of


@dataclass(frozen=True, slots=True)
class Program:
    client: FlaskClient
    token: str
    officer: Officer

    def get(self, path: str) -> TestResponse:
        return self.send("GET", path)

    def send(
        self, method: str, path: str, body: Any = None, *, version: int | str | None = None, once: str | None = None
    ) -> TestResponse:  # fmt: skip
        """`version` as a number is sent as its ETag, and as text just so; `once` as the Idempotency-Key."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"' if isinstance(version, int) else version
        if once is not None:
            headers["Idempotency-Key"] = once
        return self.client.open(path, method=method, json=body, headers=headers)


def program_of(client: FlaskClient, session: Session, officer: Officer) -> Program:
    return Program(client, token_of(session, officer), officer)
