"""Words of the log and of entries: what a line of the log reports, and which part of an entry a request is about."""

from enum import StrEnum


class EntryType(StrEnum):
    """Types of log entries; registry.* entries come with the keys."""

    AGENCY_REGISTERED = "agency.registered"
    AGENCY_AMENDED = "agency.amended"
    AGENCY_CORRECTED = "agency.corrected"
    LICENCE_ISSUED = "licence.issued"
    LICENCE_AMENDED = "licence.amended"
    LICENCE_SUSPENDED = "licence.suspended"
    LICENCE_REINSTATED = "licence.reinstated"
    LICENCE_REVOKED = "licence.revoked"
    LICENCE_SURRENDERED = "licence.surrendered"
    LICENCE_DELISTED = "licence.delisted"
    LICENCE_CORRECTED = "licence.corrected"
    AGREEMENT_REGISTERED = "agreement.registered"
    AGREEMENT_AMENDED = "agreement.amended"
    AGREEMENT_ENDED = "agreement.ended"
    AGREEMENT_CORRECTED = "agreement.corrected"
    REGISTRY_KEY_ADDED = "registry.key_added"
    REGISTRY_KEY_RETIRED = "registry.key_retired"
    REGISTRY_KEY_COMPROMISED = "registry.key_compromised"
    REGISTRY_POLICY = "registry.policy"
    LAW_OVERLAY_APPROVED = "law.overlay_approved"
    LAW_OVERLAY_WITHDRAWN = "law.overlay_withdrawn"
    RANGES_PUBLISHED = "ranges.published"
    DATASET_PUBLISHED = "dataset.published"
    AUDIT_STATED = "audit.stated"
    UNIT_KEY_ADDED = "unit.key_added"
    UNIT_KEY_RETIRED = "unit.key_retired"


class EntryPart(StrEnum):
    """Which part of its entry an agency calls wrong."""

    NAME = "name"
    NUMBER = "number"
    PLACE = "place"
    LICENCE = "licence"
    STATUS = "status"
    CHANNEL = "channel"
    OTHER = "other"
