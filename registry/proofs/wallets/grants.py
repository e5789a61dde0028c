"""Grants: how a wallet comes from an offer to a credential, and each code on the way works once (OpenID4VCI 1.0).

What replaces a code is written in the transaction in which it is shown, and only what was committed is acknowledged: if we crash
before the commit the code is as it was; after it the code is spent, and a wallet that got no answer needs a new offer.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from registry.accounts.sessions import digest_of
from registry.audit.actions import record
from registry.core.calls import Call
from registry.core.db.locking import lock_or_none
from registry.core.errors import NotFound
from registry.core.keyring import Keyring
from registry.proofs.credentials.rules import base64url
from registry.proofs.wallets.issuing import Subject, WalletIssuer
from registry.proofs.wallets.models import StaffCard, UsedOnce, WalletCredential, WalletGrant
from registry.proofs.wallets.requests import SECRET, Holder, OAuthError, Wallet
from registry.proofs.wallets.staff import AgencyUser, card_of, end_credentials
from registry.proofs.wallets.tokens import Listed
from registry.register.agencies.models import Agency, Licence
from registry.vocabulary.supervision import GrantStep, WalletForm

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
REQUEST_URI = "urn:ietf:params:oauth:request_uri:"

OFFER_LIFE = timedelta(minutes=10)
REQUEST_LIFE = timedelta(minutes=9)
"""Of a pushed request: somebody signs in meanwhile. Less than 600 seconds, as FAPI 2.0 has it (5.3.2.2, item 12)."""
CODE_LIFE = timedelta(seconds=60)
"""As FAPI 2.0 has it at most (5.3.2.2)."""
ACCESS_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=365)
"""After a year the agency makes a new offer (HAIP 1.0, 4.4)."""

TX_DIGITS = 6
MAX_TRIES = 5
MAX_FIELD = 2000
FORGOTTEN_AFTER = timedelta(days=1)

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,60}")
_NEVER = frozenset({"javascript", "data", "file", "blob", "vbscript", "about", "ftp", "ws", "wss"})


class Offer(NamedTuple):
    """What a wallet is shown as a QR symbol or a link; `tx_code` is told apart, where the wallet asks for one."""

    address: str
    tx_code: str | None
    until: datetime


class Tokens(NamedTuple):
    """The tokens of a grant, as they are handed to the wallet. The database has their digests alone."""

    access: str
    refresh: str


class AuthorizationRequest(NamedTuple):
    """A pushed request that waits for a person: what the wallet gets, and where the browser goes afterwards."""

    subject: Subject
    redirect_uri: str


# By the agency's people


def offer(
    call: Call[AgencyUser], issuer: WalletIssuer, licence: str, card: str | None = None, *, with_sign_in: bool = False
) -> Offer:
    """Offer a licence of the agency, or one of its staff cards, to the wallet that reads the offer. A former offer of it ends.

    `with_sign_in`: by the authorization code flow, where the agency signs in on the way; else by a pre-authorized code.
    Raises NotFound, and as `WalletIssuer.content_of`.
    """
    session, agency = call.session, call.actor.agency
    subject = subject_for(session, agency, licence, card)
    issuer.signer()
    issuer.content_of(session, subject, call.at)
    session.execute(
        update(WalletGrant)
        .where(
            WalletGrant.licence == licence,
            WalletGrant.form == subject.form,
            WalletGrant.step.in_((GrantStep.OFFERED, GrantStep.INVITED)),
            WalletGrant.staff_card_id == subject.card.id
            if subject.card is not None
            else WalletGrant.staff_card_id.is_(None),
        )
        .values(step=GrantStep.ENDED, code=None, tx_code=None)
    )
    code = secrets.token_urlsafe(32)
    tx_code = None if with_sign_in else f"{secrets.randbelow(10**TX_DIGITS):0{TX_DIGITS}}"
    until = call.at + OFFER_LIFE
    session.add(
        WalletGrant(
            form=subject.form,
            step=GrantStep.INVITED if with_sign_in else GrantStep.OFFERED,
            agency=agency,
            licence=licence,
            staff_card_id=None if subject.card is None else subject.card.id,
            made_by=call.actor.name,
            made_at=call.at,
            code=digest_of(code),
            code_until=until,
            tx_code=None if tx_code is None else _tx_digest(issuer.keyring, code, tx_code),
        )
    )
    session.flush()
    record(session, "wallet.offered", agency, on=call.at.date(), actor=call.actor.name, detail=card or licence)
    grants: dict[str, Any] = {"authorization_code": {"issuer_state": code}}
    if tx_code is not None:
        grants = {
            PRE_AUTHORIZED: {"pre-authorized_code": code, "tx_code": {"input_mode": "numeric", "length": TX_DIGITS}}
        }
    stated = {"credential_issuer": issuer.issuer.url, "credential_configuration_ids": [subject.form], "grants": grants}
    query = urlencode({"credential_offer": json.dumps(stated, separators=(",", ":"))})
    return Offer(f"openid-credential-offer://?{query}", tx_code, until)


def subject_for(session: Session, agency: str, licence: str, card: str | None) -> Subject:
    """What an agency may have in a wallet: a licence of its own, or a staff card of its own that lives. Raises NotFound."""
    if card is not None:
        found = card_of(session, agency, card)
        return Subject(WalletForm.STAFF_CARD, found.licence, found)
    its = select(Licence.id).join(Agency, Agency.id == Licence.agency_id)
    if session.execute(its.where(Agency.reference == agency, Licence.reference == licence)).first() is None:
        raise NotFound("the agency has no such licence")
    return Subject(WalletForm.LICENCE, licence)


def pushed_request(call: Call[AgencyUser], client_id: str, request_uri: str) -> AuthorizationRequest:
    """The pushed request with which a browser came. Raises NotFound for one that is over, used or another's."""
    grant = _pushed(call, client_id, request_uri)
    assert grant.request is not None
    return AuthorizationRequest(subject_of(call.session, grant), grant.request["redirect_uri"])


