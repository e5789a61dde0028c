"""Every door that officers have, of the console and of the API, as a test walks them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.api.desk.edge import views
from registry.console import edge
from registry.officers.rights import Act, Resource
from tests.console.signed_in import Desk

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Door:
    """A method at an address with its `<arguments>`, and what it asks of whoever comes."""

    method: str
    rule: str
    resource: Resource
    act: Act

    @property
    def is_api(self) -> bool:
        return self.rule.startswith("/api/")

    def address(self, **references: str) -> str:
        """With the arguments filled in. Raises KeyError for one that is missing."""
        return _ARGUMENT.sub(lambda match: references[match[1]], self.rule)

    @property
    def arguments(self) -> list[str]:
        return _ARGUMENT.findall(self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def doors(app: Flask) -> Iterator[Door]:
    """All but those that are open to everybody: sign-in and its files."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(edge.PATH):
            policy = app.view_functions[rule.endpoint].policy  # type: ignore[attr-defined]
            if policy.resource is not None:
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield Door(method, rule.rule, policy.resource, policy.act)
    for path, method, view in views(app):
        yield Door(method, path, view.policy.resource, view.policy.act)


def knock(door: Door, address: str, client: FlaskClient, desk: Desk, token: str) -> TestResponse:
    """Ask as an officer does who is signed in, or as his program does."""
    if door.is_api:
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        return client.open(address, method=door.method, headers=headers)
    return desk.get(address) if door.method == "GET" else desk.post(address, version=1)
