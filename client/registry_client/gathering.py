"""What can be found beside a claim: a status list, the copy that a monitor keeps, and the registry itself if it may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.x509 import Certificate

from registry_client.claims import Claim
from registry_client.entries import KeyRecord
from registry_client.follow import log_keys
from registry_client.licences import Bundle, Evidence, read_bundle
from registry_client.network import Fetch, Unreachable
from registry_client.notes import read_checkpoint, read_proof, verify_checkpoint
from registry_client.proving import Proven, prove
from registry_client.remote import RemoteLog
from registry_client.seen import SeenLog
from registry_client.status import StatusList, read_status_list
from registry_client.store import Store
from registry_client.strict import Refused, Unreadable
from registry_client.tokens import TOKEN_LIMIT
from registry_client.tree import TILE_WIDTH
from registry_client.trust import Trust
from registry_client.verdicts import Report

BUNDLE_LIMIT = 4_000_000


@dataclass(frozen=True, slots=True)
class GatheringOptions:
    """What to check by. `fetch` is None where no network may be used; `at` in seconds since 1970."""

    trust: Trust
    at: int
    status_text: str | None = None
    fetch: Fetch | None = None
    store: Store | None = None
    statements: Path | None = None
    timestamp_roots: tuple[Certificate, ...] = ()
    """Roots that time stamps are believed under."""
    seen: SeenLog | None = None
    """What this machine has seen of the log before."""
    timestamp: bytes | None = None
    """An authority's answer about the very file, which its holder keeps beside it."""

    @property
    def key_records(self) -> Mapping[str, KeyRecord]:
        return {} if self.store is None else self.store.key_records()


def evidence_for(claim: Claim, options: GatheringOptions, report: Report) -> Evidence:
    """What can be found beside a claim that came alone: a status list, the monitor's copy, the registry over the network."""
    evidence = Evidence(keys=options.key_records)
    if options.fetch is not None:
        evidence = _fetched(claim, evidence, options.fetch, options.trust, report)
        hold_heads(evidence, options, report, RemoteLog(options.fetch))
    if options.store is not None:
        evidence = with_copy(claim, evidence, options, options.store, report)
    return with_status(claim.address, evidence, options, report)


def _fetched(claim: Claim, evidence: Evidence, fetch: Fetch, trust: Trust, report: Report) -> Evidence:
    path = f"/api/v1/licences/{claim.licence_id}/bundle"
    try:
        bundle: Bundle = read_bundle(fetch(path, BUNDLE_LIMIT), trust)
        found = replace(bundle.evidence, keys={**bundle.evidence.keys, **evidence.keys})
        if found.own is not None and found.own.entry.index != claim.index:
            found = replace(found, own=_fetch_entry(claim.index, RemoteLog(fetch), trust))
        return found
    except Unreachable as error:
        report.logged.unknown("unreachable", why=str(error))
    except Refused as error:
        report.logged.refused(error)
    except Unreadable as error:
        report.logged.unknown("answer_unreadable", why=str(error))
    return evidence


def hold_heads(evidence: Evidence, options: GatheringOptions, report: Report, remote: RemoteLog | None = None) -> None:
    """Hold the heads of the proofs to what was seen before; with `remote` they are what it shows now."""
    proofs = [one for one in (evidence.own, evidence.latest, evidence.agency) if one is not None]
    for head in {one.seen.checkpoint.size: one.seen.checkpoint for one in proofs}.values():
        if options.seen is not None:
            options.seen.hold_head(head, report.logged, remote)


def _fetch_entry(index: int, remote: RemoteLog, trust: Trust) -> Proven:
    """Raises Unreachable, Unreadable, Refused."""
    text = remote.proof_text(index)
    size = read_proof(text).checkpoint.size
    leaves = remote.leaves(index // TILE_WIDTH, size)
    if index % TILE_WIDTH >= len(leaves):
        raise Refused("not_in_log", index=index, size=size)
    return prove(leaves[index % TILE_WIDTH], text, trust, f"entry {index}")


def with_copy(claim: Claim, evidence: Evidence, options: GatheringOptions, store: Store, report: Report) -> Evidence:
    """A monitor's copy holds every leaf and head: what lies beside the claim must be of that log, and the later entry counts."""
    for proven in (evidence.own, evidence.latest, evidence.agency):
        if proven is not None:
            _compare_with_copy(proven, store, report)
    known = store.leaf_hash(claim.index) if claim.index < store.size else None
    if known is None:
        return evidence
    if not known.startswith(claim.leaf):
        report.logged.bad("leaf_differs", index=claim.index)
        return evidence
    report.logged.note("leaf_in_copy", index=claim.index, size=store.size)
    checkpoint = read_checkpoint(store.get("note") or "")
    try:
        seen = verify_checkpoint(checkpoint, options.trust.origin, log_keys(options.trust, store), options.trust.policy)
    except Refused as error:
        report.logged.refused(error)
        return evidence

    def stored(key: str, below: int) -> Proven | None:
        found = store.latest_entry(key, below)
        return None if found is None else Proven(found[0], found[1], seen)

    def later(one: Proven | None, other: Proven | None) -> Proven | None:
        there = [proven for proven in (one, other) if proven is not None]
        return max(there, key=lambda proven: proven.entry.index, default=None)

    own = evidence.own or stored(f"licence/{claim.licence_id}", claim.index + 1)
    latest = later(evidence.latest, stored(f"licence/{claim.licence_id}", store.size))
    agency = None if own is None else stored(f"agency/{own.entry.record.get('agency_id')}", store.size)
    return replace(evidence, own=own, latest=latest, agency=later(evidence.agency, agency))


def _compare_with_copy(proven: Proven, store: Store, report: Report) -> None:
    """An entry or a head that the monitor was not shown is of another history."""
    index, head = proven.entry.index, proven.seen.checkpoint
    if index < store.size and store.leaf_hash(index) != proven.leaf_hash:
        report.logged.bad("leaf_differs", index=index)
    if head.size <= store.size and store.root_at(head.size) != head.root:
        report.logged.bad("head_differs", size=head.size)


def with_status(address: str, evidence: Evidence, options: GatheringOptions, report: Report) -> Evidence:
    """The status list that was given, or that is served now at `address`, in place of the one that lies beside."""
    try:
        if options.status_text is not None:
            return replace(evidence, status=read_status_list(options.status_text, options.trust), refused_status=None)
        if options.fetch is not None:
            return replace(evidence, status=_published_list(address, options.fetch, options.trust), refused_status=None)
    except Refused as error:
        return replace(evidence, status=None, refused_status=error)
    except Unreachable as error:
        report.in_force.note("unreachable", why=str(error))
    return evidence


def _published_list(address: str, fetch: Fetch, trust: Trust) -> StatusList:
    text = fetch(address.removeprefix(trust.issuer), TOKEN_LIMIT).decode("utf-8", "replace")
    return read_status_list(text, trust)