def authorize(call: Call[AgencyUser], issuer: WalletIssuer, client_id: str, request_uri: str) -> str:
    """Let the wallet that took up an offer have it. Gives the address to which the browser goes, with the code.

    Raises as `pushed_request` and `WalletIssuer.content_of`.
    """
    grant = _pushed(call, client_id, request_uri)
    issuer.content_of(call.session, subject_of(call.session, grant), call.at)
    code = secrets.token_urlsafe(32)
    grant.step, grant.code, grant.code_until = GrantStep.AUTHORIZED, digest_of(code), call.at + CODE_LIFE
    call.session.flush()
    record(call.session, "wallet.authorized", call.actor.agency, on=call.at.date(), actor=call.actor.name)
    return _back(grant, issuer.issuer.url, {"code": code})


def deny(call: Call[AgencyUser], issuer: WalletIssuer, client_id: str, request_uri: str) -> str:
    """Refuse a wallet. Gives the address to which the browser goes. Raises as `pushed_request`."""
    grant = _pushed(call, client_id, request_uri)
    grant.step, grant.code = GrantStep.ENDED, None
    return _back(grant, issuer.issuer.url, {"error": "access_denied"})


def _pushed(call: Call[AgencyUser], client_id: str, request_uri: str) -> WalletGrant:
    grant = _waiting(call.session, GrantStep.PUSHED, request_uri.removeprefix(REQUEST_URI), call.at)
    is_theirs = grant is not None and grant.agency == call.actor.agency
    if grant is None or not is_theirs or (grant.request or {}).get("client_id") != client_id:
        raise NotFound("the wallet's request is over or was used: begin with a new offer")
    return grant


def _back(grant: WalletGrant, issuer: str, answer: Mapping[str, str]) -> str:
    """The wallet's address with the answer, which says who answers (RFC 9207)."""
    assert grant.request is not None
    state = grant.request.get("state")
    query = urlencode({**answer, **({} if state is None else {"state": state}), "iss": issuer})
    address: str = grant.request["redirect_uri"]
    return f"{address}{'&' if urlsplit(address).query else '?'}{query}"


# By the wallet


