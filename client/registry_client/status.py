"""Status lists: what a list says of one place at an instant, and when it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry_client.entries import PLACES, KeyRecord
from registry_client.keys import may_have_signed
from registry_client.strict import (
    SKEW,
    Refused,
    Unreadable,
    from_base64url,
    inflate,
    instant_of,
    instant_text,
    object_of,
    text_of,
    whole_number,
)
from registry_client.tokens import key_of, read_token, require_certified_at
from registry_client.trust import Trust
from registry_client.verdicts import Verdict

TYPE = "statuslist+jwt"
INFLATED_LIMIT = 256 * 1024
BITS = 2
LIFETIME = 86400


@dataclass(frozen=True, slots=True)
class StatusList:
    """A genuine list: whether it is fresh is another question. Instants in seconds since 1970."""

    address: str
    iat: int
    exp: int
    size: int
    places: bytes
    kid: str

    def value(self, place: int) -> int:
        """The first place stands in the lowest bits."""
        return self.places[place * BITS // 8] >> place * BITS % 8 & 3


def read_status_list(text: str, trust: Trust) -> StatusList:
    """Raises Unreadable, and Refused where it is not the registry's."""
    what = "status list"
    token = read_token(text.strip(), what)
    key = key_of(token, TYPE, trust)
    payload = token.payload
    iat, exp = (instant_of(payload.get(name), f"{what}: {name}") for name in ("iat", "exp"))
    require_certified_at(key, iat)
    if not iat < exp <= iat + LIFETIME:
        raise Refused("claim_wrong", name="exp")
    address = text_of(payload.get("sub"), f"{what}: sub")
    if not address.startswith(f"{trust.issuer}/status/"):
        raise Refused("another_issuer", found=address[:80], expected=trust.issuer)
    log = object_of(payload.get("log"), f"{what}: log")
    if log.get("origin") != trust.origin:
        raise Refused("another_log", origin=str(log.get("origin"))[:80], expected=trust.origin)
    body = object_of(payload.get("status_list"), f"{what}: status_list")
    if body.get("bits") != BITS or isinstance(body.get("bits"), bool):
        raise Refused("claim_wrong", name="bits")
    places = inflate(from_base64url(body.get("lst"), f"{what}: lst"), INFLATED_LIMIT, f"{what}: lst")
    if len(places) * 8 != PLACES * BITS:
        raise Unreadable(f"{what}: lst holds {len(places) * 8 // BITS} places, {PLACES} are expected")
    size = whole_number(log.get("size"), f"{what}: log: size")
    return StatusList(address, iat, exp, size, places, key.kid)


def judge_freshness(found: StatusList, at: int, keys: Mapping[str, KeyRecord], verdict: Verdict) -> bool:
    """Whether the list says anything at that instant; the verdict gets the reason where it does not."""
    times = {"signed": instant_text(found.iat), "until": instant_text(found.exp), "at": instant_text(at)}
    if at < found.iat - SKEW:
        verdict.unknown("status_of_later", **times)
    elif at >= found.exp:
        verdict.unknown("status_stale", **times)
    elif not may_have_signed(keys.get(found.kid), found.iat):
        verdict.unknown("status_key_not_good", kid=found.kid)
    else:
        return True
    return False


def judge_value(found: StatusList, place: int, verdict: Verdict) -> None:
    signed = {"signed": instant_text(found.iat)}
    match found.value(place):
        case 0:
            verdict.good("status_valid", **signed)
        case 1:
            verdict.bad("status_invalid", **signed)
        case 2:
            verdict.bad("status_suspended", **signed)
        case other:
            verdict.unknown("status_value_unknown", value=other)
