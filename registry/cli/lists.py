"""`registry lists work`: answers the lists that organisations sent, in a process of its own beside the worker."""

import os
import signal

import click

from registry import cli
from registry.core.processes import freeze_gc
from registry.http import logs
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
