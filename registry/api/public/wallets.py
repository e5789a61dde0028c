"""Where wallets get their credentials (OpenID4VCI 1.0 as HAIP 1.0 profiles it), and what verifiers read: types, status lists.

Errors are those of RFC 6749, RFC 9449 and OpenID4VCI 1.0: 400 or 401 with the code named. Nothing is acknowledged before it is
committed, and what a refused request used up stays used.

And where a wallet fetches what it is asked, and answers (OpenID4VP 1.0), at addresses that stand in a QR code or a link; and the
registry's own keys as verifiers and wallets look for them: a list of trusted entities at a fixed address.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request

from registry.api.public.well_known import KEPT, read_list_number
from registry.core.clock import now
from registry.core.errors import NotFound, NotNow, WithheldByLaw
from registry.http.credentials import own_trust_list, verifier, wallet_status_list, wallet_trust, wallets
from registry.http.responses import respond_with
from registry.http.transaction import keyring, public_reading, services, writing
from registry.proofs.credentials.signing import STATUS_TYPE
from registry.proofs.wallets import grants, metadata, presentations, rules
from registry.proofs.wallets.requests import NonceUse, OAuthError, ProofReader, SentProofs, make_nonce
from registry.vocabulary.supervision import Refusal, WalletForm

JSON, JWT = "application/json", "application/jwt"
METADATA_KEPT = 300
"""Seconds: an operator names certificates without a release."""

pages = Blueprint("wallets", __name__)


@pages.get("/status/w/<number>")
def show_list(number: str) -> Response:
    body = wallet_status_list(read_list_number(number)).encode()
    return respond_with(body, f"application/{STATUS_TYPE}", rules.STATUS_KEPT, request.environ)


@pages.get("/vct/recruitment-licence/v2")
def show_licence_type() -> Response:
    return _type(WalletForm.LICENCE)


@pages.get("/vct/recruiter-staff-card/v1")
def show_card_type() -> Response:
    return _type(WalletForm.STAFF_CARD)


def _type(form: WalletForm) -> Response:
    body = rules.type_document(services().settings.public_url, form)
    return respond_with(body, JSON, KEPT, request.environ)


@pages.get("/.well-known/openid-credential-issuer")
def show_issuer_metadata() -> Response:
    """Plain, or signed where the wallet prefers that (12.2.2)."""
    trust, at = wallet_trust(), now()
    existing = wallets()
    if request.accept_mimetypes.best_match([JSON, JWT]) == JWT:
        body, media_type = metadata.signed_metadata(existing.issuer, trust, at).encode(), JWT
    else:
        body, media_type = msgspec.json.encode(metadata.issuer_metadata(existing.issuer.issuer, trust)), JSON
    response = respond_with(body, media_type, METADATA_KEPT, request.environ)
    response.vary.add("Accept")
    return response


@pages.get("/.well-known/oauth-authorization-server")
def show_server_metadata() -> Response:
    body = msgspec.json.encode(metadata.server_metadata(services().settings))
    return respond_with(body, JSON, METADATA_KEPT, request.environ)


@pages.post(metadata.NONCE)
def give_nonce() -> Response:
    return _answer({"c_nonce": _nonce(NonceUse.PROOF)})


@pages.post(metadata.CHALLENGE)
def give_challenge() -> Response:
    return _answer({"attestation_challenge": _nonce(NonceUse.CHALLENGE)})


@pages.post(metadata.PAR)
def push_request() -> Response:
    def act(reader: ProofReader) -> Response:
        wallet = reader.wallet(_sent_proofs())
        request_uri = grants.push(reader.session, wallet, _form(), reader.at)
        return _answer({"request_uri": request_uri, "expires_in": int(grants.REQUEST_LIFE.total_seconds())}, 201)

    return _acting(act)


@pages.post(metadata.TOKEN)
def give_tokens() -> Response:
    def act(reader: ProofReader) -> Response:
        wallet = reader.wallet(_sent_proofs())
        if wallet.key is None:
            raise OAuthError("invalid_dpop_proof", "a DPoP proof is needed: tokens are bound to its key")
        tokens = grants.redeem(reader.session, reader.keyring, wallet, wallet.key, _form(), reader.at)
        return _answer(
            {
                "access_token": tokens.access,
                "token_type": "DPoP",
                "expires_in": int(grants.ACCESS_LIFE.total_seconds()),
                "refresh_token": tokens.refresh,
            }
        )

    return _acting(act)


@pages.post(metadata.CREDENTIAL)
def give_credential() -> Response:
    def act(reader: ProofReader) -> Response:
        kind, _, access = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "dpop" or not access.isascii():
            raise OAuthError("invalid_token", "an access token is needed, as Authorization: DPoP", 401)
        grant = grants.grant_of(reader.session, access, reader.at)
        if reader.dpop_key(_sent_proofs(), access) != grant.key:
            raise OAuthError("invalid_token", "the access token is bound to another DPoP key", 401)
        holder = reader.holder(_asked_for(grant.form))
        try:
            credential = grants.issue(reader.session, wallets().issuer, grant, holder, reader.at)
        except (NotFound, NotNow, WithheldByLaw) as refused:
            raise OAuthError("credential_request_denied", refused.text) from None
        return _answer({"credentials": [{"credential": credential}]})

    return _acting(act)


def _asked_for(form: WalletForm) -> Any:
    """The proofs of a credential request for that form. Raises OAuthError for any other request."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise OAuthError("invalid_credential_request", "the body must be a JSON object, as application/json")
    if "credential_response_encryption" in asked:
        raise OAuthError("invalid_encryption_parameters", "answers are not encrypted beyond TLS")
    if "credential_identifier" in asked:
        raise OAuthError("unknown_credential_identifier", "credential_configuration_id says what is asked for")
    if asked.get("credential_configuration_id") != form:
        raise OAuthError("unknown_credential_configuration", f"the token is for {form}")
    return asked.get("proofs")


