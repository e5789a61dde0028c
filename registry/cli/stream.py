"""`registry stream`: server-sent events for organisations' programs, in a process of their own."""

import os

import click

from registry import cli
from registry.cli.keys import prepare_keys
from registry.cli.serve import require_database, require_free_port
from registry.http import logs


@click.command(epilog="\b\nExamples:\n  registry stream\n  registry stream --port 8010")
@click.option(
    "--address",
    envvar="REGISTRY_ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 for all.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, instead of the one after PORT.")
def stream(address: str, port: int | None) -> None:
    """Answer GET /api/v1/events/stream until interrupted; a proxy leads that path here and does not buffer it.

    A stream holds a connection for as long as it listens: beside lookups it would hold them up.
    """
    os.umask(0o077)
    settings = cli.settings(makes_home=True)
    logs.configure()
    require_database(settings)
    prepare_keys(settings)
    chosen = port or settings.port + 1
    require_free_port(address, chosen)
    click.echo(f"Events on http://{address}:{chosen}/api/v1/events/stream")
    listen(address, chosen)


def listen(address: str, port: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        "registry.watches.stream:from_environment",
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()
