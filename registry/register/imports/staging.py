"""Stages the statements of a list in a private temporary file, so that memory stays bounded and no other writer waits.

The file has no name once it is open: a killed process leaves nothing behind.
"""

import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from registry.register.imports.name_rules import same_name
from registry.register.imports.new_records import fits
from registry.register.imports.report import Finding
from registry.register.imports.statements import Statement, digest_of, merged, packed, unpacked
from registry.vocabulary.codes import Flaw

BATCH = 2_000

SURELY_FITS = 1_500
"""Bytes of a packed statement whose record cannot outgrow an entry."""


LICENCE_NUMBER = "licence_number"


_IS_UNCHANGED = """(
    EXISTS (SELECT 1 FROM listed WHERE listed.row_key = staged.row_key AND listed.digest = staged.digest)
    AND staged.row_key NOT IN (SELECT row_key FROM unread)
)"""


class Staged(NamedTuple):
    """One agency's statement, packed, with the digest by which a later import knows it again."""

    row_key: str
    digest: str
    body: bytes
    line: int
    part: int


class Staging:
    """Rows go in with `add`; after `settle` there is one statement for each agency."""

    def __init__(self, folder: Path, key: str = "", prints: Sequence[str] = (), *, joins_names: bool = False) -> None:
        """`key` is the field that tells the list's agencies apart; other identifiers join rows that it keeps apart.

        `prints` are the numbers that the list shows; `without` counts agencies, or licences, that lack one of them.
        With `joins_names` rows of one key are one agency whatever they call it; otherwise all of them are rejected where
        they name it differently, for which of the names is the holder's is not known.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"staging-{os.getpid()}-{secrets.token_hex(4)}.sqlite3"
        self._connection = sqlite3.connect(path, isolation_level=None)
        run = self._connection.execute
        run("PRAGMA journal_mode=OFF")
        run("PRAGMA synchronous=OFF")
        run("PRAGMA cache_size=-32768")
        run("PRAGMA temp_store=FILE")
        run("CREATE TABLE staged (row_key TEXT, digest TEXT, body BLOB, line INTEGER, part INTEGER)")
        run("CREATE TABLE unread (row_key TEXT PRIMARY KEY)")
        run("CREATE TABLE marks (mark TEXT, row_key TEXT)")
        run("CREATE TABLE listed (row_key TEXT PRIMARY KEY, agency_id INTEGER, digest TEXT) WITHOUT ROWID")
        path.unlink()
        run("BEGIN")
        self._waiting: list[tuple[str, str, bytes, int, int]] = []
        self._key = key
        self._joins_names = joins_names
        self._withdrawn: set[str] = set()
        self.where: Callable[[int], str] = lambda line: f"line {line}"
        self._prints = frozenset(prints)
        self.without: Counter[str] = Counter()
        self._marks: list[tuple[str, str]] = []
        self._group: list[Statement] = []
        self._group_key = ""
        self._group_place = (0, 0)
        self._last_place = (0, 0)
        self._is_in_order = True
        self.licences = 0
        self.findings: list[Finding] = []
        self.rejected: list[Finding] = []

    def add(self, row_key: str, statement: Statement, line: int, part: int) -> None:
        """Rows of one agency that follow one another under one name are joined at once: most lists are sorted so."""
        if row_key == self._group_key and statement.names == self._group[0].names:
            self._group.append(statement)
            return
        self._flush_group()
        self._group_key, self._group, self._group_place = row_key, [statement], (line, part)

    def mark_unread(self, row_key: str) -> None:
        """A row of this agency was rejected: what it said is not known."""
        self._connection.execute("INSERT OR IGNORE INTO unread VALUES (?)", (row_key,))

    def withdraw(self, row_key: str) -> None:
        """Take back what was staged of an agency: a row that goes on with it could not be read."""
        self.mark_unread(row_key)
        self._withdrawn.add(row_key)

    def _reject_withdrawn(self) -> None:
        run = self._connection.execute
        for row_key in sorted(self._withdrawn):
            for body, line, part in run("SELECT body, line, part FROM staged WHERE row_key = ?", (row_key,)).fetchall():
                statement = unpacked(body)
                self.licences -= len(statement.licences)
                self._count_lacking(statement, -1)
                self.rejected.append(Finding(line, "", Flaw.ROW_IN_PARTS, part=part))
            run("DELETE FROM staged WHERE row_key = ?", (row_key,))
            run("DELETE FROM marks WHERE row_key = ?", (row_key,))

    def _flush_group(self) -> None:
        if not self._group:
            return
        self._stage(self._group_key, self._group, self._group_place)
        self._group = []
        if len(self._waiting) >= BATCH:
            self._write()

    def _stage(self, row_key: str, group: Sequence[Statement], place: tuple[int, int]) -> None:
        statement = group[0]
        if len(group) > 1:
            statement, flaws = merged(group)
            self.findings += [Finding(place[0], field, flaw, part=place[1]) for flaw, field in flaws]
        self._count_lacking(statement)
        body = packed(statement)
        if len(body) > SURELY_FITS and not fits(statement):
            self.rejected.append(
                Finding(place[0], "", Flaw.RECORD_TOO_LARGE, part=place[1], detail=f"{len(body)} bytes")
            )
            self.mark_unread(row_key)
            return
        self.licences += len(statement.licences)
        self._waiting.append((row_key, digest_of(body), body, *place))
        self._is_in_order = self._is_in_order and place >= self._last_place
        self._last_place = place
        for one in statement.identifiers:
            if one.scheme != self._key:
                self._marks.append((f"{one.scheme}:{one.value}", row_key))

    def _count_lacking(self, statement: Statement, step: int = 1) -> None:
        """Rows of one agency that stand apart are joined later: what the joined one says replaces what each said."""
        schemes = {one.scheme.value for one in statement.identifiers}
        for scheme in self._prints:
            if scheme == LICENCE_NUMBER:
                self.without[scheme] += step * sum(licence.number is None for licence in statement.licences)
            elif scheme not in schemes:
                self.without[scheme] += step

    def _write(self) -> None:
        self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting = []
        self._connection.executemany("INSERT INTO marks VALUES (?, ?)", self._marks)
        self._marks = []

    def settle(self) -> None:
        """Join rows of one agency that stood apart, and make the statements findable by key."""
        self._flush_group()
        self._write()
        run = self._connection.execute
        run("CREATE INDEX staged_row_key ON staged (row_key)")
        self._reject_withdrawn()
        self._join_by_identifier()
        apart = run("SELECT row_key FROM staged GROUP BY row_key HAVING count(*) > 1").fetchall()
        for (row_key,) in apart:
            rows = run("SELECT body, line, part FROM staged WHERE row_key = ? ORDER BY rowid", (row_key,)).fetchall()
            run("DELETE FROM staged WHERE row_key = ?", (row_key,))
            group = [unpacked(body) for body, _, _ in rows]
            self.licences -= sum(len(statement.licences) for statement in group)
            for statement in group:
                self._count_lacking(statement, -1)
            if not self._joins_names and self._reject_two_names(row_key, group, [place for _, *place in rows]):
                continue
            self._stage(row_key, group, rows[0][1:])
        self._write()

    def _reject_two_names(self, row_key: str, group: Sequence[Statement], places: Sequence[Sequence[int]]) -> bool:
        """Reject all rows of a key if they name its agency differently, each with the place of another name."""
        names = [statement.names[0].name for statement in group]
        other = next((at for at, name in enumerate(names) if not same_name(name, names[0])), None)
        if other is None:
            return False
        for (line, part), name in zip(places, names, strict=True):
            beside = places[other if same_name(name, names[0]) else 0][0]
            detail = f"{self.where(beside)} has the same key and another name"
            self.rejected.append(Finding(line, self._key, Flaw.TWO_NAMES, part=part, detail=detail))
        self.mark_unread(row_key)
        return True

    def _join_by_identifier(self) -> None:
        """Rows with different keys that share another identifier are about one agency: they take the least of their keys.

        Otherwise two agencies would be recorded under one number, with no way to say which is meant.
        """
        run = self._connection.execute
        run("CREATE INDEX marks_mark ON marks (mark)")
        shared = "SELECT mark FROM marks GROUP BY mark HAVING count(DISTINCT row_key) > 1"
        leaders: dict[str, str] = {}

        def leader(row_key: str) -> str:
            while row_key in leaders:
                row_key = leaders[row_key]
            return row_key

        for (mark,) in run(shared).fetchall():
            keys = {leader(row_key) for (row_key,) in run("SELECT row_key FROM marks WHERE mark = ?", (mark,))}
            first = min(keys)
            leaders.update((row_key, first) for row_key in keys if row_key != first)
        for row_key in leaders:
            line, part = run("SELECT line, part FROM staged WHERE row_key = ?", (row_key,)).fetchone()
            self.findings.append(Finding(line, "", Flaw.SHARED_IDENTIFIER, part=part))
            run("UPDATE staged SET row_key = ? WHERE row_key = ?", (leader(row_key), row_key))

    def statements(self) -> Iterator[tuple[int, Statement]]:
        """What is staged, in the list's order, each with the line of its first row."""
        # To sort them SQLite writes all of them into a file.
        order = "rowid" if self._is_in_order else "line, part"
        for line, body in self._connection.execute(f"SELECT line, body FROM staged ORDER BY {order}"):
            yield line, unpacked(body)

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM staged").fetchone()[0])

    def compare(self, listed: Iterable[Sequence[tuple[str, int, str]]]) -> None:
        """Take what the list last had, as (row key, agency, digest) and some rows at a time: by it the rest is told apart."""
        for page in listed:
            self._connection.executemany("INSERT INTO listed VALUES (?, ?, ?)", page)

    def count_listed(self) -> int:
        """How many agencies the list last had."""
        return int(self._connection.execute("SELECT count(*) FROM listed").fetchone()[0])

    def vanished(self) -> list[tuple[str, int]]:
        """What the list last had and has no more, by row key, with its agency. A row that was rejected has not vanished."""
        return self._connection.execute(
            "SELECT row_key, agency_id FROM listed WHERE row_key NOT IN (SELECT row_key FROM unread)"
            " AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.row_key = listed.row_key) ORDER BY row_key"
        ).fetchall()

    def unchanged(self) -> Iterator[list[str]]:
        """The keys of what the list says again word for word, some at a time."""
        cursor = self._connection.execute(f"SELECT row_key FROM staged WHERE {_IS_UNCHANGED} ORDER BY rowid")
        while rows := cursor.fetchmany(BATCH):
            yield [row_key for (row_key,) in rows]

    def news(self) -> Iterator[list[Staged]]:
        """The statements that are new or say something else than before, in the list's order, some at a time."""
        cursor = self._connection.execute(
            f"SELECT row_key, digest, body, line, part FROM staged WHERE NOT {_IS_UNCHANGED} ORDER BY rowid"
        )
        while rows := cursor.fetchmany(BATCH):
            yield [Staged(*row) for row in rows]

    def unread(self) -> set[str]:
        """Agencies some of whose rows were rejected."""
        return {row_key for (row_key,) in self._connection.execute("SELECT row_key FROM unread")}

    def missing_of(self, row_keys: Sequence[str]) -> list[str]:
        """Which of these keys the list no longer holds."""
        places = ",".join("?" * len(row_keys))
        found = self._connection.execute(f"SELECT row_key FROM staged WHERE row_key IN ({places})", list(row_keys))
        there = {row_key for (row_key,) in found}
        return [row_key for row_key in row_keys if row_key not in there]

    def close(self) -> None:
        self._connection.close()
