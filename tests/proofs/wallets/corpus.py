"""Sixty presentations of credentials, ten good and fifty broken in one way each, made by hand and not by what reads them.

Who judges them finds the same: this registry's reader, and verifiers of others.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from registry.core.key_records import Signer
from tests.proofs.credentials.reading import base64url, unbase64url
from tests.proofs.wallets.making import Held, WalletKey

NONCE = "bm9uY2Ugb2YgdGhpcyByZXF1ZXN0"
AUDIENCE = "x509_hash:aW52ZW50ZWQgdmVyaWZpZXI"
DAY = 86_400


@dataclass(frozen=True)
class Parts:
    """A presentation in its parts, each of which may be broken: what the issuer signed, what is disclosed, and the binding."""

    header: dict[str, Any]
    claims: dict[str, Any]
    disclosures: tuple[str, ...]
    key: WalletKey
    at: int
    binding: dict[str, Any] = field(default_factory=dict)
    binding_header: dict[str, Any] = field(default_factory=dict)
    credential: str = ""
    """As the issuer signed it, where nothing of it is broken."""

    def signed(self, signer: Signer) -> str:
        return self.credential or _jws(self.header, self.claims, signer.sign)

    def bound(self, shown: str, key: WalletKey | None = None) -> str:
        """The key binding JWT over what is shown."""
        claims = {"iat": self.at, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(shown)} | self.binding
        stated = {name: value for name, value in claims.items() if value is not None}
        header = {"typ": "kb+jwt", "alg": "ES256"} | self.binding_header
        return (key or self.key).sign({name: value for name, value in header.items() if value is not None}, stated)


def parts_of(held: Held, at: int, *disclosed: str) -> Parts:
    """What a wallet presents: the credential with the members that are `disclosed`."""
    header, claims = held.parts
    credential, *disclosures, _ = held.compact.split("~")
    chosen = [one for one in disclosures if json.loads(unbase64url(one))[1] in disclosed]
    return Parts(header, claims, tuple(chosen), held.key, at, credential=credential)


def presented(parts: Parts, signer: Signer, **changed: Any) -> str:
    """A presentation of the parts, with some of them changed."""
    made = _with(parts, **changed)
    shown = "~".join([made.signed(signer), *made.disclosures, ""])
    return shown + made.bound(shown)


def digest(text: str) -> str:
    return base64url(hashlib.sha256(text.encode()).digest())


def _with(parts: Parts, **changed: Any) -> Parts:
    """The parts with other members. Where header or claims change, the issuer signs anew; None takes a member out."""
    values = {name: getattr(parts, name) for name in Parts.__dataclass_fields__}
    for name, value in changed.items():
        if isinstance(value, Mapping) and name != "key":
            merged = {**values[name], **value}
            values[name] = {one: what for one, what in merged.items() if what is not None or "binding" in name}
        else:
            values[name] = value
    if {"header", "claims"} & changed.keys():
        values["credential"] = ""
    return Parts(**values)


def _jws(header: Mapping[str, Any], claims: Any, sign: Callable[[bytes], bytes]) -> str:
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{base64url(sign(text.encode()))}"


def good(licence: Parts, card: Parts, other: Parts, portrait: Parts, signer: Signer) -> Iterator[tuple[str, str]]:
    """Ten, by name. `portrait` is a card of which all is disclosed."""
    yield "a licence", presented(licence, signer)
    yield "a licence of another agency", presented(other, signer)
    yield "a licence, bound two minutes ago", presented(licence, signer, binding={"iat": licence.at - 120})
    yield "a licence, bound by a clock that is ahead", presented(licence, signer, binding={"iat": licence.at + 30})
    yield "a licence, with a member in its binding that no one knows", presented(licence, signer, binding={"x": 1})
    yield "a licence, with an expiry of its binding", presented(licence, signer, binding={"exp": licence.at + 300})
    yield "a card with its names", presented(card, signer)
    yield "a card with all that it says", presented(portrait, signer)
    yield "a card, disclosed in another order", presented(card, signer, disclosures=card.disclosures[::-1])
    yield "a card, issued an hour ago", presented(card, signer, claims={"iat": card.at - 3600, "nbf": card.at - 3600})


def broken(
    licence: Parts, card: Parts, other: Parts, signer: Signer, public: bytes, stranger: str
) -> Iterator[tuple[str, str]]:
    """Fifty, by what is wrong. `public` is the issuer's public key as bytes, `stranger` a certificate of another root."""
    yield from _broken_signatures(licence, other, signer, public, stranger)
    yield from _broken_claims(licence, signer)
    yield from _broken_disclosures(card, signer)
    yield from _broken_bindings(licence, card, signer)


