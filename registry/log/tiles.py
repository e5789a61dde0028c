"""The tree in the database: grown in the transaction of every append, read for proofs.

What an append writes is small: the frontier, and a tile for each 256 entries. If a process that knows no tree has appended,
`catch_up` hashes what is missing.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.core.db.engine import bulk_insert
from registry.core.errors import ForkRefused
from registry.log import tree
from registry.log.models import Entry, LogState, LogTile

BATCH = 16 * 1024
"""Entries hashed at once: a few dozen megabytes of leaves."""


def grow(session: Session, state: LogState, hashes: Sequence[bytes]) -> None:
    """Add leaf hashes to the tree. The caller holds the lock of `state`, whose tree covers all entries before these."""
    if not hashes:
        return
    first, size = state.hashed, state.hashed + len(hashes)
    if first // tree.WIDTH == size // tree.WIDTH:
        frontier = tree.pushed(first, tree.split(state.frontier or b""), hashes)
    else:
        frontier = _store(session, first, [*_unstored(session, first), *hashes])
    state.frontier = b"".join(frontier)
    state.hashed = size


def catch_up(session: Session, state: LogState) -> None:
    """Hash the entries that stand in no tree yet. The caller holds the lock of `state`."""
    while state.hashed < state.size:
        leaves = session.execute(
            select(Entry.leaf).where(Entry.index >= state.hashed).order_by(Entry.index).limit(BATCH)
        ).scalars()
        hashes = tree.leaf_hashes(leaves)
        if not hashes:
            raise ForkRefused(
                f"the log says that it has {state.size} entries and holds only {state.hashed}: restore the database"
            )
        grow(session, state, hashes)


def rebuild(session: Session, state: LogState) -> None:
    """Make tiles and frontier anew from the entries alone. The caller holds the lock of `state`.

    It says nothing about the entries themselves: the caller must hold the new tree to what was signed before it commits.
    """
    session.execute(delete(LogTile))
    state.hashed, state.frontier = 0, None
    catch_up(session, state)


def tile(session: Session, level: int, number: int) -> bytes:
    """The hashes of a tile as far as they stand now; empty when there is none."""
    found = session.execute(
        select(LogTile.hashes).where(LogTile.level == level, LogTile.number == number)
    ).scalar_one_or_none()
    if found is None and level == 0:
        return b"".join(tree.leaf_hashes(leaves(session, number)))
    return found or b""


def leaves(session: Session, number: int, width: int = tree.WIDTH) -> list[bytes]:
    """The first `width` leaves of an entry bundle, as far as they stand now."""
    start = number * tree.WIDTH
    query = select(Entry.leaf).where(Entry.index >= start, Entry.index < start + width)
    return list(session.execute(query.order_by(Entry.index)).scalars())


def served(session: Session, level: int | None, number: int, width: int) -> bytes:
    """A tile or, of level None, a bundle of entries as C2SP tlog-tiles has them: each leaf after its length in two bytes."""
    if level is not None:
        return tile(session, level, number)[: width * tree.HASH]
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves(session, number, width))


def reader(session: Session) -> tree.ReadTile:
    """Reads tiles for the functions of `tree`, each once."""
    existing: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in existing:
            existing[level, number] = tile(session, level, number)
        return existing[level, number]

    return read


def _unstored(session: Session, size: int) -> list[bytes]:
    """Leaf hashes of the entries behind the last complete tile: of them only the frontier was kept."""
    start = size // tree.WIDTH * tree.WIDTH
    query = select(Entry.leaf).where(Entry.index >= start, Entry.index < size).order_by(Entry.index)
    return tree.leaf_hashes(session.execute(query).scalars()) if size > start else []


def _store(session: Session, first: int, hashes: list[bytes]) -> list[bytes]:
    """Write the tiles that `hashes`, from the last complete tile of `first` leaves on, fill or extend. Gives the frontier."""
    rows: list[tuple[int, int, bytes]] = []
    edges: list[list[bytes]] = []
    level, number = 0, first // tree.WIDTH
    while hashes:
        if level:
            number, existing = divmod(first >> tree.HEIGHT * level, tree.WIDTH)
            if existing:
                hashes = tree.split(tile(session, level, number)) + hashes
                session.execute(delete(LogTile).where(LogTile.level == level, LogTile.number == number))
        roots: list[bytes] = []
        whole = len(hashes) // tree.WIDTH * tree.WIDTH
        for start in range(0, whole, tree.WIDTH):
            full = hashes[start : start + tree.WIDTH]
            rows.append((level, number + start // tree.WIDTH, b"".join(full)))
            roots.append(tree.folded(full))
        rest = hashes[whole:]
        if level and rest:
            rows.append((level, number + whole // tree.WIDTH, b"".join(rest)))
        edges.append(tree.edge_of(rest))
        level, hashes = level + 1, roots
    # Higher levels that nothing reached keep their edge.
    while first >> tree.HEIGHT * level:
        number, existing = divmod(first >> tree.HEIGHT * level, tree.WIDTH)
        edges.append(tree.edge_of(tree.split(tile(session, level, number))) if existing else [])
        level += 1
    bulk_insert(session, LogTile, ("level", "number", "hashes"), rows)
    return [hash_ for edge in reversed(edges) for hash_ in edge]
