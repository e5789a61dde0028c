"""`registry stream` and `registry mcp`: events for organisations' programs, and public reads for AI agents.

Each is served in a process of its own: a stream or an agent holds a connection for as long as it listens.
"""

import os
from dataclasses import replace

import click

from registry import cli
from registry.cli import keys, serve
from registry.core.installed import require_extra
from registry.core.settings import Edge, Settings
from registry.http import logs


@click.command()
@serve.ADDRESS
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, instead of the one after PORT.")
def stream(address: str, port: int | None) -> None:
    """Answer GET /api/v1/events/stream until interrupted; a proxy leads that path here and does not buffer it.

    A stream holds a connection for as long as it listens: beside lookups it would hold them up.
    """
    os.umask(0o077)
    settings = cli.settings(makes_home=True)
    logs.configure()
    serve.require_database(settings)
    keys.prepare_keys(settings)
    chosen = port or settings.port + 1
    serve.require_free_port(address, chosen)
    click.echo(f"Events on http://{address}:{chosen}/api/v1/events/stream")
    _serve_alone("registry.watches.stream:from_environment", address, chosen, settings)


@click.command()
@click.option(
    "--http", "is_http", is_flag=True, help="Serve streamable HTTP at /mcp instead of standard input and output."
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on with --http.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on with --http, instead of the second after PORT."
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Host that clients name with --http, beside this machine's own and REGISTRY_URL's; instead of REGISTRY_MCP_HOSTS.",
)
@click.option(
    "--text",
    "repeats_text",
    is_flag=True,
    help="Send each answer as text, too, for clients that read no structured content; over HTTP the address says ?text=true.",
)
def mcp(is_http: bool, address: str, port: int | None, hosts: tuple[str, ...], repeats_text: bool) -> None:
    """Answer agents by the Model Context Protocol: verify, corridor, checks, fees, agencies, lists, reasons, help lines.

    Public reads only. There is no tool for complaints: what workers tell must not pass through a third party's model.
    """
    os.umask(0o077)
    require_extra("mcp")
    if hosts:
        os.environ["REGISTRY_MCP_HOSTS"] = ",".join(hosts)
    settings = replace(cli.settings(makes_home=True), edges=frozenset({Edge.API}))
    # Standard output is the protocol's.
    logs.configure(descriptor=2)
    serve.require_database(settings)
    if not is_http:
        _serve_stdio(settings, repeats_text=repeats_text)
        return
    chosen = port or settings.port + 2
    serve.require_free_port(address, chosen)
    click.echo(f"MCP on http://{address}:{chosen}/mcp", err=True)
    _serve_alone("registry.app:agents_from_environment", address, chosen, settings)


def _serve_stdio(settings: Settings, *, repeats_text: bool) -> None:
    from registry.agents.serving import asker, serve_stdio
    from registry.app import create_app

    ask = asker(create_app(settings), settings.public_url)
    serve_stdio(ask, settings.public_url, repeats_text=repeats_text)


def _serve_alone(application: str, address: str, port: int, settings: Settings) -> None:
    """Serve an ASGI application, `module:function` that makes it, in one process until interrupted."""
    from granian import Granian, constants

    own = serve.server_settings(settings, address, port)
    Granian(application, interface=constants.Interfaces.ASGI, workers=1, workers_kill_timeout=5, **own).serve()
