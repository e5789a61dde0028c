"""Checks of a provider's ID token (OpenID Connect Core 3.1.3.7), once its signature is known to be good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.officers.providers.settings import Provider

LEEWAY = 60
"""Seconds by which two clocks may differ."""


@dataclass(frozen=True, slots=True)
class Known:
    """A provider's account, and whether the provider asked for a second factor. No name or address is taken from it."""

    issuer: str
    subject: str
    has_second: bool


def flaw_in(claims: Mapping[str, Any], provider: Provider, nonce: str, at: datetime) -> str | None:
    """Why the claims are not this provider's word about this visit, as a code; None when they are."""
    now = at.timestamp()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    ends, made, proved = (_instant(claims.get(name)) for name in ("exp", "iat", "auth_time"))
    subject = claims.get("sub")
    if claims.get("iss") != provider.issuer:
        return "issuer"
    if provider.client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != provider.client_id):
        return "audience"
    if claims.get("azp", provider.client_id) != provider.client_id:
        return "audience"
    if not nonce or claims.get("nonce") != nonce:
        return "nonce"
    if ends is None or ends + LEEWAY <= now:
        return "over"
    if made is None or made - LEEWAY > now or now - made > 600 + LEEWAY:
        return "not_now"
    if proved is None or proved - LEEWAY > now or now - proved > provider.max_age + LEEWAY:
        return "too_long_ago"
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        return "subject"
    return None


def known_by(claims: Mapping[str, Any], provider: Provider) -> Known:
    """The account that claims without a flaw describe."""
    methods = claims.get("amr")
    stated = frozenset(word for word in methods if isinstance(word, str)) if isinstance(methods, list) else frozenset()
    level = claims.get("acr")
    has_second = bool(stated & provider.amr) or (isinstance(level, str) and level in provider.acr)
    return Known(provider.issuer, claims["sub"], has_second)


def _instant(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e12 else None
