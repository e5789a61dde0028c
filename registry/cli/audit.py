"""`registry audit`: whether the lines of who did what still follow from one another, and all of them as a file."""

import sys
from pathlib import Path

import click

from registry.audit import queries
from registry.audit.queries import Head
from registry.cli.opening import open_registry
from registry.core.db.engine import reading_session
from registry.core.errors import BadProof
from registry.core.files import sync_folder, write_atomically
from registry.oversight.trail import logged_heads

NOT_WELL = 2


@click.group(
    epilog="\b\nExamples:\n  registry audit verify\n  registry audit verify --head 4711:9f86d0...\n"
    "  registry audit export > /media/audit.jsonl"
)
def audit() -> None:
    """Who read and moved which case: check that no line was changed or taken out, and keep a copy elsewhere."""


@audit.command(epilog="\b\nExamples:\n  registry audit verify\n  registry audit verify --head 4711:9f86d0...")
@click.option("--head", "written", help="A head that was noted before, as this command and `export` print it.")
def verify(written: str | None) -> None:
    """Derive the chain anew. Exit code 0 when it holds, 2 otherwise.

    The head that was found good stands in REGISTRY_HOME/audit-head, and the next run holds the chain to it: a database that
    lost its newest lines is found. Each week the worker states the head in the public log, and the chain is held to all of
    these: who writes it anew would have to write the log anew, before its witnesses and readers.
    """
    with open_registry() as (settings, sessions, _), reading_session(sessions) as session:
        note = settings.home / "audit-head"
        stored = [head for head in (_read_head(written), _read_noted_head(note)) if head is not None]
        logged = logged_heads(session)
        found = queries.verify(session, stored[0] if stored else None, logged)
        troubles = found.troubles + [
            trouble for other in stored[1:] for trouble in queries.verify(session, other).troubles
        ]
    for trouble in dict.fromkeys(troubles):
        click.echo(f"registry: {trouble}", err=True)
    if troubles:
        click.echo("Keep this state to find out why, and compare it with the last export.", err=True)
        sys.exit(NOT_WELL)
    write_atomically(note, f"{found.head}\n".encode())
    sync_folder(note.parent)
    click.echo(f"{found.head.size} lines follow from one another. Head: {found.head}")
    if logged:
        click.echo(f"The log states {len(logged)} of their hashes, and each is that of a line.")


@audit.command(epilog="\b\nExamples:\n  registry audit export > /media/audit.jsonl")
def export() -> None:
    """Write every line with its hash to standard output, as JSON lines; the last one is the head."""
    with open_registry() as (_, sessions, _), reading_session(sessions) as session:
        for line in queries.exported(session):
            click.echo(line, nl=False)


def _read_head(text: str | None) -> Head | None:
    if text is None:
        return None
    head = queries.read_head(text)
    if head is None:
        raise BadProof("a head is a number of lines, a colon and 64 hex digits, as `registry audit verify` prints it")
    return head


def _read_noted_head(path: Path) -> Head | None:
    try:
        return _read_head(path.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        return None
    except BadProof:
        raise BadProof(f"{path} holds no head; remove it if you know why, and note today's with another run") from None
