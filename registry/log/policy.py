"""C2SP tlog-policy: which logs and witnesses are known, and how many of them a checkpoint needs. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.core.errors import BadProof
from registry.log.note import COSIGNATURE, ED25519, Note, VerifierKey, cosigned_at, read_vkey

NONE = "none"
MAX_LINES = 256


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
    if len(lines) > MAX_LINES or any(character < " " and character not in "\t\n" for character in text):
        raise BadProof(f"a policy has at most {MAX_LINES} lines, and no control characters but tab and newline")
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
                logs.append(_key(vkey, ED25519, place, logs))
            case ["witness", name, vkey, *rest] if len(rest) <= 1 and name not in known:
                key = _key(vkey, COSIGNATURE, place, [witness.key for witness in witnesses])
                witnesses.append(Witness(name, key, rest[0] if rest else None))
            case ["group", name, minimum, *members] if name not in known:
                groups[name] = _group(minimum, members, known - {NONE}, groups, place)
            case ["quorum", name] if quorum is None and name in known:
                quorum = name
            case _:
                raise BadProof(
                    f"line {place} of the policy is none that is known, or names something twice or too early"
                )
    if quorum is None:
        raise BadProof("the policy has no quorum line: write `quorum none` where no witness is asked for")
    return WitnessPolicy(tuple(logs), tuple(witnesses), groups, quorum)


def _key(vkey: str, kind: int, place: int, others: Sequence[VerifierKey]) -> VerifierKey:
    key = read_vkey(vkey)
    if key.kind != kind:
        raise BadProof(f"line {place} of the policy has a key of another type than its use asks for")
    if any(key.public == other.public for other in others):
        raise BadProof(f"line {place} of the policy has a key that stands there already")
    return key


def _group(minimum: str, members: Sequence[str], known: set[str], groups: Mapping[str, Group], place: int) -> Group:
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