def _broken_signatures(
    licence: Parts, other: Parts, signer: Signer, public: bytes, stranger: str
) -> Iterator[tuple[str, str]]:
    head, body, signature = licence.credential.split(".")

    def rebound(credential: str) -> str:
        return presented(licence, signer, credential=credential)

    yield "signed by no one", rebound(f"{base64url(json.dumps(licence.header | {'alg': 'none'}).encode())}.{body}.")
    secret = lambda text: hmac.new(public, text, hashlib.sha256).digest()  # noqa: E731
    yield (
        "signed by the public key as a secret",
        rebound(_jws(licence.header | {"alg": "HS256"}, licence.claims, secret)),
    )
    for kind in ("vc+sd-jwt", "JWT", None):
        yield f"issued as {kind}", presented(licence, signer, header={"typ": kind})
    yield "critical header", presented(licence, signer, header={"crit": ["exp"]})
    yield "no certificate", presented(licence, signer, header={"x5c": None})
    yield "empty chain", presented(licence, signer, header={"x5c": []})
    yield "certificate of another root", presented(licence, signer, header={"x5c": [stranger]})
    yield "certificate that is none", presented(licence, signer, header={"x5c": ["AAAA"]})
    yield "signed by a stranger's key", rebound(_jws(licence.header, licence.claims, _raw(WalletKey.new())))
    flipped = bytearray(unbase64url(signature))
    flipped[40] ^= 1
    yield "a bit of the signature", rebound(f"{head}.{body}.{base64url(bytes(flipped))}")
    yield "half a signature", rebound(f"{head}.{body}.{signature[:43]}")
    yield "no signature", rebound(f"{head}.{body}.")
    yield "signature in DER", rebound(_jws(licence.header, licence.claims, _der))
    named = licence.claims | {"agency": licence.claims["agency"] | {"names": ["Thief s.r.l."]}}
    yield "another name in what was signed", rebound(f"{head}.{base64url(json.dumps(named).encode())}.{signature}")
    yield "another's claims under this signature", rebound(f"{head}.{other.credential.split('.')[1]}.{signature}")


def _broken_claims(licence: Parts, signer: Signer) -> Iterator[tuple[str, str]]:
    at = licence.at
    changes: Sequence[tuple[str, dict[str, Any]]] = (
        ("over since yesterday", {"exp": at - DAY}),
        ("not begun before tomorrow", {"nbf": at + DAY}),
        ("an end in words", {"exp": "never"}),
        ("a beginning in words", {"nbf": "always"}),
        ("another issuer", {"iss": "https://elsewhere.example"}),
        ("another type", {"vct": "https://elsewhere.example/vct/licence"}),
        ("no type", {"vct": None}),
        ("a type in a list", {"vct": [licence.claims["vct"]]}),
        ("bound to no key", {"cnf": None}),
        ("bound to a key on another curve", {"cnf": {"jwk": licence.key.jwk | {"crv": "P-384"}}}),
        ("bound to half a key", {"cnf": {"jwk": {"kty": "EC", "crv": "P-256", "x": licence.key.jwk["x"]}}}),
        ("bound to a point beside the curve", {"cnf": {"jwk": licence.key.jwk | {"y": licence.key.jwk["x"]}}}),
        ("digests of another algorithm", {"_sd_alg": "sha-512"}),
        ("no status", {"status": None}),
        ("status in a list of another registry", {"status": {"status_list": {"idx": 5, "uri": "https://x.example/s"}}}),
    )
    for name, change in changes:
        yield name, presented(licence, signer, claims=change)


def _broken_disclosures(card: Parts, signer: Signer) -> Iterator[tuple[str, str]]:
    first, *rest = card.disclosures
    salt, name, _ = json.loads(unbase64url(first))

    def disclosed(*made: Any) -> str:
        texts = [one if isinstance(one, str) else base64url(json.dumps(one).encode()) for one in made]
        return presented(card, signer, disclosures=(*texts, *rest))

    yield "another value disclosed", disclosed([salt, name, "Somebody Else"])
    yield "another salt", disclosed(["c2FsdA", name, "Ada"])
    yield "a disclosure twice", disclosed(first, first)
    yield "a claim that was never signed", disclosed(first, ["c2FsdA", "acts_for", "another"])
    yield "a disclosure over a claim", disclosed(first, ["c2FsdA", "agency", {"agency_id": "OTHER"}])
    yield "a disclosure that names _sd", disclosed(first, ["c2FsdA", "_sd", []])
    yield "a disclosure of four parts", disclosed([salt, name, "Ada", 1])
    yield "a disclosure that is no JSON", disclosed("bm90IGpzb24")


def _broken_bindings(licence: Parts, card: Parts, signer: Signer) -> Iterator[tuple[str, str]]:
    shown = "~".join([card.signed(signer), *card.disclosures, ""])
    yield "no binding", shown
    yield "bound by another key", shown + card.bound(shown, WalletKey.new())
    yield "bound to other disclosures", card.signed(signer) + "~" + card.disclosures[0] + "~" + card.bound(shown)
    yield "binding of another credential", shown + presented(licence, signer).rpartition("~")[2]
    for what, change in (
        ("for another request", {"nonce": "another"}),
        ("for no request", {"nonce": None}),
        ("for another verifier", {"aud": "x509_hash:another"}),
        ("with no digest", {"sd_hash": None}),
        ("an hour old", {"iat": card.at - 3600}),
        ("an hour ahead", {"iat": card.at + 3600}),
    ):
        yield f"bound {what}", presented(card, signer, binding=change)


def _raw(key: WalletKey) -> Callable[[bytes], bytes]:
    """Signs as ES256 has it: r and s."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.secret.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def _der(message: bytes) -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).sign(message, ec.ECDSA(hashes.SHA256()))
