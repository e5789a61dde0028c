"""The code on paper: an address whose fragment is a signed CWT, with no certificate in it for want of room."""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

from registry_client.claims import REFERENCE, Claim
from registry_client.entries import safe_text
from registry_client.strict import LATEST_INSTANT, Refused, Unreadable, inflate, instant_text, to_base64url
from registry_client.tokens import is_signed, require_certified_at
from registry_client.trust import SigningKey, Trust

TEXT_LIMIT = 8192
INFLATED_LIMIT = 4096
SIGN1 = 18
MARK = "/v#"


def is_code(text: str) -> bool:
    return MARK in text[:300].lower() and "://" in text[:10].lower()


def _payload_of(text: str) -> bytes:
    if len(text) > TEXT_LIMIT:
        raise Unreadable(f"code: more than {TEXT_LIMIT} characters")
    fragment = text.strip().partition("#")[2]
    try:
        data = base64.b32decode(fragment + "=" * (-len(fragment) % 8))
    except (binascii.Error, ValueError) as error:
        raise Unreadable("code: what follows # is no upper-case Base32") from error
    if base64.b32encode(data).decode("ascii").rstrip("=") != fragment:
        raise Unreadable("code: this Base32 is not in its usual form")
    return inflate(data, INFLATED_LIMIT, "code")


def _decode(data: bytes, what: str) -> Any:
    """One CBOR item and nothing behind it. Raises Unreadable."""
    stream = io.BytesIO(data)
    try:
        value = cbor2.CBORDecoder(stream).decode()
    # A tag of times, numbers or addresses that the library understands fails in ways of its own.
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, ArithmeticError, RecursionError) as error:
        raise Unreadable(f"{what}: this is no CBOR, or a damaged one") from error
    if stream.read(1):
        raise Unreadable(f"{what}: something stands behind the CBOR")
    return value


@dataclass(frozen=True, slots=True)
class CardClaim:
    """What the code of a staff card claims, read after its signature was found good. Instants in seconds since 1970.

    `listed` is the address of a status list and the place in it; None of a code from before cards had one.
    """

    key: SigningKey
    iat: int
    exp: int
    listed: tuple[str, int] | None
    signed: tuple[tuple[str, str], ...]


def read_code(text: str, trust: Trust, keys: Mapping[tuple[str, str], SigningKey]) -> Claim | CardClaim:
    """Raises Unreadable, and Refused (`key_not_known` where the key may be newer than the trust file)."""
    address = text.strip().partition("#")[0]
    message = _decode(_payload_of(text), "code")
    if not isinstance(message, cbor2.CBORTag) or message.tag != SIGN1:
        raise Unreadable("code: a COSE_Sign1 message (tag 18) is expected")
    parts = message.value
    if not isinstance(parts, (list, tuple)) or len(parts) != 4:
        raise Unreadable("code: a COSE_Sign1 message has four parts")
    protected, unprotected, payload, signature = parts
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)) or unprotected != {}:
        raise Unreadable("code: header, payload and signature are bytes, and the unprotected header is empty")
    header = _decode(protected, "code: protected header")
    if not isinstance(header, dict) or set(header) != {1, 4} or not isinstance(header[4], bytes):
        raise Unreadable("code: the protected header holds algorithm and kid")
    if header[1] != -7 or isinstance(header[1], bool):
        raise Refused("wrong_algorithm", found=str(header[1])[:40])
    kid = to_base64url(header[4])
    key = keys.get(("credential", kid))
    if key is None:
        raise Refused("key_not_known", kid=kid[:40])
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    if not is_signed(key.public, signature, signed):
        raise Refused("signature_wrong", kid=kid)
    if address.lower() != f"{trust.issuer}/v".lower():
        raise Refused("another_issuer", found=safe_text(address, 80), expected=trust.issuer)
    return _claim(_decode(payload, "code: claims"), key, trust)


STAFF_CARD = "S"
"""The kind of a code that says that a person acts for an agency."""

_TEXTS: dict[int, str] = {-65538: "number", -65539: "holder", -65540: "kind", -65541: "country"}


