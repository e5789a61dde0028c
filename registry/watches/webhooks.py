"""What organisations do with their webhooks: make, change, test, rotate, send again.

Nothing here calls anybody: see registry.watches.delivery. A test event is about an agency of the invented registry, with the
details that a real one would hold.

An address is looked at when it is stated (registry.watches.addresses), and what its name resolves to each time it is
called.
"""

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, case, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from registry.core import calls, clock, errors, ids
from registry.core.db import engine, locking, reading
from registry.core.keyring import Keyring
from registry.organisations.models import OrganisationActor
from registry.register.agencies.models import Agency, Licence
from registry.register.authorities.models import Source
from registry.vocabulary import register, supervision
from registry.vocabulary.watches import DeliveryState, EventType, WebhookState
from registry.watches import addresses, feed, watches
from registry.watches.models import Delivery, FeedRow, WatchEvent, Webhook

PURPOSE = "webhook-secrets"

MAX_WEBHOOKS = 20
OVERLAP = timedelta(hours=24)
"""How long deliveries bear the former signature too, after a secret was changed."""

TEST_LANE = -1
"""Tests have an order of their own: none waits behind a delivery that fails."""

MAX_REPLAYED = 10_000


class SwitchedOff(errors.NotNow):
    """A webhook that is switched off is sent nothing."""


class Made(NamedTuple):
    """A webhook with its secret, which is shown this once."""

    webhook: Webhook
    secret: str


class Logged(NamedTuple):
    """A delivery with the event it carries."""

    delivery: Delivery
    event: WatchEvent


def make(
    call: calls.Call[OrganisationActor],
    keyring: Keyring,
    url: str,
    label: str,
    *,
    is_unsafe: bool,
    types: Sequence[EventType] = (),
) -> Made:
    """Create a webhook, for events of some types or, where none are named, of all.

    Raises InvalidInput for an address that may not be called, NotNow when there are too many."""
    addresses.read_address(url, is_unsafe=is_unsafe)
    count = call.session.execute(
        select(func.count()).select_from(Webhook).where(Webhook.organisation_id == call.actor.id)
    ).scalar_one()
    if count >= MAX_WEBHOOKS:
        raise errors.NotNow(f"you have {count} webhooks, the most there may be: end one first")
    reference = ids.new_reference()
    secret = _new_secret()
    webhook = Webhook(
        reference=reference,
        organisation_id=call.actor.id,
        label=watches.read_label(label),
        url=url.strip(),
        types=watches.chosen_types(types),
        state=WebhookState.ENABLED,
        sealed=keyring.seal(PURPOSE, reference, secret),
        made_at=call.at,
        version=0,
    )
    call.session.add(webhook)
    call.session.flush()
    return Made(webhook, secret_text(secret))


def change(
    call: calls.Call[OrganisationActor],
    reference: str,
    *,
    url: str | None = None,
    label: str | None = None,
    state: WebhookState | None = None,
    types: Sequence[EventType] | None = None,
    is_unsafe: bool = False,
) -> Webhook:
    """Change the address, name or types of events, or switch it off and on.

    What happens while it is off is not queued: see `replay`.

    Raises NotFound, StaleVersion, InvalidInput.
    """
    webhook = lock_webhook(call, reference)
    if url is not None:
        addresses.read_address(url, is_unsafe=is_unsafe)
        webhook.url = url.strip()
    if label is not None:
        webhook.label = watches.read_label(label)
    if types is not None:
        webhook.types = watches.chosen_types(types)
    if state is not None and state is not webhook.state:
        webhook.state = state
        webhook.disabled_at = call.at if state is WebhookState.DISABLED else None
        # Its owner did it: no mail is needed.
        webhook.told_at = webhook.disabled_at
        if state is WebhookState.DISABLED:
            give_up(call.session, webhook.id)
    webhook.failing_since = webhook.resting_until = webhook.failing_told_at = None
    webhook.version += 1
    call.session.flush()
    return webhook


