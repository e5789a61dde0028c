"""Whom an applicant resembles, before the applicant is recorded: near names, and details shared with agencies."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.register.agencies import record
from registry.register.names.queries import search
from registry.register.names.scoring import NEAR
from registry.supervision.collisions.actions import MAX_PAIRS, Digest, renew_keys, short_digest
from registry.supervision.collisions.models import CollisionKey
from registry.supervision.collisions.queries import records_of
from registry.supervision.collisions.rules import (
    MAX_NAMES,
    Finding,
    Sign,
    findings,
    lost_on,
    rank,
    rose_after,
    shared_values,
)

MAX_SHOWN = 10
MAX_STEPS = 5
"""Steps by which the keys are brought up to date first; a registry that was just filled needs `registry collisions` once."""


class Likeness(NamedTuple):
    """An agency that the applicant resembles: the signs, what is found of each, and whether it lost a licence."""

    agency: record.Agency
    signs: list[Sign]
    findings: list[Finding]
    rank: int
    has_lost: bool


class Compared(NamedTuple):
    """`is_whole` is False where some agencies' addresses and numbers were not compared yet."""

    found: list[Likeness]
    is_whole: bool


def compared(session: Session, applicant: record.Agency, own_id: int | None, digest: Digest) -> Compared:
    """Agencies that an applicant (its row id if it has one) resembles: those that lost a licence first, then by rank."""
    step = renew_keys(session, digest)
    for _ in range(MAX_STEPS):
        if step.is_last:
            break
        step = renew_keys(session, digest)
    signs: dict[int, set[Sign]] = defaultdict(set)
    for sign, form, _ in shared_values(applicant):
        for other in _who_has(session, sign, short_digest(digest(f"{sign}:{form}"))):
            signs[other].add(sign)
    for name in applicant.names[:MAX_NAMES]:
        for hit in search(session, name.name, MAX_PAIRS, floor=NEAR):
            signs[hit.agency_id].add(Sign.NEAR_NAME)
    if own_id is not None:
        signs.pop(own_id, None)
    records = records_of(session, list(signs))
    found = []
    for other, agency in records.items():
        if rose_after(applicant, agency):
            signs[other].add(Sign.REGISTERED_AFTER)
        ordered = [sign for sign in Sign if sign in signs[other]]
        shared = findings(applicant, agency, ordered)
        found.append(Likeness(agency, ordered, shared, rank(ordered), lost_on(agency) is not None))
    found.sort(key=lambda one: (not one.has_lost, -one.rank, one.agency.agency_id))
    return Compared(found[:MAX_SHOWN], step.is_last)


def _who_has(session: Session, sign: Sign, digest: int) -> list[int]:
    """The agencies that share one value; a value that too many share, an office house or a platform, tells nothing."""
    query = select(CollisionKey.agency_id).where(CollisionKey.sign == sign, CollisionKey.digest == digest)
    others = list(session.execute(query.distinct().limit(MAX_PAIRS + 1)).scalars())
    return [] if len(others) > MAX_PAIRS else others
