"""Background work on channel changes: notifying the old channel, and publishing a change once it is due."""

from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import EntryTooLarge, UnfitText
from registry.register.agencies.channel_changes import apply, channel_changes, registered_addresses
from registry.register.agencies.models import PendingChannelChange
from registry.vocabulary.supervision import ChannelChangeState

log = structlog.get_logger()

Send = Callable[[str, str, str], bool]
"""Sends a mail (address, subject, text); False when it could not be sent and shall be tried again."""


def notify_old_channels(sessions: sessionmaker[Session], send: Send) -> list[str]:
    """Notify each agency, at its registered addresses, of what is about to change. Gives the changes notified.

    A mail goes out before its row says so: if we crash between the two it goes out twice, never not at all.
    """
    with sessions() as session:
        untold = PendingChannelChange.state == ChannelChangeState.APPROVED, PendingChannelChange.told_at.is_(None)
        waiting = [
            (change, reference, registered_addresses(session, change.agency_id))
            for change, reference in channel_changes(session, *untold)
        ]
    notified = []
    for change, reference, addresses in waiting:
        subject = f"A registered channel of {reference} is about to change"
        sent = [send(address, subject, _notice(change, reference)) for address in addresses]
        if not sent or not all(sent):
            continue
        with sessions() as session:
            session.get_one(PendingChannelChange, change.id).told_at = now()
            session.commit()
        notified.append(change.reference)
    return notified


def apply_due(sessions: sessionmaker[Session]) -> list[str]:
    """Publish every approved change whose 72 hours have passed, each in a transaction of its own.

    Gives those applied.
    """
    with sessions() as session:
        due = session.execute(
            select(PendingChannelChange.reference)
            .where(
                PendingChannelChange.state == ChannelChangeState.APPROVED, PendingChannelChange.takes_effect_at <= now()
            )
            .order_by(PendingChannelChange.takes_effect_at, PendingChannelChange.id)
        ).scalars()
        references = list(due)
    applied = []
    for reference in references:
        with sessions() as session:
            try:
                change = apply(session, reference)
                session.commit()
            except (EntryTooLarge, UnfitText) as error:
                # One record that cannot be logged must not keep the other agencies' changes waiting.
                log.error("channel_change_not_applied", change=reference, trouble=error.text)
                continue
        log.info("channel_change", change=reference, state=change.state)
        if change.state is ChannelChangeState.APPLIED:
            applied.append(reference)
    return applied


def _notice(change: PendingChannelChange, reference: str) -> str:
    assert change.takes_effect_at is not None
    day = f"{change.takes_effect_at:%Y-%m-%d %H:%M} UTC"
    old = change.old_value or "-"
    return (
        f"Agency {reference}: a channel registered as its own is about to change.\n\n"
        f"  {change.kind}: {old} -> {change.value}\n"
        f"  takes effect: {day}\n"
        f"  reference: {change.reference}\n\n"
        "If the agency did not ask for this, tell the authority that keeps the register at once, with this reference,\n"
        "by a way you already know. Nothing needs to be done otherwise. Do not send passwords or papers to anybody.\n\n"
        f"机构 {reference}：登记的联系方式或账户即将变更（{old} → {change.value}），生效时间 {day}。\n"
        f"如非贵机构申请，请立即通过您已知的途径告知登记机关，并注明编号 {change.reference}。\n"
    )
