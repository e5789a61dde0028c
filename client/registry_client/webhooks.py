"""Deliveries of the registry's webhooks: is this one from the registry, of now, and new? (Standard Webhooks, `v1`.)

    delivery = verified(request.headers, request.body, secret)     # raises BadDelivery: answer 400 and do nothing
    if seen.is_new(delivery.id): act_on(delivery.json())           # then answer 204

The body has to be the bytes as they came, before anything parsed them. A delivery that was not answered with 2xx comes
again, under the same id: that is no forgery, and `Seen` tells it.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SECRET_START = "whsec_"
MIN_SECRET = 16
"""Bytes of the shortest secret: a shorter one can be guessed, and an empty one is known to everybody."""
TOLERANCE = 300
"""Seconds by which the time of a delivery may differ from the clock here."""
MAX_SIGNATURES = 20

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class BadDelivery(Exception):
    """It is not from the registry, or not of now: nothing in it counts. The text says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One that is genuine. Its `id` stays the same however often it is sent."""

    id: str
    sent_at: datetime
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Raises BadDelivery."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise BadDelivery("body: no JSON") from None


def verified(
    headers: Mapping[str, str],
    body: bytes,
    secrets: str | Iterable[str],
    *,
    tolerance: int = TOLERANCE,
    at: float | None = None,
) -> Delivery:
    """The delivery, if one of the secrets signed it within `tolerance` seconds of `at`, or now.

    While a secret is being changed two are good: give both. Raises BadDelivery, and ValueError for what is no secret.
    """
    keys = [_key_of(one) for one in ([secrets] if isinstance(secrets, str) else secrets)]
    if not keys:
        raise ValueError("no secret is given")
    found = {name.lower(): value for name, value in headers.items()}
    for name in (ID, TIMESTAMP, SIGNATURE):
        if not found.get(name):
            raise BadDelivery(f"{name}: missing")
    delivery_id, stamp = found[ID], found[TIMESTAMP]
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise BadDelivery(f"{TIMESTAMP}: whole seconds since 1970 are expected")
    sent = int(stamp)
    # The signature first: a sender that cannot sign learns nothing of the clock here.
    _require_signed(f"{delivery_id}.{stamp}.".encode() + body, found[SIGNATURE], keys)
    age = (time.time() if at is None else at) - sent
    if age > tolerance:
        raise BadDelivery(
            f"{TIMESTAMP}: sent {age:.0f} seconds ago, more than {tolerance}: replayed, or a clock is wrong"
        )
    if age < -tolerance:
        raise BadDelivery(
            f"{TIMESTAMP}: {-age:.0f} seconds ahead of the clock here, more than {tolerance}: a clock is wrong"
        )
    return Delivery(delivery_id, datetime.fromtimestamp(sent, UTC), body)


def _require_signed(content: bytes, signatures: str, keys: list[bytes]) -> None:
    good = [hmac.digest(key, content, hashlib.sha256) for key in keys]
    is_signed = has_known = False
    for one in signatures.split(" ")[:MAX_SIGNATURES]:
        version, _, text = one.partition(",")
        if version != "v1":
            continue
        has_known = True
        try:
            given = base64.b64decode(text.encode("ascii", "replace"), validate=True)
        except binascii.Error:
            continue
        for expected in good:
            is_signed |= hmac.compare_digest(given, expected)
    if not has_known:
        raise BadDelivery(f"{SIGNATURE}: none of version v1")
    if not is_signed:
        raise BadDelivery(
            f"{SIGNATURE}: no secret that was given signed this: forged, changed on the way, or another secret"
        )


def _key_of(secret: str) -> bytes:
    # No part of a secret is named in an error.
    try:
        key = base64.b64decode(secret.strip().removeprefix(SECRET_START).encode(), validate=True)
    except binascii.Error:
        raise ValueError(f"a secret is {SECRET_START} and base64") from None
    if len(key) < MIN_SECRET:
        raise ValueError(f"a secret has at least {MIN_SECRET} bytes")
    return key


class Seen:
    """The ids that were acted on, in memory; the oldest are forgotten first.

    A service keeps them with what it writes.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self._most = limit
        self._ids: OrderedDict[str, None] = OrderedDict()

    def has(self, delivery_id: str) -> bool:
        return delivery_id in self._ids

    def is_new(self, delivery_id: str) -> bool:
        """Whether it comes for the first time; from then on it does not."""
        if delivery_id in self._ids:
            self._ids.move_to_end(delivery_id)
            return False
        self._ids[delivery_id] = None
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return True
