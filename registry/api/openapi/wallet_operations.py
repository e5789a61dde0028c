"""The operations of wallets: where they get credentials (OpenID4VCI 1.0), and where they are asked for them (OpenID4VP 1.0).

Names and errors are those of the specifications. Where wallets are switched off all of them are 404.
"""

from collections.abc import Iterator
from typing import Any

from registry.api.openapi import descriptions
from registry.api.openapi.file_operations import parameter
from registry.proofs.credentials.signing import STATUS_TYPE
from registry.proofs.wallets import grants, metadata, presentations
from registry.vocabulary.supervision import WalletForm
from schemas import wallets
from schemas.base import OutSchema
from schemas.open_data import CredentialTypeSchema

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_TEXT: dict[str, Any] = {"type": "string"}
_JWT = {"schema": _TEXT, "example": "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"}
_HOW = "docs/operators/wallets.md."


def wallet_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operations of each."""
    for path, name, summary, content in _DOCUMENTS:
        yield path, {"get": _document(name, summary, content)}
    status = _document(
        "getWalletStatusList",
        "Read a status list of what wallets have",
        {f"application/{STATUS_TYPE}": _JWT},
        "A Token Status List of two bits a credential: 0 valid, 1 invalid, 2 suspended. Places are drawn by chance. Lists of a "
        "former time are not kept: with `time` this is 501.",
    )
    status["parameters"].append(descriptions.FILE_PARAMETERS["number"])
    status["responses"]["501"] = "Problem501"
    yield "/status/w/{number}", {"get": status}
    for path, name, summary, schema, example in _NONCES:
        yield path, {"post": _act(name, summary, _json(schema, example))}
    yield metadata.PAR, {"post": _push()}
    yield metadata.TOKEN, {"post": _tokens()}
    yield metadata.CREDENTIAL, {"post": _credential()}
    yield "/presentations/{token}", dict(_requests())
    yield "/presentations/{token}/answer", {"post": _answer()}


def _json(schema: type[OutSchema], example: dict[str, Any]) -> dict[str, Any]:
    return {JSON: {"schema": schema, "example": example}}


_DOCUMENTS = (
    (
        "/.well-known/openid-credential-issuer",
        "getWalletIssuer",
        "Read what the registry issues to wallets; as a JWT where Accept prefers that",
        {JSON: {"schema": wallets.WalletIssuerSchema}, "application/jwt": _JWT},
    ),
    (
        "/.well-known/oauth-authorization-server",
        "getWalletServer",
        "Read where wallets get their tokens",
        {JSON: {"schema": wallets.WalletServerSchema}},
    ),
    (
        "/vct/recruitment-licence/v2",
        "getWalletLicenceType",
        "Read what a licence in a wallet says",
        {JSON: {"schema": CredentialTypeSchema}},
    ),
    (
        "/vct/recruiter-staff-card/v1",
        "getWalletCardType",
        "Read what a staff card in a wallet says",
        {JSON: {"schema": CredentialTypeSchema}},
    ),
    (
        "/.well-known/lote",
        "getTrustList",
        "Read the registry's own keys as a list of trusted entities (ETSI TS 119 602), a compact JWS",
        {"application/jose": _JWT},
    ),
)
_NONCES: tuple[tuple[str, str, str, type[OutSchema], dict[str, Any]], ...] = (
    (
        metadata.NONCE,
        "createWalletNonce",
        "Get a nonce for a proof",
        wallets.WalletNonceSchema,
        {"c_nonce": "692c3f2c.aW52ZW50ZWQ.0123456789abcdef0123456789abcdef"},
    ),
    (
        metadata.CHALLENGE,
        "createWalletChallenge",
        "Get a challenge for a wallet attestation",
        wallets.WalletChallengeSchema,
        {"attestation_challenge": "692c3f2c.aW52ZW50ZWQ.0123456789abcdef0123456789abcdef"},
    ),
)


def _document(name: str, summary: str, content: dict[str, Any], description: str = "") -> dict[str, Any]:
    """What is read by GET and kept for a while."""
    headers = descriptions.headers_of(*descriptions.ALWAYS, "ETag", "Cache-Control")
    return _operation(name, summary, description, ["IfNoneMatch"]) | {
        "responses": {
            "200": {"description": "The answer.", "headers": headers, "content": content},
            "304": descriptions.not_modified(),
        }
        | _problems()
    }


def _operation(name: str, summary: str, description: str, parameters: list[Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["wallets"],
        "summary": summary,
        "description": f"{description} {_HOW}".strip(),
        "parameters": parameters,
    }


def _problems() -> dict[str, str]:
    return {str(status): f"Problem{status}" for status in (404, 405, 429, 503)}


def _act(
    name: str,
    summary: str,
    content: dict[str, Any],
    *,
    description: str = "",
    parameters: list[Any] | None = None,
    body: dict[str, Any] | None = None,
    status: int = 200,
    refusals: dict[int, str] | None = None,
) -> dict[str, Any]:
    """What a wallet does by POST. `refusals` are errors of the specifications by status, each with an example."""
    told = {"DPoP-Nonce": {"description": "Nonce of the next DPoP proof.", "schema": _TEXT}}
    headers = descriptions.headers_of(*descriptions.ALWAYS, "Cache-Control") | told
    responses: dict[str, Any] = {str(status): {"description": "Done.", "headers": headers, "content": content}}
    for code, error in (refusals or {}).items():
        example = {"error": error, "error_description": "what was wrong, and what to do"}
        responses[str(code)] = {
            "description": "Refused, with a code of the specifications.",
            "headers": headers,
            "content": _json(wallets.OAuthErrorSchema, example),
        }
    made = _operation(name, summary, description, parameters or []) | {"responses": responses | _problems()}
    return made if body is None else made | {"requestBody": {"required": True, "content": body}}


_ATTESTATION = [
    parameter("OAuth-Client-Attestation", "header", "The wallet's attestation by its provider.", _TEXT),
    parameter("OAuth-Client-Attestation-PoP", "header", "The proof that the wallet holds the attested key.", _TEXT),
]
_DPOP = parameter("DPoP", "header", "The DPoP proof (RFC 9449), with the nonce of the last answer.", _TEXT)
_TOKEN = parameter(
    "token",
    "path",
    "As the link or the QR code has it.",
    _TEXT | {"pattern": "^[A-Za-z0-9_-]{32}$"},
    example="aW52ZW50ZWQtdG9rZW4taW52ZW50ZWQt",
)


def _form(fields: dict[str, str], required: tuple[str, ...] = ()) -> dict[str, Any]:
    shown = {name: _TEXT | {"description": text} for name, text in fields.items()}
    return {FORM: {"schema": {"type": "object", "properties": shown, "required": list(required)}}}


def _push() -> dict[str, Any]:
    return _act(
        "pushWalletAuthorization",
        "Push an authorization request (RFC 9126)",
        _json(
            wallets.PushedRequestSchema,
            {"request_uri": "urn:ietf:params:oauth:request_uri:aW52ZW50ZWQ", "expires_in": 600},
        ),
        description="A wallet begins with an offer of an agency, never by itself.",
        parameters=[*_ATTESTATION, _DPOP],
        body=_form(
            {
                "client_id": "The `sub` of the wallet's attestation.",
                "response_type": "`code`.",
                "scope": f"One of {', '.join(f'`{form}`' for form in WalletForm)}.",
                "redirect_uri": "Where the browser goes afterwards.",
                "issuer_state": "As the offer has it.",
                "code_challenge": "PKCE, with S256.",
                "code_challenge_method": "`S256`.",
                "state": "Comes back unchanged.",
            }
        ),
        status=201,
        refusals={400: "invalid_request", 401: "invalid_client"},
    )


def _tokens() -> dict[str, Any]:
    tokens = {"access_token": "aW52ZW50ZWQ", "token_type": "DPoP", "expires_in": 300, "refresh_token": "aW52ZW50ZWQ"}
    return _act(
        "createWalletTokens",
        "Get tokens for an offer, a code or a refresh token",
        _json(wallets.WalletTokensSchema, tokens),
        description="A number told apart may be typed wrong five times; a code is good once.",
        parameters=[*_ATTESTATION, _DPOP],
        body=_form(
            {
                "grant_type": f"`{grants.PRE_AUTHORIZED}`, `authorization_code` or `refresh_token`.",
                "pre-authorized_code": "As the offer has it.",
                "tx_code": "The number that the agency told apart.",
                "code": "As it came to `redirect_uri`.",
                "redirect_uri": "As it was pushed.",
                "code_verifier": "Of PKCE.",
                "refresh_token": "As it was given.",
            }
        ),
        refusals={400: "invalid_grant", 401: "invalid_client"},
    )


def _credential() -> dict[str, Any]:
    authorization = parameter("Authorization", "header", "`DPoP` and the access token.", _TEXT)
    return _act(
        "createWalletCredential",
        "Get the credential of a token, bound to a key of the wallet",
        _json(
            wallets.IssuedCredentialsSchema, {"credentials": [{"credential": "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl~"}]}
        ),
        description="For one token one credential lives: a second one ends the first.",
        parameters=[_DPOP, authorization],
        body=_json(
            wallets.CredentialRequestSchema,
            {
                "credential_configuration_id": WalletForm.LICENCE.value,
                "proofs": {"jwt": ["eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"]},
            },
        ),
        refusals={400: "invalid_proof", 401: "invalid_token"},
    )


def _requests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Both ways of fetching a request."""
    content = {f"application/{presentations.REQUEST_TYPE}": _JWT}
    words = "Signed by the access certificate, where the operator has one; over after five minutes, and once it was answered."
    nonce = _form({"wallet_nonce": "Comes back in the signed request."})
    for method, name, summary in (
        ("get", "getPresentationRequest", "Fetch what a wallet is asked"),
        ("post", "getPresentationRequestByPost", "Fetch what a wallet is asked, with a nonce of the wallet"),
    ):
        made = _act(name, summary, content, description=words, parameters=[_TOKEN])
        made["responses"]["404"] = _gone()
        yield method, made if method == "get" else made | {"requestBody": {"required": False, "content": nonce}}


def _answer() -> dict[str, Any]:
    made = _act(
        "answerPresentationRequest",
        "Answer a request with a presentation, as `direct_post.jwt`",
        _json(
            wallets.PresentationAnsweredSchema,
            {"redirect_uri": "https://recruiting.example.org/checked?response_code=aW52ZW50ZWQ"},
        ),
        description="An answer counts once, genuine or not. What cannot be decrypted changes nothing.",
        parameters=[_TOKEN],
        body=_form(
            {
                "response": "The answer as JWE, to the key of the request.",
                "error": "In its place, where the wallet shows nothing: a code, such as `access_denied`.",
                "state": "Beside `error`: as the request has it.",
            }
        ),
        refusals={400: "invalid_request"},
    )
    made["responses"]["404"] = _gone()
    return made


def _gone() -> dict[str, Any]:
    """Where wallets are on it is the error of a wallet; where they are off there is no such address."""
    return {
        "description": "It is over, was answered, or never was; or wallets are switched off.",
        "headers": descriptions.headers_of(*descriptions.ALWAYS),
        "content": _json(
            wallets.OAuthErrorSchema, {"error": "invalid_request", "error_description": "ask for another one"}
        )
        | {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
