"""The monitor's state: its own copy of the log, in one SQLite file. What is committed is whole; a kill leaves the step before."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from registry_client.entries import Entry, KeyRecord, key_record
from registry_client.strict import Unreadable
from registry_client.tree import EMPTY_ROOT, Frontier, root_of
from registry_client.verdicts import Finding, State

FORMAT = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    idx INTEGER PRIMARY KEY, key TEXT NOT NULL, prev INTEGER, type TEXT NOT NULL, at TEXT NOT NULL,
    hash BLOB NOT NULL, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_key ON entries (key, idx);
CREATE TABLE IF NOT EXISTS findings (place INTEGER NOT NULL, code TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (code, said));
"""


class Store:
    """`size` and `root` are of the last head that was verified; `frontier` may be further, by leaves not yet under a head."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, is_reader: bool = False) -> Self:
        """Make the file where it is not there. Raises Unreadable."""
        if is_reader and not path.is_file():
            raise Unreadable(f"{path}: there is no such file")
        try:
            mode = "?mode=ro" if is_reader else ""
            address = f"{path.absolute().as_uri()}{mode}"
            connection = sqlite3.connect(address, uri=True, timeout=2, isolation_level=None)
            if not is_reader:
                # Two monitors on one file would each take the other's steps for damage.
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("BEGIN IMMEDIATE")
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (FORMAT,))
                connection.execute("COMMIT")
            store = cls(connection)
            version = store.get("format")
        except sqlite3.Error as error:
            raise Unreadable(f"{path}: no state of this monitor, or in use by another one ({error})") from error
        if version != FORMAT:
            raise Unreadable(f"{path}: the state has format {version!r}; this program reads {FORMAT}")
        return store

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, **values: str) -> None:
        """Write all of them or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._put(values)
        self._connection.execute("COMMIT")

    def _put(self, values: Mapping[str, str]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    @property
    def size(self) -> int:
        return int(self.get("size") or 0)

    @property
    def root(self) -> bytes:
        text = self.get("root")
        return EMPTY_ROOT if text is None else bytes.fromhex(text)

    @property
    def frontier(self) -> Frontier:
        text = self.get("frontier")
        if text is None:
            return Frontier()
        size, *hashes = json.loads(text)
        return Frontier(size, [bytes.fromhex(one) for one in hashes])

    def add(
        self, entries: Iterable[tuple[Entry, bytes]], frontier: Frontier, findings: Iterable[tuple[int, Finding]] = ()
    ) -> None:
        """Keep entries with the hashes of their leaves, what is wrong with them by index, and the frontier after them."""
        rows = [
            (one.index, one.key, one.prev, one.type, one.at, found, json.dumps(dict(one.record), ensure_ascii=False))
            for one, found in entries
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        for place, finding in findings:
            self.record_finding(finding.code, finding.values, place)
        hashes = [one.hex() for one in frontier.hashes]
        self._put({"frontier": json.dumps([frontier.size, *hashes])})
        self._connection.execute("COMMIT")

    def replace(self, entry: Entry, findings: Iterable[Finding]) -> None:
        """Keep an entry that could not be read before, and what is wrong with it now. The hash of its leaf stays."""
        record = json.dumps(dict(entry.record), ensure_ascii=False)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "UPDATE entries SET key = ?, prev = ?, type = ?, at = ?, record = ? WHERE idx = ?",
            (entry.key, entry.prev, entry.type, entry.at, record, entry.index),
        )
        self._connection.execute("DELETE FROM findings WHERE place = ?", (entry.index,))
        for finding in findings:
            self.record_finding(finding.code, finding.values, entry.index)
        self._connection.execute("COMMIT")

    def accept(self, size: int, root: bytes, note: str) -> None:
        """Everything that was added is under this head."""
        self.put(size=str(size), root=root.hex(), note=note)

    def forget_unverified(self) -> None:
        """Drop what was read beyond the last verified head."""
        size = self.size
        frontier = Frontier()
        for found in self.leaf_hashes(0, size):
            frontier.add(found)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("DELETE FROM entries WHERE idx >= ?", (size,))
        self._connection.execute("DELETE FROM findings WHERE place >= ?", (size,))
        self._put({"frontier": json.dumps([size, *(one.hex() for one in frontier.hashes)])})
        self._connection.execute("COMMIT")

    def leaf_hashes(self, first: int, last: int) -> Iterator[bytes]:
        rows = self._connection.execute(
            "SELECT hash FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx", (first, last)
        )
        return (bytes(row[0]) for row in rows)

    def leaf_hash(self, index: int) -> bytes | None:
        row = self._connection.execute("SELECT hash FROM entries WHERE idx = ?", (index,)).fetchone()
        return None if row is None else bytes(row[0])

    def root_at(self, size: int) -> bytes:
        """Root of the first `size` leaves, at most those that are kept."""
        return root_of(self.leaf_hashes(0, size))

    def latest(self, key: str, below: int) -> tuple[int, str, dict[str, Any]] | None:
        """Index, type and record of the latest entry of a key among the first `below`."""
        row = self._connection.execute(
            "SELECT idx, type, record FROM entries WHERE key = ? AND idx < ? ORDER BY idx DESC LIMIT 1", (key, below)
        ).fetchone()
        return None if row is None else (int(row[0]), str(row[1]), json.loads(row[2]))

    def latest_entry(self, key: str, below: int) -> tuple[Entry, bytes] | None:
        """The same as an entry, with the hash of its leaf."""
        row = self._connection.execute(
            "SELECT at, idx, key, prev, type, record, hash FROM entries WHERE key = ? AND idx < ? ORDER BY idx DESC LIMIT 1",
            (key, below),
        ).fetchone()
        if row is None:
            return None
        at, index, found, prev, kind, record, leaf = row
        return Entry(at, index, found, prev, kind, json.loads(record)), bytes(leaf)

    def keys_between(self, first: int, last: int) -> Iterator[tuple[int, str]]:
        """Index and key of the entries from `first` (inclusive) to `last` (exclusive)."""
        query = "SELECT idx, key FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"
        return ((int(index), str(key)) for index, key in self._connection.execute(query, (first, last)))

    def at_of(self, index: int) -> str | None:
        row = self._connection.execute("SELECT at FROM entries WHERE idx = ?", (index,)).fetchone()
        return None if row is None else str(row[0])

    def latest_of_kind(self, kind: str, below: int) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Index, key and record of the latest entry of every key of a kind, in the order of the index."""
        rows = self._connection.execute(
            "SELECT idx, key, record FROM entries WHERE idx IN (SELECT MAX(idx) FROM entries WHERE key >= ? AND key < ?"
            " AND idx < ? GROUP BY key) ORDER BY idx",
            (f"{kind}/", f"{kind}0", below),
        )
        return ((int(index), str(key), json.loads(record)) for index, key, record in rows)

    def kinds(self) -> Iterator[tuple[str, int]]:
        """Every kind of entries under the verified head, and how many there are of it."""
        rows = self._connection.execute(
            "SELECT substr(key, 1, instr(key, '/') - 1) AS kind, COUNT(*) FROM entries WHERE idx < ? GROUP BY kind",
            (self.size,),
        )
        return ((str(kind), int(count)) for kind, count in rows)

    def key_records(self) -> dict[str, KeyRecord]:
        """The latest of every key, by kid; those whose entry is malformed are left out and are findings elsewhere."""
        found = {}
        for index, key, record in self.latest_of_kind("key", self.size):
            row = self._connection.execute("SELECT type, at FROM entries WHERE idx = ?", (index,)).fetchone()
            try:
                one = key_record(Entry(str(row[1]), index, key, None, str(row[0]), record))
            except Unreadable:
                continue
            found[one.kid] = one
        return found

    def record_finding(self, code: str, values: Mapping[str, str | int], place: int = -1) -> None:
        """Keep what a log can never mend, so that every later run says it again. `place` is the entry's index, -1 for none."""
        stated = json.dumps(dict(values), sort_keys=True, ensure_ascii=False)
        self._connection.execute("INSERT OR IGNORE INTO findings VALUES (?, ?, ?)", (place, code, stated))

    def findings(self) -> Sequence[Finding]:
        """Those of entries under the verified head, and those of heads."""
        rows = self._connection.execute(
            "SELECT code, said FROM findings WHERE place < ? ORDER BY place, code, said", (self.size,)
        ).fetchall()
        return [Finding(State.BAD, str(code), json.loads(stated)) for code, stated in rows]
