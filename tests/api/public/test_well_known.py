"""What stands at fixed addresses beside the API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

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
