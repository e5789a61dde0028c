"""Where a wallet fetches what it is asked, and answers (OpenID4VP 1.0), at addresses that stand in a QR code or a link.

And the registry's own keys as verifiers and wallets look for them: a list of trusted entities at a fixed address.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.credentials import own_trust_list, verifier
from registry.http.responses import respond_with
from registry.http.transaction import keyring, public_reading, writing
from registry.proofs.wallets import presentations
from registry.proofs.wallets.presentations import REQUEST_TYPE, Unreadable
from registry.vocabulary.licensing import Refusal

pages = Blueprint("presentations", __name__)

MAX_WALLET_NONCE = 200
LIST_KEPT = 3600
"""Seconds that the list of keys may be kept."""


@pages.route("/presentations/<token>", methods=["GET", "POST"])
def show_request(token: str) -> Response:
    """The signed request. A wallet that posts may send a nonce of its own, which comes back signed."""
    nonce = request.form.get("wallet_nonce", "")[:MAX_WALLET_NONCE] or None
    try:
        made = presentations.request_object(public_reading(), keyring(), verifier(), token, now(), nonce)
    except NotFound as error:
        return _refused(error.text, HTTPStatus.NOT_FOUND)
    return _not_kept(Response(made, mimetype=f"application/{REQUEST_TYPE}"))


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
        return _refused(error.text, HTTPStatus.NOT_FOUND)
    except Unreadable as error:
        return _refused(str(error))
    if refusal is not None and refusal is not Refusal.DECLINED:
        return _refused(refusal.value)
    if return_url is None:
        return _json({})
    mark = "&" if "?" in return_url else "?"
    return _json({"redirect_uri": f"{return_url}{mark}{urlencode({'response_code': done.code})}"})


@pages.get("/.well-known/lote")
def show_trust_list() -> Response:
    """The registry's own keys, for readers of such lists."""
    return respond_with(own_trust_list().encode(), "application/jose", LIST_KEPT, request.environ)


def _refused(text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
    return _json({"error": "invalid_request", "error_description": text}, status)


def _json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return _not_kept(Response(msgspec.json.encode(value), status, mimetype="application/json"))


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
