"""One thing that happens to a licence that ten thousand organisations watch: until all is queued, and how fast it is delivered.

Beside it the same bodies are posted by bare sessions of `requests`, without a database and unsigned, from as many threads to the
same listener.
"""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import requests
from sqlalchemy.orm import Session, sessionmaker

from bench.complaints import database
from bench.postgres import Cluster
from bench.report import Row
from registry.core.clock import day_at, now
from registry.core.db import revisions
from registry.core.db.engine import bulk_insert, engine_for, microseconds, reserve_ids, sessions_for
from registry.core.ids import new_reference, new_references
from registry.core.keyring import Keyring
from registry.organisations.models import Organisation
from registry.register.agencies import record
from registry.register.agencies.actions import UNPLACED, admit, amend
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import agency_row, public_record
from registry.vocabulary.register import HolderKind, LicenceKind, LicenceStatus, Role
from registry.watches import fan_out, webhooks
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import THREADS, WebhookDispatcher
from registry.watches.models import Watch, WatchTarget, Webhook

WATCHERS = 10_000
QUEUED, DELIVERED = 1.0, 0.5
"""Seconds until all are queued; part of the rate of bare sessions."""

FROM = date(2020, 1, 1)


def measure(rounds: int, folder: Path, cluster: Cluster | None) -> tuple[list[Row], dict[str, Any]]:
    """The rows of watches, on both databases."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    for kind, server in (("SQLite", None), ("PostgreSQL", cluster)):
        if kind == "PostgreSQL" and server is None:
            continue
        queued, ours, bare = _on(rounds, folder / f"watches-{kind}", server)
        rows.append(
            Row(f"One event to {WATCHERS:,} watchers, queued in seconds, {kind}", queued, QUEUED, is_at_least=False)
        )
        rows.append(
            Row(
                f"Delivered / bare requests sessions, {kind}",
                [one / other for one, other in zip(ours, bare, strict=True)],
                DELIVERED,
                note=f"{statistics.median(ours):.0f} a second",
            )
        )
        raw[kind] = {"queued_s": queued, "delivered_per_s": ours, "bare_per_s": bare}
    return rows, {"watches": raw}


def _on(rounds: int, folder: Path, cluster: Cluster | None) -> tuple[list[float], list[float], list[float]]:
    queued, ours, bare = [], [], []
    with ExitStack() as stack:
        folder.mkdir()
        url = database(stack, "bench_watches", folder, cluster)
        revisions.upgrade(url)
        engine = engine_for(url)
        stack.callback(engine.dispose)
        sessions, keyring = sessions_for(engine), Keyring(folder / "keys")
        ear = stack.enter_context(listening())
        with sessions.begin() as session:
            agency = _published(session)
        fan_out.fan_out_log_entries(sessions, keyring, now())
        with sessions.begin() as session:
            _watched(session, keyring, agency, ear)
        dispatcher = WebhookDispatcher(sessions, keyring, Caller(is_unsafe=True))
        stack.callback(dispatcher.close)
        for place in range(rounds):
            _change(sessions, agency, LicenceStatus.ACTIVE if place % 2 else LicenceStatus.SUSPENDED)
            began = time.perf_counter()
            fan_out.fan_out_log_entries(sessions, keyring, now())
            queued.append(time.perf_counter() - began)
            began = time.perf_counter()
            delivered = dispatcher.deliver_due()
            ours.append(delivered / (time.perf_counter() - began))
            if delivered != WATCHERS:
                raise RuntimeError(f"{delivered} of {WATCHERS} were delivered")
            bare.append(_bare(ear, WATCHERS // 2))
    return queued, ours, bare


def _published(session: Session) -> record.Agency:
    stated: dict[str, Any] = {"source": "bench-list", "retrieved_at": now()}
    period = record.StatusPeriod(status=LicenceStatus.ACTIVE, from_=FROM, **stated)
    licence = record.Licence(
        licence_id=new_reference(), authority="bench-authority", country="CZ", number="BENCH/1", status_place=UNPLACED,
        kind=LicenceKind.CZ_ZPROSTREDKOVANI_ZAMESTNANI, status_history=(period,), **stated,
    )  # fmt: skip
    agency = record.Agency(
        agency_id=new_reference(), country="CZ", role=Role.RECEIVING, holder_kind=HolderKind.LEGAL_PERSON,
        licences=(licence,), **stated,
    )  # fmt: skip
    admit(session, [agency], Event("bench"))
    return agency


def _watched(session: Session, keyring: Keyring, agency: record.Agency, url: str) -> None:
    row = agency_row(session, agency.agency_id)
    assert row is not None
    ids = reserve_ids(session, Organisation, WATCHERS)
    today = date(2026, 11, 25).isoformat()
    names = zip(ids, new_references(WATCHERS), strict=True)
    bulk_insert(
        session, Organisation, ("id", "reference", "name", "country", "language", "since_on", "version"),
        [(i, name, "Invented", "IT", "en", today, 1) for i, name in names],
    )  # fmt: skip
    watches = reserve_ids(session, Watch, WATCHERS)
    bulk_insert(
        session, Watch, ("id", "reference", "organisation_id", "label", "kind", "is_paused", "made_on", "version"),
        [
            (w, name, i, "x", "licence", False, today, 0)
            for w, i, name in zip(watches, ids, new_references(WATCHERS), strict=True)
        ],
    )  # fmt: skip
    licence = agency.licences[0].licence_id
    bulk_insert(session, WatchTarget, ("watch_id", "agency_id", "licence"), [(w, row.id, licence) for w in watches])
    made_at = microseconds(datetime.now(UTC))
    bulk_insert(
        session, Webhook, ("reference", "organisation_id", "label", "url", "state", "sealed", "made_at", "version"),
        [
            (name, i, "x", url, "enabled", keyring.seal(webhooks.PURPOSE, name, bytes(32)), made_at, 0)
            for i, name in zip(ids, new_references(WATCHERS), strict=True)
        ],
    )  # fmt: skip


def _change(sessions: sessionmaker[Session], agency: record.Agency, status: LicenceStatus) -> None:
    with sessions.begin() as session:
        stated = public_record(session, agency.agency_id, FROM)
        assert stated is not None
        licence = stated.licences[0]
        period = record.StatusPeriod(status=status, from_=day_at(now(), None), source="bench-list", retrieved_at=now())
        changed = _replace(licence, status_history=(*licence.status_history, period))
        amend(session, _replace(stated, licences=(changed,)), Event(f"licence.{status}"))


def _replace(part: Any, **facts: Any) -> Any:
    return msgspec.structs.replace(part, **facts)


def _bare(url: str, count: int) -> float:
    """Posts a second of bare sessions, a session for each thread."""
    body = (
        b'{"id":"evt_222222222222","type":"licence.suspended","timestamp":"2026-11-25T10:00:00.000000Z","data":{}}'
        + b" " * 120
    )

    def post(many: int) -> None:
        with requests.Session() as session:
            for _ in range(many):
                session.post(url, data=body, headers={"content-type": "application/json"}, timeout=10)

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(post, count // THREADS) for _ in range(THREADS)]:
            done.result()
    return (count // THREADS * THREADS) / (time.perf_counter() - began)


@contextmanager
def listening() -> Iterator[str]:
    """The address of a listener in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "bench.ear", str(port)], stdin=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.terminate()
        process.wait()
