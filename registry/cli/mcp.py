"""`registry mcp`: public reads for AI agents, in a process of their own."""

import os
from dataclasses import replace

import click

from registry import cli
from registry.agents.serving import asker, http_app, require_package, serve_stdio
from registry.cli.serve import require_database, require_free_port
from registry.core.settings import Edge


@click.command(
    epilog="\b\nExamples:\n  registry mcp\n  registry mcp --http --port 8020\n\n"
    "Needs the extra: pip install 'recruitment-registry[mcp]'."
)
@click.option(
    "--http", "is_http", is_flag=True, help="Serve streamable HTTP at /mcp instead of standard input and output."
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on with --http.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on with --http, instead of the second after PORT."
)
def mcp(is_http: bool, address: str, port: int | None) -> None:
    """Answer agents by the Model Context Protocol: verify, corridor, checks, fees, agencies, reasons and help lines.

    Public reads only. There is no tool for complaints: what workers tell must not pass through a third party's model.
    """
    os.umask(0o077)
    require_package()
    settings = replace(cli.settings(), edges=frozenset({Edge.API}))
    require_database(settings)
    from registry.app import create_app

    ask = asker(create_app(settings), settings.public_url)
    if not is_http:
        serve_stdio(ask, settings.public_url)
        return
    import uvicorn

    chosen = port or settings.port + 2
    require_free_port(address, chosen)
    click.echo(f"MCP on http://{address}:{chosen}/mcp", err=True)
    uvicorn.run(http_app(ask, settings.public_url, address), host=address, port=chosen, log_level="warning")
