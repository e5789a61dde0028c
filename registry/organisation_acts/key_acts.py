"""Acts on API keys: made, replaced, revoked. A key gives and ends no more than it has itself."""

from collections.abc import Sequence
from typing import Any

from registry.core.errors import InvalidInput
from registry.http.act_tables import calling
from registry.organisation_acts.acts import OrganisationAct, OrganisationCall, acts_of
from registry.organisations import keys
from registry.vocabulary.organisations import Scope
from schemas.organisations import KeyExchangeSchema, KeyMakeSchema


def _make(call: OrganisationCall, label: str, scopes: Sequence[Scope], **limits: Any) -> keys.MadeKey:
    return keys.make(call, label, scopes, **limits)


def _replace(call: OrganisationCall, overlap_days: int = keys.OVERLAP_DAYS) -> keys.MadeKey:
    return keys.rotate(call, call.reference, overlap_days)


KEYS = acts_of(
    OrganisationAct(
        "make", Scope.ORGANISATION, _make, "createKey",
        """Create an API key; its text is in this answer alone.

        It has no scope that the key you come with has not, and never `organisation`; it opens for no more days and from
        no more networks, and ends when that key is revoked.
        """,
        KeyMakeSchema, path="", page="", once="key", is_versioned=False, statuses=(409, 413, 415),
        needs_password=True, faults={InvalidInput: "bad_networks"},
    ),
)  # fmt: skip

ONE_KEY = acts_of(
    OrganisationAct(
        "exchange", Scope.ORGANISATION, _replace, "rotateKey",
        """Replace an API key by a new one of the same label, scopes, networks and validity.

        The old one stays good for `overlap_days`, so that programs can change over; with 0 it ends at once.
        """,
        KeyExchangeSchema, once="key instead of {0}", is_versioned=False, needs_password=True,
    ),
    OrganisationAct(
        "revoke", Scope.ORGANISATION, calling(keys.revoke), "revokeKey",
        "Revoke a key immediately, also the one of this request, and the keys that it made.",
        method="delete", path="", is_versioned=False, statuses=(404,),
    ),
)  # fmt: skip
