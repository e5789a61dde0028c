"""Two hundred complaints filed at once on all cores, against plain inserts of the same bytes; and what one costs by itself.

Key derivation and proof of work are left out: the drafts are begun before, under receipts that were not derived.
Measured is one filing from the moment at which all begin: the receipt confirmed, the answers with an account, and the
handing in. By itself, in this process, its processor time counts.
"""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import EnvironBuilder

from bench import serving
from bench.in_process import cost, unheard
from bench.peers import plain
from bench.postgres import Cluster, kinds
from bench.report import Row
from bench.serving import Server
from registry.app import create_app
from registry.complaints.case import units
from registry.complaints.case.complaint_codes import Root, last_six, new_code
from registry.complaints.intake import filing
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http.transaction import services
from registry.vocabulary.cases import MailboxRole
from registry.vocabulary.register import Language

FILERS = 200
WORKERS = {"SQLite": 1, "PostgreSQL": 2}
"""Processes that answer: one a core of the machine that the target is about; a SQLite file has one writer anyhow."""

MAX_TRIES = 6
"""How often a request is sent: on a loaded machine the database may be busy for longer than a request waits.
Time waited as the answer asked is part of the measured time."""

TARGET = 1.5
"""Seconds in which 95 of 100 have handed in."""

ALONE, WARM = 60, 10
"""Filings one after another in this process, and those before them that only warm."""
CPU_TARGET = 25.0
"""Milliseconds of this process's processor time for one of them."""

UNIT = "it-invented-unit"
_PATH = "/api/v1/complaints"
_ANSWERS = {
    "in_danger": "no",
    "safe_to_talk": "yes",
    "where_now": "IT",
    "country": "IT",
    "sector": "14.10",
    "agency": {"name": "虚构对外劳务合作示例有限公司"},
    "employer": "Fabbrica Inventata S.r.l.",
    "since": "2025-03",
    "paid_fees": "yes",
    "fee_kinds": ["recruitment_service_payment"],
    "paid_recruitment_service_payment": {"amount": "30000", "currency": "CNY", "to": "agency"},
    "retention_of_identity_documents": "yes",
    "hours_a_day": "13",
    "consent_labour_inspectorate": "yes",
    "contact": {"how": "wechat", "address": "fictional_example"},
}


