"""Search by name among invented agencies, against pg_trgm and against comparing with every name, kind of question by kind."""

import random
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench.postgres import Cluster
from bench.report import Row
from bench.search_names import SLIPS, Question, agencies, questions
from registry.core.db import revisions
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for
from registry.register.names.actions import index_all
from registry.register.names.models import FreshPosting, NameBucket
from registry.register.names.queries import search
from registry.register.names.spelling import normalised

PER_KIND = 5
"""Questions of each kind in a round."""
SHOWN = 20
OURS, OURS_POSTGRESQL, TRIGRAMS, EVERY = "registry, SQLite", "registry, PostgreSQL", "pg_trgm", "rapidfuzz over all"

TRIGRAM_QUERY = """
SELECT agency_id, similarity(name, %(asked)s) FROM trigram_names WHERE name %% %(asked)s ORDER BY 2 DESC, 1 LIMIT 20
"""

# Agencies with their scores, the best first.
Answer = list[tuple[int, float]]
Searcher = Callable[[str], Answer]


@dataclass
class Names:
    """Every name that is searched, as pg_trgm and rapidfuzz have it, and whose it is."""

    letters: list[str] = field(default_factory=list)
    owners: "array[int]" = field(default_factory=lambda: array("I"))

    def owners_of(self, name: str) -> set[int]:
        return {self.owners[place] for place, letters in enumerate(self.letters) if letters == name}


def measure(size: int, rounds: int, folder: Path, cluster: Cluster | None) -> tuple[list[Row], dict[str, Any]]:
    """The rows of search. Without PostgreSQL there is no peer to be measured against but rapidfuzz."""
    names = _names(size)
    searchers = {OURS: _ours(f"sqlite:///{folder / 'names.sqlite3'}", size)}
    sizes: dict[str, int] = {}
    if cluster is not None:
        cluster.create("names")
        searchers[OURS_POSTGRESQL] = _ours(cluster.url("names"), size)
        searchers[TRIGRAMS] = _trigrams(cluster.dsn("names"), names)
        sizes = _index_sizes(cluster.dsn("names"))
    searchers[EVERY] = _every(names)
    requested = _clear(questions(size, PER_KIND * rounds), names)
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    times: dict[str, list[list[float]]] = {name: [] for name in searchers}
    for place in range(rounds):
        round_ = requested[place::rounds]
        order = list(searchers.items())
        for name, searcher in order[place % len(order) :] + order[: place % len(order)]:
            searcher(round_[0].text)
            times[name].append(_ask(searcher, round_, names, found[name]))
    _show(found, times, sizes)
    raw = {
        "recall": {name: {kind: sum(hits) / len(hits) for kind, hits in kinds.items()} for name, kinds in found.items()}
    }
    return _rows(found, times, sizes), {
        "search": raw | {"times_s": times, "index_bytes": sizes, "questions": len(requested)}
    }


def _names(size: int) -> Names:
    names = Names()
    for number, agency in enumerate(agencies(size)):
        for _, name in agency.names:
            names.letters.append(normalised(name))
            names.owners.append(number)
    return names


def _ours(url: str, size: int) -> Searcher:
    engine = engine_for(url)
    revisions.upgrade(url)
    with sessions_for(engine)() as session:
        # Row ids begin at one.
        index_all(session, ((number, agency.names) for number, agency in enumerate(agencies(size), 1)))
        session.commit()
    if url.startswith("postgresql"):
        with engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    session = reading_sessions_for(engine)()
    return lambda requested: [(hit.agency_id - 1, hit.score) for hit in search(session, requested, SHOWN)]


def _trigrams(dsn: str, names: Names) -> Searcher:
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("CREATE EXTENSION pg_trgm")
    connection.execute("CREATE TABLE trigram_names (agency_id integer, name text)")
    with connection.cursor().copy("COPY trigram_names FROM STDIN") as copy:
        for row in zip(names.owners, names.letters, strict=True):
            copy.write_row(row)
    connection.execute("CREATE INDEX trigrams ON trigram_names USING gin (name gin_trgm_ops)")
    connection.execute("VACUUM ANALYZE trigram_names")
    return lambda requested: connection.execute(TRIGRAM_QUERY, {"asked": normalised(requested)}).fetchall()


def _every(names: Names) -> Searcher:
    def nearest(requested: str) -> Answer:
        best = process.extract(normalised(requested), names.letters, scorer=fuzz.ratio, limit=SHOWN)
        return [(names.owners[place], score) for _, score, place in best]

    return nearest


