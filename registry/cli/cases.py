"""`registry cases`: work on complaints at a terminal, by the acts of the console. Every reading and every move is on record."""

import csv
import json
import sys
from typing import TextIO

import click

from registry.cli.access_grants import openings
from registry.cli.case_files import attachment_file, export, identity
from registry.cli.case_showing import moves_table, queue_lines, queue_row, view_facts, view_lines
from registry.cli.collisions import Reference
from registry.cli.officer_terminal import (
    OfficerCommand,
    act_as_officer,
    act_at_terminal,
    by_officer,
    if_unchanged,
    perform,
)
from registry.cli.reconcile import reconcile
from registry.cli.sealing_keys import opened
from registry.complaints.attachments.actions import files_remover
from registry.complaints.attachments.storage import store_of
from registry.complaints.case import units
from registry.complaints.case.states import DECIDED_STATES, OPEN_STATES
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.models import PriorityChange
from registry.complaints.casework.queries import CaseView
from registry.complaints.retention import purging
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.log.clock_check import require_right_clock
from registry.officer_desk.acting import require_right
from registry.officer_desk.case_acts import ACTS, case_for
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, Priority
from registry.vocabulary.register import Language

ACCOUNT = Resource.ACCOUNT

EXAMPLES = """\b
Examples:
  registry cases list --unit it-labour
  registry cases triage --by a@authority.example
  registry cases show 7QXK2MPW4N9T --by a@authority.example
  registry cases move 7QXK2MPW4N9T investigating --by a@authority.example
  registry cases reply 7QXK2MPW4N9T --by a@authority.example < answer.txt
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

    Without --state those that somebody works on; `--state quarantined` shows quarantined mass filings.
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
@by_officer
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(case: str, by: str, as_json: bool) -> None:
    """Read CASE with all that was written in it. That you read it is written down."""
    with act_as_officer(by, ACCOUNT, Act.READ, "case show") as context:
        view = _view(context, case)
        displayed = view_facts(view) if as_json else view_lines(view)
    click.echo(json.dumps(displayed, ensure_ascii=False, indent=1) if as_json else "\n".join(displayed))


@cases.command()
@click.argument("case", type=Reference(), required=False)
@by_officer
def triage(case: str | None, by: str) -> None:
    """Take CASE, or the most urgent new one, into triage, and show it with the reasons of its priority."""
    with act_as_officer(by, ACCOUNT, Act.READ, "case triage") as context:
        fresh, unit = frozenset({CaseState.SUBMITTED, CaseState.REOPENED}), context.me.standing.unit
        waiting = (
            [one.reference for one in case_reading.queue(context.session, unit, fresh, 1)] if case is None else [case]
        )
        if not waiting:
            click.echo("Nothing waits for a first look.")
            return
        require_right(context.me, *ACTS.right_to(ACTS["move"]))
        perform(context, ACTS, "move", waiting[0], to=CaseState.IN_TRIAGE)
        lines = view_lines(_view(context, waiting[0]))
    click.echo("\n".join(lines))


def _view(context: OfficerCommand, case: str) -> CaseView:
    officer, found = case_for(context.session, context.me, ACCOUNT, Act.READ, case)
    return case_reading.case_view(context.session, sealer(), officer, found.reference, context.at.date())


_BY_DECISION = DECIDED_STATES | {CaseState.DECISION_DRAFT}


@cases.command()
@click.argument("case", type=Reference())
@click.argument("state", type=click.Choice([state.value for state in CaseState]))
@click.option("--reason", default="", help="Why; sealed like the rest.")
@if_unchanged
@by_officer
def move(case: str, state: str, reason: str, version: int | None, by: str) -> None:
    """Take CASE to STATE, as `registry cases moves` allows it."""
    if CaseState(state) in _BY_DECISION:
        raise click.UsageError(
            "a decision is written by one officer and made by another, with its reasons and words for the complainant: "
            f"on the tab Decision of /console/cases/{case}, or by POST /api/v1/cases/{case}/decisions and then .../make"
        )
    act_at_terminal(
        by, ACTS, "move", case, what="case move", version=version, to=CaseState(state), reason=reason,
        say=lambda _, moved: f"{case} is {moved.state}, version {moved.version}.",
    )  # fmt: skip


@cases.command()
@click.argument("case", type=Reference())
@click.argument("into", type=Reference())
@click.option("--reason", required=True)
@if_unchanged
@by_officer
def merge(case: str, into: str, reason: str, version: int | None, by: str) -> None:
    """Join CASE to INTO, which goes on for both. Its complainant keeps the mailbox."""
    act_at_terminal(
        by, ACTS, "move", case, what="case merge", version=version, to=CaseState.MERGED, reason=reason, into=into,
        say=lambda *_: f"{case} is merged into {into}.",
    )  # fmt: skip


@cases.command()
@click.argument("case", type=Reference())
@click.argument("text", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--to-helper", is_flag=True, help="A helper may read it, while the worker has no mailbox of their own.")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    help="Language of the text, if another than the complainant's: then it is translated first.",
)
@if_unchanged
@by_officer
def reply(case: str, text: TextIO, to_helper: bool, language: str | None, version: int | None, by: str) -> None:
    """Write the TEXT of a file, or of standard input, to the complainant of CASE.

    In another language than the complainant's it waits until an officer has translated it.
    """
    act_at_terminal(
        by, ACTS, "reply", case, what="case reply", version=version, text=text.read(), to_helper=to_helper,
        language=language or "", say=lambda _, letter: "It waits for a translation." if letter else "Written to the complainant.",
    )  # fmt: skip


@cases.command()
@click.argument("case", type=Reference())
@click.argument("level", type=click.Choice([priority.value for priority in Priority]), required=False)
@click.option("--reason", default="", help="Why; sealed like the rest.")
@click.option("--approve", "decision", flag_value="approve", help="Approve a lowering that waits.")
@click.option("--refuse", "decision", flag_value="refuse", help="Refuse it.")
@if_unchanged
@by_officer
def priority(case: str, level: str | None, reason: str, decision: str | None, version: int | None, by: str) -> None:
    """Give CASE another priority. Lowering from p0 or p1 waits until a second person approves it."""
    if (level is None) is (decision is None):
        raise click.UsageError("name a priority, or give --approve or --refuse")

    def stated(_: OfficerCommand, change: PriorityChange) -> str:
        if change.is_approved is None:
            return f"{case} stays {change.from_priority} until a second person approves {change.to_priority}."
        return f"{case} is {change.to_priority if change.is_approved else change.from_priority}."

    name = "priority" if level is not None else f"lowering/{decision}"
    values = {} if level is None else {"priority": Priority(level), "reason": reason}
    act_at_terminal(by, ACTS, name, case, what="case priority", version=version, say=stated, **values)


@cases.command()
@click.argument("case", type=Reference())
@click.option("--reason", required=True)
@click.option("--release", "is_released", is_flag=True, help="Take the hold away.")
@if_unchanged
@by_officer
def hold(case: str, reason: str, is_released: bool, version: int | None, by: str) -> None:
    """Let nothing of CASE be destroyed, however old it is, until the hold is taken away."""
    act_at_terminal(
        by, ACTS, "hold", case, what="case hold", version=version, is_held=not is_released, reason=reason,
        say=lambda *_: f"{case} is {'released' if is_released else 'held'}.",
    )  # fmt: skip


@cases.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be destroyed, and destroy nothing.")
def purge(is_dry: bool) -> None:
    """Destroy what is kept long enough: keys first, then words and files.

    `registry worker` does it by itself, of one more day each hour, unless it was away for more than a week.
    """
    with opened() as (settings, sessions, keyring):
        if is_dry:
            with sessions() as session:
                doomed, existing = (
                    purging.doomed(session, day_at(now(), None)),
                    purging.cases_on_hold(session, day_at(now(), None)),
                )
            for one in doomed:
                click.echo(f"{one.reference}  {one.state:<12}  {one.unit or '-':<20}  since {one.purge_on}")
            for reference in existing:
                click.echo(f"{reference}  kept by a legal hold")
            click.echo(f"{len(doomed)} would be destroyed.")
            return
        with sessions() as session:
            require_right_clock(session)
        done = purging.purge(sessions, Sealer(keyring), now(), files_remover(store_of(settings)))
    click.echo(f"Keys of {done.closed} destroyed, {done.emptied} emptied, {done.removed} removed altogether.")


@cases.command()
def moves() -> None:
    """The table by which cases move, as it stands in docs/officers/cases.md."""
    click.echo(moves_table(), nl=False)


for _command in (export, attachment_file, identity, openings, reconcile):
    cases.add_command(_command)