def measure(
    rounds: int, folder: Path, cluster: Cluster | None, cores: Sequence[int]
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of filing, on both databases."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    for kind, server in kinds(cluster):
        ours, plain, alone = _on(kind, rounds, folder / kind, cores, server)
        rows += [
            Row(f"a filing by itself, CPU in ms, {kind}", alone, CPU_TARGET, is_at_least=False),
            Row(f"{FILERS} filings at once, p95 of one in s, {kind}", ours, TARGET, is_at_least=False),
            Row(
                f"{FILERS} filings at once / plain inserts of the same bytes, p95, {kind}",
                [one / other for one, other in zip(ours, plain, strict=True)],
                None,
            ),
        ]
        raw[kind] = {"ours_p95_s": ours, "plain_p95_s": plain, "alone_ms": alone}
    return rows, {"complaints": raw}


def _on(
    kind: str, rounds: int, home: Path, cores: Sequence[int], cluster: Cluster | None
) -> tuple[list[float], list[float], list[float]]:
    """The p95 of each round, ours and that of plain inserts, in seconds; and ms of processor time of one by itself."""
    home.mkdir(mode=0o700)
    with ExitStack() as stack:
        url = database(stack, "complaints", home, cluster)
        plain_url = database(stack, "plain", home, cluster)
        settings = Settings(home=home, database_url=url)
        _open_intake(settings)
        plain.create_table(plain_url)
        filed, inserted = [], []
        alone = _one_by_one(settings, rounds)
        for _ in range(rounds):
            with serving.ours(home, cores, url, home=home, edges="intake", workers=WORKERS[kind]) as server:
                filed.append(_p95(_all_at_once(server, _filings(settings))))
            with serving.peer("plain", home, cores, url=plain_url, workers=WORKERS[kind]) as server:
                inserted.append(_p95(_all_at_once(server, _filings(settings))))
    return filed, inserted, alone


def _one_by_one(settings: Settings, rounds: int) -> list[float]:
    app = create_app(replace(settings, edges=frozenset({Edge.INTAKE}), rate=1_000_000))
    took = []
    with unheard():
        for _ in range(rounds):
            environs = [[one.environ() for one in requests] for requests in _filings(settings, WARM + ALONE)]
            for requests in environs[:WARM]:
                cost(app, requests)
            took.append(sum(cost(app, requests) for requests in environs[WARM:]) / ALONE * 1000)
    services(app).engine.dispose()
    return took


def database(stack: ExitStack, name: str, home: Path, cluster: Cluster | None) -> str:
    """The address of an empty database, dropped when the stack is left."""
    if cluster is None:
        return f"sqlite:///{home / name}.sqlite3"
    cluster.create(name)
    stack.callback(cluster.run, f'DROP DATABASE "{name}" WITH (FORCE)')
    return cluster.url(name)


def _open_intake(settings: Settings) -> None:
    revisions.upgrade(settings.database_url)
    engine = engine_for(settings.database_url)
    with sessions_for(engine).begin() as session:
        details = units.UnitDetails(UNIT, "IT", "it-invented-authority", {"en": "Invented unit"}, email=None)
        units.add(session, Sealer(Keyring(settings.keys)), details, now().date())
    engine.dispose()


class Sent(NamedTuple):
    """A request of one who files."""

    method: str
    path: str
    token: str
    body: Any

    def encoded(self) -> bytes:
        sent = b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
        head = (
            f"{self.method} {_PATH}{self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
        )
        return head.encode() + sent

    def environ(self) -> dict[str, Any]:
        headers = [("Authorization", f"Bearer {self.token}")]
        builder = EnvironBuilder(
            _PATH + self.path, "http://127.0.0.1:8000", method=self.method, headers=headers, json=self.body
        )
        return builder.get_environ()


def _filings(settings: Settings, count: int = FILERS) -> list[list[Sent]]:
    """The requests of each filer, whose drafts are begun here."""
    sealer, at = Sealer(Keyring(settings.keys)), now()
    engine = engine_for(settings.database_url)
    filings = []
    with sessions_for(engine).begin() as session:
        for _ in range(count):
            code, root = new_code(), Root(secrets.token_hex(32), secrets.token_bytes(32))
            begun = filing.start(session, sealer, code, root, language=Language.ZH_HANS, role=MailboxRole.WORKER, at=at)
            answers = {**_ANSWERS, "account": _account(random.Random(code))}
            filings.append(
                [
                    Sent("POST", "/confirm", begun.token, {"last_six": last_six(code)}),
                    Sent("PATCH", "/answers", begun.token, {"answers": answers}),
                    Sent("POST", "/submit", begun.token, None),
                ]
            )
    engine.dispose()
    return filings


def _account(draw: random.Random) -> str:
    """Four hundred characters in words of its own: what people write on a telephone."""
    return "".join(chr(draw.randrange(0x4E00, 0x9F00)) for _ in range(400))


def _all_at_once(server: Server, filings: Sequence[Sequence[Sent]]) -> list[float]:
    return asyncio.run(_file_all(server.port, [[one.encoded() for one in requests] for requests in filings]))


async def _file_all(port: int, filings: Sequence[Sequence[bytes]]) -> list[float]:
    begin = asyncio.Event()
    ready = asyncio.Barrier(len(filings) + 1)

    async def file_one(requests: Sequence[bytes]) -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await ready.wait()
        await begin.wait()
        began = time.perf_counter()
        for request in requests:
            for _ in range(MAX_TRIES):
                writer.write(request)
                wait = await _read_wait(reader)
                if not wait:
                    break
                await asyncio.sleep(wait)
            else:
                raise RuntimeError(f"a filing was sent away {MAX_TRIES} times")
        took = time.perf_counter() - began
        writer.close()
        return took

    filing_all = [asyncio.create_task(file_one(requests)) for requests in filings]
    await ready.wait()
    begin.set()
    return list(await asyncio.gather(*filing_all))


async def _read_wait(reader: asyncio.StreamReader) -> float:
    """Seconds to wait before the same is sent again, as a 503 says them; 0 where it was taken."""
    head = await reader.readuntil(b"\r\n\r\n")
    is_busy = head.startswith(b"HTTP/1.1 503")
    if not is_busy and not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(f"a filing was answered {head[:200]!r}")
    wait = 0.0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
        elif is_busy and line.startswith(b"retry-after:"):
            wait = float(line.partition(b":")[2])
    return max(wait, 1.0) if is_busy else 0.0


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95) - 1]
