"""Checking webhook deliveries: genuine ones are accepted, forged, old and repeated ones are not."""

import base64
import hashlib
import hmac

import pytest
from registry_client.webhooks import BadDelivery, Seen, verified

# The vector that readers of Standard Webhooks share.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
AT = 1614265330
HEADERS = {
    "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "Webhook-Timestamp": str(AT),
    "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OTHER = "whsec_" + base64.b64encode(b"another secret of enough bytes").decode()


def signed(body: bytes, stamp: str, secret: str = SECRET, delivery_id: str = "msg_1") -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{delivery_id}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def test_the_known_vector_is_genuine() -> None:
    delivery = verified(HEADERS, BODY, SECRET, at=AT + 299)
    assert (delivery.id, delivery.json()) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", {"test": 2432232314})
    assert delivery.sent_at.isoformat() == "2021-02-25T15:02:10+00:00"


def test_two_secrets_and_two_signatures_overlap_while_one_is_changed() -> None:
    assert verified(HEADERS, BODY, [OTHER, SECRET], at=AT).id
    both = HEADERS | {
        "Webhook-Signature": f"v1a,AAAA v1,{base64.b64encode(bytes(32)).decode()} " + HEADERS["Webhook-Signature"]
    }
    assert verified(both, BODY, SECRET, at=AT).id


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"Webhook-Id": "msg_other"}, BODY, "no secret that was given signed this"),
        ({"Webhook-Timestamp": str(AT + 1)}, BODY, "no secret that was given signed this"),
        ({}, BODY + b" ", "no secret that was given signed this"),
        ({"Webhook-Signature": "v1,AAAA"}, BODY, "no secret that was given signed this"),
        ({"Webhook-Signature": "v1,%%%"}, BODY, "no secret that was given signed this"),
        ({"Webhook-Signature": "v1,签"}, BODY, "no secret that was given signed this"),
        ({"Webhook-Signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, BODY, "none of version v1"),
        ({"Webhook-Signature": ""}, BODY, "webhook-signature: missing"),
        ({"Webhook-Id": ""}, BODY, "webhook-id: missing"),
        ({"Webhook-Timestamp": "-5"}, BODY, "webhook-timestamp: whole seconds"),
        ({"Webhook-Timestamp": "１６１４"}, BODY, "webhook-timestamp: whole seconds"),
        ({"Webhook-Timestamp": "9" * 400}, BODY, "webhook-timestamp: whole seconds"),
    ],
)
def test_a_forged_delivery_is_refused_with_what_is_wrong(headers: dict[str, str], body: bytes, words: str) -> None:
    with pytest.raises(BadDelivery, match=words):
        verified(HEADERS | headers, body, SECRET, at=AT)


def test_another_secret_signs_nothing_here() -> None:
    with pytest.raises(BadDelivery, match="no secret that was given"):
        verified(signed(BODY, str(AT), OTHER), BODY, SECRET, at=AT)


@pytest.mark.parametrize(("late", "words"), [(301, "sent 301 seconds ago"), (-301, "301 seconds ahead")])
def test_a_genuine_one_of_another_time_is_refused(late: int, words: str) -> None:
    with pytest.raises(BadDelivery, match=words):
        verified(HEADERS, BODY, SECRET, at=AT + late)
    assert verified(HEADERS, BODY, SECRET, at=AT + late, tolerance=301).id


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_%", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"])
def test_an_invalid_secret_verifies_nothing_and_is_not_printed(secret: str) -> None:
    with pytest.raises(ValueError, match="a secret") as refused:
        verified(HEADERS, BODY, secret, at=AT)
    assert len(secret) < 7 or secret[6:] not in str(refused.value)
    with pytest.raises(ValueError, match="no secret is given"):
        verified(HEADERS, BODY, [], at=AT)


def test_what_comes_again_is_seen_and_memory_is_bounded() -> None:
    seen = Seen(limit=2)
    assert [seen.is_new(one) for one in ("a", "b", "a", "c", "b")] == [True, True, False, True, True]
    with pytest.raises(BadDelivery, match="no JSON"):
        verified(signed(b"{", str(AT)), b"{", SECRET, at=AT).json()
