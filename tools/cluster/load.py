"""Readers, filers, publishers, officers and importers at work on a cluster, and what of it was acknowledged."""

import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import requests
from sqlalchemy.exc import SQLAlchemyError

from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import RegistryError
from registry.log import tree
from registry.log.tiles import reader
from tools.cluster.machines import Cluster
from tools.cluster.writers import Filer, Importer, Officer, Publisher, Writer

READ_LIMIT = 10.0
"""Seconds after which a reader gives up."""

PATHS = ("/api/v1/verify?registration_number=X-1&country=SK", "/api/v1/coverage", "/api/v1/agencies", "/log/checkpoint")

FAILING = (requests.RequestException, SQLAlchemyError, RegistryError, AssertionError, LookupError, TypeError)
"""What a writer meets that was not acknowledged."""


@dataclass(frozen=True, slots=True)
class Read:
    at: float
    is_ok: bool
    seconds: float
    what: str = ""
    """The path, or method and path."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something acknowledged at `at` that is not as it was acknowledged."""

    at: float
    what: str


@dataclass(frozen=True, slots=True)
class Found:
    """How much of what was acknowledged is not there, there twice, or was shown otherwise before."""

    lost: int
    doubled: int
    forks: int

    def __str__(self) -> str:
        return f"{self.lost}/{self.doubled}/{self.forks}"


@dataclass(frozen=True, slots=True)
class Faults:
    lost: list[Fault]
    doubled: list[Fault]
    forks: list[Fault]

    def between(self, begin: float, end: float) -> Found:
        return Found(*(sum(begin <= one.at < end for one in some) for some in (self.lost, self.doubled, self.forks)))

    @property
    def found(self) -> Found:
        return self.between(float("-inf"), float("inf"))


@dataclass
class Load:
    """What several threads ask of a cluster until they are told to stop, and what they were answered."""

    urls: tuple[str, ...]
    """Of balancers: who gets no answer from one asks the next, as a browser does with two addresses of one name."""
    writers: dict[str, Writer]
    """By the word for what each writes."""
    reads: list[Read] = field(default_factory=list)
    writes: list[Read] = field(default_factory=list)
    """Requests of filers and officers, of which several make what is acknowledged."""
    heads: dict[int, dict[str, float]] = field(default_factory=dict)
    """By the size of the log: each root that was shown, and when at first."""
    unread: list[tuple[float, str]] = field(default_factory=list)
    """Reads that were not answered: when they began, and why."""
    refused: int = 0
    """Writes that were not acknowledged."""
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._read, daemon=True) for _ in range(2)]
        self._threads += [
            threading.Thread(target=self._write, args=(writer,), daemon=True) for writer in self.writers.values()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(60)

    def counts(self) -> dict[str, int]:
        """How many were acknowledged of each kind."""
        return {kind: len(writer.acknowledged) for kind, writer in self.writers.items()}

    def wrote_after(self, at: float) -> float | None:
        """When the first write of each kind that began after `at` had been begun; None before all were acknowledged."""
        firsts = [
            next((when for when, _ in writer.acknowledged if when > at), None) for writer in self.writers.values()
        ]
        return None if None in firsts else max(first for first in firsts if first is not None)

    def _read(self) -> None:
        http, turn = requests.Session(), 0
        while not self._stopping.wait(0.05):
            turn += 1
            path = PATHS[turn % len(PATHS)]
            began, trouble = time.monotonic(), ""
            try:
                response = self._response(http, path)
                is_ok = response.status_code == 200
                trouble = f"{response.status_code} {response.text[:60]}"
                if is_ok and path == "/log/checkpoint":
                    _, size, root = response.text.splitlines()[:3]
                    self.heads.setdefault(int(size), {}).setdefault(root, began)
            except requests.RequestException as error:
                is_ok, trouble = False, f"{type(error).__name__} {error}"[:100]
            if not is_ok:
                self.unread.append((began, f"{path}: {trouble}"))
            self.reads.append(Read(began, is_ok, time.monotonic() - began, path))

    def _response(self, http: requests.Session, path: str) -> requests.Response:
        for url in self.urls[:-1]:
            with suppress(requests.ConnectionError):
                return http.get(url + path, timeout=READ_LIMIT)
        return http.get(self.urls[-1] + path, timeout=READ_LIMIT)

    def _write(self, writer: Writer) -> None:
        writer.note = lambda at, what, is_ok: self.writes.append(Read(at, is_ok, time.monotonic() - at, what))
        while not self._stopping.wait(writer.pause):
            began = time.monotonic()
            try:
                writer.acknowledged.append((began, writer.write()))
            except FAILING as error:
                self.refused += 1
                self.trouble.append(f"{time.monotonic():.1f} {type(error).__name__}: {str(error)[:160]}")
                self._stopping.wait(0.3)
        writer.close()


def load_on(cluster: Cluster, *, has_desk: bool = True) -> Load:
    """All who use a cluster. Without `has_desk` no officers and importers, who need tables of this version."""
    writers: dict[str, Writer] = {"complaints": Filer(cluster.url), "publications": Publisher(cluster.database_url)}
    if has_desk:
        writers["officers' notes"] = Officer(cluster.url, cluster.database_url, cluster.home("a"))
        writers["lists"] = Importer(cluster.database_url, cluster.folder / "importer")
    return Load(cluster.urls, writers)


def look_after(load: Load, database_url: str, receipts: int | None = None) -> Faults:
    """Hold what was acknowledged to what is there, and each head that was shown to the log.

    With `receipts` no more complaints than the last so many are opened again, which takes half a second for each.
    """
    engine = engine_for(database_url)
    faults = Faults([], [], [])
    with sessions_for(engine)() as session:
        for kind, writer in load.writers.items():
            chosen = writer.acknowledged
            if receipts is not None and isinstance(writer, Filer):
                chosen = chosen[-receipts:]
            counts = writer.count(session, [what for _, what in chosen])
            faults.lost.extend(_faults(kind, chosen, counts, lambda count: count == 0))
            faults.doubled.extend(_faults(kind, chosen, counts, lambda count: count > 1))
        read = reader(session)
        for size, roots in load.heads.items():
            true = b64encode(tree.root_at(read, size)).decode()
            faults.forks.extend(Fault(at, f"head of {size}") for root, at in roots.items() if root != true)
    engine.dispose()
    return faults


def _faults(
    kind: str, acknowledged: Iterable[tuple[float, str]], counts: dict[str, int], is_wrong: Callable[[int], bool]
) -> list[Fault]:
    return [Fault(at, f"{kind}: {what}") for at, what in acknowledged if is_wrong(counts.get(what, 0))]
