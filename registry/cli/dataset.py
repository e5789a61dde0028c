"""`registry dataset`: the open dataset as signed files, checked, and led on by deltas."""

from pathlib import Path

import click

from registry import cli
from registry.cli.opening import open_registry
from registry.core.errors import DatasetRefused
from registry.core.installed import how_to_install
from registry.dataset import actions, deltas
from registry.dataset.manifest import Keys, checked

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    epilog="\b\nExamples:\n  registry dataset write /srv/dataset\n"
    "  registry dataset check /srv/dataset/2026-11-28-1234 --trust trust.json\n"
    "  registry dataset apply OLD DELTA NEW --trust trust.json"
)
def dataset() -> None:
    """The open dataset: licences and events of legal persons, for anybody to take whole and to keep up with.

    The worker writes it each night into REGISTRY_HOME/dataset, from where it is served at /dataset.
    """


@dataset.command(
    epilog="\b\nExamples:\n  registry dataset write /srv/dataset\n\n"
    "Parquet needs the extra `parquet`; without it the command says how it is installed."
)
@click.argument("folder", metavar="DIR", type=FOLDER)
def write(folder: Path) -> None:
    """Write a snapshot of the published log below DIR, with the delta from the one before, signed and logged.

    DIR is empty, or was written by this command. If anything fails the former snapshot lies there as before.
    """
    with open_registry() as (settings, sessions, _):
        if not settings.signs:
            raise DatasetRefused("another home signs this log (REGISTRY_SIGNS=off): write the dataset there")
        written = actions.write(settings, sessions, folder, lambda: cli.sign_published(settings, sessions))
    if written.damaged is not None:
        click.echo(f"registry: no delta was written: {written.damaged}", err=True)
    if not written.has_parquet:
        click.echo(
            f"registry: no Parquet was written, which needs the extra `parquet`: {how_to_install('parquet')}", err=True
        )
    click.echo(
        f"{folder / written.name}: {written.licences} licences and {written.events} events, "
        f"entry {written.log_index} of the log."
    )
    if written.changed is not None:
        click.echo(f"{written.changed} rows changed since the snapshot before.")
    left_out = written.left_out
    click.echo(
        f"Left out: {left_out['natural_persons']} licences of natural or unknown persons, {left_out['erased']} agencies erased."
    )


@dataset.command(epilog="\b\nExamples:\n  registry dataset check /srv/dataset/2026-11-28-1234 --trust trust.json")
@click.argument("folder", metavar="SNAPSHOT", type=FOLDER)
@click.option("--trust", required=True, type=FILE, help="Trust file of the registry, kept since it was compared.")
def check(folder: Path, trust: Path) -> None:
    """Check that SNAPSHOT is whole, and signed by the log's keys at a head that they signed."""
    stated = checked(folder, Keys.of_trust(trust.read_bytes()))
    rows = ", ".join(f"{table['rows']} {name}" for name, table in sorted(stated["tables"].items()))
    click.echo(f"{folder}: {rows}, signed at {stated['log']['size']} entries of {stated['log']['origin']}.")


@dataset.command(
    epilog="\b\nExamples:\n  registry dataset apply 2026-11-27-1200 DELTA.jsonl 2026-11-28-1234 --trust trust.json"
)
@click.argument("former", metavar="OLD", type=FOLDER)
@click.argument("delta", metavar="DELTA", type=FILE)
@click.argument("folder", metavar="NEW", type=FOLDER)
@click.option("--trust", required=True, type=FILE, help="Trust file of the registry, kept since it was compared.")
def apply(former: Path, delta: Path, folder: Path, trust: Path) -> None:
    """Make the snapshot NEW from the snapshot OLD and a DELTA; its tables have the bytes of a full copy, or it is refused."""
    later = actions.applied(former, deltas.open_delta(delta, Keys.of_trust(trust.read_bytes())), folder)
    click.echo(
        f"{folder}: the rows of {later['name']}, at {later['log']['size']} entries of the log, as its hashes say."
    )
