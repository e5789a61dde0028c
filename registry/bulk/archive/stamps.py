"""Time stamps of what organisations archive: others say that a receipt, or a list's manifest, existed before an instant.

The instant in a receipt is this registry's own word, and no entry of the log is about it. So the worker puts what was archived
since into a batch, of all organisations together, and authorities stamp the root over it. Each member keeps its way to that
root, which shows how many there were and nothing else of any other. No answer waits for a stamp.
"""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk.models import ArchivedList, ArchivedReceipt, BatchStamp, StampedBatch
from registry.core.clock import now
from registry.core.db.engine import reading_session
from registry.core.errors import BadProof, KeyTrouble
from registry.core.settings import Settings
from registry.log import models, note, queries, stamps, tree
from registry.proofs.credentials.rules import base64
from registry.vocabulary.organisations import StampStanding

AT_ONCE = 4096
"""A batch's members at most: their rows are written in one transaction."""

EVERY = timedelta(hours=1)
"""Authorities may charge for each stamp."""

MISSED = timedelta(days=1)
"""For so long an authority is asked again for a batch that another one has stamped."""

Member = ArchivedReceipt | ArchivedList
_SIGNED = ((ArchivedReceipt, ArchivedReceipt.token), (ArchivedList, ArchivedList.manifest))
_STAMPED = exists().where(BatchStamp.batch_id == StampedBatch.id)


def stamps_due(settings: Settings, sessions: sessionmaker[Session]) -> list[stamps.Wanted]:
    """Put what waits into batches where an hour is over. Gives what authorities are to stamp."""
    at = now()
    with reading_session(sessions) as session:
        last = session.scalar(select(func.max(StampedBatch.made_at)))
        is_due = (last is None or at - last >= EVERY) and any(
            session.scalar(select(kind.id).where(kind.batch_id.is_(None)).limit(1)) for kind, _ in _SIGNED
        )
    while is_due:
        with sessions.begin() as session:
            is_due = _make_batch(session, at) == AT_ONCE
    with reading_session(sessions) as session:
        return [one for url in settings.timestamps for one in _wanted(session, url, at)]


def _make_batch(session: Session, at: datetime) -> int:
    """Make a batch of the oldest that are in none. Gives how many."""
    members = [
        (kind, row, token)
        for kind, token_of in _SIGNED
        for row, token in session.execute(
            select(kind.id, token_of).where(kind.batch_id.is_(None)).order_by(kind.id).limit(AT_ONCE)
        )
    ][:AT_ONCE]
    if not members:
        return 0
    size, read = len(members), tree.reading(tree.levels_of(tree.leaf_hashes(token.encode() for _, _, token in members)))
    origin = session.execute(select(models.LogState.origin)).scalar_one()
    batch = StampedBatch(made_at=at, head=note.Checkpoint(f"{origin}/receipts", size, tree.root_at(read, size)).text())
    session.add(batch)
    session.flush()
    for kind, _ in _SIGNED:
        places = [
            {"member": row, "place": place, "path": b"".join(tree.inclusion_proof(read, place, size))}
            for place, (its, row, _) in enumerate(members)
            if its is kind
        ]
        placed = {"batch_id": batch.id, "batch_index": bindparam("place"), "batch_path": bindparam("path")}
        if places:
            # Not by the ORM, which would insist on rows that somebody may let go at this moment.
            session.connection().execute(update(kind).where(kind.id == bindparam("member")).values(placed), places)
    return size


def _wanted(session: Session, url: str, at: datetime) -> list[stamps.Wanted]:
    """The batches that an authority is to stamp, the oldest first."""
    name = stamps.authority_name(url)
    query = select(StampedBatch).where(
        ~_STAMPED.where(BatchStamp.authority == name), ~_STAMPED | (StampedBatch.made_at > at - MISSED)
    )
    return [
        stamps.Wanted(url, batch.head, partial(BatchStamp, batch_id=batch.id, authority=name))
        for batch in session.scalars(query.order_by(StampedBatch.id))
    ]


def stamp_payload(member: Member) -> dict[str, Any] | None:
    """What proves that it existed: the three lines that were stamped, its way to their root, the stamps; None without any."""
    batch = member.batch
    if batch is None or not batch.stamps:
        return None
    return {
        "v": 1,
        "head": batch.head,
        "index": member.batch_index,
        "path": [base64(one) for one in tree.split(member.batch_path or b"")],
        "timestamps": queries.stamps_payload(batch.stamps),
    }


def standings_of(member: Member, home: Path) -> list[tuple[BatchStamp, StampStanding]]:
    """Each stamp of what was archived, and what it is worth under the roots in a data folder."""
    batch = member.batch
    if batch is None:
        return []
    try:
        roots = stamps.roots_in(home)
    except KeyTrouble:
        roots = []
    signed = member.token if isinstance(member, ArchivedReceipt) else member.manifest
    try:
        head = note.read_checkpoint(batch.head)
        path = tree.split(member.batch_path or b"")
        tree.check_inclusion(tree.leaf_hash(signed.encode()), member.batch_index or 0, head.size, head.root, path)
    except BadProof:
        return [(one, StampStanding.FALSE) for one in batch.stamps]
    return [(one, stamps.standing_of(one.token, batch.head.encode(), roots)) for one in batch.stamps]


def forget_batches(session: Session) -> None:
    """Delete batches of which no member is kept any more."""
    is_used = exists().where(ArchivedReceipt.batch_id == StampedBatch.id) | exists().where(
        ArchivedList.batch_id == StampedBatch.id
    )
    unused = list(session.scalars(select(StampedBatch.id).where(~is_used)))
    session.execute(delete(BatchStamp).where(BatchStamp.batch_id.in_(unused)))
    session.execute(delete(StampedBatch).where(StampedBatch.id.in_(unused)))
