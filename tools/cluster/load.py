"""Readers, filers and publishers at work on a cluster, and what of it was acknowledged."""

import threading
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import requests
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry.core.db.engine import engine_for, sessions_for
from registry.core.db.limits import Limits
from registry.core.ids import new_reference
from registry.log import tree
from registry.log.actions import Draft, append
from registry.log.models import Entry
from registry.log.tiles import reader
from tests.complaints.complainant import Complainant, by_socket

READ_LIMIT = 10.0
"""Seconds after which a reader gives up."""

PATHS = ("/api/v1/verify?registration_number=X-1&country=SK", "/api/v1/coverage", "/api/v1/agencies", "/log/checkpoint")


@dataclass(frozen=True, slots=True)
class Read:
    at: float
    is_ok: bool
    seconds: float


@dataclass
class Load:
    """What several threads ask of a cluster until they are told to stop, and what they were answered."""

    urls: tuple[str, ...]
    """Of balancers: who gets no answer from one asks the next, as a browser does with two addresses of one name."""
    database_url: str
    reads: list[Read] = field(default_factory=list)
    filed: list[tuple[float, str]] = field(default_factory=list)
    published: list[tuple[float, str]] = field(default_factory=list)
    heads: dict[int, set[str]] = field(default_factory=dict)
    refused: int = 0
    """Writes that were not acknowledged."""
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        jobs = (self._read, self._read, self._file, self._publish)
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    def wrote_after(self, at: float) -> float | None:
        """When the first complaint and the first publication that began after `at` were both acknowledged; None before."""
        firsts = [
            next((when for when, _ in acknowledged if when > at), None) for acknowledged in (self.filed, self.published)
        ]
        return None if None in firsts else max(first for first in firsts if first is not None)

    def _read(self) -> None:
        http, turn = requests.Session(), 0
        while not self._stopping.wait(0.05):
            turn += 1
            path = PATHS[turn % len(PATHS)]
            began = time.monotonic()
            try:
                response = self._asked(http, path)
                is_ok = response.status_code == 200
                if is_ok and path == "/log/checkpoint":
                    _, size, root = response.text.splitlines()[:3]
                    self.heads.setdefault(int(size), set()).add(root)
            except requests.RequestException:
                is_ok = False
            self.reads.append(Read(began, is_ok, time.monotonic() - began))

    def _asked(self, http: requests.Session, path: str) -> requests.Response:
        for url in self.urls[:-1]:
            with suppress(requests.ConnectionError):
                return http.get(url + path, timeout=READ_LIMIT)
        return http.get(self.urls[-1] + path, timeout=READ_LIMIT)

    def _file(self) -> None:
        def once() -> None:
            began = time.monotonic()
            filer = Complainant(by_socket(self.urls[0], timeout=15)).filed()
            self.filed.append((began, filer.receipt))

        self._again_and_again(once, (requests.RequestException, AssertionError, KeyError, TypeError))

    def _publish(self) -> None:
        engine = engine_for(self.database_url, limits=Limits(statement=5.0, lock=5.0, connect=2.0), connections=2)
        sessions = sessions_for(engine)

        def once() -> None:
            began, key = time.monotonic(), f"agency/{new_reference()}"
            with sessions.begin() as session:
                append(session, [Draft(key, "agency.registered", {"drill": True})])
            self.published.append((began, key))

        self._again_and_again(once, (SQLAlchemyError,))
        engine.dispose()

    def _again_and_again(self, once: Callable[[], None], failing: tuple[type[Exception], ...]) -> None:
        while not self._stopping.wait(0.1):
            try:
                once()
            except failing as error:
                self.refused += 1
                self.trouble.append(f"{time.monotonic():.1f} {type(error).__name__}: {str(error)[:160]}")
                self._stopping.wait(0.3)


@dataclass(frozen=True, slots=True)
class Found:
    """What is there afterwards of what was acknowledged."""

    lost: int
    doubled: int
    forks: int


def look_after(load: Load, database_url: str, receipts: int = 60) -> Found:
    """Open acknowledged complaints (the last `receipts`), count publications, and hold each head that was shown to the log."""
    lost = doubled = forks = 0
    for _, receipt in load.filed[-receipts:]:
        filer = Complainant(by_socket(load.urls[0]), receipt=receipt)
        lost += filer.come_back().status != 201
    engine = engine_for(database_url)
    with sessions_for(engine)() as session:
        keys = [key for _, key in load.published]
        counts = dict.fromkeys(keys, 0)
        for start in range(0, len(keys), 500):
            for key in session.execute(select(Entry.key).where(Entry.key.in_(keys[start : start + 500]))).scalars():
                counts[key] += 1
        lost += sum(count == 0 for count in counts.values())
        doubled += sum(count > 1 for count in counts.values())
        read = reader(session)
        for size, roots in load.heads.items():
            forks += roots != {b64encode(tree.root_at(read, size)).decode()}
    engine.dispose()
    return Found(lost, doubled, forks)
