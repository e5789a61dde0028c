"""Signed notes, checkpoints, cosignatures, proofs and policies as text.

C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, and tlog-policy: which logs and witnesses are known, and how
many of them a checkpoint needs.

Pure: what is signed comes and goes as bytes and text. What does not hold raises BadProof with words.
"""

import binascii
import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa

from registry.core.errors import BadProof

ED25519, COSIGNATURE, ML_DSA = 1, 4, 6
"""Signature types: the log's own; a witness's with its time; and one of ML-DSA-44 with its time (tlog-cosignature)."""

_LENGTHS = {ED25519: 32, COSIGNATURE: 32, ML_DSA: 1312}
"""Bytes of a public key."""

NONE = "none"
"""The quorum of a policy that asks for no witness."""

MAX_SIGNATURES = 64
MAX_BYTES = 64 * 1024
MAX_POLICY_LINES = 256

_HEADER = "c2sp.org/tlog-proof@v1"
_DASH = "\u2014 "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who signs notes: name, signature type and raw key. Its text form is the vkey of C2SP signed-note."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    def line(self, signature: bytes) -> str:
        """The signature line of a note."""
        return Signature(self.name, self.id, signature).line()


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    id: bytes
    signature: bytes

    def line(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """Text, which ends in a newline, and the signatures below it. Nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry's proof of inclusion and the signed checkpoint that it leads to."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        lines = [_HEADER, f"index {self.index}", *(b64encode(hash_).decode() for hash_ in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def read_vkey(text: str) -> VerifierKey:
    """A key from its text form. BadProof when it is none, or when its id does not follow from it."""
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    raw = _decoded(encoded, "a verifier key")
    if not raw or len(raw) - 1 != _LENGTHS.get(raw[0]):
        raise BadProof(f"the verifier key of {name or 'nobody'} is of no type that is known here (Ed25519, ML-DSA-44)")
    key = VerifierKey(checked_name(name), raw[0], raw[1:])
    if key.id.hex() != id_:
        raise BadProof(f"the verifier key of {name} does not have the id {id_}")
    return key


def checked_name(name: str) -> str:
    """A name that may stand in a note. BadProof for any other."""
    if not name or "+" in name or any(character.isspace() or not character.isprintable() for character in name):
        raise BadProof("the name of a key must not be empty, and have neither spaces nor a plus")
    return name


def read_note(raw: str) -> Note:
    """The parts of a signed note. BadProof when it is none."""
    if len(raw) > MAX_BYTES or any(character < " " and character != "\n" for character in raw):
        raise BadProof("the note is too long, or holds control characters")
    text, gap, below = raw.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise BadProof("the note has no signatures")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise BadProof(f"the note has more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_read_signature(line) for line in lines))


def without_cosignatures(raw: str) -> str:
    """A checkpoint with the Ed25519 lines of its log alone. BadProof when it is none."""
    note = read_note(raw)
    origin = read_checkpoint(note.text).origin
    own = (one.line() for one in note.signatures if one.name == origin and len(one.signature) == 64)
    return f"{note.text}\n{''.join(own)}"


def read_signature_lines(raw: str) -> tuple[Signature, ...]:
    """Signature lines alone, as a witness answers them."""
    if len(raw) > MAX_BYTES or not raw.endswith("\n"):
        raise BadProof("these are no signature lines")
    return tuple(_read_signature(line) for line in raw[:-1].split("\n")[:MAX_SIGNATURES])


def _read_signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _decoded(encoded, "a signature line")
    if not line.startswith(_DASH) or len(raw) < 5:
        raise BadProof("a line below the note is no signature")
    return Signature(checked_name(name), raw[:4], raw[4:])


def is_signed(note: Note, key: VerifierKey) -> bool:
    """Whether the key signed the note. BadProof when a line bears its name and id, and does not verify."""
    return bool(_verified(note, key, lambda signature: note.text.encode() if len(signature) == 64 else None, 0))


def cosigned_at(note: Note, key: VerifierKey) -> int | None:
    """When a cosigner signed the checkpoint, in seconds since 1970; None if it did not. BadProof for a false signature."""
    is_ml_dsa = key.kind == ML_DSA

    def message(signature: bytes) -> bytes | None:
        seconds = int.from_bytes(signature[:8], "big")
        if len(signature) != 8 + (2420 if is_ml_dsa else 64):
            return None
        return ml_dsa_message(note.text, key.name, seconds) if is_ml_dsa else cosigned_message(note.text, seconds)

    found = _verified(note, key, message, 8)
    return int.from_bytes(found[:8], "big") if found else None


def cosigned_message(text: str, seconds: int) -> bytes:
    """What a witness signs of a checkpoint's text at a time."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def ml_dsa_message(text: str, name: str, seconds: int) -> bytes:
    """What a cosigner of that name signs of a checkpoint by ML-DSA-44 at a time; extensions of the text are not in it."""
    head = read_checkpoint(text)
    names = [len(one.encode()).to_bytes(1, "big") + one.encode() for one in (name, head.origin)]
    start, end = (0).to_bytes(8, "big"), head.size.to_bytes(8, "big")
    return b"subtree/v1\n\0" + names[0] + seconds.to_bytes(8, "big") + names[1] + start + end + head.root


def _verified(note: Note, key: VerifierKey, message: Callable[[bytes], bytes | None], skipped: int) -> bytes | None:
    found: bytes | None = None
    for signature in note.signatures:
        if (signature.name, signature.id) != (key.name, key.id):
            continue
        signed_bytes = message(signature.signature)
        try:
            if signed_bytes is None:
                raise InvalidSignature
            kind = mldsa.MLDSA44PublicKey if key.kind == ML_DSA else ed25519.Ed25519PublicKey
            kind.from_public_bytes(key.public).verify(signature.signature[skipped:], signed_bytes)
        except (InvalidSignature, ValueError):
            raise BadProof(f"a signature in the name of {key.name} is false") from None
        found = found or signature.signature
    return found


def signed(text: str, signers: Iterable[tuple[VerifierKey, Callable[[bytes], bytes]]]) -> str:
    """The note of a text, signed by each."""
    return text + "\n" + "".join(key.line(sign(text.encode())) for key, sign in signers)


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint a note's text states; further lines are extensions and say nothing here. BadProof when it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]):
        raise BadProof("the text is no checkpoint: origin, size and root are wanted, one a line")
    root = _decoded(lines[2], "the root of a checkpoint")
    if len(root) != 32:
        raise BadProof("the root of a checkpoint has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def verify_checkpoint(raw: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note signed by one of the log's keys, which bear its origin as their name. BadProof otherwise.

    One of ML-DSA alone is not enough, but what it signed has to be true where it is known.
    """
    note = read_note(raw)
    checkpoint = read_checkpoint(note.text)
    own = [key for key in keys if key.kind == ED25519 and key.name == checkpoint.origin]
    # Every known key is tried: a false line under a known name spoils the whole note.
    signed_by = [key for key in own if is_signed(note, key)]
    for key in keys:
        if key.kind == ML_DSA and key.name == checkpoint.origin:
            cosigned_at(note, key)
    if not signed_by:
        raise BadProof(f"the checkpoint of {checkpoint.origin} is signed by no key of that log that is known here")
    return checkpoint


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by the policy's own name for it; `url` is where it takes checkpoints."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def is_met(self, present: set[str]) -> bool:
        """Whether the witnesses of these names are enough."""
        return self.quorum == NONE or self._has(self.quorum, present)

    def _has(self, name: str, present: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in present
        return sum(self._has(member, present) for member in group.members) >= group.least

    def cosigned(self, note: Note) -> dict[str, int]:
        """The witnesses that signed a note, by the policy's names, and when: seconds since 1970. BadProof for a false one."""
        times = {witness.name: cosigned_at(note, witness.key) for witness in self.witnesses}
        return {name: at for name, at in times.items() if at is not None}


def read_policy(text: str) -> WitnessPolicy:
    """A policy from its text. BadProof with the line that is wrong."""
    lines = text.splitlines()
    if len(lines) > MAX_POLICY_LINES or any(character < " " and character not in "\t\n" for character in text):
        raise BadProof(f"a policy has at most {MAX_POLICY_LINES} lines, and no control characters but tab and newline")
    logs: list[VerifierKey] = []
    witnesses: list[Witness] = []
    groups: dict[str, Group] = {}
    quorum: str | None = None
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        known = {NONE, *(witness.name for witness in witnesses), *groups}
        match words:
            case ["log", vkey, *rest] if len(rest) <= 1:
                logs.append(_policy_key(vkey, ED25519, place, logs))
            case ["witness", name, vkey, *rest] if len(rest) <= 1 and name not in known:
                key = _policy_key(vkey, COSIGNATURE, place, [witness.key for witness in witnesses])
                witnesses.append(Witness(name, key, rest[0] if rest else None))
            case ["group", name, minimum, *members] if name not in known:
                groups[name] = _policy_group(minimum, members, known - {NONE}, groups, place)
            case ["quorum", name] if quorum is None and name in known:
                quorum = name
            case _:
                raise BadProof(
                    f"line {place} of the policy is none that is known, or names something twice or too early"
                )
    if quorum is None:
        raise BadProof("the policy has no quorum line: write `quorum none` where no witness is asked for")
    return WitnessPolicy(tuple(logs), tuple(witnesses), groups, quorum)


def _policy_key(vkey: str, kind: int, place: int, others: Sequence[VerifierKey]) -> VerifierKey:
    key = read_vkey(vkey)
    if key.kind != kind:
        raise BadProof(f"line {place} of the policy has a key of another type than its use asks for")
    if any(key.public == other.public for other in others):
        raise BadProof(f"line {place} of the policy has a key that stands there already")
    return key


def _policy_group(
    minimum: str, members: Sequence[str], known: set[str], groups: Mapping[str, Group], place: int
) -> Group:
    count = {"all": len(members), "any": 1}.get(minimum) or (
        int(minimum) if minimum.isdecimal() and minimum.isascii() else 0
    )
    taken = {member for group in groups.values() for member in group.members}
    if not 1 <= count <= len(members) or len(set(members)) != len(members) or not set(members) <= known - taken:
        raise BadProof(
            f"line {place} of the policy: a group is `all`, `any` or a number of its members, each defined above and "
            "member of no other group"
        )
    return Group(count, tuple(members))


def _decoded(encoded: str, what: str) -> bytes:
    """Base64 in its one canonical form: any other spelling of the same bytes would be a second signature."""
    try:
        raw = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadProof(f"{what} is not base64") from None
    if b64encode(raw).decode() != encoded:
        raise BadProof(f"{what} is not base64 in its canonical form")
    return raw
