"""`registry channels`: changes of what an agency registered as its own, by two persons and 72 hours."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from registry import cli, revisions
from registry.agencies import channels as changes
from registry.agencies.models import PendingChannelChange
from registry.db import engine_for, reading_sessions_for, sessions_for
from registry.errors import ChannelChangeRefused
from registry.keyring import Keyring
from registry.terms import ChannelChangeState, ChannelKind


@click.group(
    epilog="\b\nExamples:\n  registry channels list\n"
    "  registry channels propose 7KQ2ABCD3EFG phone '+420 601 123 456' --instead-of '+420 601 000 000' --by 'A. Official'\n"
    "  registry channels approve 9MZ4HJKL5NPQ --by 'B. Official'"
)
def channels() -> None:
    """Change what an agency registered as its own: phone, e-mail, website, WeChat id, bank account.

    One person proposes, another approves; the agency is told at its registered e-mail addresses (by `registry worker`), and
    after 72 hours the change is published. For 30 days more a check answers that it changed recently.
    """


@contextmanager
def _session(sessions: Callable[[Engine], sessionmaker[Session]] = sessions_for) -> Iterator[Session]:
    engine = engine_for(cli.settings().database_url)
    try:
        revisions.require_current(engine)
        with sessions(engine)() as session:
            yield session
    finally:
        engine.dispose()


@channels.command(
    epilog="\b\nExamples:\n  registry channels propose 7KQ2ABCD3EFG wechat new_id --instead-of old_id --by 'A. Official'\n"
    "  registry channels propose 7KQ2ABCD3EFG email office@agency.example --by 'A. Official'   one more\n"
    "  registry channels propose 7KQ2ABCD3EFG bank_account --by 'A. Official' < account.txt    the number is never an argument"
)
@click.argument("agency")
@click.argument("kind", type=click.Choice([kind.value for kind in ChannelKind]))
@click.argument("value", required=False)
@click.option("--instead-of", help="The registered channel that it replaces (of an account the last four characters).")
@click.option("--by", required=True, help="Who proposes it.")
def propose(agency: str, kind: str, value: str | None, instead_of: str | None, by: str) -> None:
    """Propose that AGENCY (its reference) have the channel VALUE. Somebody else has to approve it."""
    channel = ChannelKind(kind)
    if channel is ChannelKind.BANK_ACCOUNT:
        if value is not None:
            raise ChannelChangeRefused(
                "an account number must not stand on the command line, where others and the shell's history see it: "
                "leave it out and type it when asked, or hand it in on standard input"
            )
        value = click.prompt("Account number", hide_input=True) if sys.stdin.isatty() else sys.stdin.read(200)
    if not value or not value.strip():
        raise ChannelChangeRefused(f"say what the new {channel} is: registry channels propose {agency} {channel} VALUE")
    keyring = Keyring(cli.settings().keys)
    with _session() as session:
        change = changes.propose(session, agency, channel, value, by=by, keyring=keyring, instead_of=instead_of)
        session.commit()
        click.echo(f"{change.reference}: proposed. Another person approves it with")
        click.echo(f"  registry channels approve {change.reference} --by NAME")


@channels.command(epilog="\b\nExamples:\n  registry channels approve 9MZ4HJKL5NPQ --by 'B. Official'")
@click.argument("reference")
@click.option("--by", required=True, help="Who approves it; not who proposed it.")
def approve(reference: str, by: str) -> None:
    """Approve the change REFERENCE: in 72 hours it is published, and until then it can be refused."""
    with _session() as session:
        change = changes.approve(session, reference, by=by)
        addresses = changes.addresses_to_tell(session, change)
        session.commit()
        click.echo(f"{change.reference}: approved, takes effect {change.takes_effect_at:%Y-%m-%d %H:%M} UTC.")
        if addresses:
            click.echo("The worker tells the agency by e-mail.")
        else:
            click.echo(_by_hand(change))


@channels.command(epilog="\b\nExamples:\n  registry channels refuse 9MZ4HJKL5NPQ --by 'B. Official'")
@click.argument("reference")
@click.option("--by", required=True, help="Who refuses it.")
def refuse(reference: str, by: str) -> None:
    """Refuse the change REFERENCE, also after it was approved, as long as it has not taken effect."""
    with _session() as session:
        change = changes.refuse(session, reference, by=by)
        session.commit()
        click.echo(f"{change.reference}: refused. Nothing was published.")


@channels.command("list", epilog="\b\nExamples:\n  registry channels list\n  registry channels list --all")
@click.option("--all", "is_all", is_flag=True, help="Also those that were decided, applied or became stale.")
def list_changes(is_all: bool) -> None:
    """Changes that wait, who proposed and approved them, and whom nobody has told yet."""
    with _session(reading_sessions_for) as session:
        found = changes.channel_changes(session, is_open=not is_all)
        for change, agency in found:
            click.echo("\n".join(_lines(session, change, agency)))
        if not found:
            click.echo("Nothing waits.")


def _lines(session: Session, change: PendingChannelChange, agency: str) -> list[str]:
    what = f"{change.old_value} -> {change.value}" if change.old_value is not None else f"one more: {change.value}"
    lines = [
        f"{change.reference}  {agency}  {change.kind}  {what}",
        f"  proposed {change.proposed_at:%Y-%m-%d %H:%M} UTC by {change.proposed_by}",
    ]
    if change.decided_at is not None:
        word = "refused" if change.state is ChannelChangeState.REFUSED else "approved"
        lines.append(f"  {word} {change.decided_at:%Y-%m-%d %H:%M} UTC by {change.decided_by}")
    if change.state is ChannelChangeState.APPROVED:
        lines.append(f"  takes effect {change.takes_effect_at:%Y-%m-%d %H:%M} UTC")
        if change.told_at is not None:
            lines.append(f"  the agency was told {change.told_at:%Y-%m-%d %H:%M} UTC")
        elif changes.addresses_to_tell(session, change):
            lines.append("  NOT TOLD YET: the worker sends a mail; see its log if this stays")
        else:
            lines.append(f"  {_by_hand(change)}")
    elif change.state in (ChannelChangeState.APPLIED, ChannelChangeState.STALE):
        lines.append(f"  {change.state}")
    return lines


def _by_hand(change: PendingChannelChange) -> str:
    if change.old_value is None:
        return "TELL BY HAND: the agency has registered no e-mail address; tell it by a way that is known already"
    return f"TELL BY HAND: no e-mail address is registered; tell the old {change.kind}, {change.old_value}"
