"""`registry cases`: complaints for officials, until they have a console. Every reading and every move is on record."""

import csv
import json
import sys
from typing import TextIO

import click

from registry.cli.access_grants import openings
from registry.cli.case_files import attachment_file, export, identity
from registry.cli.case_officer import as_officer, officer_context, today
from registry.cli.case_showing import moves_table, queue_lines, queue_row, view_facts, view_lines
from registry.cli.collisions import Reference
from registry.cli.reconcile import reconcile
from registry.cli.sealing_keys import opened
from registry.complaints.attachments.actions import files_remover
from registry.complaints.attachments.storage import store_of
from registry.complaints.case import units
from registry.complaints.case.states import DECIDED_STATES, OPEN_STATES
from registry.complaints.casework import actions as casework
from registry.complaints.casework import holds
from registry.complaints.casework import queries as case_reading
from registry.complaints.retention import purging
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import priorities
from registry.core.clock import now
from registry.vocabulary.cases import CaseState, Priority

EXAMPLES = """\b
Examples:
  registry cases list --unit it-labour
  registry cases triage --unit it-labour --by "A. Officer"
  registry cases show 7QXK2MPW4N9T --unit it-labour --by "A. Officer"
  registry cases move 7QXK2MPW4N9T investigating --unit it-labour --by "A. Officer" --as investigator
  registry cases reply 7QXK2MPW4N9T --unit it-labour --by "A. Officer" < answer.txt
  registry cases purge --dry-run
  registry cases reconcile --dry-run
"""


@click.group(epilog=EXAMPLES)
def cases() -> None:
    """Complaints as a unit's officers work on them. A unit sees its own cases and no others."""


@cases.command(name="list")
@click.option("--unit", required=True, help="Whose cases.")
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in CaseState]))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def list_cases(unit: str, states: tuple[str, ...], limit: int, form: str) -> None:
    """The queue: the most urgent first, then what is due first. Nothing of what was written is shown.

    Without --state those that somebody works on; `--state quarantined` shows what was set aside as a flood.
    """
    wanted = frozenset(CaseState(state) for state in states) or OPEN_STATES
    with opened() as (_, sessions, _keyring), sessions() as session:
        units.unit_named(session, unit)
        found = case_reading.queue(session, unit, wanted - {CaseState.DRAFT, CaseState.PURGED}, limit)
        numbers = case_reading.counts(session, unit)
    if form == "json":
        json.dump([queue_row(one) for one in found], sys.stdout, indent=1)
        click.echo()
    elif form == "csv":
        rows = [queue_row(one) for one in found]
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else ["case"])
        writer.writeheader()
        writer.writerows(rows)
    else:
        click.echo("\n".join(queue_lines(found, numbers, now())))


@cases.command()
@click.argument("case", type=Reference())
@as_officer
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(case: str, unit: str, name: str, role: str, as_json: bool) -> None:
    """Read CASE with all that was written in it. That you read it is written down."""
    with officer_context(unit, name, role) as (session, sealer, officer):
        view = case_reading.case_view(session, sealer, officer, case, today())
        displayed = view_facts(view) if as_json else view_lines(view)
    click.echo(json.dumps(displayed, ensure_ascii=False, indent=1) if as_json else "\n".join(displayed))


@cases.command()
@click.argument("case", type=Reference(), required=False)
@as_officer
def triage(case: str | None, unit: str, name: str, role: str) -> None:
    """Take CASE, or the most urgent that nobody has looked at, into triage, and show it with the reasons of its priority."""
    with officer_context(unit, name, role) as (session, sealer, officer):
        fresh = frozenset({CaseState.SUBMITTED, CaseState.REOPENED})
        waiting = [one.reference for one in case_reading.queue(session, unit, fresh, 1)] if case is None else [case]
        if not waiting:
            click.echo("Nothing waits for a first look.")
            return
        casework.move(session, sealer, officer, waiting[0], CaseState.IN_TRIAGE, now())
        lines = view_lines(case_reading.case_view(session, sealer, officer, waiting[0], today()))
    click.echo("\n".join(lines))


_BY_DECISION = DECIDED_STATES | {CaseState.DECISION_DRAFT}


@cases.command()
@click.argument("case", type=Reference())
@click.argument("state", type=click.Choice([state.value for state in CaseState]))
@as_officer
@click.option("--reason", help="Why; sealed like the rest.")
@click.option("--version", type=int, help="The version that was read: refuses if it was changed since.")
def move(case: str, state: str, unit: str, name: str, role: str, reason: str | None, version: int | None) -> None:
    """Take CASE to STATE, as `registry cases moves` allows it."""
    if CaseState(state) in _BY_DECISION:
        raise click.UsageError(
            "a decision is written by one officer and made by another, with its reasons and words for the complainant: "
            f"on the tab Decision of /console/cases/{case}, or by POST /api/v1/cases/{case}/decisions and then .../make"
        )
    with officer_context(unit, name, role) as (session, sealer, officer):
        moved = casework.move(session, sealer, officer, case, CaseState(state), now(), reason=reason, version=version)
    click.echo(f"{case} is {moved.state}, version {moved.version}.")


