"""Licensing officers' acts on lists, channel changes and clone warnings: scoped to their authority, and audited."""

import hashlib
from pathlib import Path

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from registry.core import errors, ids
from registry.core.calls import Call
from registry.core.keyring import Keyring
from registry.register.agencies import channel_changes, clone_warnings, record, storage
from registry.register.agencies.models import Agency, CloneWarning, Licence, PendingChannelChange
from registry.register.imports import held_lists
from registry.supervision.collisions import actions as collisions
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.queries import collision_found, records_of
from registry.supervision.licensing.drafting import LicensingOfficial, is_of, record_act
from registry.supervision.licensing.queries import agency_of_authority
from registry.vocabulary.register import ChannelKind

MAX_SHOWN = 50


def changes_waiting(session: Session, authority: str) -> list[tuple[PendingChannelChange, record.Agency]]:
    """Open changes of channels of an authority's agencies, the oldest first."""
    query = (
        select(PendingChannelChange)
        .where(
            PendingChannelChange.state.in_(channel_changes.OPEN),
            PendingChannelChange.agency_id.in_(_agencies_of(authority)),
        )
        .order_by(PendingChannelChange.id)
    )
    rows = list(session.execute(query).scalars())
    records = storage.load_records(session, list({row.agency_id for row in rows}))
    return [(row, records[row.agency_id]) for row in rows]


def propose_change(
    call: Call[LicensingOfficial], keyring: Keyring, agency: str, kind: ChannelKind, value: str, replaces: str | None
) -> PendingChannelChange:
    """Propose a change of a channel, as `channel_changes.propose`. Raises NotFound for another authority's agency too."""
    row, _ = agency_of_authority(call.session, call.actor.authority, agency)
    change = channel_changes.propose(
        call.session, row.reference, kind, value, by=call.actor.name, keyring=keyring, instead_of=replaces
    )
    record_act(call, "channel.proposed", row.reference, f"{kind}, change {change.reference}")
    return change


def approve_change(call: Call[LicensingOfficial], reference: str) -> PendingChannelChange:
    """Approve a change of a channel, as `channel_changes.approve`: by another person, and after 72 hours.

    The version is what `change_version` gave of it. Raises NotFound, ChannelChangeRefused, StaleVersion.
    """
    agency = _lock_change(call, reference)
    change = channel_changes.approve(call.session, reference, by=call.actor.name)
    record_act(call, "channel.approved", agency, f"{change.kind}, change {change.reference}")
    return change


def refuse_change(call: Call[LicensingOfficial], reference: str) -> PendingChannelChange:
    """Refuse a change, as `channel_changes.refuse`. Raises NotFound, ChannelChangeRefused, StaleVersion."""
    agency = _lock_change(call, reference)
    change = channel_changes.refuse(call.session, reference, by=call.actor.name)
    record_act(call, "channel.refused", agency, f"{change.kind}, change {change.reference}")
    return change


