"""`registry worker` runs the scheduler in a process of its own; `registry lists` are the processes that answer lists."""

import os
import signal
import threading
from multiprocessing.connection import Connection

import click

from registry import cli
from registry.cli.keys import prepare_keys
from registry.core import processes, tracing
from registry.core.db import revisions
from registry.core.db.engine import open_engine, reading_sessions_for, sessions_for
from registry.http import logs
from registry.log.clock_check import require_right_clock
from registry.worker import bulk_jobs, scheduler


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due, and end.")
def worker(once: bool) -> None:
    """Fetch lists on schedule, warn by mail before one goes stale, change channels when due, sign the log, tell watchers.

    Any number of workers may run; `registry serve --with-worker` starts one beside the server.
    """
    os.umask(0o077)
    settings = cli.settings(makes_home=True)
    logs.configure()
    tracing.require_collector(settings)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with open_engine(settings.database_url) as engine:
        revisions.require_current(engine)
        cli.tell_of_demands(settings, engine, is_bound=False)
        prepare_keys(settings)
        failed = scheduler.work(settings, sessions_for(engine), stopping, is_once=once)
        if once:
            with reading_sessions_for(engine)() as session:
                require_right_clock(session)
    if once and failed:
        raise click.ClickException(f"failed: {', '.join(failed)}; the log says where")


@click.group()
def lists() -> None:
    """Lists of questions that organisations sent."""


@lists.command()
@click.option("--with-parent", is_flag=True, hidden=True)
def work(with_parent: bool) -> None:
    """Answer what waits, and end. Killed at any moment, the next goes on where it stood."""
    settings = cli.settings()
    logs.configure()
    parent, stopping = os.getppid(), [False]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.__setitem__(0, True))
    processes.freeze_gc()
    with open_engine(settings.database_url) as engine:
        bulk_jobs.work_on(
            settings,
            sessions_for(engine),
            reading_sessions_for(engine),
            lambda: stopping[0] or (with_parent and os.getppid() != parent),
        )


@lists.command(hidden=True)
@click.argument("descriptor", type=int)
def answer(descriptor: int) -> None:
    """Answer the long lists of the server that starts this, and end with it."""
    from registry.app import create_app
    from registry.http.list_process import answer_lists
    from registry.http.transaction import services

    # The server ends after its last list, and closes the connection: whatever is told to stop both, this one waits for that.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    processes.forbid_dumps()
    connection = Connection(descriptor)
    app = create_app(connection.recv())
    replica = services(app).replica
    if replica is not None:
        replica.start()
    processes.freeze_gc()
    answer_lists(connection, app.application_for)
