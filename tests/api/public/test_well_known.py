"""What stands at fixed addresses beside the API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import SettingsError
from registry.core.settings import Settings

AT = "/.well-known/security.txt"


@pytest.mark.one_database
def test_weaknesses_are_reported_where_the_operator_says(
    settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    contact = "mailto:security@registry.example"
    answer = make_app(replace(settings, security_contact=contact)).test_client().get(AT)
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert (answer.mimetype, fields["Contact"]) == ("text/plain", contact)
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=140) < left < timedelta(days=365)
    unset = make_app(settings).test_client().get(AT)
    assert (unset.status_code, unset.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "text", ["security@registry.example", "http://registry.example", "mailto:a b@c", "mailto:x@y\nExpires: 1"]
)
def test_an_address_that_is_none_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="REGISTRY_SECURITY_CONTACT must be an address"):
        Settings.from_environment({"REGISTRY_SECURITY_CONTACT": text})


@pytest.mark.one_database
def test_the_catalog_of_apis_leads_to_description_documentation_and_state(
    settings: Settings, client: FlaskClient
) -> None:
    answer = client.get("/.well-known/api-catalog")
    assert answer.mimetype == "application/linkset+json"
    assert answer.mimetype_params == {"profile": "https://www.rfc-editor.org/info/rfc9727"}
    links = {one["anchor"]: one for one in msgspec.json.decode(answer.data)["linkset"]}
    (api,) = links[f"{settings.public_url}/.well-known/api-catalog"]["item"]
    targets = [
        target for relation in ("service-desc", "service-doc", "status") for target in links[api["href"]][relation]
    ]
    for target in targets:
        answered = client.get(target["href"].removeprefix(settings.public_url))
        assert (answered.status_code, answered.mimetype) == (200, target["type"])
    head = client.head("/.well-known/api-catalog")
    assert (head.data, head.headers["Link"]) == (
        b"",
        f'<{settings.public_url}/.well-known/api-catalog>; rel="api-catalog"',
    )
