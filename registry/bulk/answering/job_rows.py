"""Answers the rows of jobs as the requests of verify and corridor answer them, and writes what is had of them."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from msgspec.structs import asdict
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk import files, models, supply_chains
from registry.bulk.answering import batches, copies
from registry.bulk.answering.results import CORRIDOR_HEADER, HEADER, Writing, corridor_row_of, row_of
from registry.bulk.answering.statements import statement_of
from registry.bulk.archive.lists import archive_job
from registry.bulk.engine import Chunk
from registry.bulk.manifest import ListFacts, lines_in, manifest_of
from registry.bulk.reading import Line
from registry.bulk.rules import question_of_row, with_constants, with_day_read
from registry.core import processes, spreadsheets
from registry.core.keyring import Use
from registry.core.settings import Settings
from registry.http.answer_shapes import VerdictWriter
from registry.i18n.languages import text
from registry.proofs.credentials import receipts, signing
from registry.verification.verdicts.batch import BatchReader
from registry.verification.verdicts.queries import VerdictReader
from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import Language
from schemas.base import InSchema

EXTRA = ("supplier", "site", "provider")

Row = Callable[[Mapping[str, str]], Mapping[str, str]]
"""From the cells of a row to what it asks."""


class VerdictRowAnswerer:
    """Answers the rows of one job (registry.bulk.engine.RowAnswerer)."""

    def __init__(
        self,
        job: models.BulkJob,
        reader: VerdictReader,
        many: BatchReader,
        settings: Settings,
        sessions: sessionmaker[Session],
    ) -> None:
        self._sessions = sessions
        self._kind = job.kind
        self._constants = {} if job.constants is None else job.constants
        self._language = Language(job.language)
        self._verdicts = VerdictWriter(self._language)
        self._reader = reader
        self._many = many
        self._settings = settings
        self._keys = batches.StoredKeys(files.folder_of(settings.home, job.reference))
        # Most cells of a table stand there again and again.
        self._safe = lru_cache(maxsize=1024)(spreadsheets.safe)

    def header(self) -> Mapping[str, bytes]:
        # The mark by which spreadsheets know UTF-8.
        return {"results.csv": b"\xef\xbb\xbf" + self._as_csv([self.columns])}

    @property
    def columns(self) -> tuple[str, ...]:
        if self._kind is JobKind.CORRIDOR:
            return (*CORRIDOR_HEADER, *EXTRA[:2])
        return HEADER if self._kind is JobKind.VERIFICATION else (*HEADER, *EXTRA)

    def pass_over(self, line: Line) -> None:
        self._keys.pass_over(line.cells.get("key"))

    @processes.gc_paused()
    def answer(self, lines: Sequence[Line], number: int, at: datetime) -> Chunk:
        writing = Writing(self._verdicts, self._language)
        results: list[bytes] = []
        statements: list[bytes] = []
        rows: list[list[Any]] = []
        # All forms of one answer together: its record is gone before the next is read.
        for place, one in enumerate(self._answer_lines(lines, at)):
            results += writing.item(one)
            results.append(b"\n")
            statements.append(statement_of(one, number + place, at))
            rows.append(self._row(one))
        return Chunk(
            {
                "results.jsonl": b"".join(results),
                "results.csv": self._as_csv(rows),
                "statements.jsonl": b"".join(statements),
            },
            asdict(writing.counts),
        )

    def _answer_lines(self, lines: Sequence[Line], at: datetime) -> Iterator[batches.AnsweredItem]:
        if self._kind is JobKind.VERIFICATION:
            read = batches.questions_in(
                self._read_questions(lines, question_of_row), at, self._reader.current_snapshot(), self._keys
            )
            return batches.answers(_with_extra(lines, read), self._many, at)
        if self._kind is JobKind.CORRIDOR:
            return batches.corridor_answers(
                self._items(lines, batches.CORRIDORS, batches.corridor_question, batches.corridor_of), self._many, at
            )
        read = self._items(lines, batches.SUPPLY_CHAINS, batches.listed_subject, dict)
        return batches.supply_chain_answers(read, self._reader, self._many, at)

    def _items(self, lines: Sequence[Line], schema: InSchema, ask: batches.Ask, row: Row) -> Iterator[batches.Item]:
        return _with_extra(lines, batches.items_in(self._read_questions(lines, row), schema, ask, self._keys))

    def _read_questions(self, lines: Sequence[Line], row: Row) -> Iterator[batches.Sent]:
        rows = ((line, *with_day_read(with_constants(self._constants, line.cells))) for line in lines)
        return (batches.Sent(dict(row(cells)), line.number, line.trouble, day) for line, cells, day in rows)

    def _row(self, one: batches.AnsweredItem) -> list[Any]:
        cells = corridor_row_of(one, self._language) if self._kind is JobKind.CORRIDOR else row_of(one, self._language)
        wanted = self.columns[len(cells) :]
        return [*cells, *(one.item.extra.get(name, "") for name in wanted)]

    def _as_csv(self, rows: Iterable[Sequence[Any]]) -> bytes:
        lines = io.StringIO()
        csv.writer(lines).writerows(
            [self._safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
        )
        return lines.getvalue().encode()

    def finish(self, folder: Path, job: models.BulkJob, at: datetime) -> None:
        head = receipts.HeadReader(self._reader.reader).head()
        signer = signing.Signers(self._settings.keys).of(Use.RECEIPT)
        statements = folder / "statements.jsonl"
        counts = {name: job.counts.get(name, 0) for name in ("answered", "refused", "yes", "no", "unknown")}
        manifest = manifest_of(
            lines_in(statements),
            ListFacts(job.reference, job.kind, counts),
            head=head,
            issuer=self._settings.public_url,
            signer=signer,
            at=at,
        )
        files.put(folder, "manifest.jws", manifest.encode())
        if job.rows > copies.MAX_ROWS_LATER:
            copies.make_workbook(folder)
        links = copies.chain_of(folder, job)
        if links:
            picture = supply_chains.chain_svg(links, self._language)
            files.put(folder, "chain.svg", picture.encode())
            name = escape(text(self._language, "bulk.chain.title"))
            table = supply_chains.chain_table(links, self._language)
            drawn = f'<div class="picture" tabindex="0" role="region" aria-label="{name}">{picture}</div>{table}'
            files.put(folder, "chain.html", drawn.encode())
        if job.is_kept:
            with self._sessions.begin() as session:
                archive_job(session, job, manifest, at)


def _with_extra(lines: Sequence[Line], items: Iterator[batches.Item]) -> Iterator[batches.Item]:
    for line, item in zip(lines, items, strict=True):
        extra = {name: line.cells[name] for name in EXTRA if name in line.cells}
        yield item._replace(extra=extra) if extra else item