def _acting(act: Callable[[ProofReader], Response]) -> Response:
    """Answer in one transaction, which is committed before anything is acknowledged. A refusal is committed, too: a nonce, a
    proof and a try are used up by it."""
    trust, at = wallet_trust(), now()
    with writing() as session:
        try:
            return act(ProofReader(session, keyring(), services().settings.public_url, trust, at))
        except OAuthError as refused:
            return _refusal(refused)


def _refusal(refused: OAuthError) -> Response:
    response = _answer({"error": refused.error, "error_description": refused.text}, refused.status)
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = f'DPoP error="{refused.error}", algs="ES256"'
    if refused.error == "use_attestation_challenge":
        response.headers["OAuth-Client-Attestation-Challenge"] = _nonce(NonceUse.CHALLENGE)
    return response


def _answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """An answer for one wallet alone, with the nonce of its next DPoP proof."""
    response = _json_not_kept(body, status)
    response.headers["DPoP-Nonce"] = _nonce(NonceUse.DPOP)
    return response


def _nonce(use: NonceUse) -> str:
    return make_nonce(keyring(), use, now())


def _form() -> dict[str, str]:
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise OAuthError("invalid_request", "a parameter stands there twice")
    return request.form.to_dict()


def _sent_proofs() -> SentProofs:
    headers = request.headers
    return SentProofs(
        request.method,
        services().settings.public_url + request.path,
        headers.get("OAuth-Client-Attestation", ""),
        headers.get("OAuth-Client-Attestation-PoP", ""),
        headers.get("DPoP", ""),
    )


MAX_WALLET_NONCE = 200
TRUST_LIST_KEPT = 3600
"""Seconds that the list of keys may be kept."""


@pages.route("/presentations/<token>", methods=["GET", "POST"])
def show_request(token: str) -> Response:
    """The signed request. A wallet that posts may send a nonce of its own, which comes back signed."""
    nonce = request.form.get("wallet_nonce", "")[:MAX_WALLET_NONCE] or None
    try:
        made = presentations.request_object(public_reading(), keyring(), verifier(), token, now(), nonce)
    except NotFound as error:
        return _refused_answer(error.text, HTTPStatus.NOT_FOUND)
    return _not_kept(Response(made, mimetype=f"application/{presentations.REQUEST_TYPE}"))


@pages.post("/presentations/<token>/answer")
def take_answer(token: str) -> Response:
    """The wallet's answer. What is not genuine is refused here with the reason, and told the asker."""
    try:
        with writing() as session:
            if "error" in request.form:
                done = presentations.decline(session, token, request.form.get("state", ""), now())
            else:
                body = request.form.get("response", "")
                done = presentations.receive(session, keyring(), verifier(), token, body, now())
            refusal, return_url = done.presentation.refusal, done.presentation.return_url
    except NotFound as error:
        return _refused_answer(error.text, HTTPStatus.NOT_FOUND)
    except presentations.Unreadable as error:
        return _refused_answer(str(error))
    if refusal is not None and refusal is not Refusal.DECLINED:
        return _refused_answer(refusal.value)
    if return_url is None:
        return _json_not_kept({})
    mark = "&" if "?" in return_url else "?"
    return _json_not_kept({"redirect_uri": f"{return_url}{mark}{urlencode({'response_code': done.code})}"})


@pages.get("/.well-known/lote")
def show_trust_list() -> Response:
    """The registry's own keys, for readers of such lists."""
    return respond_with(own_trust_list().encode(), "application/jose", TRUST_LIST_KEPT, request.environ)


def _refused_answer(text: str, status: int = HTTPStatus.BAD_REQUEST) -> Response:
    return _json_not_kept({"error": "invalid_request", "error_description": text}, status)


def _json_not_kept(value: Any, status: int = HTTPStatus.OK) -> Response:
    return _not_kept(Response(msgspec.json.encode(value), status, mimetype="application/json"))


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
