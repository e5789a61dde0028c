"""Every operation for organisations' programs, asked without a key and with one for everything else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.api_keys import NEEDS_KEY
from registry.vocabulary.organisations import Scope
from tests.make import make_api_key, make_organisation

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def operations(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Method, path with invented references, and the guarded view of each."""
    for rule in app.url_map.iter_rules():
        resource = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            view = getattr(resource, method.lower(), None)
            if view is not None and resource.__module__.startswith("registry.api.organisations"):
                path = rule.rule
                for name in rule.arguments:
                    path = re.sub(rf"<(?:[^<>]+:)?{name}>", "ZKVVNVJNRFYS", path)
                yield method, path, view


def test_each_needs_a_key_of_its_scope_or_is_open_to_all(app: Flask, client: FlaskClient, session: Session) -> None:
    organisation = make_organisation(session)
    others = {
        scope: make_api_key(session, organisation, *(other for other in Scope if other is not scope)) for scope in Scope
    }
    session.commit()
    guarded, is_open = 0, []
    for method, path, view in operations(app):
        if getattr(view, "needs", None) != NEEDS_KEY:
            is_open.append(path)
            continue
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in"), (method, path)
        headers = {"Authorization": f"Bearer {others[view.scope]}"}
        answer = client.open(path, method=method, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "scope_missing"), (method, path)
        guarded += 1
    assert guarded > 20
    assert sorted(is_open) == ["/api/v1/corridor-verifications", "/api/v1/verifications"]
