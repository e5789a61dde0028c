"""`registry mcp`: public reads for AI agents, in a process of their own."""

import os
from dataclasses import replace

import click

from registry import cli
from registry.core.installed import require_extra
from registry.core.settings import Edge, Settings

EXAMPLES = """\b
Examples:
  registry mcp
  registry mcp --http --port 8020
  registry mcp --http --address 0.0.0.0 --host mcp.example.org

Needs the extra `mcp`; without it the command says how it is installed.
"""


@click.command(epilog=EXAMPLES)
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
def mcp(is_http: bool, address: str, port: int | None, hosts: tuple[str, ...]) -> None:
    """Answer agents by the Model Context Protocol: verify, corridor, checks, fees, agencies, reasons and help lines.

    Public reads only. There is no tool for complaints: what workers tell must not pass through a third party's model.
    """
    os.umask(0o077)
    require_extra("mcp")
    if hosts:
        os.environ["REGISTRY_MCP_HOSTS"] = ",".join(hosts)
    settings = replace(cli.settings(makes_home=True), edges=frozenset({Edge.API}))
    from registry.cli.serve import require_database, require_free_port
    from registry.http import logs

    # Standard output is the protocol's.
    logs.configure(descriptor=2)
    require_database(settings)
    if not is_http:
        _serve_stdio(settings)
        return
    chosen = port or settings.port + 2
    require_free_port(address, chosen)
    click.echo(f"MCP on http://{address}:{chosen}/mcp", err=True)
    listen(address, chosen)


def _serve_stdio(settings: Settings) -> None:
    from registry.agents.serving import asker, serve_stdio
    from registry.app import create_app

    serve_stdio(asker(create_app(settings), settings.public_url), settings.public_url)


def listen(address: str, port: int) -> None:
    """Serve streamable HTTP until interrupted."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    Granian(
        "registry.app:agents_from_environment",
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        http=HTTPModes.http1,
        # A connection on which no whole head of a request comes is closed.
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()
