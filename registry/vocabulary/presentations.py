"""The words of presentations: what a wallet is asked for, how far it came, and why what it showed is refused."""

from enum import StrEnum


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
