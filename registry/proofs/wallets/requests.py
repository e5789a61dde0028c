"""What a wallet shows with a request: that its provider attests it, that it has the key of its tokens, and that of a credential.

OpenID4VCI 1.0 as HAIP 1.0 profiles it; DPoP is RFC 9449, the attestation that of draft-ietf-oauth-attestation-based-client-auth,
versions 07 to 11. A refusal is an OAuthError, and what was used up on the way to it stays used.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.core.db.engine import insert_new
from registry.core.keyring import Keyring
from registry.proofs.credentials.rules import base64url
from registry.proofs.wallets import models, tokens
from registry.proofs.wallets.trust import Trust

SECRET = "wallet-codes"
RECENT = 300
"""Seconds for which a proof is taken after it was made, and a nonce after it was given."""

ATTESTATION, ATTESTATION_POP = "oauth-client-attestation+jwt", "oauth-client-attestation-pop+jwt"
KEY_ATTESTATIONS = ("key-attestation+jwt", "keyattestation+jwt")
"""The name of OpenID4VCI 1.0, and that of its last drafts."""


class OAuthError(Exception):
    """A request is refused: `error` as RFC 6749, RFC 9449 or OpenID4VCI 1.0 name it. `text` is for the wallet's developer."""

    def __init__(self, error: str, text: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.text, self.status = error, text, status


class NonceUse(StrEnum):
    """For what a nonce was given."""

    DPOP = "dpop"
    CHALLENGE = "challenge"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class SentProofs:
    """The headers of a request that prove something, as they were sent, and to which address by which method."""

    method: str
    address: str
    attestation: str = ""
    attestation_pop: str = ""
    dpop: str = ""


class Wallet(NamedTuple):
    """A wallet whose provider attests it: its `client_id`, and the thumbprint of the key of its DPoP proof, where it sent one.

    `listed`: where the provider says that it does not any more.
    """

    client_id: str
    key: str | None
    listed: Sequence[tokens.Listed] = ()


class Holder(NamedTuple):
    """The key that a credential is bound to, and where the wallet's provider says that it is not attested any more."""

    key: tokens.Jwk
    listed: Sequence[tokens.Listed] = ()


@dataclass(frozen=True, slots=True)
class ProofReader:
    """Reads what wallets show at an instant. `url` is the registry's address, which is the issuer's name."""

    session: Session
    keyring: Keyring
    url: str
    trust: Trust
    at: datetime

    def nonce(self, use: NonceUse) -> str:
        """A nonce that is fresh for five minutes. Nothing is stored: it bears the time and a check value."""
        return make_nonce(self.keyring, use, self.at)

    def wallet(self, sent: SentProofs) -> Wallet:
        """The wallet that asks. Raises OAuthError: invalid_client, use_attestation_challenge, or what `dpop_key` raises."""
        try:
            attested = tokens.read_token(sent.attestation, (ATTESTATION,), self.at, anchors=self.trust.providers).claims
            client_id, confirmed = attested.get("sub"), attested.get("cnf")
            if not isinstance(client_id, str) or not 0 < len(client_id) <= 400 or "exp" not in attested:
                raise tokens.BadToken("must state sub and exp")
            key = tokens.plain_key(confirmed.get("jwk") if isinstance(confirmed, dict) else None)
            listed = tokens.listed_in(attested)
        except tokens.BadToken as trouble:
            raise OAuthError("invalid_client", f"OAuth-Client-Attestation {trouble}", 401) from None
        if sent.attestation_pop:
            self._read_pop(sent.attestation_pop, key, client_id)
            return Wallet(client_id, self.dpop_key(sent) if sent.dpop else None, listed)
        if not sent.dpop:
            raise OAuthError("invalid_client", "OAuth-Client-Attestation-PoP is missing, and so is DPoP", 401)
        # The combined mode of draft 10: the DPoP proof is by the attested key itself.
        proven = self.dpop_key(sent)
        if proven != tokens.thumbprint(key):
            raise OAuthError("invalid_client", "without a PoP the DPoP proof must be by the attested key", 401)
        return Wallet(client_id, proven, listed)

    def _read_pop(self, text: str, key: tokens.Jwk, client_id: str) -> None:
        try:
            claims = tokens.read_token(text, (ATTESTATION_POP,), self.at, key=key).claims
            tokens.require_recent(claims, self.at, RECENT)
            audience = claims.get("aud")
            if self.url not in (audience if isinstance(audience, list) else [audience]):
                raise tokens.BadToken("is for another server, by its aud")
            # Before draft 08 the wallet said there who it is.
            if claims.get("iss", client_id) != client_id:
                raise tokens.BadToken("is by another client, by its iss")
            self._use_jti(key, claims)
        except tokens.BadToken as trouble:
            raise OAuthError("invalid_client", f"OAuth-Client-Attestation-PoP {trouble}", 401) from None
        # Before draft 06 a challenge was called nonce.
        challenge = claims.get("challenge", claims.get("nonce"))
        if challenge is not None and not self._use_nonce(challenge, NonceUse.CHALLENGE):
            raise OAuthError("use_attestation_challenge", "the challenge is not one that was given lately")

    def dpop_key(self, sent: SentProofs, access: str | None = None) -> str:
        """The thumbprint of the key of the DPoP proof (RFC 9449), of a request that shows the token `access` if any.

        Raises OAuthError: use_dpop_nonce, invalid_dpop_proof.
        """
        status = 400 if access is None else 401
        try:
            token = tokens.read_token(sent.dpop, ("dpop+jwt",), self.at)
            claims = token.claims
            tokens.require_recent(claims, self.at, RECENT)
            if claims.get("htm") != sent.method:
                raise tokens.BadToken("is for another method, by its htm")
            if _without_query(claims.get("htu")) != sent.address:
                raise tokens.BadToken("is for another address, by its htu")
            if access is not None and claims.get("ath") != base64url(hashlib.sha256(access.encode()).digest()):
                raise tokens.BadToken("is for another token, by its ath")
        except tokens.BadToken as trouble:
            raise OAuthError("invalid_dpop_proof", f"DPoP {trouble}", status) from None
        uses = (NonceUse.DPOP, NonceUse.CHALLENGE)
        if not any(is_nonce(self.keyring, use, claims.get("nonce"), self.at) for use in uses):
            raise OAuthError("use_dpop_nonce", "DPoP must bear the nonce of the header DPoP-Nonce", status)
        try:
            self._use_jti(token.key, claims)
        except tokens.BadToken as trouble:
            raise OAuthError("invalid_dpop_proof", f"DPoP {trouble}", status) from None
        return tokens.thumbprint(token.key)

    def holder(self, proofs: Any) -> Holder:
        """The key that a credential is bound to: attested by the wallet's provider, and proven with a nonce of ours.

        `proofs` as OpenID4VCI 1.0 (8.2) has it: one of type `jwt`, with a key attestation in its header, or `attestation`. Raises
        OAuthError: invalid_proof, invalid_nonce.
        """
        if not isinstance(proofs, dict) or len(proofs) != 1:
            raise OAuthError("invalid_proof", "proofs must hold one of jwt and attestation")
        [(kind, sent)] = proofs.items()
        if kind not in ("jwt", "attestation") or not isinstance(sent, list) or len(sent) != 1:
            raise OAuthError("invalid_proof", "proofs must hold one proof of type jwt or attestation")
        try:
            if not isinstance(sent[0], str):
                raise tokens.BadToken("is no text")
            holder, nonce = self._read_attestation_proof(sent[0]) if kind == "attestation" else self._read_jwt(sent[0])
        except tokens.BadToken as trouble:
            raise OAuthError("invalid_proof", f"the proof {trouble}") from None
        if not self._use_nonce(nonce, NonceUse.PROOF):
            raise OAuthError(
                "invalid_nonce", "the proof must bear a c_nonce of the nonce endpoint that was not used yet"
            )
        return holder

    def _read_attestation_proof(self, text: str) -> tuple[Holder, Any]:
        token, keys = self._attested_keys(text)
        if len(keys) != 1:
            raise tokens.BadToken("must attest one key: credentials are issued one by one")
        return Holder(keys[0], tokens.listed_in(token.claims)), token.claims.get("nonce")

    def _read_jwt(self, text: str) -> tuple[Holder, Any]:
        header = tokens.header_of(text)
        attestation = header.get("key_attestation")
        if not isinstance(attestation, str):
            raise tokens.BadToken("must bear a key_attestation in its header")
        attested, keys = self._attested_keys(attestation)
        key = tokens.plain_key(header["jwk"]) if "jwk" in header else _key_at(keys, header.get("kid"))
        if tokens.thumbprint(key) not in map(tokens.thumbprint, keys):
            raise tokens.BadToken("is by a key that its key_attestation does not attest")
        claims = tokens.read_token(text, ("openid4vci-proof+jwt",), self.at, key=key).claims
        tokens.require_recent(claims, self.at, RECENT)
        if claims.get("aud") != self.url:
            raise tokens.BadToken("is for another issuer, by its aud")
        return Holder(key, tokens.listed_in(attested.claims)), claims.get("nonce")

    def _attested_keys(self, text: str) -> tuple[tokens.Token, Sequence[tokens.Jwk]]:
        token = tokens.read_token(text, KEY_ATTESTATIONS, self.at, anchors=self.trust.providers)
        stated = token.claims.get("attested_keys")
        if not isinstance(stated, list) or not stated or len(stated) > 100 or "iat" not in token.claims:
            raise tokens.BadToken("must be attested with iat and attested_keys")
        return token, [tokens.plain_key(one) for one in stated]

    def _use_nonce(self, nonce: Any, use: NonceUse) -> bool:
        """Whether a nonce was given for that use lately, and not used before. It is used up."""
        if not is_nonce(self.keyring, use, nonce, self.at):
            return False
        return self._use_once(f"{use} {nonce}", timedelta(seconds=RECENT))

    def _use_jti(self, key: tokens.Jwk, claims: Mapping[str, Any]) -> None:
        """Raise BadToken unless a key says this id for the first time."""
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= 400:
            raise tokens.BadToken("must state a jti")
        if not self._use_once(
            f"jti {tokens.thumbprint(key)} {jti}", timedelta(seconds=RECENT + 2 * tokens.CLOCK_DOUBT)
        ):
            raise tokens.BadToken("was used before, by its jti")

    def _use_once(self, text: str, life: timedelta) -> bool:
        digest = hashlib.sha256(text.encode()).hexdigest()
        return insert_new(self.session, models.UsedOnce, digest=digest, until=self.at + life)


def make_nonce(keyring: Keyring, use: NonceUse, at: datetime) -> str:
    body = f"{int(at.timestamp()) + RECENT:x}.{secrets.token_urlsafe(12)}"
    return f"{body}.{keyring.digest(SECRET, f'nonce {use} {body}')[:32]}"


def is_nonce(keyring: Keyring, use: NonceUse, text: Any, at: datetime) -> bool:
    """Whether a nonce was given for that use in the last five minutes."""
    if not isinstance(text, str) or text.count(".") != 2 or len(text) > 100 or not text.isascii():
        return False
    body, _, check = text.rpartition(".")
    if not secrets.compare_digest(check, keyring.digest(SECRET, f"nonce {use} {body}")[:32]):
        return False
    return int(body.partition(".")[0], 16) >= at.timestamp()


def _without_query(address: Any) -> Any:
    """RFC 9449, 4.3: query and fragment do not count."""
    return address.partition("#")[0].partition("?")[0] if isinstance(address, str) else None


def _key_at(keys: Sequence[tokens.Jwk], kid: Any) -> tokens.Jwk:
    """The attested key that a header names by its place, where it bears no key itself (OpenID4VCI 1.0, F.1)."""
    place = int(kid) if isinstance(kid, str) and kid.isascii() and kid.isdigit() and len(kid) < 4 else None
    if place is None or place >= len(keys):
        raise tokens.BadToken("must name its key by jwk, or by kid its place in the key attestation")
    return keys[place]
