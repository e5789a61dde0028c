"""A small registry of its own, written from docs/users/proofs.md: keys, a log, and everything that is signed with them.

It shares no code with the server nor with what it tests; the tree is the recursive definition of RFC 6962.
"""

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

NOW = 1_795_000_000
"""2026-11-18T11:06:40Z: the instant at which everything here is signed unless another is said."""
DAY = 86400
AGENCY, LICENCE = "23456789ABC3", "456789ABCDE4"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _split(count: int) -> int:
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def tree_hash(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    k = _split(len(leaves))
    return sha(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def path_to(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*path_to(index, leaves[:k]), tree_hash(leaves[k:])]
    return [*path_to(index - k, leaves[k:]), tree_hash(leaves[:k])]


def note(body: str, signers: list[tuple[str, bytes, bytes]]) -> str:
    return body + "\n" + "".join(f"— {name} {b64(hint + signature)}\n" for name, hint, signature in signers)


def hint(name: str, kind: int, public: bytes) -> bytes:
    return sha(name.encode() + b"\n" + bytes([kind]) + public)[:4]


class NoteKey:
    """An Ed25519 key that signs notes: kind 1 for the log, 4 for a witness."""

    def __init__(self, name: str, kind: int) -> None:
        self.name, self.kind = name, kind
        self.private = ed25519.Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes_raw()
        self.hint = hint(name, kind, self.public)

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.hint.hex()}+{b64(bytes([self.kind]) + self.public)}"

    def line(self, body: str) -> tuple[str, bytes, bytes]:
        if self.kind == 1:
            return self.name, self.hint, self.private.sign(body.encode())
        signature = self.private.sign(f"cosignature/v1\ntime {NOW}\n{body}".encode())
        return self.name, self.hint, NOW.to_bytes(8, "big") + signature


def kid_of(jwk: dict[str, str]) -> str:
    return b64url(sha(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode())[:12])


class SigningKey:
    """An ES256 key with a certificate under a root; without a root it is one itself."""

    def __init__(self, use: str, root: "SigningKey | None" = None, *, name: str | None = None) -> None:
        self.use = use
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        x, y = (b64url(part.to_bytes(32, "big")) for part in (numbers.x, numbers.y))
        self.jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.kid = kid_of(self.jwk)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name or f"{use} {self.kid}")])
        issuer = root or self
        day = datetime.fromtimestamp(NOW, UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(day - timedelta(days=400))
            .not_valid_after(day + timedelta(days=36500))
            .add_extension(x509.BasicConstraints(ca=root is None, path_length=None), critical=True)
            .sign(issuer.private, hashes.SHA256())
        )
        self.der = certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def token(self, typ: str, payload: dict[str, Any], /, **header: Any) -> str:
        head = {"alg": "ES256", "kid": self.kid, "typ": typ, "x5c": [b64(self.der)]} | header
        head = {name: part for name, part in head.items() if part is not None}
        signed = f"{b64url(canonical(head))}.{b64url(canonical(payload))}"
        return f"{signed}.{b64url(self.sign(signed.encode()))}"


STATUS_VALUES = {"active": 0, "renewal_pending_deemed_valid": 0, "expired": 0, "suspended": 2, "revoked": 1}


