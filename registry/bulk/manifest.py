"""Statements of the rows of a job, and one signature over all of them (docs/users/bulk.md says their form)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from registry.core.errors import Fault, NotFound
from registry.core.keyring import Signer
from registry.log.tree import inclusion_proof, leaf_hashes, levels_of, pushed, reading, root_of
from registry.proofs.credentials.rules import Head, base64, plain, stated_verdict
from registry.proofs.credentials.signing import compact_jws
from registry.verification.verdicts import corridor, question
from registry.vocabulary.organisations import JobKind

TYPE = "registry-manifest+jwt"
VERSION = 1
_AT_ONCE = 4096

_encode = msgspec.json.Encoder(order="sorted").encode


def statement(number: int, key: str | None, line: int | None, stated: Mapping[str, Any]) -> bytes:
    """One line, with its line feed. `stated` is what `verdict_statement`, `corridor_statement` or `refusal_statement` give."""
    place: dict[str, Any] = {"n": number, "key": key}
    if line is not None:
        place["line"] = line
    return _encode({**place, **stated}) + b"\n"


def verdict_statement(
    parameters: Mapping[str, Any], verdict: question.Verdict, at: datetime, digest: bytes | None = None
) -> dict[str, Any]:
    """`digest`: the SHA-256 of the record of the agency answered about, where it is known already."""
    return {
        "at": int(at.timestamp()),
        "question": plain(dict(parameters)),
        **stated_verdict(verdict, digest),
        "may_continue_existing_placements": verdict.may_continue.value,
    }


def corridor_statement(parameters: Mapping[str, Any], whole: corridor.CorridorVerdict, at: datetime) -> dict[str, Any]:
    return {
        "at": int(at.timestamp()),
        "question": plain(dict(parameters)),
        "verdict": whole.verdict.value,
        "legs": [
            {"leg": leg.kind.value, **stated_verdict(leg.verdict)}
            | ({"verdict": "not_required"} if leg.is_not_required else {})
            for leg in whole.legs
        ],
    }


def refusal_statement(faults: Iterable[Fault], parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    refusal: dict[str, Any] = {"errors": [{"parameter": one.parameter, "code": one.code.value} for one in faults]}
    return refusal | ({"question": plain(dict(parameters))} if parameters else {})


def root_over(lines: Iterable[bytes]) -> tuple[int, bytes]:
    """How many lines, and the RFC 6962 tree hash over them, each without its line feed."""
    count, frontier = 0, list[bytes]()
    left = iter(lines)
    while chunk := [line.rstrip(b"\n") for line in islice(left, _AT_ONCE)]:
        frontier = pushed(count, frontier, leaf_hashes(chunk))
        count += len(chunk)
    return count, root_of(frontier)


class RowProof(NamedTuple):
    """A statement without line feed, the count of statements, and the hashes from its leaf to the manifest's root."""

    statement: bytes
    size: int
    path: list[bytes]


def proof_of(lines: Iterable[bytes], place: int) -> RowProof:
    """The proof of the statement at `place`, from 0. Raises NotFound where there are fewer."""
    hashes, found = list[bytes](), b""
    left = iter(lines)
    while chunk := [line.rstrip(b"\n") for line in islice(left, _AT_ONCE)]:
        if len(hashes) <= place < len(hashes) + len(chunk):
            found = chunk[place - len(hashes)]
        hashes += leaf_hashes(chunk)
    if not 0 <= place < len(hashes):
        raise NotFound(f"this list has {len(hashes)} statements, from 0 to {len(hashes) - 1}: there is none at {place}")
    return RowProof(found, len(hashes), inclusion_proof(reading(levels_of(hashes)), place, len(hashes)))


def lines_in(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


class ListFacts(NamedTuple):
    """What a manifest says of its list: the reference of the job or of the archived list, its kind, and its counts."""

    reference: str
    kind: JobKind
    counts: Mapping[str, int]


def manifest_of(
    lines: Iterable[bytes], facts: ListFacts, *, head: Head, issuer: str, signer: Signer, at: datetime
) -> str:
    """The signed manifest over statements."""
    count, root = root_over(lines)
    claims = {
        "v": VERSION,
        "iss": issuer,
        "iat": int(at.timestamp()),
        "job": facts.reference,
        "kind": facts.kind.value,
        "count": count,
        "root": base64(root),
        "counts": dict(facts.counts),
        "log": {"origin": head.origin, "size": head.size, "root": base64(head.root)},
    }
    return compact_jws(TYPE, claims, signer)