@cases.command()
@click.argument("case", type=Reference())
@click.argument("into", type=Reference())
@as_officer
@click.option("--reason", required=True)
def merge(case: str, into: str, unit: str, name: str, role: str, reason: str) -> None:
    """Join CASE to INTO, which goes on for both. Its complainant keeps his mailbox."""
    with officer_context(unit, name, role) as (session, sealer, officer):
        casework.merge(session, sealer, officer, case, into, now(), reason=reason)
    click.echo(f"{case} is merged into {into}.")


@cases.command()
@click.argument("case", type=Reference())
@click.argument("text", type=click.File("r", encoding="utf-8"), default="-")
@as_officer
@click.option("--to-helper", is_flag=True, help="A helper may read it, while the worker has no mailbox of their own.")
def reply(case: str, text: TextIO, unit: str, name: str, role: str, to_helper: bool) -> None:
    """Write the TEXT of a file, or of standard input, to the complainant of CASE."""
    words = text.read()
    with officer_context(unit, name, role) as (session, sealer, officer):
        count = casework.reply(session, sealer, officer, case, words, now(), to_helper=to_helper)
    click.echo(f"Written to {count} mailbox{'es' if count > 1 else ''}.")


@cases.command()
@click.argument("case", type=Reference())
@click.argument("level", type=click.Choice([priority.value for priority in Priority]), required=False)
@as_officer
@click.option("--reason", help="Why; sealed like the rest.")
@click.option("--approve", "decision", flag_value="approve", help="Approve a lowering that waits.")
@click.option("--refuse", "decision", flag_value="refuse", help="Refuse it.")
def priority(
    case: str, level: str | None, unit: str, name: str, role: str, reason: str | None, decision: str | None
) -> None:
    """Give CASE another priority. Lowering from p0 or p1 waits until a second person approves it."""
    if (level is None) is (decision is None):
        raise click.UsageError("name a priority, or give --approve or --refuse")
    with officer_context(unit, name, role) as (session, sealer, officer):
        if level is None:
            change = priorities.decide_lowering(session, officer, case, now(), is_approved=decision == "approve")
        else:
            change = priorities.set_priority(
                session, sealer, officer, case, Priority(level), now(), reason=reason or ""
            )
    if change.is_approved is None:
        click.echo(f"{case} stays {change.from_priority} until a second person approves {change.to_priority}.")
    else:
        click.echo(f"{case} is {change.to_priority if change.is_approved else change.from_priority}.")


@cases.command()
@click.argument("case", type=Reference())
@as_officer
@click.option("--reason", required=True)
@click.option("--release", "is_released", is_flag=True, help="Take the hold away.")
def hold(case: str, unit: str, name: str, role: str, reason: str, is_released: bool) -> None:
    """Let nothing of CASE be destroyed, however old it is, until the hold is taken away."""
    with officer_context(unit, name, role) as (session, sealer, officer):
        holds.set_legal_hold(session, sealer, officer, case, today(), is_held=not is_released, reason=reason)
    click.echo(f"{case} is {'released' if is_released else 'held'}.")


@cases.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be destroyed, and destroy nothing.")
def purge(is_dry: bool) -> None:
    """Destroy what is kept long enough: keys first, then words and files. `registry worker` does it by itself."""
    with opened() as (settings, sessions, keyring):
        if is_dry:
            with sessions() as session:
                doomed, existing = purging.doomed(session, today()), purging.cases_on_hold(session, today())
            for one in doomed:
                click.echo(f"{one.reference}  {one.state:<12}  {one.unit or '-':<20}  since {one.purge_on}")
            for reference in existing:
                click.echo(f"{reference}  kept by a legal hold")
            click.echo(f"{len(doomed)} would be destroyed.")
            return
        done = purging.purge(sessions, Sealer(keyring), now(), files_remover(store_of(settings)))
    click.echo(f"Keys of {done.closed} destroyed, {done.emptied} emptied, {done.removed} removed altogether.")


@cases.command()
def moves() -> None:
    """The table by which cases move, as it stands in docs/officers/cases.md."""
    click.echo(moves_table(), nl=False)


for _command in (export, attachment_file, identity, openings, reconcile):
    cases.add_command(_command)
