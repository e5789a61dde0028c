"""`registry verify-offline` and `registry monitor`: the client's verifier and monitor, for those who have the server at hand."""

import click

PASSED_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command(
    context_settings=PASSED_ON,
    epilog="""\b
Options:
  --trust FILE     trust file, kept since it was compared (needed)
  --at INSTANT     judge as of then (now)
  --status FILE    a status list to use
  --statements FILE  the statements that a manifest is about
  --state FILE     state of a monitor
  --online         ask the registry of the trust file for what is missing
  --lang LANG      en or zh-Hans
  --json           answer as JSON

\b
Exit codes: 0 all good, 1 something bad, 2 wrong usage or unreadable, 3 nothing bad but something unknown.

\b
Examples:
  registry verify-offline bundle.json --trust trust.json
  registry verify-offline - --trust trust.json --lang zh-Hans < code.txt""",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="FILE [OPTIONS]")
def verify_offline(arguments: tuple[str, ...]) -> None:
    """Give the three verdicts of a bundle, credential, code, receipt, manifest, status list, checkpoint, proof or PDF.

    It is the program of the folder client/, which shares no code with the server.
    """
    _run("verify-offline", arguments)


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
    _run("monitor", arguments)


def _run(command: str, arguments: tuple[str, ...]) -> None:
    from registry_client.cli import main

    raise SystemExit(main([command, *arguments], program="registry"))
