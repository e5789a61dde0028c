"""`registry backup` and `registry restore`: everything that a registry is, in one folder, and back from it alone."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from psycopg.pq import Conninfo
from sqlalchemy import URL, inspect, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from registry import cli
from registry.cli import clock, erase, keys
from registry.complaints.retention.purging import has_overdue
from registry.core.clock import instant_text, now, read_instant
from registry.core.db import revisions
from registry.core.db.engine import open_engine, read_only, reading_sessions_for, sessions_for
from registry.core.errors import BackupRefused
from registry.core.files import BACKED_UP, write_atomically
from registry.core.settings import Settings
from registry.log import actions, clock_check
from registry.log.audit import audit

MANIFEST = "manifest.json"
VERSION = 1

MADE_ANEW = frozenset({BACKED_UP, "bulk", "cleaning", "days", "locks", "mail", "papers", "tmp"})
"""What of the home is no part of a backup: work in progress, and the keys of a day, which are to be destroyed the next one."""


NOT_COPIED = ("day_keys", "made_papers")
"""Tables of PostgreSQL that hold what is made anew, or is to be destroyed the next day."""


class Manifest(msgspec.Struct):
    """What a backup holds: each file with its SHA-256, and the revision and kind of the database."""

    version: int
    made_at: str
    revision: str
    database: str
    has_files: bool
    files: dict[str, str]


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Copy database, keys, files and settings of the data folder to FOLDER, while the registry serves.

    FOLDER is made, for its owner alone. Who holds it can sign and read complaints like the registry: store it encrypted, and
    destroy it when its time is over. A bucket named by REGISTRY_FILES is not copied, nor are lists that wait in bulk jobs.
    """
    settings = cli.settings()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if any(folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty: name a new folder for each backup")
    with open_engine(settings.database_url) as engine:
        revisions.require_current(engine)
        with read_only(engine).connect() as connection:
            revision = revisions.current(connection) or ""
        # First the database: what it speaks of lies in the home already, and is not removed from there within a moment.
        _dump(settings, folder)
    _copy_home(settings, folder / "home")
    has_files = isinstance(settings.files, Path)
    if isinstance(settings.files, Path) and settings.files.is_dir():
        _copy(settings.files, folder / "files")
    files = {str(path.relative_to(folder)): _digest(path) for path in _files(folder)}
    manifest = Manifest(
        VERSION, instant_text(now()), revision, "sqlite" if settings.is_sqlite else "postgresql", has_files, files
    )
    path = folder / MANIFEST
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    write_atomically(settings.home / BACKED_UP, instant_text(now()).encode())
    click.echo(f"{len(files)} files in {folder}, the database at revision {revision}.")
    if not isinstance(settings.files, Path):
        click.echo(f"The bucket {settings.files.name} is not copied: keep versions of it at its store.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@clock.TODAY
def restore(folder: Path, today: datetime | None) -> None:
    """Put a backup back into an empty REGISTRY_HOME and an empty database, and purge again what is over by now.

    Nothing is written where the backup is damaged. Afterwards no case past its retention period and no erased name is there.
    For a backup of some weeks ago today's date is asked, because what is over is told by this machine's clock alone.
    """
    settings = Settings.from_environment(os.environ)
    manifest = _checked(settings, folder)
    _require_empty(settings)
    with open_engine(settings.database_url) as engine, reading_sessions_for(engine)() as session:
        clock_check.require_near(session)
    is_old = not timedelta() <= now() - read_instant(manifest.made_at) <= clock_check.MAX_PAUSE
    if is_old:
        clock.require_today(now(), today)
    settings.prepare_home()
    _copy(folder / "home", settings.home)
    if isinstance(settings.files, Path) and (folder / "files").is_dir():
        _copy(folder / "files", settings.files)
    _load(settings, folder)
    revisions.upgrade(settings.database_url)
    keys.prepare_keys(settings)
    if is_old:
        with open_engine(settings.database_url) as engine, sessions_for(engine).begin() as session:
            clock_check.accept_clock(session, actions.lock_log(session), now())
    erase.repeat_erasures(settings)
    purged = repeat_purges(settings, is_ordered=True)
    with open_engine(settings.database_url) as engine, reading_sessions_for(engine)() as session:
        found = audit(session, settings)
    click.echo(
        f"Restored what was backed up at {manifest.made_at}: {len(manifest.files)} files, a log of {found.size} entries."
    )
    if purged:
        click.echo(f"{purged} cases past their retention period were purged again.")
    if not manifest.has_files or not isinstance(settings.files, Path):
        click.echo("Attachments lie in a bucket: `registry cases reconcile` says whether any is missing.")
    for trouble in found.troubles:
        click.echo(f"registry: {trouble}", err=True)
    click.echo(
        "What came later than the backup is lost, complaints too. If a head was signed later, the log must go on under "
        "another name (`registry log recover`)."
    )


def repeat_purges(settings: Settings, *, is_ordered: bool = False) -> int:
    """Purge what is past its retention period, before anything is served. Gives how many cases lost their keys.

    All of it where an operator ordered it, as by restoring; otherwise as much as the worker would by itself.
    """
    from registry.worker.schedule import purge_cases

    with open_engine(settings.database_url) as engine:
        with reading_sessions_for(engine)() as session:
            if not has_overdue(session, now().date()):
                return 0
        return purge_cases(settings, sessions_for(engine), is_ordered=is_ordered)


def _dump(settings: Settings, folder: Path) -> None:
    if settings.is_sqlite:
        target = folder / "database.sqlite3"
        target.touch(mode=0o600)
        with closing(sqlite3.connect(_sqlite_path(settings))) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        return
    target = folder / "database.dump"
    target.touch(mode=0o600)
    left = [f"--exclude-table-data=public.{table}" for table in NOT_COPIED]
    _run(settings, ["pg_dump", "--format=custom", *left, f"--file={target}"])


def _load(settings: Settings, folder: Path) -> None:
    if settings.is_sqlite:
        path = _sqlite_path(settings)
        shutil.copyfile(folder / "database.sqlite3", path)
        path.chmod(0o600)
        return
    arguments = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    url = make_url(settings.database_url)
    _run(settings, ["pg_restore", *arguments, f"--dbname={url.database}", str(folder / "database.dump")])


def _run(settings: Settings, command: list[str]) -> None:
    """Run one of PostgreSQL's programs. Address and password go by the environment: others may read a list of processes."""
    try:
        done = subprocess.run(
            command, env=os.environ | libpq_environment(make_url(settings.database_url)), capture_output=True, text=True
        )
    except FileNotFoundError:
        raise BackupRefused(f"{command[0]} is not here: install PostgreSQL's client (postgresql-client)") from None
    if done.returncode:
        raise BackupRefused(
            f"{command[0]}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'it failed'}"
        )


def libpq_environment(url: URL) -> dict[str, str]:
    """An address as libpq's programs read it from their environment: each parameter by the variable that libpq reads for it."""
    dialect: Any = PGDialect_psycopg
    _, arguments = dialect().create_connect_args(url)
    if "sslpassword" in arguments:
        raise BackupRefused(
            "sslpassword of REGISTRY_DATABASE_URL cannot be given to pg_dump: use a key of TLS that only its owner may read, "
            "without a password"
        )
    variables = {one.keyword.decode(): one.envvar.decode() for one in Conninfo.get_defaults() if one.envvar is not None}
    return {variables[name]: str(value) for name, value in arguments.items() if name in variables}


def _copy_home(settings: Settings, target: Path) -> None:
    target.mkdir(mode=0o700)
    left_out = {settings.files, _sqlite_path(settings) if settings.is_sqlite else None}
    for path in sorted(settings.home.iterdir()):
        is_work = path.name in MADE_ANEW or path.name.startswith(("metrics-", ".", "registry.sqlite3"))
        if is_work or path in left_out:
            continue
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            _copy_file(path, target / path.name)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder, for its owner alone. What vanishes meanwhile was work in progress."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_dir():
            _copy(path, target / path.name)
        elif path.is_file():
            _copy_file(path, target / path.name)


def _copy_file(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        target.unlink()


def _checked(settings: Settings, folder: Path) -> Manifest:
    """The manifest of a backup that is whole. Raises BackupRefused."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise BackupRefused(f"{folder} is no backup: it has no {MANIFEST} that can be read") from None
    wanted = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.version != VERSION or manifest.database != wanted:
        raise BackupRefused(f"this is a backup of {manifest.database}, and REGISTRY_DATABASE_URL leads to {wanted}")
    if manifest.revision > revisions.head():
        raise BackupRefused(f"the backup is of a later version, revision {manifest.revision}: install that one first")
    present = {str(path.relative_to(folder)): path for path in _files(folder)}
    for name, digest in manifest.files.items():
        if name not in present or _digest(present[name]) != digest:
            raise BackupRefused(f"{name} is missing in the backup, or is not as it was written: take another backup")
    return manifest


def _require_empty(settings: Settings) -> None:
    if settings.home.exists() and any(settings.home.iterdir()):
        raise BackupRefused(f"REGISTRY_HOME {settings.home} is not empty: move what is there away first")
    if settings.is_sqlite:
        if _sqlite_path(settings).exists():
            raise BackupRefused("the database of REGISTRY_DATABASE_URL is there already: move it away first")
        return
    with open_engine(settings.database_url) as engine:
        if inspect(engine).get_table_names():
            raise BackupRefused("the database of REGISTRY_DATABASE_URL has tables: make a new one for the restore")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / MANIFEST)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sqlite_path(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")
