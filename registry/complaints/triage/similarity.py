"""Complaints that say nearly the same, noticed without keeping a readable word.

MinHash: of all runs of a few letters in a text, each of 64 keyed hash functions keeps the least; texts that share a part p of
their runs agree in each with probability p. The 64 are cut into 16 bands of four, and each band is stored as a keyed digest.
Two texts that share seven tenths of their runs meet in some band with 99 %, one tenth with 0.2 %.
With a dump of the database but without the key folder these digests can neither be read nor tried against a text.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from heapq import nsmallest
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, bindparam, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.complaints.case.models import Case
from registry.complaints.triage.rules import NEAR_BANDS
from registry.core.db.engine import Base, Text
from registry.register.names.spelling import is_chinese, letters

Digest = Callable[[str, str], str]
"""A keyed digest of a text for a purpose, in hex: `Sealer.digest` or `Keyring.digest`."""

BANDS = 16
ROWS = 4
PURPOSE = "shingles"
MIN_RUNS = 20
"""A text with fewer is too short to say anything: "please help me" is no sign of a flood."""

MAX_RUNS = 1000
"""Of a longer text a sample is compared, so that the longest account costs hardly more than a page."""

_HAN_RUN, _OTHER_RUN = 3, 7
"""Letters in a run. Chinese says in three characters what others say in a word or two."""
_DIGEST, _VALUE = 64, 4
"""Bytes of a digest, and of a value: a digest is the values of sixteen hash functions."""
_PARTS = BANDS * ROWS * _VALUE // _DIGEST


class Shingle(Base):
    """One band of one text of a case. Deleted when the case is emptied."""

    __tablename__ = "shingles"
    __table_args__ = (Index("ix_shingles_digest", "digest"),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(Text(32), primary_key=True)


class Alike(NamedTuple):
    """Another case, and in how many of the 16 bands it meets."""

    case_id: int
    shared: int


# Built once: building such a statement costs more than running it.
_WORDS = select(Shingle.case_id, Shingle.band, Shingle.digest).where(
    Shingle.case_id.in_(bindparam("cases", expanding=True))
)
_REMEMBER = text(
    "INSERT INTO shingles (case_id, band, digest) VALUES "
    + ", ".join(f"(:case_id, {band}, :band_{band})" for band in range(BANDS))
    + " ON CONFLICT DO NOTHING"
)


def bands(digest: Digest, text: str) -> tuple[str, ...]:
    """The bands of a text, 32 hexadecimal digits each; none of a text too short to compare."""
    found = runs(text)
    if len(found) < MIN_RUNS:
        return ()
    key = bytes.fromhex(digest(PURPOSE, "key"))
    minimum = _least(key, _sample(key, found))
    return tuple(_band(key, band, minimum[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def remember(session: Session, case_id: int, of_text: Sequence[str]) -> None:
    """Keep the bands of a text of this case; those that are there already stay."""
    if of_text:
        digests = {f"band_{band}": digest for band, digest in enumerate(of_text)}
        session.execute(_REMEMBER, {"case_id": case_id, **digests})


def alike(session: Session, of_text: Sequence[str], *, without: int, since: date | None = None) -> list[Alike]:
    """Other cases with a text that meets this one in a band, the nearest first; filed since a day."""
    if not of_text:
        return []
    shared = func.count(func.distinct(Shingle.band))
    query = select(Shingle.case_id, shared).join(Case, Case.id == Shingle.case_id)
    query = query.where(Shingle.digest.in_(of_text), Shingle.case_id != without)
    if since is not None:
        query = query.where(Case.filed_on >= since)
    rows = session.execute(query.group_by(Shingle.case_id).order_by(shared.desc(), Shingle.case_id))
    return [Alike(case_id, count) for case_id, count in rows]


def independent(session: Session, groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Of each group of cases those that have words of their own, in the order given: of copies the first. One query."""
    everyone = [case_id for group in groups for case_id in group]
    rows = session.execute(_WORDS, {"cases": everyone})
    words: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for case_id, band, digest in rows:
        words[case_id].add((band, digest))
    found = []
    for group in groups:
        stored: list[int] = []
        for one in group:
            if all(len(words[one] & words[other]) < NEAR_BANDS for other in stored):
                stored.append(one)
        found.append(stored)
    return found


def runs(text: str) -> set[str]:
    """The runs of letters and digits in a text, whatever its case, script variant, spacing and punctuation."""
    plain = letters(text)
    lengths = (_HAN_RUN if is_chinese(character) else _OTHER_RUN for character in plain)
    found = (plain[start : start + length] for start, length in enumerate(lengths) if start + length <= len(plain))
    return set(found)


def _sample(key: bytes, found: set[str]) -> Collection[str]:
    """The runs that one keyed hash puts first: of two texts alike nearly the same ones, wherever they differ."""
    if len(found) <= MAX_RUNS:
        return found
    return nsmallest(
        MAX_RUNS, found, key=lambda run: hashlib.blake2b(run.encode(), key=key, person=b"pick", digest_size=8).digest()
    )


def _least(key: bytes, found: Collection[str]) -> list[bytes]:
    """Of each of the 64 hash functions the least value over all runs, as four bytes."""
    encoded = [run.encode() for run in found]
    least: list[bytes] = []
    for part in range(_PARTS):
        started = hashlib.blake2b(key=key, person=b"run%d" % part)
        digests = []
        for run in encoded:
            hashed = started.copy()
            hashed.update(run)
            digests.append(hashed.digest())
        together = b"".join(digests)
        least += [min(_candidates(together, place)) for place in range(0, _DIGEST, _VALUE)]
    return least


def _candidates(digests: bytes, place: int) -> Iterator[bytes]:
    """The values at a place of each digest that begin with the least byte: of hundreds one or two are left to compare."""
    first = digests[place::_DIGEST]
    low = next(byte for byte in range(256) if byte in first)
    at = first.find(low)
    while at >= 0:
        begin = at * _DIGEST + place
        yield digests[begin : begin + _VALUE]
        at = first.find(low, at + 1)


def _band(key: bytes, band: int, values: Sequence[bytes]) -> str:
    return hashlib.blake2b(b"".join(values), key=key, person=b"band%d" % band, digest_size=16).hexdigest()
