"""Closed by default: every route of the console, by every method, for every role, decided by the table and by nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http.portals import SAFE, UnguardedRoute
from registry.officers.rights import RIGHTS, Role
from registry.pages.officers import edge
from registry.vocabulary.cases import PartnerKind
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.signed_in import OfficerClient, desk_of
from tests.thorough import thorough


def routes(app: Flask) -> list[tuple[str, str, object]]:
    """Method, a path that leads to nothing that exists, and policy of every route of the console."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(edge.PATH):
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<{name}>", new_reference())
            policy = app.view_functions[rule.endpoint].policy  # type: ignore[attr-defined]
            found += [(method, path, policy) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def status_of(desk: OfficerClient, method: str, path: str) -> int:
    return (desk.get(path) if method == "GET" else desk.post(path)).status_code


@pytest.mark.own_app
def test_a_route_without_a_policy_is_not_served(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", view_func=lambda: "open", endpoint="forgotten")
    app = make_app(settings)
    app.register_blueprint(forgotten, url_prefix=edge.PATH)
    with pytest.raises(UnguardedRoute, match="/console/forgotten"):
        edge.require_policies(app)


def test_without_signing_in_nothing_but_the_door_opens(app: Flask, client: FlaskClient) -> None:
    for method, path, policy in routes(app):
        if policy.resource is None:  # type: ignore[attr-defined]
            continue
        response = client.open(path, method=method)
        assert (response.status_code, response.location) == (303, "/console/sign-in"), (method, path)


BUSIEST = Role.SUPERVISOR


@pytest.mark.parametrize("role", [BUSIEST, *thorough(*(role for role in Role if role is not BUSIEST))])
def test_the_table_alone_decides(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring, role: Role
) -> None:
    unit = make_unit(session)
    # Partners and agencies have units of their own.
    unit.partner_kind = PartnerKind.UNION if role is Role.PARTNER else None
    unit.agency = new_reference() if role is Role.AGENCY_REP else None
    desk = desk_of(client, session, make_officer(session, keyring, role).officer)
    for method, path, policy in routes(app):
        if policy.resource is None:  # type: ignore[attr-defined]
            continue
        is_allowed = role in RIGHTS.get((policy.resource, policy.act), frozenset())  # type: ignore[attr-defined]
        status = status_of(desk, method, path)
        assert (status != 403) == is_allowed, (method, path, status)
        assert status < 500, (method, path, status)


def test_a_form_that_is_not_from_this_session_changes_nothing(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    make_unit(session)
    supervisor = make_officer(session, keyring, Role.SUPERVISOR).officer
    other = make_officer(session, keyring, Role.SUPERVISOR, email="other@authority.example").officer
    desk, theirs = desk_of(client, session, supervisor), desk_of(client, session, other)
    for method, path, policy in routes(app):
        if method in SAFE or policy.resource is None:  # type: ignore[attr-defined]
            continue
        assert desk.post_bare(path).status_code in (403, 409), path
        assert desk.post_bare(path, form=theirs.form).status_code in (403, 409), path


def test_another_units_officers_are_in_no_list(client: FlaskClient, session: Session, keyring: Keyring) -> None:
    make_unit(session)
    make_unit(session, "cz-invented-unit", "CZ")
    mine = make_officer(session, keyring, Role.SUPERVISOR).officer
    make_officer(
        session, keyring, Role.TRIAGE, unit="cz-invented-unit", name="Foreign Officer", email="cz@authority.example"
    )
    desk = desk_of(client, session, mine)
    assert "Foreign Officer" not in desk.get("/console/officers").get_data(as_text=True)


def test_the_console_is_closed_unless_it_is_named(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    app = make_app(replace(settings, edges=frozenset({Edge.API, Edge.PUBLIC})))
    assert app.test_client().get("/console/sign-in").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/console//officers", "/console/Officers", "/CONSOLE/officers", "/console/%6ffficers", "/console/officers/"],
)
def test_tricks_with_the_address_open_nothing(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in (303, 308, 404), path
    assert "Officers of this unit" not in response.get_data(as_text=True)
