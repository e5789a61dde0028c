"""Check receipts: verify with receipts being possible against the same view without them, and what signing one adds."""

import itertools
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request

from bench import box, invented
from bench.in_process import cost, environ_of, unheard
from bench.lookups import verify_paths
from bench.postgres import Cluster, kinds
from bench.report import Row
from registry.api.public import verify
from registry.app import create_app
from registry.core.clock import now
from registry.core.db import revisions
from registry.core.keyring import Keyring, Use
from registry.core.settings import Edge, Settings
from registry.http.answer_shapes import verdict_payload
from registry.http.middleware import PLAIN_VIEWS
from registry.http.question_parser import question_of, require_authority
from registry.http.responses import Answer, cache_seconds, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import services, verdicts
from registry.log.signing import sign_committed
from registry.proofs.credentials import status
from schemas.verify import VerdictSchema, VerifySchema

_registries = itertools.count(1)
"""Several parts of one run have registries: none shall sign for another's log."""

AGENCIES = 2_000
QUESTIONS = 1_500
STEP = 25


class PlainSchema(VerifySchema):
    """The question as it was before receipts could be asked for."""

    class Meta(VerifySchema.Meta):
        exclude = ("receipt",)


@request_schema(PlainSchema())
@response_schema(VerdictSchema(), "plain")
def plain_view(self: Any, **asked: Any) -> Answer:
    """What verify does for a question, and not a step more."""
    at = now()
    question = question_of(asked, at)
    verdict, snapshot = verdicts().answered(question, at)
    require_authority(question.authority, snapshot)
    language = requested_language(request.environ)
    ends = [verdict.source.stale_at] if verdict.source else [source.stale_at() for source in snapshot.sources.values()]
    return Answer(
        verdict_payload(question, verdict, snapshot, language),
        cache_seconds(at, (verdict.time_zone,), ends),
        language=language,
    )


def measure(
    size: int, rounds: int, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of receipts, on both databases; CPU of this process, as nothing waits."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    with box.pinned(core):
        for kind, _ in kinds(cluster):
            with unheard(), registry_of(kind, min(size, AGENCIES), folder, cluster) as app:
                found, facts = _receipts(kind, app, min(size, AGENCIES), rounds)
                rows += found
                raw[f"receipts_{kind}"] = facts
                found, facts = _lists(kind, app, rounds)
                rows += found
                raw[f"lists_{kind}"] = facts
    return rows, {"receipts": raw}


def _receipts(kind: str, app: Flask, size: int, rounds: int) -> tuple[list[Row], dict[str, Any]]:
    paths = verify_paths(size, random.Random(1), QUESTIONS)
    wanted = [environ_of(path) for path in paths]
    with_receipt = [environ_of(f"{path}&receipt=1") for path in paths]
    # All three by the class of views: without it a plain question would meet none of them.
    app.extensions[PLAIN_VIEWS].clear()
    possible = verify.Verify.get
    kinds = {"plain": (plain_view, wanted), "possible": (possible, wanted), "receipt": (possible, with_receipt)}
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(rounds + 1):
        spent = dict.fromkeys(kinds, 0.0)
        # In small steps and in turn, so that what else the machine does falls on all alike.
        for step, start in enumerate(range(0, QUESTIONS, STEP)):
            names = list(kinds)
            for name in names[step % 3 :] + names[: step % 3]:
                view, environs = kinds[name]
                verify.Verify.get = view  # type: ignore[method-assign]
                spent[name] += cost(app, environs[start : start + STEP])
        verify.Verify.get = possible  # type: ignore[method-assign]
        # The first round only warms up.
        if turn:
            for name, seconds in spent.items():
                took[name].append(seconds / QUESTIONS)
    ratios = [one / other for one, other in zip(took["possible"], took["plain"], strict=True)]
    added = [(one - other) * 1000 for one, other in zip(took["receipt"], took["possible"], strict=True)]
    return [
        Row(f"verify, receipts being possible / impossible, cost, {kind}", ratios, 1.05, is_at_least=False),
        Row(f"a receipt, CPU added to its answer in ms, {kind}", added, 0.3, is_at_least=False),
    ], {"cpu_s": took}


def _lists(kind: str, app: Flask, rounds: int) -> tuple[list[Row], dict[str, Any]]:
    """Seconds of CPU that a process needs for its first status list, and for one where nothing was published since."""
    first: list[float] = []
    again: list[float] = []
    signer = Keyring(services(app).settings.keys).signer(Use.STATUS)
    for _ in range(rounds):
        lists = status.StatusLists("https://registry.example")
        for times in (first, again):
            began = time.process_time()
            with services(app).reading_sessions() as session:
                lists.token(session, 0, signer, now())
            times.append(time.process_time() - began)
    ratios = [one / other for one, other in zip(again, first, strict=True)]
    return [Row(f"a status list asked for again / for the first time, {kind}", ratios, None)], {
        "first_s": first,
        "again_s": again,
    }


@contextmanager
def registry_of(kind: str, size: int, folder: Path, cluster: Cluster | None) -> Iterator[Flask]:
    """A registry of its own that publishes and signs; its database is gone when the block ends."""
    name = f"registry_{next(_registries)}"
    home = folder / f"{name}-home"
    server = cluster if kind == "PostgreSQL" else None
    if server is not None:
        server.create(name)
    url = server.url(name) if server is not None else f"sqlite:///{folder / name}.sqlite3"
    revisions.upgrade(url)
    settings = Settings(home=home, database_url=url, edges=frozenset({Edge.API}), rate=1_000_000)
    app = create_app(settings)
    try:
        sessions = services(app).sessions
        with sessions.begin() as session:
            invented.keep_ground(session)
            invented.admit_all(session, size)
        sign_committed(settings, sessions)
        yield app
    finally:
        services(app).engine.dispose()
        if server is not None:
            server.run(f'DROP DATABASE "{name}" WITH (FORCE)')
