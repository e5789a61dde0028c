"""Reads of the audit trail: the lines of one subject, whether the chain holds, and all of it for export."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.models import BEFORE_THE_FIRST, AuditEntry, AuditHead, body_of, hash_of

AT_ONCE = 1000
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Head(NamedTuple):
    """The number of lines and the hash of the last, in hex. Kept elsewhere, it shows whether the end was cut off."""

    size: int
    hash: str

    def __str__(self) -> str:
        return f"{self.size}:{self.hash}"


class Verified(NamedTuple):
    head: Head
    troubles: list[str]


def head(session: Session) -> Head:
    row = session.execute(select(AuditHead)).scalar_one()
    return Head(row.size, row.hash.hex())


def read_head(text: str) -> Head | None:
    """Parse a head as it was written down; None if it is not one."""
    match = _HEAD.fullmatch(text.strip())
    return Head(int(match[1]), match[2]) if match else None


def verify(session: Session, stored: Head | None = None, logged: Mapping[str, str] | None = None) -> Verified:
    """Verify the chain of hashes, and say what does not follow; `stored` is a head from before.

    `logged` are hashes, in hex, that lines must have, each with where it was stated.
    """
    troubles: list[str] = []
    missing = dict(logged or {})
    before, expected, at_kept = BEFORE_THE_FIRST, 0, None if stored is None or stored.size else BEFORE_THE_FIRST.hex()
    for line in _lines(session):
        if line.number != expected:
            troubles.append(f"lines {expected} to {line.number - 1} are missing")
        if not (_is_bytes(line.body) and _is_bytes(line.hash)):
            troubles.append(f"line {line.number} is damaged: its body or hash is no longer the bytes that were written")
            expected = line.number + 1
            continue
        if line.body != line.read():
            troubles.append(f"line {line.number} reads otherwise than what was hashed")
        if line.hash != hash_of(before, line.body):
            troubles.append(f"line {line.number} does not follow from the one before")
        before, expected = line.hash, line.number + 1
        missing.pop(line.hash.hex(), None)
        if stored is not None and expected == stored.size:
            at_kept = line.hash.hex()
    found = Head(expected, before.hex())
    if head(session) != found:
        troubles.append(f"the head says {head(session).size} lines, and there are {found.size}: the end was changed")
    if stored is not None and at_kept != stored.hash:
        troubles.append(f"this is not the chain whose head was {stored}: it was cut off or written anew")
    troubles += [
        f"no line has the hash {hash_} that {where} states: the chain was cut off or written anew"
        for hash_, where in missing.items()
    ]
    return Verified(found, troubles)


def _is_bytes(value: object) -> bool:
    """SQLite stores whatever it is given: a body that somebody changed by hand may be a text."""
    return isinstance(value, bytes)


def exported(session: Session) -> Iterator[bytes]:
    """Export each line's exact bytes with its hash, as JSON lines; the last one is the head."""
    for line in _lines(session):
        yield b'{"hash":"%s","line":%s}\n' % (line.hash.hex().encode(), line.body)
    yield msgspec.json.encode({"head": str(head(session))}) + b"\n"


class _Line(NamedTuple):
    number: int
    on_day: date
    actor: str
    act: str
    subject: str
    detail: str
    body: bytes
    hash: bytes

    def read(self) -> bytes:
        """The body that a line's columns make."""
        return body_of(
            index=self.number, on=self.on_day, actor=self.actor, act=self.act, subject=self.subject, detail=self.detail
        )


def _lines(session: Session) -> Iterator[_Line]:
    """All lines in order, read a thousand at a time."""
    columns = AuditEntry.__table__.c
    after = -1
    while True:
        chunk = session.execute(
            select(*columns).where(columns["index"] > after).order_by(columns["index"]).limit(AT_ONCE)
        ).all()
        for row in chunk:
            line = _Line(*row)
            yield line
            after = line.number
        if len(chunk) < AT_ONCE:
            return
