"""A provider of OpenID Connect for tests: Authlib's own server side, in a thread, on a port of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.models import ClientMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, jsonify, redirect, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "registry", "a secret between two"


class _Client(ClientMixin):
    client_id, back = CLIENT, ""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.back

    def get_allowed_scope(self, scope: str) -> str:
        return "openid"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code:
    code: str
    parameters: dict[str, str]
    provider: "Provider"

    def get_redirect_uri(self) -> str:
        return self.parameters["redirect_uri"]

    def get_scope(self) -> str:
        return self.parameters["scope"]

    def get_nonce(self) -> str | None:
        return self.parameters.get("nonce")

    def get_auth_time(self) -> int:
        return int(time.time()) - self.provider.proved_ago

    def get_acr(self) -> str | None:
        return self.provider.acr

    def get_amr(self) -> list[str] | None:
        return self.provider.amr

    code_challenge = property(lambda self: self.parameters.get("code_challenge"))
    code_challenge_method = property(lambda self: self.parameters.get("code_challenge_method"))


@dataclass
class Provider:
    """`subject` is who sits there. What is in `lies` overrides what is signed."""

    issuer: str = ""
    subject: str = "a-1"
    acr: str | None = None
    amr: list[str] | None = None
    proved_ago: int = 5
    lies: dict[str, Any] = field(default_factory=dict)
    is_away: bool = False
    signs_out: bool = False
    client: _Client = field(default_factory=_Client)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True))
    signs_with: RSAKey | None = None
    codes: dict[str, _Code] = field(default_factory=dict)

    def visit(self, address: str) -> str:
        """What the officer's browser does there; gives the path and query it comes back with."""
        answer = requests.get(address, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def app(self) -> Flask:
        app, provider = Flask("provider"), self

        class Codes(grants.AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012

            def save_authorization_code(self, code: str, request: Any) -> None:
                provider.codes[code] = _Code(code, dict(parse_qsl(urlsplit(request.uri).query)), provider)

            def query_authorization_code(self, code: str, client: Any) -> Any:
                return provider.codes.get(code)

            def delete_authorization_code(self, authorization_code: Any) -> None:
                del provider.codes[authorization_code.code]

            def authenticate_user(self, authorization_code: Any) -> str:
                return provider.subject

        class Ids(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return False

            def resolve_client_private_key(self, client: Any) -> RSAKey:
                return provider.signs_with or provider.key

            def get_client_algorithm(self, client: Any) -> str:
                return "RS256"

            def get_encode_header(self, client: Any) -> dict[str, str]:
                return {"alg": "RS256", "kid": "one"}

            def get_client_claims(self, client: Any) -> dict[str, Any]:
                at = int(time.time())
                return {"iss": provider.issuer, "aud": [CLIENT], "iat": at, "exp": at + 60}

            def get_compatible_claims(self, request: Any) -> dict[str, Any]:
                return self.get_client_claims(request.client)

            def generate_user_info(self, user: str, scope: str) -> UserInfo:
                return UserInfo({"sub": user, "email": "officer@authority.example", **provider.lies})

        server = AuthorizationServer(app, query_client=lambda _id: provider.client, save_token=lambda *_: None)
        server.register_grant(Codes, [CodeChallenge(required=True), Ids(require_nonce=True)])

        @app.before_request
        def away() -> Any:
            return ("", 500) if provider.is_away else None

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Any:
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            if provider.signs_out:
                ends["end_session_endpoint"] = "farewell"
            return jsonify(issuer=provider.issuer, **{name: f"{provider.issuer}/{path}" for name, path in ends.items()})

        @app.get("/farewell")
        def farewell() -> Any:
            assert request.args["client_id"] == CLIENT
            return redirect(request.args["post_logout_redirect_uri"])

        @app.get("/keys")
        def keys() -> Any:
            return jsonify(keys=[provider.key.as_dict(private=False)])

        @app.get("/authorize")
        def authorize() -> Any:
            assert request.args["max_age"] == "3600"
            grant = server.get_consent_grant(end_user=provider.subject)
            return server.create_authorization_response(grant_user=provider.subject, grant=grant)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        return app


@contextmanager
def running() -> Iterator[Provider]:
    import os

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        os.environ.pop("AUTHLIB_INSECURE_TRANSPORT", None)
