"""`registry monitor`: the client's monitor, for those who have the server at hand."""

import sys

import click

from registry.cli.verify_offline import PASSED_ON


@click.command(
    context_settings=PASSED_ON,
    epilog="""\b
Options:
  --state FILE     where the copy of the log is kept (registry-monitor.state)
  --trust FILE     trust file (at the first run: the registry's own)
  --answers N      licences to ask the API of (500)
  --ranges N       range files to rebuild from the log, or all (4)
  --recheck        read the whole log once more
  --every TIME     go on, a round each 10m, 1h or 1d, until one finds something bad
  --lang LANG      en or zh-Hans
  --json           answer as JSON

\b
Exit codes: 0 all good, 1 something bad, 2 wrong usage or unreadable, 3 nothing bad but something unknown.

\b
Examples:
  registry monitor https://registry.example.org --state monitor.state
  registry monitor http://127.0.0.1:8000 --trust trust.json --json""",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="URL [OPTIONS]")
def monitor(arguments: tuple[str, ...]) -> None:
    """Follow the log of a registry, and hold its status lists, range files and API to it.

    It is the program of the folder client/, which shares no code with the server.
    """
    from registry_client.cli import main

    sys.exit(main(["monitor", *arguments], program="registry"))
