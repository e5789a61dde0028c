"""What stands at fixed addresses beside the API: status lists, the issuer's keys, and the credential's type."""

import re
from datetime import timedelta
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, abort, request

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.credentials import status_list
from registry.http.responses import cache_seconds, respond_with
from registry.http.transaction import public_reading, services, verdicts
from registry.log.queries import logged_keys
from registry.proofs.credentials import rules, signing

JSON, JWK_SET = "application/json", "application/jwk-set+json"
LINK_SET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
STATUS_LIST = f"application/{signing.STATUS_TYPE}"

KEPT = 3600
"""Seconds for what changes with a release alone."""

HOLDS = timedelta(days=180)
"""Within the year that RFC 9116 asks for; a registry that is given up stops naming an address that is read no more."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")

pages = Blueprint("well_known", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/status/<number>")
def show_status_list(number: str) -> Response:
    body = status_list(read_list_number(number)).encode()
    keep = cache_seconds(now(), verdicts().current_snapshot().time_zones())
    return respond_with(body, STATUS_LIST, keep, request.environ)


def read_list_number(text: str) -> int:
    """The number of a status list as it stands in an address. Raises NotFound; with a time it is 501."""
    if not _NUMBER.fullmatch(text):
        raise NotFound("there is no status list of this number: it is a whole number without leading zeros")
    if "time" in request.args:
        # A list of a former time is not kept: Token Status List, 8.4 (historical resolution).
        abort(HTTPStatus.NOT_IMPLEMENTED)
    return int(text)


@pages.get("/.well-known/jwt-vc-issuer")
def show_issuer() -> Response:
    issuer = services().settings.public_url
    return _json({"issuer": issuer, "jwks_uri": f"{issuer}/.well-known/jwks.json"}, KEPT)


@pages.get("/.well-known/jwks.json")
def show_keys() -> Response:
    return _json(signing.jwks(logged_keys(public_reading()).values()), cache_seconds(now(), ()), JWK_SET)


@pages.get("/vct/recruitment-licence/v1")
def show_type() -> Response:
    return _json(rules.type_metadata(rules.credential_type(services().settings.public_url)), KEPT)


@pages.get("/.well-known/security.txt")
def show_security_contact() -> Response:
    """RFC 9116: where weaknesses are reported. It holds from the first of this month for about half a year."""
    settings = services().settings
    if settings.security_contact is None:
        raise NotFound("the operator has named no address for reports of weaknesses (REGISTRY_SECURITY_CONTACT)")
    expires = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0) + HOLDS
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, it, zh",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    )
    return respond_with("\n".join((*lines, "")).encode(), "text/plain; charset=utf-8", KEPT, request.environ)


@pages.get("/.well-known/api-catalog")
def show_api_catalog() -> Response:
    """RFC 9727: the APIs of this host as a link set (RFC 9264), with description, documentation and state of each."""
    url = services().settings.public_url
    catalog = {
        "linkset": [
            {"anchor": f"{url}/.well-known/api-catalog", "item": [{"href": f"{url}/api/v1"}]},
            {
                "anchor": f"{url}/api/v1",
                "service-desc": [{"href": f"{url}/openapi.json", "type": JSON}],
                "service-doc": [{"href": f"{url}/{page}", "type": "text/html"} for page in ("docs", "docs/endpoints")],
                "status": [{"href": f"{url}/health", "type": JSON}],
            },
        ]
    }
    response = _json(catalog, KEPT, LINK_SET)
    response.headers["Link"] = f'<{url}/.well-known/api-catalog>; rel="api-catalog"'
    return response


@pages.get("/api/v1")
def show_api() -> Response:
    """The API's own address, which the catalogue names: where it is described."""
    url = services().settings.public_url
    described = {"description": f"{url}/openapi.json", "documentation": f"{url}/docs", "health": f"{url}/health"}
    return _json({"version": version("recruitment-registry")} | described, KEPT)


def _json(value: Any, max_age: int, media_type: str = JSON) -> Response:
    return respond_with(msgspec.json.encode(value), media_type, max_age, request.environ)
