"""Enums that no public question uses: of officers, licences, deposits, sanctions, entries (of agencies, of the log), wallets.

Everything may import this; it imports nothing of ours.
"""

from collections.abc import Mapping
from enum import StrEnum


class LicenceAct(StrEnum):
    """What officers of an authority do to its licences.

    What each asks and does: registry/supervision/licensing/rules.py.
    """

    APPLY = "apply"
    ISSUE = "issue"
    REFUSE_APPLICATION = "refuse_application"
    AMEND = "amend"
    RENEW = "renew"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    WIND_DOWN = "wind_down"
    SURRENDER = "surrender"
    CORRECT = "correct"
    REGISTER_AGREEMENT = "register_agreement"
    END_AGREEMENT = "end_agreement"
    REGISTER_INTERMEDIARY = "register_intermediary"
    END_INTERMEDIARY = "end_intermediary"


class ProposalState(StrEnum):
    """Where an act on a licence stands: it waits for a second person, or is in the public record, or never will be."""

    OPEN = "open"
    APPLIED = "applied"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class SanctionState(StrEnum):
    """Where a sanction stands; from where to where it may go is in registry/supervision/sanctions/rules.py."""

    PROPOSED = "proposed"
    LEGAL_REVIEW = "legal_review"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    STAYED_BY_APPEAL = "stayed_by_appeal"
    LIFTED = "lifted"
    EXPIRED = "expired"
    OVERTURNED = "overturned"
    DROPPED = "dropped"


class Timing(StrEnum):
    """Whether the day on which a sanction takes effect could lead its agency to the complainant."""

    NO_COMPLAINT = "no_complaint"
    POINTS_TO_NOBODY = "points_to_nobody"
    COULD_POINT = "could_point"


class ToldFirst(StrEnum):
    """Who looks after the workers in place, and was notified before a licence is taken away."""

    LABOUR_INSPECTORATE = "labour_inspectorate"
    UNION = "union"
    NGO = "ngo"


class DepositLineKind(StrEnum):
    """What a line of an agency's deposit says. `reversed` takes back another line, which stays."""

    PAID_IN = "paid_in"
    DRAWN = "drawn"
    TOPPED_UP = "topped_up"
    REVERSED = "reversed"


class EntryRequestKind(StrEnum):
    """What an agency asks about its own entry: a correction, a warning of a clone, or a reply shown beside it."""

    CORRECTION = "correction"
    CLONE_REPORT = "clone_report"
    REPLY = "reply"


class EntryRequestState(StrEnum):
    """`withdrawn`: the agency withdrew it, or a reply was taken down or replaced."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ChannelChangeState(StrEnum):
    """Where a change of a registered channel stands.

    `stale`: what it was to replace is no longer what is registered.
    """

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    APPLIED = "applied"
    STALE = "stale"


class WalletForm(StrEnum):
    """What a wallet gets. The words are those of credential configurations, scopes and types."""

    LICENCE = "recruitment-licence"
    STAFF_CARD = "recruiter-staff-card"


class GrantStep(StrEnum):
    """How far a grant came: which code the wallet shows next."""

    OFFERED = "offered"
    """A pre-authorized code, together with the number that is told apart."""
    INVITED = "invited"
    """The state in an offer for the authorization code flow."""
    PUSHED = "pushed"
    """The address that stands for a pushed authorization request."""
    AUTHORIZED = "authorized"
    """An authorization code."""
    OPEN = "open"
    """No code any more: the wallet has its tokens."""
    ENDED = "ended"


class CardEnd(StrEnum):
    """Why a staff card ended."""

    BY_AGENCY = "by_agency"
    LICENCE_ENDED = "licence_ended"


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


class Role(StrEnum):
    """What an officer is trusted with. One person may have several, except as INCOMPATIBLE says."""

    TRIAGE = "triage"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    DECIDER = "decider"
    LICENSING = "licensing"
    CUSTODIAN = "custodian"
    TRANSLATOR = "translator"
    PARTNER = "partner"
    AGENCY_REP = "agency_rep"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    SYSADMIN = "sysadmin"


class Ask(StrEnum):
    """What a wallet is asked for. A card alone says for whom its holder acts; the licence is then looked up."""

    LICENCE = "licence"
    CARD = "card"
    BOTH = "both"


class PresentationState(StrEnum):
    """How far a presentation came. `shown` and `refused` are final."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"


class PresentationEnd(StrEnum):
    """How a request to a wallet ended, as its organisation is told. `expired`: no wallet answered in its five minutes."""

    SHOWN = "shown"
    REFUSED = "refused"
    EXPIRED = "expired"


class Refusal(StrEnum):
    """Why a presentation is refused."""

    MALFORMED = "malformed"
    NOT_OURS = "not_ours"
    """Another issuer's key or certificate signed, or none that is believed any more."""
    ALTERED = "altered"
    """A signature or a digest is wrong, or something is disclosed that was not signed."""
    WRONG_CREDENTIAL = "wrong_credential"
    """Another type than was asked for."""
    NOT_VALID_NOW = "not_valid_now"
    """Its term has not begun or is over."""
    NOT_THE_HOLDER = "not_the_holder"
    """No proof, or a wrong one, that the presenter holds the credential's key."""
    FOR_ANOTHER_REQUEST = "for_another_request"
    """The proof is for another verifier or request, or too old."""
    NOT_DISCLOSED = "not_disclosed"
    """Something that was asked for is kept back."""
    ENDED = "ended"
    SUSPENDED = "suspended"
    ANOTHER_AGENCY = "another_agency"
    """The staff card belongs to another agency or licence than the licence that came with it."""
    INCOMPLETE = "incomplete"
    """A credential that was asked for did not come, or more than one did."""
    DECLINED = "declined"
    """The holder declined, or the wallet had nothing to present."""


ZONES: Mapping[str, str] = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IT": "Europe/Rome", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest",
    "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
}  # fmt: skip
"""The time zone of each country that units are of; where a country has several, that of its capital."""