def rotate(call: calls.Call[OrganisationActor], keyring: Keyring, reference: str) -> Made:
    """Rotate the secret; for a day every delivery bears the signatures of both.

    Raises NotFound, StaleVersion, KeyTrouble.
    """
    webhook = lock_webhook(call, reference)
    secret = _new_secret()
    webhook.sealed_before, webhook.before_until = webhook.sealed, call.at + OVERLAP
    webhook.sealed = keyring.seal(PURPOSE, webhook.reference, secret)
    webhook.version += 1
    call.session.flush()
    return Made(webhook, secret_text(secret))


def end(call: calls.Call[OrganisationActor], reference: str) -> None:
    """Delete a webhook with its log of deliveries. Raises NotFound, StaleVersion."""
    webhook = lock_webhook(call, reference)
    call.session.execute(delete(Delivery).where(Delivery.webhook_id == webhook.id))
    call.session.delete(webhook)
    call.session.flush()


def ask_for_test(
    call: calls.Call[OrganisationActor], reference: str, kind: EventType = EventType.WEBHOOK_TEST
) -> Logged:
    """Queue a delivery that says that nothing happened, or in a sandbox one of any type about an invented agency.

    It stands in the log of deliveries, and in no feed.

    Raises NotFound, SwitchedOff.
    """
    session, at = call.session, call.at
    webhook = _lock_enabled(call, reference)
    name = ids.new_reference()
    if kind is EventType.WEBHOOK_TEST:
        about = Sample(None, None, None, {"webhook_id": webhook.reference})
    else:
        about = sample(session, kind, clock.day_at(at, None))
    event = WatchEvent(
        reference=name,
        type=kind,
        at=at,
        agency=about.agency,
        licence=about.licence,
        source=about.source,
        data=dict(about.data),
        event_key=f"test:{name}",
    )
    session.add(event)
    session.flush()
    delivery = Delivery(
        webhook_id=webhook.id,
        event_id=event.id,
        agency_id=TEST_LANE,
        state=DeliveryState.WAITING,
        queued_at=at,
        due_at=at,
        attempts=0,
    )
    session.add(delivery)
    webhook.resting_until = None
    session.flush()
    return Logged(delivery, event)


def replay(call: calls.Call[OrganisationActor], reference: str, position: int) -> int:
    """Send what lies behind a place of the feed again, in its order, with the ids it had. Gives how many events.

    Of the types that were chosen, as they may be shown today: what is withheld is of none but `event.withheld`.

    Raises NotFound, SwitchedOff, NotNow where so many cannot be sent at once.
    """
    session = call.session
    webhook = _lock_enabled(call, reference)
    shown = feed.shown_type(clock.day_at(call.at, None))
    behind = [FeedRow.organisation_id == call.actor.id, FeedRow.position > position, FeedRow.event_id == WatchEvent.id]
    if webhook.types is not None:
        behind.append(shown.in_(webhook.types))
    count = session.execute(select(func.count()).select_from(FeedRow).where(*behind)).scalar_one()
    if count > MAX_REPLAYED:
        raise errors.NotNow(f"{count} events lie behind this place: read them from /api/v1/events, or begin later")
    events = select(FeedRow.event_id).where(*behind)
    session.execute(delete(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.event_id.in_(events)))
    queued = select_deliveries(literal(webhook.id), FeedRow.event_id, call.at)
    queued = queued.where(*behind).order_by(FeedRow.position)
    session.execute(insert(Delivery).from_select(DELIVERY_COLUMNS, queued))
    webhook.resting_until = None
    return count


DELIVERY_COLUMNS = ("webhook_id", "event_id", "agency_id", "state", "queued_at", "due_at", "attempts")


