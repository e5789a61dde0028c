"""Client of OpenID providers: the one place where a request waits on another server, for a few seconds at most.

Discovery documents and keys are cached for an hour; a signature by an unknown key makes the keys be read anew, at most
once a minute. No redirect is followed, and no long answer is read.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import errors, jwk, jwt

from registry.officers.providers import rules, settings

log = structlog.get_logger()

TIMES = (3.0, 5.0)
"""Seconds to connect, and to wait for each part of an answer."""
IN_ALL = 10.0
KEPT_FOR = 3600.0
AGAIN_AFTER = 60.0
QUIET_FOR = 5.0
"""Seconds after a failure in which the same request fails at once, without waiting again."""
MAX_BYTES = 256 * 1024
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Of signatures alone: neither `none` nor one made with the shared secret counts."""


class ProviderAway(Exception):
    """The provider does not answer, or not as a provider does."""


class NotProved(Exception):
    """The provider's answer does not prove who the user is."""


@dataclass(slots=True)
class Client:
    """The client of one provider, for as long as the process serves. Threads share it."""

    provider: settings.Provider
    _facts: Mapping[str, Any] = field(default_factory=dict)
    _keys: jwk.KeySet | None = None
    _read_at: float = -KEPT_FOR
    _failed_at: float = -KEPT_FOR
    _lock: Lock = field(default_factory=Lock)

    def address(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """The provider's URL to which a browser is sent for sign-in. Raises ProviderAway."""
        with self._session(back) as session:
            made, _ = session.create_authorization_url(
                self._known_facts()["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                max_age=str(self.provider.max_age),
                **({"acr_values": " ".join(sorted(self.provider.acr))} if self.provider.acr else {}),
            )
        return str(made)

    def farewell(self, after: str) -> str | None:
        """Where a browser signs out at the provider and comes back (RP-initiated logout); None if there is no such URL.

        No token of the provider is kept here to name the session with, so the provider asks the user. Raises
        ProviderAway.
        """
        end = self._known_facts().get("end_session_endpoint")
        if not isinstance(end, str) or not settings.is_safe(end):
            return None
        query = urlencode({"client_id": self.provider.client_id, "post_logout_redirect_uri": after})
        return f"{end}{'&' if urlsplit(end).query else '?'}{query}"

    def known(self, back: str, code: str, nonce: str, verifier: str, at: datetime) -> rules.Known:
        """The account of a user who came back with a code. Raises ProviderAway or NotProved."""
        facts = self._known_facts()
        try:
            with self._session(back) as session:
                given = session.fetch_token(
                    facts["token_endpoint"], code=code, code_verifier=verifier, timeout=TIMES, allow_redirects=False
                )
        except requests.RequestException as failure:
            raise self._away(failure) from None
        except (AuthlibBaseError, ValueError) as refusal:
            raise self._unproved("code", refusal) from None
        signed = given.get("id_token")
        if not isinstance(signed, str):
            raise self._unproved("no_id_token")
        claims = self._claims(signed)
        flaw = rules.flaw_in(claims, self.provider, nonce, at)
        if flaw is not None:
            raise self._unproved(flaw)
        return rules.known_by(claims, self.provider)

    def _claims(self, signed: str) -> Mapping[str, Any]:
        """The claims of an ID token, whose signature by a key of the provider is checked."""
        for is_anew in (False, True):
            keys = self._known_keys(is_anew=is_anew)
            try:
                return jwt.decode(signed, keys, algorithms=ALGORITHMS).claims
            except (errors.JoseError, ValueError) as fault:
                why = fault
        raise self._unproved("signature", why)

    def _session(self, back: str) -> OAuth2Session:
        method = self._known_facts().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return OAuth2Session(
            self.provider.client_id,
            self.provider.secret,
            scope="openid",
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post"
            if "client_secret_basic" not in method
            else "client_secret_basic",
        )

    def _known_facts(self) -> Mapping[str, Any]:
        self._read(KEPT_FOR)
        return self._facts

    def _known_keys(self, *, is_anew: bool) -> jwk.KeySet:
        self._read(AGAIN_AFTER if is_anew else KEPT_FOR)
        assert self._keys is not None
        return self._keys

    def _read(self, older_than: float) -> None:
        """Read both anew if they are older."""
        with self._lock:
            if self._keys is not None and time.monotonic() - self._read_at < older_than:
                return
            if time.monotonic() - self._failed_at < QUIET_FOR:
                raise ProviderAway
            facts = self._json(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
            ends = [facts.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if facts.get("issuer") != self.provider.issuer:
                raise self._away("it calls itself by another name")
            if not all(isinstance(end, str) and settings.is_safe(end) for end in ends):
                raise self._away("it names no safe addresses")
            try:
                keys = jwk.KeySet.import_key_set(self._json(facts["jwks_uri"]))  # type: ignore[arg-type]
            except (errors.JoseError, ValueError, TypeError, KeyError) as fault:
                raise self._away(fault) from None
            self._facts, self._keys, self._read_at = facts, keys, time.monotonic()

    def _json(self, address: str) -> dict[str, Any]:
        end = time.monotonic() + IN_ALL
        try:
            with requests.get(address, timeout=TIMES, allow_redirects=False, stream=True) as answer:
                if answer.status_code != 200:
                    raise self._away(f"status {answer.status_code}")
                body = b""
                for part in answer.iter_content(8192):
                    body += part
                    if len(body) > MAX_BYTES or time.monotonic() > end:
                        raise self._away("too long an answer")
            given = json.loads(body)
        except (requests.RequestException, ValueError) as failure:
            raise self._away(failure) from None
        if not isinstance(given, dict):
            raise self._away("no object")
        return given

    def _away(self, why: object) -> ProviderAway:
        self._failed_at = time.monotonic()
        # The kind alone: what another server says may hold anything.
        log.error(
            "provider_away", provider=self.provider.key, trouble=why if isinstance(why, str) else type(why).__name__
        )
        return ProviderAway()

    def _unproved(self, flaw: str, why: object = None) -> NotProved:
        log.warning("provider_proved_nothing", provider=self.provider.key, flaw=flaw, trouble=type(why).__name__)
        return NotProved()
