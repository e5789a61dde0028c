"""Every page and endpoint that officers have, as a test calls them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.api.officers.edge import views
from registry.core.ids import new_reference
from registry.officers.models import Officer
from registry.officers.rights import Act, Resource
from registry.pages.officers import edge
from tests.pages.officers.signed_in import OfficerClient

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """A method at an address with its `<arguments>`, and what it requires of the caller."""

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


def doors(app: Flask) -> Iterator[Route]:
    """All but those that are open to everybody: sign-in and its files."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(edge.PATH):
            policy = app.view_functions[rule.endpoint].policy  # type: ignore[attr-defined]
            if policy.resource is not None:
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield Route(method, rule.rule, policy.resource, policy.act)
    for path, method, view in views(app):
        yield Route(method, path, view.policy.resource, view.policy.act)


def knock(door: Route, address: str, client: FlaskClient, desk: OfficerClient, token: str) -> TestResponse:
    """Send a request as a signed-in officer does, or as the officer's program does."""
    if door.is_api:
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        return client.open(address, method=door.method, headers=headers)
    return desk.get(address) if door.method == "GET" else desk.post(address, version=1)


class Person(NamedTuple):
    """An officer with browser and program."""

    desk: OfficerClient
    token: str

    @property
    def officer(self) -> Officer:
        return self.desk.officer


People = Callable[..., Person]


OF = (
    ("/licences/agencies/", "agency"),
    ("/licences/proposals/", "proposal"),
    ("/licences/", "licence"),
    ("/officers/changes/", "change"),
    ("/officers/", "officer"),
    ("/sanctions/", "sanction"),
    ("/hearings/", "hearing"),
    ("/referrals/", "referral"),
    ("/openings/", "opening"),
    ("/cases/", "case"),
    ("/entries/", "entry"),
    ("/channels/", "channel"),
    ("/channel-changes/", "channel"),
    ("/clones/agencies/", "agency"),
    ("/clones/", "collision"),
)
"""What `<reference>` is a reference of, by the beginning of the address; other arguments say it by their names."""


def filled(door: Route, things: dict[str, str]) -> dict[str, str]:
    """Arguments of an address: of things that are there, or random where there is none of the kind."""
    path = door.rule.removeprefix("/console").removeprefix("/api/v1")
    kind = next((of for beginning, of in OF if path.startswith(beginning)), "")
    found = {}
    for name in door.arguments:
        named = kind if name == "reference" or kind == "channel" else name.removesuffix("_id")
        found[name] = "suspend" if name == "act" else things.get(named) or new_reference()
    return found
