"""`registry deposits`: an agency's deposit at a terminal. Lines are added and never changed; what goes out takes two officers."""

from datetime import datetime

import click

from registry.cli.officer_terminal import (
    DAY,
    OfficerCommand,
    act_at_terminal,
    by_officer,
    if_unchanged,
    read_as_officer,
)
from registry.officer_desk.licence_acts import DEPOSIT_LINES, DEPOSITS
from registry.officer_desk.licensing import agency_opened
from registry.officers.rights import Resource
from registry.supervision.licensing.deposits import queries
from registry.supervision.licensing.deposits.models import DepositLine
from registry.supervision.licensing.deposits.rules import FORMS
from registry.supervision.licensing.drafting import today_of
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.licensing import DepositLineKind, ProposalState

DEPOSIT = Resource.DEPOSIT


@click.group(
    epilog="\b\nExamples:\n"
    "  registry deposits show 7KQ2ABCD3EFG --by a.official@authority.example\n"
    "  registry deposits enter 7KQ2ABCD3EFG paid_in 3000000 CNY --held-as cash --held-by 'Invented Bank' --note 'Receipt 7' "
    "--by a.official@authority.example\n"
    "  registry deposits enter 7KQ2ABCD3EFG drawn 50000 CNY --use unpaid_remuneration --note 'Decision 12' "
    "--by a.official@authority.example\n"
    "  registry deposits approve 7KQ2ABCD3EFG 9MZ4HJKL5NPQ --by b.official@authority.example"
)
def deposits() -> None:
    """Deposits of an authority's agencies: the ledger, what is missing and by when, and lines that wait for a second person.

    A refusal says why and ends with exit code 2; then nothing was written.
    """


@deposits.command()
@click.argument("agency")
@by_officer
def show(agency: str, by: str) -> None:
    """The ledger of AGENCY, and what it comes to."""
    with read_as_officer(by, DEPOSIT) as context:
        row, known = agency_opened(context.session, context.me, agency)
        today, _ = today_of(context.session, context.official.authority, context.at)
        found = queries.ledger_view(context.session, row.id, known, today)
        for line in found.lines:
            click.echo(_line(line))
        standing, unit = found.standing, found.currency or ""
        click.echo(f"There is {standing.balance:.2f} {unit}".rstrip() + ".")
        if standing.required is not None:
            click.echo(f"Required: {standing.required:.2f} {unit}; missing: {standing.shortfall:.2f} {unit}.")
        if standing.top_up_by is not None:
            click.echo(f"To be topped up by {standing.top_up_by}.")


@deposits.command()
@click.argument("agency")
@click.argument("kind", type=click.Choice([kind.value for kind in DepositLineKind]))
@click.argument("amount", default="")
@click.argument("currency", default="")
@click.option("--on", "on", type=DAY, help="The day on which it happened; today unless said.")
@click.option("--note", required=True, help="The receipt or decision it stands on.")
@click.option("--use", type=click.Choice([use.value for use in DepositUse]), help="Of a draw: what for.")
@click.option("--reverses", help="Of a reversal: the line that was wrong; amount and currency are its.")
@click.option("--held-as", type=click.Choice(list(FORMS)), help="Of what is paid in.")
@click.option("--held-by", help="Of what is paid in: the bank.")
@by_officer
def enter(
    agency: str, kind: str, amount: str, currency: str, on: datetime | None, note: str, use: str | None,
    reverses: str | None, held_as: str | None, held_by: str | None, by: str,
) -> None:  # fmt: skip
    """Enter a line of KIND in the ledger of AGENCY. Money that comes in counts at once; a draw or a reversal waits."""

    def stated(context: OfficerCommand, reference: str) -> str:
        line = queries.line_named(context.session, reference)
        waits = (
            f"\nIt counts once another officer approves it: registry deposits approve {agency} {reference} --by OFFICER"
        )
        return _line(line) + (waits if line.state is ProposalState.OPEN else "")

    act_at_terminal(
        by, DEPOSITS, "enter", agency, what=f"deposit {kind}", say=stated,
        kind=DepositLineKind(kind), amount=amount, currency=currency, note=note,
        happened_on=on.date() if on else None, use=DepositUse(use) if use else None, reverses=reverses,
        held_as=held_as, held_by=held_by,
    )  # fmt: skip


@deposits.command()
@click.argument("agency")
@click.argument("line")
@if_unchanged
@by_officer
def approve(agency: str, line: str, version: int | None, by: str) -> None:
    """Let a draw or a reversal in the ledger of AGENCY count, which another entered."""
    act_at_terminal(
        by,
        DEPOSIT_LINES,
        "approve",
        agency,
        line,
        what="deposit approve",
        version=version,
        say=lambda _, done: _line(done),
    )


@deposits.command()
@click.argument("agency")
@click.argument("line")
@if_unchanged
@by_officer
def refuse(agency: str, line: str, version: int | None, by: str) -> None:
    """Refuse a waiting line, or withdraw your own. It stays in the ledger and never counts."""
    act_at_terminal(
        by,
        DEPOSIT_LINES,
        "refuse",
        agency,
        line,
        what="deposit refuse",
        version=version,
        say=lambda _, done: _line(done),
    )


def _line(line: DepositLine) -> str:
    what = f" for {line.deposit_use}" if line.deposit_use else f" of {line.reverses}" if line.reverses else ""
    return (
        f"{line.reference}  {line.happened_on}  {line.kind}{what}  {line.amount} {line.currency}  {line.state}  "
        f"version {line.version}  {line.note}"
    )
