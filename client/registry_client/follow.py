"""Following the log: the next head, consistency with the last, every new entry, and what the entries must hold."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from registry_client import unit_keys
from registry_client.entries import KINDS_OF_TYPE, Entry, UnitKeyRecord, key_record, read_entry, status_on
from registry_client.network import Unreachable
from registry_client.notes import (
    LOG_KEY,
    Checkpoint,
    Seen,
    VerifierKey,
    read_checkpoint,
    verifier_key,
    verify_checkpoint,
)
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import Refused, Unreadable, from_base64url, whole_number
from registry_client.tree import EMPTY_ROOT, TILE_WIDTH, Frontier, leaf_hash
from registry_client.trust import Trust
from registry_client.verdicts import Finding, Verdict

Progress = Callable[[str], None]
RECHECKED_TILES = 4
"""Old bundles that every run reads once more, each time the next ones."""


def log_keys(trust: Trust, store: Store) -> list[VerifierKey]:
    """The trust file's keys, and those that the verified part of the log itself names."""
    keys = list(trust.head_keys)
    for record in store.key_records().values():
        if record.use == "log" and record.state != "compromised":
            key = verifier_key(trust.origin, LOG_KEY, from_base64url(record.public["x"], "log key"))
            if key not in keys:
                keys.append(key)
    return keys


def next_head(remote: RemoteLog, trust: Trust, store: Store) -> Seen:
    """The published head. Raises Refused, Unreachable, Unreadable."""
    checkpoint = read_checkpoint(remote.checkpoint_text())
    seen = verify_checkpoint(checkpoint, trust.origin, log_keys(trust, store), trust.policy)
    for record in store.key_records().values():
        is_this = record.use == "log" and from_base64url(record.public["x"], "log key") == seen.key.public
        last_good = -1 if record.last_good_index is None else record.last_good_index
        if is_this and record.state == "compromised" and checkpoint.size > last_good + 1:
            raise Refused("head_by_compromised_key", kid=record.kid, size=checkpoint.size)
    return seen


def follow(remote: RemoteLog, seen: Seen, store: Store, verdict: Verdict, progress: Progress) -> bool:
    """Take the log up to that head into the store; False where it may not be taken. Raises Unreachable and Unreadable.

    A kill between two bundles leaves whole bundles; the next run goes on behind them and checks all under its own head.
    """
    head = seen.checkpoint
    if head.size >= store.size:
        _read_malformed_again(remote, head.size, store)
    if head.size < store.size or (head.size == store.size and store.get("size") is not None):
        return _compare_with_past(head, store, verdict)
    if not remote.is_extension(store.size, store.root, head.size, head.root):
        _report_fork(head, store, verdict)
        return False
    frontier = store.frontier
    if frontier.size > head.size:
        # An earlier run read for a larger head that it did not come to verify.
        store.forget_unverified()
        frontier = store.frontier
    while frontier.size < head.size:
        number = frontier.size // TILE_WIDTH
        leaves = remote.leaves(number, head.size)[frontier.size % TILE_WIDTH :]
        _take(leaves, frontier, store, verdict)
        progress(f"{frontier.size} of {head.size} entries")
    if frontier.root() != head.root:
        _report_rewritten(remote, head, store, verdict)
        store.forget_unverified()
        return False
    store.accept(head.size, head.root, head.text)
    verdict.good("head_followed", size=head.size)
    return True


def _compare_with_past(head: Checkpoint, store: Store, verdict: Verdict) -> bool:
    known = store.root if head.size == store.size else store.root_at(head.size)
    if known != head.root:
        _report_fork(head, store, verdict)
        return False
    if head.size < store.size:
        verdict.unknown("old_head", size=head.size, known=store.size)
        return False
    verdict.good("head_unchanged", size=head.size)
    return True


def _report_fork(head: Checkpoint, store: Store, verdict: Verdict) -> None:
    """Two heads the log signed that are not one history: both notes are kept as evidence."""
    store.put(fork_kept=store.get("note") or "", fork_shown=head.text)
    values = {"old": store.size, "new": head.size}
    store.record_finding("inconsistent_heads", values)
    verdict.bad("inconsistent_heads", **values)


def note_unknown_kinds(store: Store, verdict: Verdict) -> None:
    """Say what entries are of a kind that came later than this program: their place is proven, their content is not read."""
    found = {kind: count for kind, count in store.kinds() if kind not in KINDS_OF_TYPE and kind != MALFORMED}
    if found:
        verdict.note("kinds_not_known", count=sum(found.values()), kinds=", ".join(sorted(found)))


MALFORMED = "malformed"


def _take(leaves: Iterable[bytes], frontier: Frontier, store: Store, verdict: Verdict) -> None:
    taken: list[tuple[Entry, bytes]] = []
    findings: list[tuple[int, Finding]] = []
    latest: dict[str, int] = {}
    units: dict[str, UnitKeyRecord] = {}
    last_at = store.at_of(frontier.size - 1) or ""
    for leaf in leaves:
        index, found = frontier.size, leaf_hash(leaf)
        frontier.add(found)
        wrong = Verdict()
        entry = _read(leaf, index, last_at, store, latest, units, wrong)
        latest[entry.key], last_at = index, max(last_at, entry.at)
        taken.append((entry, found))
        findings += [(index, finding) for finding in wrong.findings]
    store.add(taken, frontier, findings)
    verdict.findings += [finding for _, finding in findings]