def _index_sizes(dsn: str) -> dict[str, int]:
    """Bytes of what is kept beside the names themselves: all of ours, the peer's index alone."""
    with psycopg.connect(dsn) as connection:
        ours = sum(
            connection.execute("SELECT pg_total_relation_size(%s)", (table,)).fetchone()[0]  # type: ignore[index]
            for table in (NameBucket.__tablename__, FreshPosting.__tablename__)
        )
        theirs = connection.execute("SELECT pg_relation_size('trigrams')").fetchone()[0]  # type: ignore[index]
    return {"registry": ours, "pg_trgm": theirs}


def _clear(wanted: Sequence[Question], names: Names) -> list[Question]:
    """Questions that have an answer: what a slip or another form made as near to another's name has none."""
    stored = []
    for question in wanted:
        letters, meant = normalised(question.text), normalised(question.name)
        if question.kind in SLIPS:
            distance = Levenshtein.distance(letters, meant)
            near = process.extract(
                letters, names.letters, scorer=Levenshtein.distance, score_cutoff=distance, limit=None
            )
            if any(name != meant for name, _, _ in near):
                continue
        stored.append(question)
    random.Random(3).shuffle(stored)
    return stored


def _ask(searcher: Searcher, wanted: Sequence[Question], names: Names, found: dict[str, list[bool]]) -> list[float]:
    """Seconds of each answer; whether the agency that was meant came first, alone or with its equals, goes to `found`."""
    seconds = []
    for question in wanted:
        began = time.perf_counter()
        answer = searcher(question.text)
        seconds.append(time.perf_counter() - began)
        first = {agency for agency, score in answer if score >= answer[0][1] - 1e-6}
        found[question.kind].append(
            question.agency in first or bool(first & names.owners_of(normalised(question.name)))
        )
    return seconds


def _percentile(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[int(len(seconds) * share)]


def _rows(
    found: dict[str, dict[str, list[bool]]], times: dict[str, list[list[float]]], sizes: dict[str, int]
) -> list[Row]:
    rows = []
    for ours in (OURS, OURS_POSTGRESQL):
        if ours not in times:
            continue
        if TRIGRAMS in times:
            rounds = zip(times[ours], times[TRIGRAMS], strict=True)
            ratios = [_percentile(own, 0.95) / _percentile(peer, 0.95) for own, peer in rounds]
            rows.append(Row(f"search p95, {ours}, of pg_trgm", ratios, 0.05, is_at_least=False))
        exact = found[ours]["exact"]
        rows.append(Row("  exact names found", [sum(exact) / len(exact)], 1))
        shares = {name: {kind: sum(hits) / len(hits) for kind, hits in kinds.items()} for name, kinds in found.items()}
        peers = [shares[peer] for peer in (TRIGRAMS, EVERY) if peer in shares]
        behind = [kind for kind, share in shares[ours].items() if any(peer[kind] > share for peer in peers)]
        note = f"behind a peer: {', '.join(sorted(behind))}" if behind else ""
        led = 1 - len(behind) / len(shares[ours])
        rows.append(Row("  kinds in which no peer finds more, of all", [led], 1, note=note))
    if sizes:
        ratio = sizes["registry"] / sizes["pg_trgm"]
        note = f"{sizes['registry']:,} bytes to {sizes['pg_trgm']:,}"
        rows.append(Row("name index, of pg_trgm's", [ratio], 1.5, is_at_least=False, note=note))
    return rows


def _show(found: dict[str, dict[str, list[bool]]], times: dict[str, list[list[float]]], sizes: dict[str, int]) -> None:
    table = Table(title="Search: first place by kind of question", title_justify="left")
    table.add_column("kind")
    for name in times:
        table.add_column(name, justify="right")
    kinds = next(iter(found.values()))
    for kind in sorted(kinds):
        shares = (sum(found[name][kind]) / len(found[name][kind]) for name in times)
        table.add_row(f"{kind} ({len(kinds[kind])})", *(f"{share:.2f}" for share in shares))
    for share in (0.5, 0.95):
        every = {name: [second for round_ in rounds for second in round_] for name, rounds in times.items()}
        table.add_row(f"p{share * 100:.0f}, ms", *(f"{_percentile(every[name], share) * 1e3:.1f}" for name in times))
    Console(width=None if Console().is_terminal else 150).print(table)
    for name, size in sizes.items():
        print(f"  index of {name}: {size:,} bytes")