def _claim(claims: Any, key: SigningKey, trust: Trust) -> Claim | CardClaim:
    if not isinstance(claims, dict):
        raise Unreadable("code: the claims are a map")
    if claims.get(1) != trust.issuer:
        raise Refused("another_issuer", found=str(claims.get(1))[:80], expected=trust.issuer)
    if claims.get(-65537) != 1 or isinstance(claims.get(-65537), bool):
        raise Unreadable(
            f"code: version {str(claims.get(-65537))[:20]} is not known here; this program reads version 1"
        )
    iat = _number(claims, 6, LATEST_INSTANT)
    require_certified_at(key, iat)
    if claims.get(-65540) == STAFF_CARD:
        return _card_claim(claims, key, trust, iat)
    reference = claims.get(2)
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
        raise Refused("claim_wrong", name="sub")
    texts = {name: claims[label] for label, name in _TEXTS.items() if label in claims}
    corridors = claims.get(-65542)
    if not all(isinstance(text, str) for text in texts.values()) or "kind" not in texts or "country" not in texts:
        raise Refused("claim_wrong", name="licence")
    if corridors is not None and not (isinstance(corridors, list) and all(isinstance(one, str) for one in corridors)):
        raise Refused("claim_wrong", name="corridors")
    leaf = claims.get(-65544)
    if not isinstance(leaf, bytes) or len(leaf) != 16:
        raise Refused("claim_wrong", name="leaf")
    address, place = _listed(claims, trust)
    stated: dict[str, Any] = {name: texts[name] for name in ("number", "kind", "country") if name in texts}
    stated |= {} if corridors is None else {"corridors": corridors}
    lines = [("registry", trust.issuer), ("licence_id", reference)]
    lines += [(name, texts[name]) for name in ("number", "holder", "kind", "country") if name in texts]
    lines += [] if corridors is None else [("corridors", ", ".join(corridors) or "-")]
    lines += [
        (name, instant_text(_number(claims, label, LATEST_INSTANT)))
        for name, label in (("valid_from", 5), ("valid_until", 4), ("issued_at", 6))
        if label in claims
    ]
    return Claim(
        licence_id=reference,
        key=key,
        iat=iat,
        nbf=_number(claims, 5, LATEST_INSTANT) if 5 in claims else None,
        exp=_number(claims, 4, LATEST_INSTANT) if 4 in claims else None,
        place=place,
        address=address,
        index=_number(claims, -65543, 2**53 - 1),
        leaf=leaf,
        said=stated,
        holder={"holder": texts["holder"]} if "holder" in texts else {},
        signed=tuple((label, safe_text(text)) for label, text in lines),
    )


def _listed(claims: Mapping[int, Any], trust: Trust) -> tuple[str, int]:
    """The address of the status list that a code names, and the place in it."""
    status = claims.get(65535)
    entry = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(entry, dict) or not isinstance(entry.get("uri"), str):
        raise Refused("claim_wrong", name="status")
    if not entry["uri"].startswith(f"{trust.issuer}/status/"):
        raise Refused("another_issuer", found=safe_text(entry["uri"], 80), expected=trust.issuer)
    return entry["uri"], _number(entry, "idx", 131071)


def _card_claim(claims: Mapping[int, Any], key: SigningKey, trust: Trust, iat: int) -> CardClaim:
    exp = _number(claims, 4, LATEST_INSTANT)
    for label, name in ((2, "sub"), (-65545, "licence_id"), (-65546, "agency_id")):
        if not isinstance(claims.get(label), str) or not REFERENCE.fullmatch(claims[label]):
            raise Refused("claim_wrong", name=name)
    texts = {name: claims[label] for label, name in (*_CARD_TEXTS.items(), *_TEXTS.items()) if label in claims}
    if not all(isinstance(text, str) for text in texts.values()) or not {"person", "country"} <= set(texts):
        raise Refused("claim_wrong", name="person")
    portrait = claims.get(-65548)
    if portrait is not None and not (isinstance(portrait, bytes) and len(portrait) == 32):
        raise Refused("claim_wrong", name="portrait")
    lines = [("registry", trust.issuer), ("card_id", claims[2])]
    lines += [(name, texts[name]) for name in ("person", "holder", "number", "country") if name in texts]
    lines += [("licence_id", claims[-65545])]
    lines += [] if portrait is None else [("portrait", portrait.hex())]
    lines += [("issued_at", instant_text(iat)), ("valid_until", instant_text(exp))]
    listed = _listed(claims, trust) if 65535 in claims else None
    return CardClaim(key, iat, exp, listed, tuple((label, safe_text(text)) for label, text in lines))


_CARD_TEXTS: dict[int, str] = {-65547: "person"}


def _number(holder: Mapping[Any, Any], label: int | str, maximum: int) -> int:
    value = holder.get(label)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= maximum:
        raise Refused("claim_wrong", name=str(label))
    return value
