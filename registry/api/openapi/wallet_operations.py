"""The operations of wallets: where they get credentials (OpenID4VCI 1.0), and where they are asked for them (OpenID4VP 1.0).

Names and errors are those of the specifications, words and examples stand in operations.toml. Where wallets are switched off
all of them are 404.
"""

from collections.abc import Iterator
from typing import Any

from registry.api.openapi import descriptions
from registry.api.openapi.file_operations import parameter
from schemas import wallets
from schemas.open_data import CredentialTypeSchema

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_TEXT: dict[str, Any] = {"type": "string"}
_JWT = {"schema": _TEXT, "example": "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"}
_HOW = "docs/operators/wallets.md."
_SCHEMAS = {**vars(wallets), CredentialTypeSchema.__name__: CredentialTypeSchema}
_DPOP_TOLD = "The DPoP proof (RFC 9449), with the nonce of the last answer."
_ATTESTATION_TOLD = "The wallet's attestation by its provider."
_PROOF_TOLD = "The proof that the wallet holds the attested key."
_PARAMETERS = {
    "number": descriptions.FILE_PARAMETERS["number"],
    "attestation": parameter("OAuth-Client-Attestation", "header", _ATTESTATION_TOLD, _TEXT),
    "attestation_proof": parameter("OAuth-Client-Attestation-PoP", "header", _PROOF_TOLD, _TEXT),
    "dpop": parameter("DPoP", "header", _DPOP_TOLD, _TEXT),
    "authorization": parameter("Authorization", "header", "`DPoP` and the access token.", _TEXT),
    "token": parameter(
        "token", "path", "As the link or the QR code has it.", _TEXT | {"pattern": "^[A-Za-z0-9_-]{32}$"},
        example="aW52ZW50ZWQtdG9rZW4taW52ZW50ZWQt",
    ),
}  # fmt: skip


def wallet_operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operations of each."""
    for path, about in descriptions.WALLET_DOCUMENTS.items():
        yield path, {"get": _document(about)}
    for path, acts in descriptions.WALLET_ACTS.items():
        yield path, {method: _act(about) for method, about in acts.items()}


def _document(about: dict[str, Any]) -> dict[str, Any]:
    """What is read by GET and kept for a while."""
    headers = descriptions.headers_of(*descriptions.ALWAYS, "ETag", "Cache-Control")
    answer = {"description": "The answer.", "headers": headers, "content": _content(about)}
    responses = {"200": answer, "304": descriptions.not_modified()} | _problems(404, 405, 429, 503)
    return _operation(about, "IfNoneMatch") | {"responses": responses | _problems(*about.get("problems", ()))}


def _act(about: dict[str, Any]) -> dict[str, Any]:
    """What a wallet does. `refusals` are errors of the specifications by status."""
    told = {"DPoP-Nonce": {"description": "Nonce of the next DPoP proof.", "schema": _TEXT}}
    headers = descriptions.headers_of(*descriptions.ALWAYS, "Cache-Control") | told
    done = {"description": "Done.", "headers": headers, "content": _content(about)}
    responses: dict[str, Any] = {str(about.get("status", 200)): done}
    for status, error in about.get("refusals", {}).items():
        content = _error(error, "what was wrong, and what to do")
        told_why = "Refused, with a code of the specifications."
        responses[status] = {"description": told_why, "headers": headers, "content": content}
    responses |= _problems(404, 405, 429, 503)
    if about.get("may_be_over"):
        responses["404"] = _gone()
    made = _operation(about) | {"responses": responses}
    return made | ({"requestBody": _body(about)} if "form" in about or "body" in about else {})


def _operation(about: dict[str, Any], *parameters: str) -> dict[str, Any]:
    return {
        "operationId": about["operation"],
        "tags": ["wallets"],
        "summary": about["summary"],
        "description": f"{about.get('description', '')} {_HOW}".strip(),
        "parameters": [*parameters, *(_PARAMETERS[name] for name in about.get("parameters", ()))],
    }


def _content(about: dict[str, Any]) -> dict[str, Any]:
    """The forms of an answer: JSON by its schema, with an example of it, and a JWT by its media type."""
    content = {JSON: _shape(about)} if "schema" in about else {}
    return content | ({about["jwt"]: _JWT} if "jwt" in about else {})


def _shape(about: dict[str, Any]) -> dict[str, Any]:
    shape = {"schema": _SCHEMAS[f"{about['schema']}Schema"]}
    return shape | ({"example": about["example"]} if "example" in about else {})


def _body(about: dict[str, Any]) -> dict[str, Any]:
    """The body of a request: JSON, or a form by its fields."""
    if "body" in about:
        return {"required": True, "content": {JSON: _shape(about["body"])}}
    fields = {name: _TEXT | {"description": text} for name, text in about["form"].items()}
    form = {"type": "object", "properties": fields, "required": []}
    return {"required": about.get("needs_form", True), "content": {FORM: {"schema": form}}}


def _problems(*statuses: int) -> dict[str, str]:
    return {str(status): f"Problem{status}" for status in statuses}


def _error(error: str, text: str) -> dict[str, Any]:
    return {JSON: {"schema": wallets.OAuthErrorSchema, "example": {"error": error, "error_description": text}}}


def _gone() -> dict[str, Any]:
    """Where wallets are on it is the error of a wallet; where they are off there is no such address."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "description": "It is over, was answered, or never was; or wallets are switched off.",
        "headers": descriptions.headers_of(*descriptions.ALWAYS),
        "content": _error("invalid_request", "ask for another one") | problem,
    }
