"""Reads what a wallet presents: an SD-JWT VC of ours with its key binding (RFC 9901), as HAIP 1.0 and OpenID4VP 1.0 ask.

Pure: keys come from our own log, and nothing in a token says whom to ask. A presentation is refused with one reason.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from registry.core.keyring import KeyState, Use
from registry.log.queries import LoggedKey
from registry.proofs.credentials import rules, signing
from registry.vocabulary.supervision import Refusal

BINDING_TYPE = "kb+jwt"
SKEW = 60
"""Seconds by which two clocks may differ."""

MAX_AGE = 300
"""Seconds since the wallet signed: as long as a request is open."""

MAX_DISCLOSURES = 32


class Refused(Exception):
    """A presentation is refused. It never leaves this feature: a result states the reason."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class Wanted(NamedTuple):
    """What was asked for: the credential's type, what must be disclosed, and for whom the wallet signs that it is shown.

    `integrity` is the digest of what the type means today: a credential that was issued under other words is not what it says.
    """

    issuer: str
    vct: str
    integrity: str
    disclosed: Collection[str]
    nonce: str
    audience: str


class Presented(NamedTuple):
    """A genuine presentation: the claims with what was disclosed, and the place in a status list that says how it stands."""

    claims: Mapping[str, Any]
    list_address: str
    place: int


def read_presentation(text: str, wanted: Wanted, keys: Mapping[str, LoggedKey], at: int) -> Presented:
    """`at` in seconds since 1970. Raises Refused."""
    if len(text) > signing.MAX_TOKEN:
        raise Refused(Refusal.MALFORMED)
    credential, *disclosures, binding = text.split("~")
    if len(disclosures) > MAX_DISCLOSURES:
        raise Refused(Refusal.MALFORMED)
    signed = _read(credential, signing.CREDENTIAL_TYPE)
    _require_ours(credential, signed, keys)
    claims = _disclosed(signed.claims, disclosures)
    if claims.get("iss") != wanted.issuer:
        raise Refused(Refusal.NOT_OURS)
    if claims.get("vct") != wanted.vct:
        raise Refused(Refusal.WRONG_CREDENTIAL)
    if claims.get("vct#integrity") != wanted.integrity:
        raise Refused(Refusal.ALTERED)
    match claims:
        case {
            "nbf": int(begins),
            "exp": int(ends),
            "cnf": {"jwk": {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)}},
            "status": {"status_list": {"uri": str(uri), "idx": int(place)}},
        }:
            pass
        case _:
            raise Refused(Refusal.MALFORMED)
    if not begins - SKEW <= at < ends:
        raise Refused(Refusal.NOT_VALID_NOW)
    _require_binding(text, binding, {"x": x, "y": y}, wanted, at)
    if not set(wanted.disclosed) <= claims.keys():
        raise Refused(Refusal.NOT_DISCLOSED)
    return Presented(claims, uri, place)


def _read(token: str, kind: str) -> signing.Signed:
    try:
        return signing.read_jws(token, kind, is_keyed=kind == signing.CREDENTIAL_TYPE)
    except signing.Flawed:
        raise Refused(Refusal.MALFORMED) from None


def _require_ours(token: str, signed: signing.Signed, keys: Mapping[str, LoggedKey]) -> None:
    """Raise Refused unless a credential key of our log signed, and the token bears the certificate that the log has of it."""
    key = keys.get(signed.kid)
    header = json.loads(signing.read_base64url(token.partition(".")[0]))
    if key is None or key.use is not Use.CREDENTIAL or key.state is KeyState.COMPROMISED:
        raise Refused(Refusal.NOT_OURS)
    if key.certificate is None or header.get("x5c") != [key.certificate]:
        raise Refused(Refusal.NOT_OURS)
    if not signing.is_signed_by(key.public, signed):
        raise Refused(Refusal.ALTERED)
    issued = signed.claims.get("iat")
    if key.state is KeyState.RETIRED and not (isinstance(issued, int) and issued <= key.at.timestamp()):
        raise Refused(Refusal.NOT_OURS)


def _require_binding(text: str, binding: str, holder: dict[str, str], wanted: Wanted, at: int) -> None:
    """Raise Refused unless the holder's key signed that all before the last `~` is shown for this request."""
    if not binding:
        raise Refused(Refusal.NOT_THE_HOLDER)
    signed = _read(binding, BINDING_TYPE)
    try:
        is_holder = signing.is_signed_by(holder, signed)
    except (signing.Flawed, ValueError):
        is_holder = False
    if not is_holder:
        raise Refused(Refusal.NOT_THE_HOLDER)
    shown = text[: len(text) - len(binding)]
    if signed.claims.get("sd_hash") != rules.base64url(hashlib.sha256(shown.encode()).digest()):
        raise Refused(Refusal.ALTERED)
    stated = (signed.claims.get("nonce"), signed.claims.get("aud"))
    signed_at = signed.claims.get("iat")
    if stated != (wanted.nonce, wanted.audience) or not isinstance(signed_at, int):
        raise Refused(Refusal.FOR_ANOTHER_REQUEST)
    ends = signed.claims.get("exp", at + 1)
    if not at - MAX_AGE <= signed_at <= at + SKEW or not (isinstance(ends, int) and at < ends):
        raise Refused(Refusal.FOR_ANOTHER_REQUEST)


# Disclosures (RFC 9901, 7.1)


def _disclosed(claims: Mapping[str, Any], disclosures: Collection[str]) -> dict[str, Any]:
    """The claims with what is disclosed in its place. Each disclosure must be one that was signed, and stand in one place."""
    if claims.get("_sd_alg", "sha-256") != "sha-256":
        raise Refused(Refusal.MALFORMED)
    by_digest = {rules.base64url(hashlib.sha256(one.encode()).digest()): one for one in disclosures}
    if len(by_digest) != len(disclosures):
        raise Refused(Refusal.ALTERED)
    signed = list(_digests(claims))
    if len(set(signed)) != len(signed):
        raise Refused(Refusal.ALTERED)
    found = {name: value for name, value in claims.items() if name not in ("_sd", "_sd_alg")}
    for digest, text in by_digest.items():
        # Ours disclose members of the payload alone, each with a text as its value: nothing is nested.
        if digest not in signed:
            raise Refused(Refusal.ALTERED)
        name, value = _disclosure(text)
        if name in found:
            raise Refused(Refusal.ALTERED)
        found[name] = value
    return found


def _digests(claims: Mapping[str, Any]) -> Iterator[str]:
    stated = claims.get("_sd", [])
    if not isinstance(stated, list) or not all(isinstance(one, str) for one in stated):
        raise Refused(Refusal.MALFORMED)
    yield from stated


def _disclosure(text: str) -> tuple[str, str]:
    try:
        found = json.loads(signing.read_base64url(text))
    except (signing.Flawed, ValueError, RecursionError):
        raise Refused(Refusal.MALFORMED) from None
    match found:
        case [str(), str(name), str(value)] if name not in ("_sd", "..."):
            return name, value
        case _:
            raise Refused(Refusal.MALFORMED)
