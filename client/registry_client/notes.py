"""Signed notes, checkpoints, cosignatures, policies and proofs, as C2SP writes them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry_client.strict import LARGEST_INTEGER, Refused, Unreadable, from_base64

LOG_KEY = 0x01
WITNESS_KEY = 0x04
ML_DSA_KEY = 0x06
NOTE_LIMIT = 64_000
"""Bytes of the largest checkpoint or proof."""
DASH = "— "
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """`name+hash+key` of a signed note; `kind` is LOG_KEY, WITNESS_KEY or ML_DSA_KEY."""

    name: str
    kind: int
    public: bytes
    hint: bytes

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Raises UnsupportedAlgorithm, for a key of ML-DSA, where the installed `cryptography` has none."""
        try:
            if self.kind == ML_DSA_KEY:
                _ml_dsa().from_public_bytes(self.public).verify(signature, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _ml_dsa() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
    except ImportError:
        raise UnsupportedAlgorithm("ML-DSA-44") from None
    return MLDSA44PublicKey


def key_hint(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def verifier_key(name: str, kind: int, public: bytes) -> VerifierKey:
    return VerifierKey(name, kind, public, key_hint(name, kind, public))


def read_verifier_key(text: str, kind: int, what: str) -> VerifierKey:
    """Raises Unreadable."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise Unreadable(f"{what}: a verifier key is name+hash+key")
    material = from_base64(parts[2], what)
    if len(material) != 1 + (1312 if kind == ML_DSA_KEY else 32) or material[0] != kind:
        name = "ML-DSA-44" if kind == ML_DSA_KEY else "Ed25519"
        raise Unreadable(f"{what}: an {name} verifier key of type {kind} is expected")
    key = verifier_key(parts[0], kind, material[1:])
    if key.hint.hex() != parts[1]:
        raise Unreadable(f"{what}: the verifier key does not fit its own hash, so it is mistyped")
    return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head of the log. `body` is what is signed; `signatures` are name, key hint and signature."""

    origin: str
    size: int
    root: bytes
    body: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]
    text: str


def read_checkpoint(text: str, what: str = "checkpoint") -> Checkpoint:
    """Raises Unreadable."""
    body, signatures = split_note(text, what)
    lines = body.decode()[:-1].split("\n")
    if len(lines) < 3 or not lines[0]:
        raise Unreadable(f"{what}: origin, size and root are expected in three lines")
    root = from_base64(lines[2], f"{what}: root")
    if len(root) != 32:
        raise Unreadable(f"{what}: the root is no SHA-256 hash")
    return Checkpoint(lines[0], _decimal(lines[1], f"{what}: size"), root, body, signatures, text)


def split_note(text: str, what: str) -> tuple[bytes, tuple[tuple[str, bytes, bytes], ...]]:
    """What a note signs, and its signatures as a checkpoint has them. Raises Unreadable."""
    if len(text) > NOTE_LIMIT:
        raise Unreadable(f"{what}: more than {NOTE_LIMIT} characters")
    if any(ord(sign) < 0x20 and sign != "\n" for sign in text):
        raise Unreadable(f"{what}: a signed note has no control characters")
    body, gap, signed = text.rpartition("\n\n")
    if not gap or not signed.endswith("\n"):
        raise Unreadable(f"{what}: a signed note is text, an empty line and signature lines")
    return (body + "\n").encode(), tuple(_read_signature(line, what) for line in signed[:-1].split("\n"))


def _read_signature(line: str, what: str) -> tuple[str, bytes, bytes]:
    name, space, data = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not name or not space:
        raise Unreadable(f"{what}: this is no signature line: {line[:60]!r}")
    signature = from_base64(data, f"{what}: signature of {name[:60]!r}")
    if len(signature) < 5:
        raise Unreadable(f"{what}: signature of {name[:60]!r} is too short")
    return name, signature[:4], signature[4:]


def _decimal(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 16 or (len(text) > 1 and text[0] == "0"):
        raise Unreadable(f"{what}: a decimal number is expected")
    number = int(text)
    if number > LARGEST_INTEGER:
        raise Unreadable(f"{what}: the number is too large")
    return number


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """Witnesses by key, groups by name, and the name that must have witnessed a head; `none` for no witness."""

    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"
    logs: tuple[VerifierKey, ...] = ()

    def is_met(self, witnessed: Iterable[str]) -> bool:
        """Whether those witnesses, by their names here, are the quorum."""
        met = set(witnessed)
        # Groups stand in the order of their lines, and name only what stands above them.
        for name, (threshold, members) in self.groups.items():
            if sum(member in met for member in members) >= threshold:
                met.add(name)
        return self.quorum == "none" or self.quorum in met


POLICY_LIMIT = 1000


def read_policy(text: str, what: str = "policy") -> WitnessPolicy:
    """C2SP tlog-policy. Raises Unreadable."""
    witnesses: dict[str, VerifierKey] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    logs: list[VerifierKey] = []
    quorum: str | None = None
    taken: set[str] = set()
    lines = text.split("\n")
    if len(lines) > POLICY_LIMIT:
        raise Unreadable(f"{what}: more than {POLICY_LIMIT} lines")
    for number, line in enumerate(lines, 1):
        where = f"{what}, line {number}"
        match line.strip(" \t").replace("\t", " ").split():
            case []:
                continue
            case [first, *_] if first.startswith("#"):
                continue
            case ["log", key] | ["log", key, _]:
                logs.append(read_verifier_key(key, LOG_KEY, where))
            case ["witness", name, key] | ["witness", name, key, _]:
                _require_new(name, witnesses, groups, where)
                witnesses[name] = read_verifier_key(key, WITNESS_KEY, where)
                if [one.public for one in witnesses.values()].count(witnesses[name].public) > 1:
                    raise Unreadable(f"{where}: the key of this witness stands in another line")
            case ["group", name, threshold, *members] if members:
                _require_new(name, witnesses, groups, where)
                for member in members:
                    if (member not in witnesses and member not in groups) or member in taken:
                        raise Unreadable(f"{where}: {member[:40]!r} is not named above, or is in a group already")
                    taken.add(member)
                words = {"any": 1, "all": len(members)}
                minimum = words[threshold] if threshold in words else _decimal(threshold, where)
                if not 1 <= minimum <= len(members):
                    raise Unreadable(f"{where}: the group asks for {minimum} of {len(members)}")
                groups[name] = (minimum, tuple(members))
            case ["quorum", name] if quorum is None:
                if name != "none" and name not in witnesses and name not in groups:
                    raise Unreadable(f"{where}: {name[:40]!r} is not named above")
                quorum = name
            case _:
                raise Unreadable(f"{where}: this is no line of a policy: {line[:60]!r}")
    if quorum is None:
        raise Unreadable(f"{what}: there is no quorum line")
    return WitnessPolicy(witnesses, groups, quorum, tuple(logs))


def _require_new(name: str, witnesses: Mapping[str, object], groups: Mapping[str, object], where: str) -> None:
    if name == "none" or name in witnesses or name in groups:
        raise Unreadable(f"{where}: the name {name[:40]!r} is taken")


class MlDsa(Enum):
    """What is known of the second signature of a head."""

    NO_KEY = "no_key"
    SIGNED = "signed"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Seen:
    """A verified head: by which of the log's keys, and which witnesses of the policy signed it too.

    `ml_dsa`: what is known of its second signature.
    """

    checkpoint: Checkpoint
    key: VerifierKey
    witnesses: tuple[str, ...]
    is_witnessed: bool
    ml_dsa: MlDsa = MlDsa.NO_KEY


def verify_checkpoint(checkpoint: Checkpoint, origin: str, keys: Iterable[VerifierKey], policy: WitnessPolicy) -> Seen:
    """Raises Refused: another log's head, no good signature of a known key of this one, or a false one of ML-DSA."""
    keys = list(keys)
    if checkpoint.origin != origin:
        raise Refused("another_log", origin=checkpoint.origin, expected=origin)
    signed_by = next((key for key in keys if key.kind == LOG_KEY and _log_signed(checkpoint, key)), None)
    if signed_by is None:
        raise Refused("head_not_signed", origin=origin)
    witnesses = tuple(name for name, key in policy.witnesses.items() if _witness_signed(checkpoint, key))
    return Seen(checkpoint, signed_by, witnesses, policy.is_met(witnesses), _ml_dsa_of(checkpoint, keys))


def _ml_dsa_of(checkpoint: Checkpoint, keys: Iterable[VerifierKey]) -> MlDsa:
    """Raises Refused for a false signature."""
    found = MlDsa.NO_KEY
    for key in keys:
        if key.kind != ML_DSA_KEY:
            continue
        lines = [one for name, hint, one in checkpoint.signatures if (name, hint) == (key.name, key.hint)]
        try:
            if not all(key.verifies(one[8:], _ml_dsa_message(checkpoint, key.name, one[:8])) for one in lines):
                raise Refused("head_ml_dsa_false", origin=checkpoint.origin)
        except UnsupportedAlgorithm:
            return MlDsa.UNREADABLE
        if lines:
            return MlDsa.SIGNED
        found = MlDsa.MISSING
    return found


def _ml_dsa_message(checkpoint: Checkpoint, name: str, time: bytes) -> bytes:
    """C2SP tlog-cosignature: what ML-DSA-44 signs of a whole tree at a time."""
    cosigner, origin = (len(one.encode()).to_bytes(1, "big") + one.encode() for one in (name, checkpoint.origin))
    end = checkpoint.size.to_bytes(8, "big")
    return b"subtree/v1\n\0" + cosigner + time + origin + bytes(8) + end + checkpoint.root


def _log_signed(checkpoint: Checkpoint, key: VerifierKey) -> bool:
    return key.name == checkpoint.origin and any(
        (name, hint) == (key.name, key.hint) and key.verifies(signature, checkpoint.body)
        for name, hint, signature in checkpoint.signatures
    )


def _witness_signed(checkpoint: Checkpoint, key: VerifierKey) -> bool:
    for name, hint, signature in checkpoint.signatures:
        if (name, hint) == (key.name, key.hint) and len(signature) == 72:
            time = int.from_bytes(signature[:8], "big")
            if key.verifies(signature[8:], f"cosignature/v1\ntime {time}\n".encode() + checkpoint.body):
                return True
    return False


@dataclass(frozen=True, slots=True)
class Proof:
    """A tlog-proof: the place of an entry, the hashes that lead to the root, and the head."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint


def read_proof(text: str, what: str = "proof") -> Proof:
    """Raises Unreadable."""
    if len(text) > NOTE_LIMIT:
        raise Unreadable(f"{what}: more than {NOTE_LIMIT} characters")
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != PROOF_HEADER:
        raise Unreadable(f"{what}: the first line of a proof is {PROOF_HEADER}")
    if len(lines) < 2 or not lines[1].startswith("index "):
        raise Unreadable(f"{what}: the second line is `index` and a number")
    hashes = tuple(from_base64(line, f"{what}, line {number}") for number, line in enumerate(lines[2:], 3))
    if len(hashes) > 63 or any(len(one) != 32 for one in hashes):
        raise Unreadable(f"{what}: at most 63 SHA-256 hashes are expected")
    return Proof(_decimal(lines[1][6:], f"{what}: index"), hashes, read_checkpoint(note, f"{what}: checkpoint"))