def _read(
    leaf: bytes,
    index: int,
    last_at: str,
    store: Store,
    latest: Mapping[str, int],
    units: dict[str, UnitKeyRecord],
    wrong: Verdict,
) -> Entry:
    """The entry at an index, held to those before it; `latest` and `units` are of those that the store has not got yet."""
    try:
        entry = read_entry(leaf, f"entry {index}")
    except Unreadable as error:
        wrong.bad("entry_malformed", index=index, why=str(error))
        # Its place is kept, so that what follows keeps its own.
        return Entry(last_at, index, f"{MALFORMED}/{index}", None, MALFORMED, {})
    known = latest.get(entry.key)
    if known is None:
        before = store.latest(entry.key, index)
        known = None if before is None else before[0]
    _check_place(entry, index, known, last_at, wrong)
    _check_content(entry, index, wrong)
    if entry.kind == unit_keys.KIND:
        before_it = units.get(entry.key) or unit_keys.known(store, entry.key, index)
        try:
            units[entry.key] = unit_keys.check_chain(entry, index, before_it, wrong)
        except Unreadable as error:
            wrong.bad("entry_malformed", index=index, why=str(error))
    return Entry(entry.at, index, entry.key, entry.prev, entry.type, entry.record)


def _read_malformed_again(remote: RemoteLog, size: int, store: Store) -> None:
    """Read entries once more that an earlier version of this program may not have known. Raises Unreachable, Unreadable."""
    for index, _, _ in list(store.latest_of_kind(MALFORMED, store.size)):
        leaf = remote.leaves(index // TILE_WIDTH, size)[index % TILE_WIDTH]
        wrong = Verdict()
        entry = _read(leaf, index, store.at_of(index - 1) or "", store, {}, {}, wrong)
        if leaf_hash(leaf) == store.leaf_hash(index) and entry.kind != MALFORMED:
            store.replace(entry, wrong.findings)


def _check_place(entry: Entry, index: int, known: int | None, last_at: str, verdict: Verdict) -> None:
    if entry.index != index:
        verdict.bad("index_differs", index=index, said=entry.index)
    if entry.prev != known:
        stated, expected = ("-" if one is None else str(one) for one in (entry.prev, known))
        verdict.bad("chain_broken", index=index, key=entry.key, said=stated, expected=expected)
    if entry.at < last_at:
        verdict.bad("time_runs_back", index=index, at=entry.at, before=last_at)


NAMED_IN = {"agency": "agency_id", "licence": "licence_id", "agreement": "agreement_id"}


def _check_content(entry: Entry, index: int, verdict: Verdict) -> None:
    kind, _, reference = entry.key.partition("/")
    try:
        if kind == "key":
            key_record(entry, f"entry {index}")
        elif kind in NAMED_IN and entry.record.get(NAMED_IN[kind]) != reference:
            raise Unreadable(f"entry {index}: the record is not of {entry.key}")
        elif kind == "licence":
            whole_number(entry.record.get("status_place"), f"entry {index}: status_place")
            status_on(entry.record, {}, date(2000, 1, 1))
    except Unreadable as error:
        verdict.bad("entry_malformed", index=index, why=str(error))


def _report_rewritten(remote: RemoteLog, head: Checkpoint, store: Store, verdict: Verdict) -> None:
    """The head is an honest one, and the leaves do not lead to it: name the first that differs from the tiles."""
    place = store.size
    for number in range(place // TILE_WIDTH, (head.size - 1) // TILE_WIDTH + 1):
        try:
            tile = remote.tile(0, number, min(TILE_WIDTH, head.size - TILE_WIDTH * number))
        except (Refused, Unreachable):
            break
        first = TILE_WIDTH * number
        stored = dict(enumerate(store.leaf_hashes(first, first + len(tile) // 32), first))
        for index, found in stored.items():
            if tile[32 * (index - first) : 32 * (index - first + 1)] != found:
                verdict.bad("entry_rewritten", index=index)
                return
    verdict.bad("entries_not_under_head", first=store.size, size=head.size)


def recheck(
    remote: RemoteLog,
    store: Store,
    verdict: Verdict,
    progress: Progress,
    *,
    is_whole: bool,
    differs: Callable[[int, bytes], None] = lambda index, shown: None,
) -> None:
    """Read bundles once more that were read before, and compare. Raises Unreachable.

    `differs` is told the index of each entry that is another one now, and its leaf as it is shown.
    """
    size = store.size
    tiles = (size + TILE_WIDTH - 1) // TILE_WIDTH
    begin = 0 if is_whole else int(store.get("rechecked") or 0)
    chosen = range(tiles) if is_whole else [(begin + i) % tiles for i in range(min(RECHECKED_TILES, tiles))]
    for number in chosen:
        first = TILE_WIDTH * number
        try:
            leaves = remote.leaves(number, size)
            hashes = remote.tile(0, number, min(TILE_WIDTH, size - first))
        except Refused as error:
            verdict.refused(error)
            continue
        if hashes != b"".join(store.leaf_hashes(first, first + len(leaves))):
            # No one is deceived who checks, and others cannot prove their entries.
            verdict.bad("tile_differs", number=number)
        for index, (leaf, stored) in enumerate(
            zip(leaves, store.leaf_hashes(first, first + len(leaves)), strict=True), first
        ):
            if leaf_hash(leaf) != stored:
                verdict.bad("entry_rewritten", index=index)
                differs(index, leaf)
        progress(f"bundle {number + 1} of {tiles} read once more")
    if tiles:
        store.put(rechecked=str((begin + len(chosen)) % tiles))


def require_whole(store: Store) -> None:
    """Raises Unreadable where the state does not lead to its own head: it was changed by another hand."""
    if store.frontier.size < store.size or (store.size and store.root_at(store.size) != store.root):
        raise Unreadable("the state is damaged: its entries do not lead to its head; delete it and begin anew")
    if store.size == 0 and store.root != EMPTY_ROOT:
        raise Unreadable("the state is damaged: an empty log with a root; delete it and begin anew")
