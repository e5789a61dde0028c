"""`registry verify-offline`: the client's verifier, for those who have the server at hand."""

import sys

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
    from registry_client.cli import main

    sys.exit(main(["verify-offline", *arguments], program="registry"))