def change_of_authority(session: Session, authority: str, reference: str) -> tuple[PendingChannelChange, str]:
    """A change, whether it waits or not, and the reference of its agency. Raises NotFound for another authority's."""
    query = (
        select(PendingChannelChange, Agency.reference)
        .join(Agency, PendingChannelChange.agency_id == Agency.id)
        .where(
            PendingChannelChange.reference == ids.read_reference(reference),
            PendingChannelChange.agency_id.in_(_agencies_of(authority)),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise errors.NotFound(f"there is no change {reference} of a channel at this desk")
    change, agency = found
    return change, agency


def change_version(change: PendingChannelChange) -> int:
    return _seen_as(change.state, change.value, str(change.decided_at))


def collisions_open(session: Session, authority: str) -> list[tuple[Collision, list[record.Agency]]]:
    """Pairs that resemble each other and are not decided, one of them an agency of the authority, the gravest first."""
    mine = _agencies_of(authority)
    query = (
        select(Collision)
        .where(Collision.state == CollisionState.OPEN, or_(Collision.first_id.in_(mine), Collision.second_id.in_(mine)))
        .order_by(Collision.rank.desc(), Collision.id)
        .limit(MAX_SHOWN)
    )
    rows = list(session.execute(query).scalars())
    records = records_of(session, [end for row in rows for end in (row.first_id, row.second_id)])
    return [(row, [records[row.first_id], records[row.second_id]]) for row in rows]


def collision_of_authority(session: Session, authority: str, reference: str) -> tuple[Collision, list[record.Agency]]:
    """A collision with both its agencies. Raises NotFound unless one of them is the authority's."""
    unknown = errors.NotFound(f"there is no collision {reference} at this desk")
    collision = collision_found(session, ids.read_reference(reference) or "")
    if collision is None:
        raise unknown
    records = records_of(session, [collision.first_id, collision.second_id])
    both = [records[collision.first_id], records[collision.second_id]]
    if not any(is_of(agency, authority) for agency in both):
        raise unknown
    return collision, both


def collision_version(collision: Collision) -> int:
    """A stand-in for a version: it changes once the collision is decided, and once a further sign was found."""
    return _seen_as(collision.state, *sorted(collision.signs))


def confirm_collision(
    call: Call[LicensingOfficial], reference: str, text: str, true_entry: str | None = None
) -> record.Agency:
    """Put a clone warning on the true entry, which is the authority's own.

    Without `true_entry` it is the one of the two that holds a licence in force. The version is what `collision_version`
    gave of it. Raises NotFound, InvalidInput, StaleVersion.
    """
    session, official = call.session, call.actor
    collision, both = collision_of_authority(session, official.authority, reference)
    _require_seen(call, collision_version(collision))
    chosen = true_entry or collisions.true_entry_of(session, both, None).agency_id
    row, _ = agency_of_authority(session, official.authority, chosen)
    agency = collisions.confirm(
        session, reference, official.name, text, source=official.authority, true_entry=row.reference
    )
    record_act(call, "clone.confirmed", agency.agency_id, f"collision {reference}")
    return agency


def dismiss_collision(call: Call[LicensingOfficial], reference: str, text: str) -> None:
    """Dismiss a pair. Raises NotFound, InvalidInput, StaleVersion."""
    collision, both = collision_of_authority(call.session, call.actor.authority, reference)
    _require_seen(call, collision_version(collision))
    collisions.dismiss(call.session, reference, call.actor.name, text)
    mine = next(agency for agency in both if is_of(agency, call.actor.authority))
    record_act(call, "clone.dismissed", mine.agency_id, f"collision {reference}")


def warned(session: Session, authority: str) -> list[record.Agency]:
    """The authority's agencies whose entries bear a clone warning."""
    query = select(CloneWarning.agency_id).where(
        CloneWarning.superseded_at.is_(None), CloneWarning.agency_id.in_(_agencies_of(authority))
    )
    records = storage.load_records(session, list(session.execute(query.distinct()).scalars()))
    return sorted(records.values(), key=lambda agency: agency.agency_id)


def warn(call: Call[LicensingOfficial], agency: str, text: str) -> str:
    """Put a clone warning on an agency's entry, in the authority's name. Gives the agency's reference.

    Raises NotFound, InvalidInput.
    """
    row, _ = agency_of_authority(call.session, call.actor.authority, agency)
    clone_warnings.warn_of_clone(call.session, row.reference, text, call.actor.authority)
    record_act(call, "clone.warned", row.reference)
    return row.reference


def warnings_version(agency: record.Agency) -> int:
    """A stand-in for a version: it changes once a warning is put on the entry or removed, as their numbers do."""
    return _seen_as(*(f"{one.retrieved_at} {one.text}" for one in agency.clone_warnings))


def lift(call: Call[LicensingOfficial], agency: str, number: int | None) -> record.Warning_:
    """Remove a warning from an agency's entry; its history keeps it. Raises NotFound, InvalidInput, StaleVersion."""
    row, known = agency_of_authority(call.session, call.actor.authority, agency)
    _require_seen(call, warnings_version(known))
    lifted = clone_warnings.lift_clone_warning(call.session, row.reference, number)
    record_act(call, "clone.lifted", row.reference)
    return lifted


def order_list(call: Call[LicensingOfficial], reference: str, home: Path) -> None:
    """Let the worker apply a list that was held back; `home` has its mapping. Raises NotFound, NotNow."""
    source = held_lists.order(call.session, call.actor.authority, reference, call.actor.name, call.at, home)
    record_act(call, "import.approved", source.reference, f"held list {reference}")


def reject_list(call: Call[LicensingOfficial], reference: str) -> None:
    """Reject a list that is held back. Raises NotFound, NotNow."""
    source = held_lists.reject(call.session, call.actor.authority, reference, call.actor.name, call.at)
    record_act(call, "import.rejected", source.reference, f"held list {reference}")


def _lock_change(call: Call[LicensingOfficial], reference: str) -> str:
    """The agency of a locked change, after a check that it is as it was read."""
    change, agency = change_of_authority(call.session, call.actor.authority, reference)
    call.session.refresh(change, with_for_update=True)
    _require_seen(call, change_version(change))
    return agency


def _seen_as(*parts: str) -> int:
    """A stand-in for a version, from the texts that were read: other texts give another number below 1,000,000,000."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:5]) % 1_000_000_000


def _require_seen(call: Call[LicensingOfficial], version: int) -> None:
    if call.version is not None and call.version != version:
        raise errors.StaleVersion("somebody changed this in the meantime: look again")


def _agencies_of(authority: str) -> Select[int]:
    return select(Licence.agency_id).where(Licence.authority == authority)
