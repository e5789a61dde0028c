"""A browser of an officer who has signed in, as far as Flask's client is one."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts.sessions import form_token
from registry.core.clock import now
from registry.core.settings import Edge, Settings
from registry.officers.models import Officer
from registry.officers.sessions import OFFICER_SESSIONS

UNIT = "it-labour"


def with_console(settings: Settings) -> Settings:
    """Settings of a process that serves the console beside the other edges."""
    return replace(settings, edges=frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE}))


@dataclass(slots=True)
class OfficerClient:
    """`token` is the session's, `client` sends it along."""

    client: FlaskClient
    token: str
    officer: Officer

    @property
    def form(self) -> str:
        return form_token(self.token)

    def get(self, path: str) -> TestResponse:
        return self._asks().get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """As the page's own form sends it; what it asks once more is answered with yes."""
        return self._asks().post(path, data={"form": self.form, "confirmed": "yes", **fields})

    def post_once(self, path: str, **fields: Any) -> TestResponse:
        """As the page's own form sends it, before anything is asked."""
        return self._asks().post(path, data={"form": self.form, **fields})

    def post_bare(self, path: str, **fields: Any) -> TestResponse:
        """Without what only the page knows."""
        return self._asks().post(path, data=fields)

    def _asks(self) -> FlaskClient:
        # Several desks share the client: each brings its own cookie along.
        self.client.set_cookie("console", self.token, path="/console")
        return self.client


OfficerClientFor = Callable[..., OfficerClient]
"""What the fixture `desk_for` is: signs in an officer with some roles."""


def desk_of(client: FlaskClient, session: Session, officer: Officer) -> OfficerClient:
    """The officer signed in; how they sign in is tested elsewhere."""
    token = OFFICER_SESSIONS.begin(session, officer, now(), is_full=True)
    session.commit()
    return OfficerClient(client, token, officer)


def words_of(response: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


def version_on(desk: OfficerClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', desk.get(path).get_data(as_text=True))
    assert found is not None, path
    return found[1]
