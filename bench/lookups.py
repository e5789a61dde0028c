"""Verify by number against the floor and the peers, every server up at once, in interleaved rounds."""

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import databases, invented, load, serving
from bench.load import Measured, measured
from bench.postgres import Cluster
from bench.report import Row
from bench.serving import Server

SAMPLE = 20_000
"""Different questions in one window."""

HELD = 2_000
"""Answers that a client has cached already, for the conditional requests."""

SMALL = 10_000

Questions = Callable[[random.Random], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    server: Server
    questions: Questions
    status: int = 200


Round = dict[str, Measured]


def verify_paths(size: int, chance: random.Random, count: int = SAMPLE) -> list[str]:
    """Questions about agencies drawn from all with equal chance."""
    drawn = (chance.randrange(size) for _ in range(count))
    return [
        f"/api/v1/verify?licence_number={invented.number_of(n)}&origin=CN&destination={invented.destination_of(n)}"
        for n in drawn
    ]


def measure(
    size: int, rounds: int, seconds: float, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of lookup, and every window that they were made from."""
    with ExitStack() as stack:
        contenders = _contenders(size, core, folder, cluster, stack)
        played = [play(contenders, turn, seconds) for turn in range(rounds)]
    raw = {name: [asdict(one[name]) for one in played] for name in played[0]}
    return rows(played), {"windows": raw}


def _contenders(size: int, core: int, folder: Path, cluster: Cluster | None, stack: ExitStack) -> list[Contender]:
    def questions(chance: random.Random) -> list[bytes]:
        return [load.request(path) for path in verify_paths(size, chance)]

    def small_questions(chance: random.Random) -> list[bytes]:
        return [load.request(path) for path in verify_paths(min(size, SMALL), chance)]

    def row_questions(chance: random.Random) -> list[bytes]:
        # Row ids are given in the order of the numbers, from 1.
        return [load.request(f"/{path.stem}/public_records/{chance.randrange(size) + 1}.json") for _ in range(SAMPLE)]

    path = databases.sqlite_database(size)
    small = databases.sqlite_database(min(size, SMALL))
    url = f"sqlite:///{path}"
    # One home, for a small run has one database for both: it knows the secrets of the first that was served with it.
    home = folder / "home-lookups"
    ours = stack.enter_context(serving.ours(folder, core, url, home=home))
    on_small = stack.enter_context(serving.ours(folder, core, f"sqlite:///{small}", home=home))
    answer_bytes = typical(ours, questions(random.Random(1)))

    def peer(name: str, its_url: str = url) -> Server:
        return stack.enter_context(serving.peer(name, folder, core, url=its_url, answer_bytes=answer_bytes))

    existing = [load.request(path) for path in verify_paths(size, random.Random(2), HELD)]
    known = [
        requested[:-2] + b"If-None-Match: " + etag + b"\r\n\r\n"
        for requested, etag in zip(existing, load.etags(ours, existing), strict=True)
    ]
    contenders = [
        Contender("raw", peer("raw"), questions),
        Contender("ours", ours, questions),
        Contender("ours small", on_small, small_questions),
        Contender("ours 200", ours, lambda _: existing),
        Contender("ours 304", ours, lambda _: known, 304),
        Contender("orm", peer("orm"), questions),
        Contender("fastapi", peer("fastapi"), questions),
        Contender("datasette", peer("datasette"), row_questions),
    ]
    if cluster is not None:
        its_url = cluster.url(databases.postgres_database(cluster, size))
        contenders += [
            Contender("ours postgresql", stack.enter_context(serving.ours(folder, core, its_url)), questions),
            Contender("orm postgresql", peer("orm", its_url), questions),
        ]
    return contenders


def typical(server: Server, wanted: Sequence[bytes]) -> int:
    """The size of the middle answer of some: what the floor sends."""
    sizes = sorted(len(load.answer_to(server, one)[1]) for one in wanted[:101])
    return sizes[len(sizes) // 2]


def play(contenders: Sequence[Contender], turn: int, seconds: float) -> Round:
    """One window for each, in an order that turns round every time."""
    ordered = contenders if turn % 2 == 0 else list(reversed(contenders))
    found: Round = {}
    for contender in ordered:
        requested = contender.questions(random.Random(turn))
        found[contender.name] = measured(contender.server, requested, seconds, contender.status)
    return found


def rows(played: Sequence[Round]) -> list[Row]:
    first = played[0]

    def speed(what: str, ours: str, other: str, target: float) -> Row:
        """How many requests ours answers in the time in which the other answers one."""
        return Row(
            what,
            [one[other].cpu_us / one[ours].cpu_us for one in played],
            target,
            rates=[one[ours].rate / one[other].rate for one in played],
        )

    found = [
        speed("verify by number, SQLite, of raw WSGI", "ours", "raw", 0.12),
        speed("  against RESTX + ORM + marshmallow + Flask-Limiter", "ours", "orm", 8),
        speed("  against FastAPI + Core document", "ours", "fastapi", 2),
        speed("  against Datasette row", "ours", "datasette", 3),
    ]
    if "ours postgresql" in first:
        found += [
            speed("verify by number, PostgreSQL, of raw WSGI", "ours postgresql", "raw", 0.07),
            speed("  against its ORM twin", "ours postgresql", "orm postgresql", 8),
        ]
    cost = [one["ours 304"].cpu_us / one["ours 200"].cpu_us for one in played]
    size = [one["ours"].cpu_us / one["ours small"].cpu_us for one in played]
    return [
        *found,
        Row("304 against 200, cost", cost, 1.0, is_at_least=False),
        Row("verify on all against on 10,000, cost", size, 1.5, is_at_least=False),
    ]