def select_deliveries(webhook_id: Any, event_id: Any, at: datetime) -> Select[*tuple[Any, ...]]:
    """`DELIVERY_COLUMNS` of deliveries that are due at once, to be joined with WatchEvent."""
    # None of a presentation waits for another: each is read within minutes, and has an order of its own.
    own_lane = (WatchEvent.type == EventType.PRESENTATION_FINISHED, TEST_LANE - WatchEvent.id)
    agency_id = case(own_lane, else_=func.coalesce(WatchEvent.agency_id, 0))
    waiting, queued_at = literal(DeliveryState.WAITING.value), literal(at, engine.Instant)
    return select(webhook_id, event_id, agency_id, waiting, queued_at, queued_at, literal(0))


def send_again(call: calls.Call[OrganisationActor], reference: str, event: str) -> Logged:
    """Send one event again, with the id it had. Raises NotFound, SwitchedOff."""
    webhook = _lock_enabled(call, reference)
    found = call.session.execute(
        select(Delivery, WatchEvent)
        .join(WatchEvent, WatchEvent.id == Delivery.event_id)
        .where(
            Delivery.webhook_id == webhook.id, WatchEvent.reference == ids.read_reference(event.removeprefix("evt_"))
        )
    ).one_or_none()
    if found is None:
        raise errors.NotFound("this event was never queued for this webhook")
    delivery, event_sent = found
    delivery.state, delivery.queued_at, delivery.due_at = DeliveryState.WAITING, call.at, call.at
    delivery.attempts, delivery.claimed_until, delivery.delivered_at = 0, None, None
    webhook.resting_until = None
    call.session.flush()
    return Logged(delivery, event_sent)


