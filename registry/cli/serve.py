"""`registry serve`: the HTTP server, and on request the worker beside it."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import structlog

from registry import cli, revisions
from registry.cli.erase import repeat_erasures
from registry.cli.keys import prepare_keys
from registry.config import Edge, Settings
from registry.db import engine_for
from registry.errors import KeyTrouble, SettingsError
from registry.web import logs

log = structlog.get_logger()

RESTART_PAUSE = 5.0
"""Seconds before a worker that ended by itself is started again."""

INTAKE_THREADS = 8
"""Threads of a process that takes complaints: a slow telephone that sends a file, and a receipt being derived, hold one each.

Fewer than half of the database's connections, so that none waits for another while it holds one.
"""

PATIENCE = 10.0
"""Seconds a worker has to finish what it is doing when the server stops."""


@click.command(
    epilog="\b\nExamples:\n  registry serve\n  PORT=8080 registry serve --with-worker\n"
    "  REGISTRY_EDGES=api REGISTRY_DATABASE_URL=postgresql+psycopg://registry@db/registry registry serve --workers 4"
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, instead of PORT.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option("--with-worker", is_flag=True, help="Also run `registry worker`, and stop it with the server.")
def serve(address: str, port: int | None, workers: int, with_worker: bool) -> None:
    """Answer HTTP requests until interrupted.

    The database must have been migrated with `registry db upgrade`.
    """
    if port is not None:
        os.environ["PORT"] = str(port)
    settings = cli.settings()
    logs.configure()
    require_database(settings)
    repeat_erasures(settings)
    prepare_keys(settings)
    require_redis(settings)
    require_free_port(address, settings.port)
    announce(settings, address)
    warn_of_seal(settings)
    with metrics_folder(settings, workers), worker_beside(with_worker):
        listen(address, settings.port, workers, INTAKE_THREADS if Edge.INTAKE in settings.edges else 1)


def require_database(settings: Settings) -> None:
    engine = engine_for(settings.database_url)
    try:
        revisions.require_current(engine)
    finally:
        engine.dispose()


def require_redis(settings: Settings) -> None:
    import redis

    if settings.redis_url is None:
        return
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        raise SettingsError(
            f"REGISTRY_REDIS_URL: Redis does not answer ({type(error).__name__}); "
            "start it, correct the address, or unset it"
        ) from None


def require_free_port(address: str, port: int) -> None:
    """The server itself would share a port with an older one still running, and each would get half the requests."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise SettingsError(
                f"PORT: cannot listen on {address}:{port} ({error.strerror}); "
                "stop what is there, or choose another PORT"
            ) from None


def announce(settings: Settings, address: str) -> None:
    shown = f"[{address}]" if ":" in address else address
    here = f"http://{'127.0.0.1' if address == '0.0.0.0' else shown}:{settings.port}"
    click.echo(f"Registry on {here}" + ("" if here == settings.public_url else f", public as {settings.public_url}"))
    if Edge.PUBLIC in settings.edges:
        click.echo(f"  pages      {here}/")
    if Edge.API in settings.edges:
        click.echo(f"  API        {here}/api/v1/  (described at {here}/docs)")
        click.echo("  events     `registry stream`, beside this (docs/watches.md)")
    if Edge.INTAKE in settings.edges:
        click.echo(f"  intake     {here}/zh-Hans/box")
    if Edge.CONSOLE in settings.edges:
        click.echo(f"  console    {here}/console/")
    click.echo(f"  health     {here}/health")


def warn_of_seal(settings: Settings) -> None:
    """A seal that is wrong or has expired stops certificates alone: lookups go on."""
    from registry.papers.seal import seal_now

    try:
        seal = seal_now(settings.keys)
    except KeyTrouble as trouble:
        click.echo(f"No certificate is printed until its seal is put right: {trouble.text}", err=True)
    else:
        if seal is not None:
            click.echo(f"  seal       until {seal.chain[0].not_valid_after_utc:%Y-%m-%d}")


def listen(address: str, port: int, workers: int, threads: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    # It takes threads for work; ours are there to wait, see INTAKE_THREADS.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    Granian(
        "registry.app:from_environment",
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # One thread a process where lookups alone are answered: many would only wait for each other.
        blocking_threads=threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()


@contextmanager
def metrics_folder(settings: Settings, workers: int) -> Iterator[None]:
    """With several processes each scrape must sum over all: they count in files that they share."""
    if not settings.has_metrics or workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="metrics-", dir=settings.home) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


@contextmanager
def worker_beside(wanted: bool) -> Iterator[None]:
    """The worker as a child process for as long as the block lasts, started again when it ends by itself."""
    if not wanted:
        yield
        return
    stopping = threading.Event()
    keeper = threading.Thread(target=keep_worker, args=(stopping,), name="worker-keeper")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def keep_worker(stopping: threading.Event) -> None:
    while not stopping.is_set():
        worker = start_worker()
        while worker.poll() is None and not stopping.wait(0.2):
            pass
        if stopping.is_set():
            stop_worker(worker)
            return
        log.error("worker_ended", exit_code=worker.returncode)
        stopping.wait(RESTART_PAUSE)


def start_worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "registry.cli", "worker"], stdin=subprocess.DEVNULL, preexec_fn=_end_with_server
    )


def stop_worker(worker: "subprocess.Popen[Any]") -> None:
    worker.terminate()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _end_with_server() -> None:
    # An interrupt at the terminal reaches the whole group: the server alone decides when the worker ends. And a server
    # that is killed hard must not leave a worker behind (Linux tells the child).
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