def push(session: Session, wallet: Wallet, sent: Mapping[str, str], at: datetime) -> str:
    """Take an authorization request (RFC 9126). Gives its `request_uri`. Raises OAuthError."""
    if any(len(value) > MAX_FIELD for value in sent.values()) or "request_uri" in sent or "request" in sent:
        raise OAuthError("invalid_request", "parameters are plain, and of at most 2000 characters each")
    if sent.get("client_id") != wallet.client_id:
        raise OAuthError("invalid_request", "client_id must be the sub of the wallet attestation")
    if sent.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(sent.get("code_challenge", "")):
        raise OAuthError("invalid_request", "PKCE with S256 is required")
    redirect_uri = sent.get("redirect_uri", "")
    if not is_return_address(redirect_uri):
        raise OAuthError(
            "invalid_request", "redirect_uri must be an https address, or one of a scheme of the wallet's own"
        )
    scopes = [word for word in sent.get("scope", "").split() if word in set(WalletForm)]
    if len(scopes) != 1:
        raise OAuthError("invalid_scope", f"scope must name one of {', '.join(WalletForm)}")
    kept = ("client_id", "code_challenge", "state", "dpop_jkt")
    request = {name: sent[name] for name in kept if name in sent} | {"redirect_uri": redirect_uri}
    if wallet.key is not None:
        # RFC 9449, 10.1: a proof at this endpoint binds the code to its key.
        request["dpop_jkt"] = wallet.key
    code = secrets.token_urlsafe(32)
    # A wallet does not begin by itself: a person could be led to let a stranger's wallet in.
    grant = _waiting(session, GrantStep.INVITED, sent.get("issuer_state", ""), at)
    if grant is None or grant.form != scopes[0]:
        raise OAuthError(
            "invalid_request", "issuer_state must be that of an open offer of the agency: ask for a new one"
        )
    grant.step, grant.request, grant.code, grant.code_until = (
        GrantStep.PUSHED,
        request,
        digest_of(code),
        at + REQUEST_LIFE,
    )
    session.flush()
    return f"{REQUEST_URI}{code}"


