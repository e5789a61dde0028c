"""Machines of one registry: data folders that hold the same keys, on a primary and its standby."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.log import note, queries
from registry.log.actions import Draft, append
from registry.log.head_guards import last_signed
from registry.log.models import LogState
from tests.postgres import Server
from tests.serving import Process, command, environment


@dataclass(frozen=True)
class Home:
    """A machine's data folder, and which database it is led to; `extra`: further variables of its processes."""

    settings: Settings
    extra: dict[str, str] = field(default_factory=dict)

    def on(self, server: Server) -> "Home":
        return replace(self, settings=replace(self.settings, database_url=server.url("postgres")))

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.settings, 8000, self.extra)

    @property
    def signed(self) -> note.Checkpoint | None:
        return last_signed(self.settings.home)

    @contextmanager
    def worker(self) -> Iterator[Process]:
        process = Process(["worker"], self.environment, self.settings.home / "worker.out")
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def printed(self) -> str:
        path = self.settings.home / "worker.out"
        return path.read_text() if path.exists() else ""

    def run(self, *arguments: str) -> str:
        done = command(*arguments, env=self.environment)
        return done.stdout + done.stderr


def publish(server: Server, count: int = 1) -> None:
    engine = engine_for(server.url("postgres"))
    with sessions_for(engine).begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(count)])
    engine.dispose()


def heads(server: Server) -> tuple[int, int]:
    """Entries of the newest head, and of the log."""
    engine = engine_for(server.url("postgres"))
    with sessions_for(engine)() as session:
        head, size = queries.published(session), session.execute(select(LogState.size)).scalar_one()
    engine.dispose()
    return (head.size if head else 0), size


def all_signed(server: Server, *homes: Home) -> bool:
    """Whether the whole log is signed, and these homes remember that head."""
    signed, size = heads(server)
    return signed == size and all(one.signed is not None and one.signed.size == size for one in homes)


def home(
    tmp_path: Path, name: str, server: Server, like: Home | None = None, extra: dict[str, str] | None = None
) -> Home:
    settings = Settings(home=tmp_path / name, database_url=server.url("postgres"), files=tmp_path / name / "files")
    settings.prepare_home()
    if like is not None:
        shutil.copytree(like.settings.keys, settings.keys)
    return Home(settings, extra or {})