def give_up(session: Session, webhook_id: int) -> None:
    """What still waits for a webhook that is switched off has failed: it can be asked for again."""
    session.execute(
        update(Delivery)
        .where(Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.FAILED, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def webhooks_of(session: Session, organisation_id: int, page: reading.Page | None = None) -> Sequence[Webhook]:
    """The webhooks of an organisation, the newest first: a page of them, or all."""
    query = reading.newest_first(select(Webhook).where(Webhook.organisation_id == organisation_id), Webhook.id, page)
    return session.execute(query).scalars().all()


def webhook_named(session: Session, organisation_id: int, reference: str) -> Webhook:
    """Raises NotFound for another organisation's, in the same words."""
    its = Webhook.reference == ids.read_reference(reference), Webhook.organisation_id == organisation_id
    return locking.find(session, Webhook, *its, missing="there is no such webhook of your organisation")


def deliveries_of(session: Session, webhook: Webhook, page: reading.Page) -> list[Logged]:
    """A page of the deliveries of a webhook, the newest first."""
    query = (
        select(Delivery, WatchEvent)
        .join(WatchEvent, WatchEvent.id == Delivery.event_id)
        .where(Delivery.webhook_id == webhook.id)
    )
    return [
        Logged(delivery, event) for delivery, event in session.execute(reading.newest_first(query, Delivery.id, page))
    ]


def lock_webhook(call: calls.Call[OrganisationActor], reference: str) -> Webhook:
    """Lock a webhook of the organisation that acts. Raises NotFound for any other's, StaleVersion."""
    its = (Webhook.reference == ids.read_reference(reference), Webhook.organisation_id == call.actor.id)
    return locking.lock(
        call.session, Webhook, *its, version=call.version, missing="there is no such webhook of your organisation"
    )


def _lock_enabled(call: calls.Call[OrganisationActor], reference: str) -> Webhook:
    """As `lock_webhook`. Raises SwitchedOff too."""
    webhook = lock_webhook(call, reference)
    if webhook.state is not WebhookState.ENABLED:
        raise SwitchedOff("this webhook is switched off: switch it on first")
    return webhook


def secrets_of(keyring: Keyring, webhook: Webhook, at: datetime) -> list[bytes]:
    """The secrets that sign now, the newest first. Raises KeyTrouble."""
    sealed = [webhook.sealed]
    if webhook.sealed_before is not None and webhook.before_until is not None and at < webhook.before_until:
        sealed.append(webhook.sealed_before)
    return [keyring.unseal(PURPOSE, webhook.reference, one) for one in sealed]


def secret_text(secret: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secret).decode()}"


def _new_secret() -> bytes:
    return secrets.token_bytes(32)


class Sample(NamedTuple):
    """What an event is about, as references, and its details. `agency` and the others are None where it names none."""

    agency: str | None
    licence: str | None
    source: str | None
    data: Mapping[str, Any]


_STATUSES: Mapping[EventType, register.LicenceStatus] = {
    EventType.LICENCE_ISSUED: register.LicenceStatus.ACTIVE,
    EventType.LICENCE_SUSPENDED: register.LicenceStatus.SUSPENDED,
    EventType.LICENCE_REVOKED: register.LicenceStatus.REVOKED,
    EventType.LICENCE_ENDED: register.LicenceStatus.SURRENDERED,
    EventType.LICENCE_WINDING_DOWN: register.LicenceStatus.WINDING_DOWN,
    EventType.LICENCE_DELISTED: register.LicenceStatus.DELISTED,
    EventType.LICENCE_REVOCATION_PENDING: register.LicenceStatus.REVOCATION_PENDING_APPEAL,
    EventType.LICENCE_BACK_IN_ORDER: register.LicenceStatus.ACTIVE,
    EventType.LICENCE_STATUS_CHANGED: register.LicenceStatus.UNDER_SURVEILLANCE,
}


def sample(session: Session, kind: EventType, today: date) -> Sample:
    """A test event of that type. The session is that of a registry with agencies, licences and lists."""
    if kind is EventType.WITHHELD:
        return Sample(None, None, None, {})
    if kind is EventType.PRESENTATION_FINISHED:
        return Sample(None, None, None, {"presentation_id": _REFERENCE, "state": supervision.PresentationEnd.SHOWN})
    if kind in (EventType.SOURCE_STALE, EventType.SOURCE_FRESH):
        source = session.scalars(select(Source).order_by(Source.id).limit(1)).one()
        return Sample(None, None, source.reference, {})
    agency, licence = session.execute(
        select(Agency.reference, Licence.reference)
        .join(Licence, Licence.agency_id == Agency.id)
        .order_by(Agency.id, Licence.id)
        .limit(1)
    ).one()
    of_licence = kind.value.startswith("licence.")
    return Sample(agency, licence if of_licence else None, None, _details(kind, today))


def _details(kind: EventType, today: date) -> dict[str, Any]:
    day, year = today.isoformat(), (today + timedelta(days=365)).isoformat()
    if kind in _STATUSES:
        return {"status": _STATUSES[kind].value, "from": day}
    if kind.value.startswith("agreement."):
        return {"agreement_id": _REFERENCE, "origin": "CN", "destination": "IT"}
    if kind.value.startswith("sanction."):
        return {"sanction_id": _REFERENCE, "kind": "warning"}
    details: dict[EventType, dict[str, Any]] = {
        EventType.LICENCE_CONDITIONS_CHANGED: {"conditions": ["no_new_placements"]},
        EventType.LICENCE_TERM_CHANGED: {"valid_from": day, "valid_to": year},
        EventType.LICENCE_EXPIRING: {"days": 30, "valid_to": (today + timedelta(days=30)).isoformat()},
        EventType.LICENCE_EXPIRED: {"valid_to": (today - timedelta(days=1)).isoformat()},
        EventType.AGENCY_IDENTIFIER_CHANGED: {"schemes": ["uscc"]},
        EventType.AGENCY_CHANNEL_CHANGED: {"kinds": ["phone"]},
        EventType.AGENCY_DISSOLVED: {"dissolved_on": day},
        EventType.AGENCY_DEPOSIT_SHORTFALL: {"required": "3000000", "missing": "250000", "currency": "CNY"},
    }
    return details.get(kind, {})


_REFERENCE = "TESTTESTTEST"
"""In place of an agreement, sanction or presentation that does not exist; its check character is wrong, so nothing is found."""
