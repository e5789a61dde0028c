"""The way to a ministry's sign-in page and back."""

import re
from html import unescape
from typing import Protocol

from flask import Flask
from flask.testing import FlaskClient

from registry.officer_acts.sign_in_providers import clients
from registry.officers.providers.client import Client
from tests.officers.making import PASSWORD
from tests.pages.officers.signed_in import OfficerClient, words_of


def there(page: str) -> str:
    found = re.search(r'<a class="main" href="([^"]+)"', page)
    assert found is not None, page
    return unescape(found[1])


class Visited(Protocol):
    """A person's visit at a ministry's provider: gives the address that the visitor is sent back to."""

    def visit(self, address: str) -> str: ...


def linked(desk: OfficerClient, ministry: Visited) -> None:
    going = desk.post("/console/own/links/it", password=PASSWORD)
    came = desk.client.get(ministry.visit(there(going.get_data(as_text=True))))
    assert came.status_code == 200, words_of(came)
    assert there(came.get_data(as_text=True)) == "/console/own"
    desk.client.delete_cookie("console", path="/console")


def way_back(client: FlaskClient, ministry: Visited, key: str = "it") -> str:
    going = client.post(f"/console/sign-in/with/{key}")
    return ministry.visit(there(going.get_data(as_text=True)))


def ministry_of(app: Flask) -> Client:
    """The console's way to the ministry that it knows as `it`."""
    with app.app_context():
        return clients()["it"]
