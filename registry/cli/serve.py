"""`registry serve`: the HTTP server, and on request the worker and the stream beside it."""

import ctypes
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import click
import structlog

from registry import cli
from registry.cli import backup, erase, keys
from registry.core import confinement, tracing
from registry.core.db import revisions
from registry.core.db.engine import open_engine, reading_session, reading_sessions_for, sessions_for
from registry.core.errors import KeyTrouble, SettingsError
from registry.core.keyring import read_private
from registry.core.settings import Edge, Settings
from registry.http import connections, health, logs
from registry.log.clock_check import check_clock
from registry.officers.providers.linking import providers_of

log = structlog.get_logger()

RESTART_PAUSE = 5.0
"""Seconds before a child that ended by itself is started again."""

BACKLOG = 4096
"""Connections that the system keeps for a process which holds as many as it may."""

MAX_HEAD = 256 * 1024
"""Bytes of a request's first line and headers that the server reads; from far less on the registry itself says 414 or 431."""

KILL_AFTER = 30
"""Seconds that requests which run have when the server stops."""

PATIENCE = 10.0
"""Seconds a child has to finish what it is doing when the server stops."""


ADDRESS = click.option(
    "--address",
    envvar="REGISTRY_ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 for all.",
)


@click.command()
@ADDRESS
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, instead of PORT.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option("--with-worker", is_flag=True, help="Also run `registry worker`, and stop it with the server.")
@click.option("--with-stream", is_flag=True, help="Also run `registry stream` on the port after it, and stop it too.")
@click.option("--stream-port", type=click.IntRange(1, 65535), help="Port of the stream, instead of the one after PORT.")
def serve(
    address: str, port: int | None, workers: int, with_worker: bool, with_stream: bool, stream_port: int | None
) -> None:
    """Answer HTTP requests until interrupted.

    The database must have been migrated with `registry db upgrade`.
    """
    if port is not None:
        os.environ["PORT"] = str(port)
    os.umask(0o077)
    settings = cli.settings(makes_home=True)
    logs.configure()
    warn_of_open_home(settings)
    require_secret_keys(settings)
    tracing.require_collector(settings)
    require_database(settings)
    keys.prepare_keys(settings)
    erase.repeat_erasures(settings)
    if Edge.CONSOLE in settings.edges:
        with open_engine(settings.database_url) as engine, reading_session(sessions_for(engine)) as session:
            # What is wrong with them stops the start.
            providers_of(session, settings.home)
    if settings.edges & {Edge.INTAKE, Edge.CONSOLE}:
        # A database that was put back by hand has cases again whose time was over.
        backup.repeat_purges(settings)
    warn_of_redis(settings)
    require_free_port(address, settings.port)
    beside: dict[str, list[str]] = {"worker": []} if with_worker else {}
    stream_at = (stream_port or settings.port + 1) if with_stream and Edge.API in settings.edges else None
    if stream_at is not None:
        require_free_port(address, stream_at)
        beside["stream"] = ["--address", address, "--port", str(stream_at)]
    announce(settings, address, stream_at)
    warn_of_seal(settings)
    warn_of_confinement()
    with metrics_folder(settings, workers), supervised(beside):
        listen(settings, address, workers)


def require_database(settings: Settings) -> None:
    """Raise what this version cannot serve the database for; a wrong clock, and what production would demand, are said."""
    with open_engine(settings.database_url) as engine:
        revisions.require_current(engine)
        with reading_sessions_for(engine)() as session:
            trouble = check_clock(session).trouble
        if trouble is not None:
            click.echo(f"registry: {trouble}", err=True)
        cli.tell_of_demands(settings, engine, is_bound=bool(settings.edges & health.WRITING))


def warn_of_redis(settings: Settings) -> None:
    """Redis counts requests alone: while it is away each process counts for itself, so a start does not wait for it."""
    import redis

    if settings.redis_url is None:
        return
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        click.echo(
            f"REGISTRY_REDIS_URL: Redis does not answer ({type(error).__name__}); each process counts requests for itself until "
            "it does",
            err=True,
        )


