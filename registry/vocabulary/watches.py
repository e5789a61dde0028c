"""The words of watches, events and webhooks as closed sets. Everything may import this; it imports nothing of ours."""

from collections.abc import Mapping
from enum import StrEnum


class WatchKind(StrEnum):
    """What is watched: one agency, one licence, an uploaded list of numbers, or whatever answers to a saved search."""

    AGENCY = "agency"
    LICENCE = "licence"
    LIST = "list"
    SEARCH = "search"


class EventType(StrEnum):
    """Kinds of events that watchers get. Each has its words in EVENTS."""

    LICENCE_ISSUED = "licence.issued"
    LICENCE_SUSPENDED = "licence.suspended"
    LICENCE_REVOKED = "licence.revoked"
    LICENCE_ENDED = "licence.ended"
    LICENCE_WINDING_DOWN = "licence.winding_down"
    LICENCE_DELISTED = "licence.delisted"
    LICENCE_REVOCATION_PENDING = "licence.revocation_pending"
    LICENCE_BACK_IN_ORDER = "licence.back_in_order"
    LICENCE_STATUS_CHANGED = "licence.status_changed"
    LICENCE_CONDITIONS_CHANGED = "licence.conditions_changed"
    LICENCE_SCOPE_CHANGED = "licence.scope_changed"
    LICENCE_TERM_CHANGED = "licence.term_changed"
    LICENCE_EXPIRING = "licence.expiring"
    LICENCE_EXPIRED = "licence.expired"
    AGENCY_REGISTERED = "agency.registered"
    AGENCY_IDENTIFIER_CHANGED = "agency.identifier_changed"
    AGENCY_NAME_CHANGED = "agency.name_changed"
    AGENCY_CHANNEL_CHANGED = "agency.channel_changed"
    AGENCY_DEPOSIT_SHORTFALL = "agency.deposit_shortfall"
    AGENCY_DEPOSIT_RESTORED = "agency.deposit_restored"
    AGENCY_CLONE_WARNING = "agency.clone_warning"
    AGENCY_CLONE_WARNING_ENDED = "agency.clone_warning_ended"
    AGENCY_DISSOLVED = "agency.dissolved"
    SANCTION_IN_FORCE = "sanction.in_force"
    SANCTION_STAYED = "sanction.stayed"
    SANCTION_LIFTED = "sanction.lifted"
    SANCTION_OVERTURNED = "sanction.overturned"
    AGREEMENT_REGISTERED = "agreement.registered"
    AGREEMENT_CHANGED = "agreement.changed"
    AGREEMENT_ENDED = "agreement.ended"
    SOURCE_STALE = "source.stale"
    SOURCE_FRESH = "source.fresh"
    PRESENTATION_FINISHED = "presentation.finished"
    WITHHELD = "event.withheld"
    WEBHOOK_TEST = "webhook.test"


EVENTS: Mapping[EventType, str] = {
    EventType.LICENCE_ISSUED: "A licence was issued.",
    EventType.LICENCE_SUSPENDED: "A licence was suspended: no new recruitment.",
    EventType.LICENCE_REVOKED: "A licence was revoked, its renewal refused, or its holder banned.",
    EventType.LICENCE_ENDED: "A licence was surrendered, or stated to have expired.",
    EventType.LICENCE_WINDING_DOWN: "A licence is being wound down: no new recruitment; placed workers until the date stated.",
    EventType.LICENCE_DELISTED: "A licence is no longer on its official list, and no reason was stated.",
    EventType.LICENCE_REVOCATION_PENDING: "A licence was revoked, and an appeal stays it.",
    EventType.LICENCE_BACK_IN_ORDER: "A licence that was interrupted lets its holder recruit again.",
    EventType.LICENCE_STATUS_CHANGED: "The status of a licence changed otherwise.",
    EventType.LICENCE_CONDITIONS_CHANGED: "The conditions of a licence changed.",
    EventType.LICENCE_SCOPE_CHANGED: "The corridors, sectors or activities of a licence changed.",
    EventType.LICENCE_TERM_CHANGED: "The first or last day of a licence changed, as when it is renewed.",
    EventType.LICENCE_EXPIRING: "A licence ends in 90, 30 or 7 days.",
    EventType.LICENCE_EXPIRED: "The last day of a licence is past.",
    EventType.AGENCY_REGISTERED: "An agency was entered that answers to the watch.",
    EventType.AGENCY_IDENTIFIER_CHANGED: "An identifier of a holder changed: verify answers unknown until it was reviewed.",
    EventType.AGENCY_NAME_CHANGED: "A name of an agency changed.",
    EventType.AGENCY_CHANNEL_CHANGED: "A registered telephone, address or account changed: beware of imitators.",
    EventType.AGENCY_DEPOSIT_SHORTFALL: "The deposit of an agency fell below what its licences ask for.",
    EventType.AGENCY_DEPOSIT_RESTORED: "The deposit of an agency is again what its licences ask for.",
    EventType.AGENCY_CLONE_WARNING: "Somebody imitates an agency.",
    EventType.AGENCY_CLONE_WARNING_ENDED: "A warning of an imitator ended.",
    EventType.AGENCY_DISSOLVED: "A holder was dissolved.",
    EventType.SANCTION_IN_FORCE: "A sanction is in force.",
    EventType.SANCTION_STAYED: "A sanction is stayed by an appeal.",
    EventType.SANCTION_LIFTED: "A sanction was lifted.",
    EventType.SANCTION_OVERTURNED: "A sanction was overturned: it should not have been.",
    EventType.AGREEMENT_REGISTERED: "An agreement between two ends was registered.",
    EventType.AGREEMENT_CHANGED: "An agreement was changed.",
    EventType.AGREEMENT_ENDED: "An agreement was given an end.",
    EventType.SOURCE_STALE: "An official list was not read for too long: verify answers unknown for what rests on it.",
    EventType.SOURCE_FRESH: "An official list that was stale was read again.",
    EventType.PRESENTATION_FINISHED: "A wallet answered a request of yours, or the time for it is over.",
    EventType.WITHHELD: "Something happened that the law no longer lets us tell: its publicity has ended.",
    EventType.WEBHOOK_TEST: "You asked for a test. Nothing happened.",
}

EXPIRY_DAYS = (90, 30, 7)
"""Days before the last day of a licence on which its watchers get an event."""


class WebhookState(StrEnum):
    """`disabled`: the registry gave up after long failure, or its owner switched it off."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """`waiting` is tried until it is `delivered`; after three days it has `failed` and can be asked for again."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class DigestPace(StrEnum):
    """How often a member gets the mail digest."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
