"""`registry channels`: changes of registered channels that wait at any authority, and agencies that are not told yet."""

import click
from sqlalchemy.orm import Session

from registry.cli.sealing_keys import opened
from registry.register.agencies import channels as changes
from registry.register.agencies.models import PendingChannelChange
from registry.vocabulary.licensing import ChannelChangeState


@click.group(epilog="\b\nExamples:\n  registry channels list\n  registry channels list --all")
def channels() -> None:
    """List changes of what agencies registered as their own: phone, e-mail, website, WeChat id, bank account.

    Officers propose, approve and refuse them in the console. The agency is told at its registered e-mail addresses (by
    `registry worker`), and 72 hours after the approval the change is published. For 30 days more a check answers that it
    changed recently.
    """


@channels.command("list", epilog="\b\nExamples:\n  registry channels list\n  registry channels list --all")
@click.option("--all", "is_all", is_flag=True, help="Also those that were decided, applied or became stale.")
def list_changes(is_all: bool) -> None:
    """List changes of channels that wait at any authority, who proposed and approved them, and who is not told yet.

    For the operator of the machine, to see which mails did not go out. Officers read those of their own authority in
    the console.
    """
    with opened() as (_, sessions, _keyring), sessions() as session:
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
        elif changes.notification_addresses(session, change):
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
