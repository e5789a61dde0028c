"""One round of a mirror: take what the registry signed, verified, into files that any web server serves at the same paths.

Only what the log's head, an entry of the log or a key of it vouches for is written. Where the original now shows something
else than it once signed, the mirror keeps both, says which, and goes on serving what it has.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry_client.follow import Progress, follow, log_keys, next_head, note_unknown_kinds, recheck, require_whole
from registry_client.listing import check_lists
from registry_client.mirror_data import mirror_dataset, mirror_ranges, sweep
from registry_client.mirrored import Evidence, Folder
from registry_client.monitor import USUAL_RANGES, pinned_trust, witness_lines
from registry_client.network import Fetch, Unreachable
from registry_client.notes import LOG_KEY, Seen, read_verifier_key
from registry_client.proving import judge_head
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import Refused, Unreadable, canonical, read_object, to_base64url
from registry_client.timestamps import PATH as STAMPS
from registry_client.timestamps import head_text, read_sizes, read_stamps
from registry_client.tree import TILE_WIDTH, leaf_hash, root_of, split_bundle, tile_path, tile_width
from registry_client.trust import MEMBERS, PATH, SECOND_KEYS, TRUST_LIMIT, Trust, read_trust, thumbprint
from registry_client.verdicts import State, Verdict

SETTLING = 10.0
"""Seconds for which a smaller head than the last may be one of a cache or of a copy that lags."""
LEVELS = range(8)
TEXT_LIMIT = 1_000_000
_BEYOND = frozenset(
    {
        "list_beyond_head",
        "range_beyond_head",
        "dataset_beyond_head",
        "mirror_key_not_logged",
        "mirror_policy_not_logged",
    }
)


@dataclass(slots=True)
class MirrorReport:
    """What a round found: of the log, of the status lists, of the range files, of the dataset."""

    log: Verdict = field(default_factory=Verdict)
    lists: Verdict = field(default_factory=Verdict)
    ranges: Verdict = field(default_factory=Verdict)
    dataset: Verdict = field(default_factory=Verdict)
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def verdicts(self) -> tuple[tuple[str, Verdict], ...]:
        return (("log", self.log), ("lists", self.lists), ("ranges", self.ranges), ("dataset", self.dataset))

    @property
    def exit_code(self) -> int:
        states = {verdict.state for _, verdict in self.verdicts if verdict.findings}
        return 1 if State.BAD in states else 3 if State.UNKNOWN in states else 0


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """`ranges` range files, or with None all, are rebuilt from the log besides; `is_whole` reads all entries once more."""

    at: int
    ranges: int | None = USUAL_RANGES
    is_whole: bool = False
    settling: float = SETTLING


class Mirror:
    """A registry's mirror: `folder` is what a web server serves, `state` and what is named after it lie beside."""

    def __init__(self, fetch: Fetch, folder: Path, state: Path, store: Store, progress: Progress) -> None:
        self.fetch = fetch
        self.store = store
        self.folder = Folder(folder)
        self.drafts = Folder(state.with_name(f"{state.name}.drafts"))
        self.evidence = Evidence(state.with_name(f"{state.name}.evidence"))
        self.progress = progress

    def run(self, given: Trust | None, options: MirrorOptions) -> MirrorReport:
        """Make a round. Raises Unreadable where the state or the trust file is of no use."""
        require_whole(self.store)
        sweep(self.folder)
        report = self._round(given, options)
        if any(finding.code in _BEYOND for _, verdict in report.verdicts for finding in verdict):
            # The log grew between its head and what stands on it.
            earlier, report = report, self._round(given, options)
            report.log.findings += [one for one in earlier.log.findings if _is_lasting(one, report.log)]
        report.log.findings += [one for one in self.store.findings() if one not in report.log.findings]
        if any(finding.state is State.BAD for _, verdict in report.verdicts for finding in verdict):
            report.log.note("mirror_evidence", folder=str(self.evidence.root))
        return report

    def _round(self, given: Trust | None, options: MirrorOptions) -> MirrorReport:
        report = MirrorReport()
        try:
            trust = pinned_trust(self.fetch, self.store, given, report.log)
            seen = self._follow(trust, options, report)
            if seen is None:
                return report
            recheck(
                RemoteLog(self.fetch),
                self.store,
                report.log,
                self.progress,
                is_whole=options.is_whole,
                differs=self._keep_entry,
            )
            self._write_log(seen, trust, 0 if options.is_whole else self._count_done(), report)
            self._write_lists(trust, options, report)
            mirror_ranges(
                self.fetch,
                self.folder,
                trust,
                self.store,
                options.at,
                options.ranges,
                report.ranges,
                self.evidence.root,
            )
            keys = log_keys(trust, self.store)
            mirror_dataset(self.fetch, self.folder, trust.origin, keys, self.store, options.at, report.dataset)
        except Unreachable as error:
            report.log.unknown("unreachable", why=str(error))
        return report

    def _follow(self, trust: Trust, options: MirrorOptions, report: MirrorReport) -> Seen | None:
        """The new head, once all entries below it are in the state; None where it may not be taken. Raises Unreachable."""
        end = time.monotonic() + options.settling
        verdict = report.log
        try:
            while True:
                seen = next_head(RemoteLog(self.fetch), trust, self.store)
                if seen.checkpoint.size >= self.store.size or time.monotonic() >= end:
                    break
                time.sleep(min(1.0, max(0.0, end - time.monotonic())))
            head, known = seen.checkpoint, self.store.size
            is_taken = follow(RemoteLog(self._fetch_and_keep), seen, self.store, verdict, self.progress)
        except Refused as error:
            verdict.refused(error)
            return None
        except Unreadable as error:
            verdict.bad("log_unreadable", why=str(error))
            return None
        report.head = {
            "size": head.size,
            "root": head.root.hex(),
            "origin": trust.origin,
            "witnesses": list(seen.witnesses),
        }
        if is_taken:
            judge_head(seen, verdict)
            note_unknown_kinds(self.store, verdict)
            return seen
        if head.size < known:
            verdict.findings = [one for one in verdict.findings if one.code != "old_head"]
            verdict.bad("head_shrank", size=head.size, known=known)
        self.evidence.keep("head", (self.store.get("note") or "").encode(), head.text.encode())
        return None

    def _fetch_and_keep(self, path: str, limit: int) -> bytes:
        """Bundles are kept aside until the head they belong to is proven, so that they are fetched once."""
        body = self.fetch(path, limit)
        if path.startswith("/log/tile/entries/"):
            self.drafts.write(path, body)
        return body

    def _fetch_draft(self, path: str, limit: int) -> bytes:
        return self.fetch(path, limit) if (kept := self.drafts.read(path)) is None else kept

    def _keep_entry(self, index: int, shown: bytes) -> None:
        number, place = divmod(index, TILE_WIDTH)
        kept: list[bytes] = []
        for size in (self.store.size, self._count_done()):
            bundle = self.folder.read(f"/log/{tile_path('entries', number, tile_width(size, 0, number))}")
            kept = kept or split_bundle(bundle or b"")[place : place + 1]
        self.evidence.keep(f"entry-{index}", b"".join(kept), shown)

    def _count_done(self) -> int:
        """How many entries lie in files, under the head that is shown here."""
        return int(self.store.get("mirrored") or 0) if self.folder.read("/log/checkpoint") is not None else 0

    def _write_log(self, seen: Seen, trust: Trust, done: int, report: MirrorReport) -> None:
        """Write bundles, tiles, keys and time stamps, and then the head that they belong to. Raises Unreachable.

        The first `done` entries lie here already.
        """
        size = self.store.size
        try:
            for number in range(done // TILE_WIDTH, -(-size // TILE_WIDTH)):
                self._write_bundle(number, size)
            for level in LEVELS:
                hashes = size >> 8 * level
                for number in range((done >> 8 * level) // TILE_WIDTH, -(-hashes // TILE_WIDTH)):
                    self._write_tile(level, number, size)
            self._write_timestamps(trust.origin, report.log)
            self._write_keys(trust)
        except Refused as error:
            report.log.refused(error)
            return
        except Unreadable as error:
            report.log.bad("log_unreadable", why=str(error))
            return
        if seen.is_witnessed:
            # Readers refuse a head that too few have witnessed; the one before is worth more to them.
            self.folder.write_head("/log/checkpoint", seen.checkpoint.text.encode())
            self._drop_partial({done, size})
            self.store.put(mirrored=str(size))
        shutil.rmtree(self.drafts.root, ignore_errors=True)

    def _write_bundle(self, number: int, size: int) -> None:
        first, width = TILE_WIDTH * number, tile_width(size, 0, number)
        expected = list(self.store.leaf_hashes(first, first + width))
        path = f"/log/{tile_path('entries', number, width)}"
        if (kept := self.folder.read(path)) is not None and _leads_to(kept, expected):
            return
        for fetch in (self._fetch_draft, self.fetch):
            leaves = RemoteLog(fetch).leaves(number, size)
            if list(map(leaf_hash, leaves)) == expected:
                self.folder.write(path, b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves))
                return
        place = next(i for i, (leaf, one) in enumerate(zip(leaves, expected, strict=True)) if leaf_hash(leaf) != one)
        self._keep_entry(first + place, leaves[place])
        raise Refused("entry_rewritten", index=first + place)

    def _write_tile(self, level: int, number: int, size: int) -> None:
        """Tiles follow from the entries, so they are not fetched."""
        first, width = TILE_WIDTH * number, tile_width(size, level, number)
        if level == 0:
            hashes = b"".join(self.store.leaf_hashes(first, first + width))
        else:
            below = (self._whole_tile(level - 1, first + i) for i in range(width))
            hashes = b"".join(root_of(tile[at : at + 32] for at in range(0, len(tile), 32)) for tile in below)
        self.folder.write(f"/log/{tile_path(level, number, width)}", hashes)

    def _whole_tile(self, level: int, number: int) -> bytes:
        path = f"/log/{tile_path(level, number, TILE_WIDTH)}"
        if len(self.folder.read(path) or b"") != 32 * TILE_WIDTH:
            self._write_tile(level, number, self.store.size)
        return self.folder.path(path).read_bytes()

    def _drop_partial(self, sizes: set[int]) -> None:
        """Partial tiles of other heads than the last two are asked for no more."""
        levels: Sequence[int | str] = ("entries", *LEVELS)
        kept = {
            self.folder.path(f"/log/{tile_path(level, hashes // TILE_WIDTH, hashes % TILE_WIDTH)}")
            for size in sizes
            for level in levels
            if (hashes := size >> 8 * (level if isinstance(level, int) else 0)) % TILE_WIDTH
        }
        for partial in self.folder.path("/log/tile").rglob("*.p"):
            for path in partial.iterdir():
                if path not in kept:
                    path.unlink()
            if not any(partial.iterdir()):
                partial.rmdir()

    def _write_keys(self, trust: Trust) -> None:
        """The trust file, the log's keys and its policy, each held to the log's entries. Raises Refused, Unreadable."""
        served = read_trust(self.fetch(PATH, TRUST_LIMIT), "the registry's trust file")
        if served.root_der != trust.root_der:
            raise Refused("trust_changed", fingerprint=served.root_fingerprint)
        known, records = log_keys(trust, self.store), self.store.key_records()
        lines = self.fetch("/log/vkey", TEXT_LIMIT).decode("utf-8", "replace").splitlines()
        for key in (*served.log_keys, *(read_verifier_key(line, LOG_KEY, "/log/vkey") for line in lines)):
            if key not in known:
                raise Refused("mirror_key_not_logged", kid=key.hint.hex())
        for key in served.ml_dsa_keys:
            jwk = {"alg": "ML-DSA-44", "kty": "AKP", "pub": to_base64url(key.public)}
            stated_key = self.store.latest(f"head-key/{thumbprint(jwk)}", self.store.size)
            if stated_key is None or stated_key[2].get("public") != jwk or stated_key[2].get("state") == "compromised":
                raise Refused("mirror_key_not_logged", kid=thumbprint(jwk))
        for use, kid in served.keys:
            if kid not in records or records[kid].use != use or records[kid].state == "compromised":
                raise Refused("mirror_key_not_logged", kid=kid)
        stated = self.store.latest("policy/log", self.store.size)
        policy = ["quorum none"] if stated is None else [str(line) for line in stated[2].get("lines", [])]
        if witness_lines(served.policy_text.split("\n")) != witness_lines(policy):
            raise Refused("mirror_policy_not_logged", index=-1 if stated is None else stated[0])
        content = read_object(served.data, "the registry's trust file")
        self.folder.write_head(
            PATH, canonical({name: content[name] for name in (*MEMBERS, SECOND_KEYS) if name in content})
        )
        self.folder.write_head("/log/vkey", "".join(f"{line}\n" for line in lines).encode())
        self.folder.write_head("/log/policy", "".join(f"{line}\n" for line in policy).encode())

    def _write_timestamps(self, origin: str, verdict: Verdict) -> None:
        """Time stamps of heads that this log had; whom of the authorities to believe is for each reader to say."""
        try:
            served = read_sizes(self.fetch(f"{STAMPS}/sizes", TEXT_LIMIT))
        except Unreachable as error:
            if error.status in (404, 410):
                return
            raise
        sizes = [size for size in served if 0 < size <= self.store.size]
        for size in sizes:
            path = f"{STAMPS}/{size}"
            body = self.fetch(path, TEXT_LIMIT)
            if body == self.folder.read(path):
                continue
            text, _ = read_stamps(read_object(body, path), path)
            if text != head_text(origin, size, self.store):
                verdict.bad("timestamp_of_another_head", size=size)
                self.evidence.keep(f"timestamps-{size}", f"{origin}\n{size}\n".encode(), body)
                continue
            self.folder.write(path, body)
        self.folder.write_head(f"{STAMPS}/sizes", "".join(f"{size}\n" for size in sizes).encode())

    def _write_lists(self, trust: Trust, options: MirrorOptions, report: MirrorReport) -> None:
        """Write those that follow from the log; of the others the finding says why."""
        bodies: dict[str, bytes] = {}

        def fetch(path: str, limit: int) -> bytes:
            bodies[path] = self.fetch(path, limit)
            return bodies[path]

        judged = check_lists(fetch, trust, self.store, options.at, report.lists)
        bad = {one.values.get("number") for one in report.lists.findings if one.state is State.BAD}
        for number in sorted(bad - {None}, key=str):
            path = f"/status/{number}"
            if path in bodies:
                self.evidence.keep(f"status-{number}", self.folder.read(path) or b"", bodies[path])
        for found in judged:
            path = found.address.removeprefix(trust.issuer)
            if int(path.rpartition("/")[2]) not in bad:
                self.folder.write_head(path, bodies[path].strip())
        if not report.lists.findings:
            report.lists.good("no_lists")


def _is_lasting(finding: Any, later: Verdict) -> bool:
    return finding.state is State.BAD and finding.code not in _BEYOND and finding not in later.findings


def _leads_to(bundle: bytes, expected: list[bytes]) -> bool:
    try:
        return list(map(leaf_hash, split_bundle(bundle))) == expected
    except ValueError:
        return False