def is_return_address(address: str) -> bool:
    """Whether a browser may be sent there: https, or a scheme that is an app's own; http on the wallet's own machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if (
        parts.fragment
        or not address.isascii()
        or not address.isprintable()
        or any(mark in address for mark in ' "<>\\')
    ):
        return False
    if parts.scheme == "https":
        return bool(parts.hostname) and parts.username is None
    if parts.scheme == "http":
        return parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(_SCHEME.fullmatch(parts.scheme)) and parts.scheme not in _NEVER


def redeem(
    session: Session, keyring: Keyring, wallet: Wallet, key: str, sent: Mapping[str, str], at: datetime
) -> Tokens:
    """Tokens for what a wallet shows at the token endpoint. `key` is the thumbprint of its DPoP key. Raises OAuthError."""
    if sent.get("client_id", wallet.client_id) != wallet.client_id:
        raise OAuthError("invalid_request", "client_id must be the sub of the wallet attestation")
    match sent.get("grant_type"):
        case None:
            raise OAuthError("invalid_request", "grant_type is missing")
        case kind if kind == PRE_AUTHORIZED:
            grant = _by_offer(session, keyring, sent, at)
        case "authorization_code":
            grant = _by_code(session, wallet, key, sent, at)
        case "refresh_token":
            return _refreshed(session, wallet, key, sent, at)
        case _:
            raise OAuthError("unsupported_grant_type", "grant_type is not one that the metadata names")
    tokens = Tokens(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    grant.step, grant.code, grant.tx_code, grant.request = GrantStep.OPEN, None, None, None
    grant.wallet, grant.key = wallet.client_id, key
    _note_listed(grant, "wallet", wallet.listed)
    grant.access, grant.access_until = digest_of(tokens.access), at + ACCESS_LIFE
    grant.refresh, grant.refresh_until = digest_of(tokens.refresh), at + REFRESH_LIFE
    session.flush()
    return tokens


def _by_offer(session: Session, keyring: Keyring, sent: Mapping[str, str], at: datetime) -> WalletGrant:
    """The grant of a pre-authorized code and the number told apart, which is typed wrong five times at most."""
    code, tx_code = sent.get("pre-authorized_code"), sent.get("tx_code")
    if not code or not tx_code:
        raise OAuthError("invalid_request", "pre-authorized_code and tx_code are both needed")
    grant = _waiting(session, GrantStep.OFFERED, code, at)
    if grant is None:
        raise OAuthError("invalid_grant", "the offer is over, or was used")
    if not secrets.compare_digest(grant.tx_code or "", _tx_digest(keyring, code, tx_code)):
        grant.tries += 1
        if grant.tries >= MAX_TRIES:
            grant.step, grant.code, grant.tx_code = GrantStep.ENDED, None, None
            raise OAuthError("invalid_grant", "tx_code was wrong five times: the offer is over")
        raise OAuthError("invalid_grant", "tx_code is wrong")
    return grant


def _by_code(session: Session, wallet: Wallet, key: str, sent: Mapping[str, str], at: datetime) -> WalletGrant:
    grant = _waiting(session, GrantStep.AUTHORIZED, sent.get("code", ""), at)
    if grant is None or grant.request is None:
        raise OAuthError("invalid_grant", "the code is over, or was used")
    verifier = sent.get("code_verifier", "")
    challenge = base64url(hashlib.sha256(verifier.encode()).digest())
    shown = (wallet.client_id, sent.get("redirect_uri"), challenge)
    if shown != tuple(grant.request[name] for name in ("client_id", "redirect_uri", "code_challenge")):
        raise OAuthError("invalid_grant", "the code was given to another client, address or code_challenge")
    if grant.request.get("dpop_jkt", key) != key:
        raise OAuthError("invalid_grant", "the code is bound to another DPoP key")
    return grant


def _refreshed(session: Session, wallet: Wallet, key: str, sent: Mapping[str, str], at: datetime) -> Tokens:
    """A new access token. The refresh token stays: it is of use to its wallet and key alone (FAPI 2.0, 5.3.2.1 (9))."""
    refresh = sent.get("refresh_token", "")
    grant = _locked(session, WalletGrant.refresh == digest_of(refresh), GrantStep.OPEN)
    if grant is None or grant.refresh_until is None or grant.refresh_until <= at:
        raise OAuthError("invalid_grant", "the refresh token is over: ask the agency for a new offer")
    if (grant.wallet, grant.key) != (wallet.client_id, key):
        raise OAuthError("invalid_grant", "the refresh token is bound to another wallet or DPoP key")
    access = secrets.token_urlsafe(32)
    grant.access, grant.access_until = digest_of(access), at + ACCESS_LIFE
    _note_listed(grant, "wallet", wallet.listed)
    session.flush()
    return Tokens(access, refresh)


def grant_of(session: Session, access: str, at: datetime) -> WalletGrant:
    """The grant of an access token, locked. Raises OAuthError."""
    grant = _locked(session, WalletGrant.access == digest_of(access), GrantStep.OPEN)
    if grant is None or grant.access_until is None or grant.access_until <= at:
        raise OAuthError("invalid_token", "the access token is over or unknown", 401)
    return grant


def issue(session: Session, issuer: WalletIssuer, grant: WalletGrant, holder: Holder, at: datetime) -> str:
    """The credential of a grant, bound to the key of `holder`. One lives for each token: a second one ends the first.

    So a wallet whose answer got lost asks again, and no token is worth two. Raises as `WalletIssuer.content_of`.
    """
    end_credentials(session, WalletCredential.access == grant.access, at)
    subject = subject_of(session, grant)
    _note_listed(grant, "key", holder.listed)
    return issuer.issue(session, subject, holder.key, at, grant_id=grant.id, access=grant.access)


def _note_listed(grant: WalletGrant, what: str, listed: Sequence[Listed]) -> None:
    """Keep where the provider withdraws what it attested of the wallet, or of its key, in place of what was kept of it before."""
    others = {name: places for name, places in (grant.listed or {}).items() if name != what}
    grant.listed = others | ({what: [list(one) for one in listed]} if listed else {}) or None
    grant.lists_read_at = None


def subject_of(session: Session, grant: WalletGrant) -> Subject:
    """What a grant is for."""
    card = None if grant.staff_card_id is None else session.get(StaffCard, grant.staff_card_id)
    return Subject(grant.form, grant.licence, card)


def forget(session: Session, at: datetime) -> None:
    """Delete what cannot be used any more: proofs and nonces, and grants that no wallet took up."""
    session.execute(delete(UsedOnce).where(UsedOnce.until < at))
    unused = (GrantStep.OFFERED, GrantStep.INVITED, GrantStep.PUSHED, GrantStep.AUTHORIZED, GrantStep.ENDED)
    session.execute(
        delete(WalletGrant).where(
            WalletGrant.step.in_(unused),
            WalletGrant.code_until < at - FORGOTTEN_AFTER,
            WalletGrant.refresh_until.is_(None),
        )
    )


def _waiting(session: Session, step: GrantStep, code: str, at: datetime) -> WalletGrant | None:
    """The grant whose next code that is, locked; None where there is none, or the code is over."""
    grant = _locked(session, WalletGrant.code == digest_of(code), step)
    return grant if grant is not None and grant.code_until is not None and grant.code_until > at else None


def _locked(session: Session, which: ColumnElement[bool], step: GrantStep) -> WalletGrant | None:
    return lock_or_none(session, WalletGrant, which, WalletGrant.step == step)


def _tx_digest(keyring: Keyring, code: str, tx_code: str) -> str:
    """Keyed: a number of six digits is guessed from any other digest."""
    return keyring.digest(SECRET, f"tx {digest_of(code)} {tx_code}")