class Registrar:
    """Issuer, log and keys, with one agency that has one licence."""

    def __init__(self, issuer: str = "https://registry.example.org", *, valid_to: str | None = "2027-12-31") -> None:
        self.issuer = issuer
        self.origin = issuer.partition("://")[2] + "/log"
        self.log_key = NoteKey(self.origin, 1)
        self.root = SigningKey("root")
        self.keys = {use: SigningKey(use, self.root) for use in ("credential", "status", "receipt")}
        self.witnesses: list[NoteKey] = []
        self.quorum = "none"
        self.leaves: list[bytes] = []
        self.latest: dict[str, int] = {}
        self.clock = datetime.fromtimestamp(NOW, UTC) - timedelta(days=30)
        for key in self.keys.values():
            self.key_event(key)
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url(self.log_key.public)}
        kid = kid_of(jwk)
        record = {"alg": "EdDSA", "kid": kid, "public": jwk, "state": "active", "use": "log"}
        self.append(f"key/{kid}", "registry.key_added", record)
        self.append("policy/log", "registry.policy", {"lines": self.policy().splitlines()})
        self.append(f"agency/{AGENCY}", "agency.registered", self.agency())
        self.append(f"licence/{LICENCE}", "licence.issued", self.licence(valid_to=valid_to))

    # The log

    def append(self, key: str, kind: str, record: dict[str, Any], /, **changes: Any) -> int:
        self.clock += timedelta(seconds=1)
        index = len(self.leaves)
        entry: dict[str, Any] = {
            "at": self.clock.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "index": index,
            "key": key,
            "record": record,
            "type": kind,
            "v": 1,
        }
        if key in self.latest:
            entry["prev"] = self.latest[key]
        self.leaves.append(canonical(entry | changes))
        self.latest[key] = index
        return index

    def entry(self, key: str, below: int | None = None) -> dict[str, Any]:
        for leaf in reversed(self.leaves[:below]):
            found: dict[str, Any] = json.loads(leaf)
            if found["key"] == key:
                return found
        raise KeyError(key)

    def key_event(self, key: SigningKey, state: str = "active", last_good: int | None = None) -> int:
        kinds = {"active": "added", "retired": "retired", "compromised": "compromised"}
        record = {"alg": "ES256", "kid": key.kid, "public": key.jwk, "state": state, "use": key.use}
        record["certificate"] = b64(key.der)
        if last_good is not None:
            record["last_good_index"] = last_good  # type: ignore[assignment]
        return self.append(f"key/{key.kid}", f"registry.key_{kinds[state]}", record)

    def agency(self, **changes: Any) -> dict[str, Any]:
        name = {"kind": "legal", "name": "示例对外劳务合作有限公司", "script": "hans"}
        common = {"retrieved_at": "2026-11-01T00:00:00Z", "source": "cn-invented-list"}
        record = {"agency_id": AGENCY, "country": "CN", "holder_kind": "legal_person", "role": "sending", **common}
        return record | {"names": [name | common]} | changes

    def licence(self, *periods: tuple[str, str], valid_to: str | None = "2027-12-31", **changes: Any) -> dict[str, Any]:
        common = {"retrieved_at": "2026-11-01T00:00:00Z", "source": "cn-invented-list"}
        stated = periods or (("active", "2024-01-01"),)
        record = {
            "agency_id": AGENCY,
            "authority": "cn-invented-authority",
            "corridors": [{"destination": "IT", "origin": "CN"}],
            "country": "CN",
            "kind": "cn_foreign_labour_service_cooperation",
            "licence_id": LICENCE,
            "number": "FICT-0001",
            "status_history": [{"from": begin, "status": status, **common} for status, begin in stated],
            "status_place": 5,
            "valid_from": "2024-01-01",
            **common,
        }
        return record | ({} if valid_to is None else {"valid_to": valid_to}) | changes

    def state(self, *periods: tuple[str, str], kind: str = "licence.amended", **changes: Any) -> int:
        """Publish the licence anew with these periods of status."""
        return self.append(f"licence/{LICENCE}", kind, self.licence(*periods, **changes))

    def checkpoint(self, size: int | None = None, signers: list[NoteKey] | None = None) -> str:
        count = len(self.leaves) if size is None else size
        body = f"{self.origin}\n{count}\n{b64(tree_hash(self.leaves[:count]))}\n"
        keys = [self.log_key, *self.witnesses] if signers is None else signers
        return note(body, [key.line(body) for key in keys])

    def proof(self, index: int, size: int | None = None) -> str:
        count = len(self.leaves) if size is None else size
        hashes_ = "".join(b64(one) + "\n" for one in path_to(index, self.leaves[:count]))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes_}\n{self.checkpoint(count)}"

    def policy(self) -> str:
        lines = [f"log {self.log_key.vkey}"]
        lines += [f"witness w{number} {key.vkey}" for number, key in enumerate(self.witnesses)]
        if self.quorum == "any":
            names = " ".join(f"w{number}" for number in range(len(self.witnesses)))
            return "\n".join([*lines, f"group all-of-them any {names}", "quorum all-of-them", ""])
        return "\n".join([*lines, f"quorum {self.quorum}", ""])

    def trust(self, **changes: Any) -> bytes:
        content = {
            "v": 1,
            "issuer": self.issuer,
            "origin": self.origin,
            "log_keys": [self.log_key.vkey],
            "policy": self.policy(),
            "root": b64(self.root.der),
            "certificates": [b64(key.der) for key in self.keys.values()],
        }
        return json.dumps(content | changes).encode()

    # What is signed

    def terms(self, record: dict[str, Any], iat: int) -> dict[str, int]:
        """China is eight hours before UTC."""
        found = {"iat": iat}
        for name, claim, later in (("valid_from", "nbf", 0), ("valid_to", "exp", 1)):
            if name in record:
                begin = datetime.fromisoformat(record[name]).replace(tzinfo=UTC) + timedelta(days=later, hours=-8)
                found[claim] = int(begin.timestamp())
        return found

    def claims(self, iat: int = NOW) -> dict[str, Any]:
        entry = self.entry(f"licence/{LICENCE}")
        record = {name: part for name, part in entry["record"].items() if name != "status_history"}
        agency = self.entry(f"agency/{AGENCY}")["record"]
        place = record["status_place"]
        return {
            "iss": self.issuer,
            "vct": f"{self.issuer}/vct/recruitment-licence/v1",
            "sub": f"{self.issuer}/api/v1/licences/{LICENCE}",
            **self.terms(record, iat),
            "licence": record,
            "agency": {
                **{name: agency[name] for name in ("agency_id", "country", "role")},
                "names": [name["name"] for name in agency.get("names", [])],
            },
            "status": {"status_list": {"idx": place % 131072, "uri": f"{self.issuer}/status/{place // 131072}"}},
            "log": {
                "origin": self.origin,
                "index": entry["index"],
                "leaf": b64url(sha(b"\0" + self.leaves[entry["index"]])),
            },
        }

    def credential(self, key: SigningKey | None = None, iat: int = NOW, **changes: Any) -> str:
        return (key or self.keys["credential"]).token("dc+sd-jwt", self.claims(iat) | changes) + "~"

    def places(self, number: int, size: int, day: str) -> bytes:
        values: dict[int, int] = {}
        for leaf in self.leaves[:size]:
            entry = json.loads(leaf)
            if entry["key"].startswith("licence/"):
                holding = [one["status"] for one in entry["record"]["status_history"] if one.get("from", "") <= day]
                values[entry["record"]["status_place"]] = STATUS_VALUES[holding[-1]] if holding else 0
        data = bytearray(131072 // 4)
        for place, value in values.items():
            if place // 131072 == number:
                data[place % 131072 // 4] |= value << place % 4 * 2
        return bytes(data)

    def status(
        self, iat: int = NOW, *, number: int = 0, size: int | None = None, key: SigningKey | None = None, **changes: Any
    ) -> str:
        count = len(self.leaves) if size is None else size
        day = datetime.fromtimestamp(iat, UTC).date().isoformat()
        payload = {
            "sub": f"{self.issuer}/status/{number}",
            "iat": iat,
            "exp": iat + DAY,
            "ttl": 3600,
            "status_list": {"bits": 2, "lst": b64url(zlib.compress(self.places(number, count, day)))},
            "log": {"origin": self.origin, "size": count},
        }
        return (key or self.keys["status"]).token("statuslist+jwt", payload | changes)

    def bundle(self, **changes: Any) -> dict[str, Any]:
        licence, agency = self.entry(f"licence/{LICENCE}")["index"], self.entry(f"agency/{AGENCY}")["index"]
        keys = [self.entry(f"key/{self.keys[use].kid}")["index"] for use in ("credential", "status")]
        return {
            "v": 1,
            "credential": self.credential(),
            "status": self.status(),
            "entry": b64(self.leaves[licence]),
            "proof": self.proof(licence),
            "agency_entry": b64(self.leaves[agency]),
            "agency_proof": self.proof(agency),
            "keys": [{"entry": b64(self.leaves[index]), "proof": self.proof(index)} for index in keys],
        } | changes

    def bundle_bytes(self, **changes: Any) -> bytes:
        return json.dumps(self.bundle(**changes), separators=(",", ":"), ensure_ascii=False).encode()

    def cose_claims(self, iat: int = NOW) -> dict[int, Any]:
        entry = self.entry(f"licence/{LICENCE}")
        record, terms = entry["record"], self.terms(entry["record"], iat)
        claims: dict[int, Any] = {1: self.issuer, 2: LICENCE, 6: iat}
        claims |= {label: terms[name] for label, name in ((4, "exp"), (5, "nbf")) if name in terms}
        place = record["status_place"]
        return claims | {
            65535: {"status_list": {"idx": place % 131072, "uri": f"{self.issuer}/status/{place // 131072}"}},
            -65537: 1,
            -65538: record["number"],
            -65539: "示例对外劳务合作有限公司",
            -65540: record["kind"],
            -65541: record["country"],
            -65542: [f"{one['origin']}>{one['destination']}" for one in record["corridors"]],
            -65543: entry["index"],
            -65544: sha(b"\0" + self.leaves[entry["index"]])[:16],
        }

    def code(self, key: SigningKey | None = None, claims: dict[int, Any] | None = None, alg: int = -7) -> str:
        signer = key or self.keys["credential"]
        kid = base64.urlsafe_b64decode(signer.kid)
        protected = cbor2.dumps({1: alg, 4: kid})
        payload = cbor2.dumps(self.cose_claims() if claims is None else claims)
        signature = signer.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
        message = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
        return f"{self.issuer}/v#{base64.b32encode(zlib.compress(message, 9)).decode().rstrip('=')}"

    def receipt(self, key: SigningKey | None = None, iat: int = NOW, **changes: Any) -> str:
        size = len(self.leaves)
        payload = {
            "v": 1,
            "iss": self.issuer,
            "iat": iat,
            "question": {"licence_number": "FICT-0001", "destination": "IT"},
            "verdict": "yes",
            "may_continue_existing_placements": "yes",
            "reasons": ["licence_active"],
            "on": "2026-11-18",
            "records": [{"agency_id": AGENCY, "sha256": b64url(sha(b"a record"))}],
            "log": {"origin": self.origin, "size": size, "root": b64(tree_hash(self.leaves))},
        }
        return (key or self.keys["receipt"]).token("registry-receipt+jwt", payload | changes)
