"""`registry lists`: the processes that answer lists of questions, beside the worker and beside the server."""

import os
import signal
from multiprocessing.connection import Connection

import click

from registry import cli
from registry.core.gc import freeze_gc
from registry.core.processes import forbid_dumps
from registry.http import logs
from registry.http.transaction import services
from registry.worker.bulk_jobs import work_on


@click.group(epilog="\b\nExamples:\n  registry lists work")
def lists() -> None:
    """Lists of questions that organisations sent."""


@lists.command(epilog="\b\nExample:\n  registry lists work")
@click.option("--with-parent", is_flag=True, hidden=True)
def work(with_parent: bool) -> None:
    """Answer what waits, and end. Killed at any moment, the next goes on where it stood."""
    from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for

    settings = cli.settings()
    logs.configure()
    engine = engine_for(settings.database_url)
    parent, stopping = os.getppid(), [False]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.__setitem__(0, True))
    freeze_gc()
    try:
        work_on(
            settings,
            sessions_for(engine),
            reading_sessions_for(engine),
            lambda: stopping[0] or (with_parent and os.getppid() != parent),
        )
    finally:
        engine.dispose()


@lists.command(hidden=True)
@click.argument("descriptor", type=int)
def answer(descriptor: int) -> None:
    """Answer the long lists of the server that starts this, and end with it."""
    from registry.app import create_app
    from registry.http.list_process import answer_lists

    # The server ends after its last list, and closes the connection: whatever is told to stop both, this one waits for that.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    forbid_dumps()
    connection = Connection(descriptor)
    app = create_app(connection.recv())
    replica = services(app).replica
    if replica is not None:
        replica.start()
    freeze_gc()
    answer_lists(connection, app.application_for)
