"""Keys to which complaints are sealed, as the log has them: followed by a monitor, and asked for one by one."""

import argparse
from collections.abc import Iterator

from registry_client.entries import Entry, UnitKeyRecord, unit_key_record
from registry_client.network import Fetch, Unreachable
from registry_client.notes import read_proof
from registry_client.proving import judge_head, prove
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import Refused, Unreadable
from registry_client.tree import TILE_WIDTH
from registry_client.trust import Trust
from registry_client.verdicts import Report, Verdict

KIND = "unit-key"

EXAMPLES = """\
examples:
  {name} 0123456789abcdef --entry 4711 --trust trust.json
  {name} 0123456789abcdef --state monitor.state --trust trust.json
"""


def check_chain(entry: Entry, index: int, before: UnitKeyRecord | None, verdict: Verdict) -> UnitKeyRecord:
    """Hold an entry of such a key to the one before it: it is added once, by one holder, and taken back at most once.

    Gives what holds after it. Raises Unreadable where it is malformed.
    """
    record = unit_key_record(entry, f"entry {index}")
    if before is not None and before.state == "retired":
        verdict.bad("unit_key_returned", kid=record.kid, holder=record.holder, index=index)
        return before
    is_first = before is None
    if (record.state == "active") is not is_first or (before is not None and before[:4] != record[:4]):
        verdict.bad("unit_key_contradicts", kid=record.kid, holder=record.holder, index=index)
    return record


def known(store: Store, key: str, below: int) -> UnitKeyRecord | None:
    """What the copy of the log holds of a key (`unit-key/<kid>`); None where it has no entry, or a malformed one.

    One that was added again stays taken back.
    """
    found = store.latest_entry(key, below)
    if found is None:
        return None
    try:
        record = unit_key_record(found[0])
    except Unreadable:
        return None
    return record if found[0].prev is None else record._replace(state="retired")


def note_changes(store: Store, before: int, verdict: Verdict) -> None:
    """Say which keys were added or taken back since a size of the log; at the first run how many there are."""
    found = list(_records(store))
    if before == 0:
        if found:
            active = sum(record.state == "active" for _, record in found)
            verdict.note("unit_keys_known", active=active, retired=len(found) - active)
        return
    for index, record in found:
        if index >= before:
            code = "unit_key_added" if record.state == "active" else "unit_key_retired"
            verdict.note(code, kid=record.kid, use=record.use, holder=record.holder, index=index)


def _records(store: Store) -> Iterator[tuple[int, UnitKeyRecord]]:
    for index, key, _ in store.latest_of_kind(KIND, store.size):
        record = known(store, key, store.size)
        if record is not None:
            yield index, record


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("kid", metavar="KID", help="the key's id, as the mailbox shows it: 16 hexadecimal digits")
    command.add_argument("--entry", metavar="N", type=int, help="the number of its entry, as the mailbox shows it")
    command.add_argument("--trust", metavar="FILE", required=True, help="trust file, kept since")
    command.add_argument(
        "--state", metavar="FILE", help="state of a monitor: its copy of the log says whether the key was taken back"
    )


def judge(kid: str, entry: int | None, trust: Trust, store: Store | None, fetch: Fetch, at: int) -> Report:
    """Whether the log knows a key to which a complaint was sealed. Raises Unreadable where neither entry nor copy is given."""
    if store is None and entry is None:
        raise Unreadable("give --entry N, which the mailbox shows, or --state FILE of a monitor")
    report = Report("unit_key", at)
    try:
        record = _by_proof(kid, entry, trust, fetch, report) if store is None or entry is not None else None
    except Refused as error:
        report.logged.refused(error)
        return report
    except Unreachable as error:
        report.logged.unknown("unreachable", why=str(error))
        return report
    if store is not None:
        record = _by_copy(kid, store, report)
    elif record is not None:
        if record.state == "retired":
            report.in_force.bad("unit_key_taken_back", kid=kid)
        else:
            report.in_force.unknown("unit_key_state_unknown", kid=kid)
    if record is not None and record.kid == kid:
        report.issued.good("unit_key_of", kid=kid, use=record.use, holder=record.holder)
        report.signed = (("unit_key", kid), ("unit_key_use", record.use), ("unit_key_holder", record.holder))
    return report


def _by_proof(kid: str, entry: int | None, trust: Trust, fetch: Fetch, report: Report) -> UnitKeyRecord | None:
    assert entry is not None
    remote = RemoteLog(fetch)
    text = remote.proof_text(entry)
    size = read_proof(text).checkpoint.size
    leaves = remote.leaves(entry // TILE_WIDTH, size) if entry < size else []
    if entry % TILE_WIDTH >= len(leaves):
        raise Refused("not_in_log", index=entry, size=size)
    proven = prove(leaves[entry % TILE_WIDTH], text, trust, f"entry {entry}")
    if proven.entry.key != f"{KIND}/{kid}":
        raise Refused("unit_key_another", kid=kid, index=entry)
    report.logged.good("in_log", index=entry, size=proven.seen.checkpoint.size)
    judge_head(proven.seen, report.logged)
    return unit_key_record(proven.entry)


def _by_copy(kid: str, store: Store, report: Report) -> UnitKeyRecord | None:
    record = known(store, f"{KIND}/{kid}", store.size)
    if record is None:
        report.logged.bad("unit_key_not_logged", kid=kid, size=store.size)
    elif record.state == "retired":
        report.in_force.bad("unit_key_taken_back", kid=kid)
    else:
        report.logged.good("unit_key_in_copy", kid=kid, size=store.size)
        report.in_force.good("unit_key_active", kid=kid, size=store.size)
    return record
