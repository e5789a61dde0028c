"""The databases that are measured: built through the registry's own actions, kept under bench/work until the code differs."""

import hashlib
import os
import shutil
import sqlite3
import time
from contextlib import closing
from functools import cache
from pathlib import Path

from bench import invented
from bench.postgres import ACCOUNT, Cluster, may_enter
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.log.actions import lock_log

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench" / "work"

# Whatever decides what stands in a built database.
_BUILT_BY = (
    "bench/invented.py",
    "migrations/versions/*.py",
    "registry/register/agencies/*.py",
    "registry/log/*.py",
    "registry/register/names/*.py",
    "registry/vocabulary/register.py",
)


@cache
def digest() -> str:
    """Of the code that builds: a database built by other code is not measured."""
    whole = hashlib.sha256()
    for pattern in _BUILT_BY:
        for path in sorted(ROOT.glob(pattern)):
            whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def sqlite_database(size: int) -> Path:
    """The SQLite file with `size` agencies, built when it is not there yet."""
    path = WORK / f"sqlite-{size}-{digest()}.sqlite3"
    if not path.exists():
        _forget(f"sqlite-{size}-*")
        half = path.with_suffix(".half")
        _remove(half)
        _build(f"sqlite:///{half}", size, "SQLite")
        with closing(sqlite3.connect(half)) as connection:
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        half.rename(path)
    # Each run serves it from a new home, whose secrets it does not know.
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM secret_checks")
        connection.commit()
    _read_through(path)
    return path


def postgres_database(server: Cluster, size: int) -> str:
    """The name of the database with `size` agencies on the bench's own server, built when it is not there yet."""
    name = f"agencies_{size}_{digest()}"
    if not server.has(name):
        half = f"half_{size}"
        server.run(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)')
        server.run(f'CREATE DATABASE "{half}"')
        _build(server.url(half), size, "PostgreSQL")
        server.run("VACUUM ANALYZE", half)
        server.run(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    server.run("DELETE FROM secret_checks", name)
    return name


def postgres_folder() -> Path:
    """Where the data of the bench's own server are kept: elsewhere where its account may not enter this folder.

    Raises RuntimeError, which says what to do, where they can be kept nowhere.
    """
    return _postgres_root() / f"postgres-{digest()}"


def _postgres_root() -> Path:
    """Raises RuntimeError where there is none."""
    if may_enter(WORK):
        return WORK
    # A folder of root's alone in one that everybody may enter: no one else can have made it.
    root = Path(f"/var/lib/recruitment-registry-bench-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}")
    try:
        root.mkdir(mode=0o711, exist_ok=True)
    except OSError as error:
        raise RuntimeError(
            f"its account `{ACCOUNT}` may not enter {WORK}, and {root} cannot be made ({error.strerror}): clone below a folder "
            "that everybody may enter, like /srv, or run this as another user than root"
        ) from None
    return root


def forget_older() -> None:
    """Remove what other code has built: a database of a million agencies takes gigabytes. Raises as `postgres_folder` does."""
    for path in _postgres_root().glob("postgres-*"):
        if path != postgres_folder():
            shutil.rmtree(path, ignore_errors=True)


def copy_of(path: Path, folder: Path) -> Path:
    """A copy that may be written to."""
    return Path(shutil.copyfile(path, folder / "copy.sqlite3"))


def _build(url: str, size: int, kind: str) -> None:
    print(f"building {size:,} invented agencies on {kind} ...", flush=True)
    began = time.monotonic()
    WORK.mkdir(parents=True, exist_ok=True)
    revisions.upgrade(url)
    engine = engine_for(url)
    try:
        with sessions_for(engine).begin() as session:
            lock_log(session).is_demo = True
            invented.keep_ground(session)
            invented.admit_all(session, size)
    finally:
        engine.dispose()
    print(f"  built in {time.monotonic() - began:.0f} s", flush=True)


def _forget(pattern: str) -> None:
    for path in WORK.glob(pattern):
        path.unlink()


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _read_through(path: Path) -> None:
    """Bring the file into memory: what is measured is a hot cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
        while file.read(1 << 24):
            pass