def require_free_port(address: str, port: int) -> None:
    """The server itself would share a port with an older one still running, and each would get half the requests."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "there is no such port"
            raise SettingsError(
                f"PORT: cannot listen on {address}:{port} ({reason}); stop what is there, or choose another PORT"
            ) from None


def announce(settings: Settings, address: str, stream_at: int | None = None) -> None:
    host = f"[{address}]" if ":" in address else address
    scheme = "http" if settings.tls is None else "https"
    here = f"{scheme}://{'127.0.0.1' if address == '0.0.0.0' else host}:{settings.port}"
    click.echo(f"Registry on {here}" + ("" if here == settings.public_url else f", public as {settings.public_url}"))
    if Edge.PUBLIC in settings.edges:
        click.echo(f"  pages      {here}/")
    if Edge.API in settings.edges:
        click.echo(f"  API        {here}/api/v1/  (described at {here}/docs)")
        if stream_at is not None:
            click.echo(f"  events     {here.removesuffix(str(settings.port))}{stream_at}/api/v1/events/stream")
        else:
            click.echo("  events     `registry stream`, beside this (docs/users/watches.md)")
    if Edge.INTAKE in settings.edges:
        click.echo(f"  intake     {here}/zh-Hans/box")
        click.echo(
            f"  scanner    {settings.scanner or 'none: attachments are not scanned for viruses (REGISTRY_CLAMD)'}"
        )
    if Edge.CONSOLE in settings.edges:
        click.echo(f"  console    {here}/console/")
    click.echo(f"  health     {here}/health")
    click.echo("To use it from another shell:")
    click.echo(f"  export REGISTRY_HOME={shlex.quote(str(settings.home))}")
    click.echo(f"  export REGISTRY_CLIENT_URL={here}")


def warn_of_open_home(settings: Settings) -> None:
    if settings.is_open_to_others():
        remedy = f"chmod 700 {settings.home}"
        click.echo(f"Other accounts of this machine can read what the registry stores: run `{remedy}`", err=True)


def require_secret_keys(settings: Settings) -> None:
    """Raise KeyTrouble at the start, and not at the first use, where others may read a secret."""
    for path in (*settings.keys.glob("*.secret"), *settings.keys.glob("*.pem")):
        if not path.name.startswith("seal-"):
            read_private(path)


def warn_of_seal(settings: Settings) -> None:
    """A seal that is wrong or has expired stops certificates alone: lookups go on."""
    from registry.proofs.papers.seal import seal_now

    try:
        seal = seal_now(settings.keys)
    except KeyTrouble as trouble:
        click.echo(f"No certificate is printed until its seal is put right: {trouble.text}", err=True)
    else:
        if seal is not None:
            click.echo(f"  seal       until {seal.chain[0].not_valid_after_utc:%Y-%m-%d}")


def warn_of_confinement() -> None:
    """What needs a confined process is refused without one; lookups and lists as CSV or JSON need none."""
    reason = confinement.why_unconfined()
    if reason is None:
        return
    log.warning("unconfined", reason=reason)
    click.echo(
        f"No process can be confined here ({reason}): attachments get no copies, and no workbook, PDF or picture is read "
        "(docs/operators/attachments.md)",
        err=True,
    )


def server_settings(settings: Settings, address: str, port: int, max_head: int = 64 * 1024) -> dict[str, Any]:
    """Of every server of ours: its address, its certificate, how many connections it holds, and how large a head may be.

    A head has ten seconds to come.
    """
    from granian import constants, http
    from granian.log import LogLevels

    return {
        "factory": True,
        "address": address,
        "port": port,
        "http": constants.HTTPModes.http1,
        "loop": constants.Loops.uvloop,
        "websockets": False,
        "respawn_failed_workers": True,
        "log_level": LogLevels.warning,
        "log_access": False,
        "ssl_cert": settings.tls,
        "ssl_key": settings.tls,
        "http1_settings": http.HTTP1Settings(header_read_timeout=10_000, max_buffer_size=max_head),
        "backlog": BACKLOG,
        "backpressure": connections.connections_for(settings.connections, connections.raise_descriptor_limit()),
    }


def listen(settings: Settings, address: str, workers: int) -> None:
    from granian import Granian, constants

    server = Granian(
        "registry.app:gateway_from_environment",
        interface=constants.Interfaces.RSGI,
        workers=workers,
        runtime_mode=constants.RuntimeModes.mt,
        workers_kill_timeout=KILL_AFTER,
        **server_settings(settings, address, settings.port, MAX_HEAD),
    )
    mark = health.draining_file(settings.home, os.getpid())
    mark.unlink(missing_ok=True)
    if settings.drain_seconds:
        drain_first(server, mark, settings.drain_seconds)
    end_processes_that_start()
    try:
        server.serve()
    finally:
        mark.unlink(missing_ok=True)


def end_processes_that_start() -> None:
    """Let SIGTERM end a process at once that has not loaded the registry yet.

    Forked, it has the main one's handler, which would only note in its own copy of the server that it is to stop: it would
    go on starting, and be killed half a minute later. The signal waits while one is forked, so that none is lost.
    """
    hold, let_go = (
        partial(signal.pthread_sigmask, how, {signal.SIGTERM}) for how in (signal.SIG_BLOCK, signal.SIG_UNBLOCK)
    )

    def in_child() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        let_go()

    os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=in_child)


def drain_first(server: Any, mark: Path, seconds: int) -> None:
    """Let SIGTERM make the processes say that they are not ready, and close them so many seconds later.

    An interrupt at the terminal, and a second SIGTERM, close at once.
    """
    close = server.signal_handler_interrupt

    def drain(number: int = 0, *_more: Any) -> None:
        if number != signal.SIGTERM or mark.exists():
            close()
            return
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch()
        timer = threading.Timer(seconds, close)
        timer.daemon = True
        timer.start()

    server.signal_handler_interrupt = drain


@contextmanager
def metrics_folder(settings: Settings, workers: int) -> Iterator[None]:
    """With several processes each scrape must sum over all: they count in files that they share."""
    if not settings.has_metrics or workers == 1:
        yield
        return
    folder = tempfile.mkdtemp(prefix="metrics-", dir=settings.home)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        _remove(folder)


def _remove(folder: str) -> None:
    """Remove a folder into which a process that is just ending may write once more."""
    for _ in range(20):
        with suppress(OSError):
            shutil.rmtree(folder)
        if not os.path.lexists(folder):
            return
        time.sleep(0.1)


@contextmanager
def supervised(commands: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Commands with their options as child processes for as long as the block lasts, started again if they end before."""
    stopping = threading.Event()
    keepers = [
        threading.Thread(target=supervise, args=([name, *options], stopping), name=f"{name}-keeper")
        for name, options in commands.items()
    ]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for keeper in keepers:
            keeper.join()


def supervise(command: Sequence[str], stopping: threading.Event) -> None:
    while not stopping.is_set():
        child = begin(command)
        while child.poll() is None and not stopping.wait(0.2):
            pass
        if stopping.is_set():
            stop(child)
            return
        log.error(f"{command[0]}_ended", exit_code=child.returncode)
        stopping.wait(RESTART_PAUSE)


def begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "registry.cli", *command], stdin=subprocess.DEVNULL, preexec_fn=_end_with_server
    )


def stop(child: "subprocess.Popen[Any]") -> None:
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _end_with_server() -> None:
    # An interrupt at the terminal reaches the whole group: the server alone decides when its children end. And a server
    # that is killed hard must not leave one behind (Linux tells the child).
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
