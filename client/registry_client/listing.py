"""Whether the status lists follow from the log: every place, derived anew from the entries the list says it stands on."""

from registry_client.entries import PLACES, KeyRecord, status_value
from registry_client.keys import may_have_signed
from registry_client.network import Fetch, Unreachable
from registry_client.status import BITS, StatusList, read_status_list
from registry_client.store import Store
from registry_client.strict import SKEW, Refused, Unreadable, days_of, instant_text, parsed_instant
from registry_client.tokens import TOKEN_LIMIT
from registry_client.trust import Trust
from registry_client.verdicts import Verdict

LAG = 7200
"""Seconds by which a list may be behind the log when it is signed: twice its "ttl"."""


def check_lists(fetch: Fetch, trust: Trust, store: Store, at: int, verdict: Verdict) -> list[StatusList]:
    """Fetch and judge every list that a licence of the log has a place in. Returns those that were judged."""
    judged = []
    keys = store.key_records()
    for number, places in sorted(_given_places(store, verdict).items()):
        address = f"{trust.issuer}/status/{number}"
        try:
            found = read_status_list(fetch(f"/status/{number}", TOKEN_LIMIT).decode("utf-8", "replace"), trust)
        except Refused as error:
            verdict.bad("list_not_genuine", number=number)
            verdict.refused(error)
            continue
        except Unreadable as error:
            verdict.bad("list_unreadable", number=number, why=str(error))
            continue
        except Unreachable as error:
            if error.status in (404, 410):
                verdict.bad("list_missing", number=number, count=places)
            else:
                verdict.unknown("unreachable", why=str(error))
            continue
        if found.address != address:
            verdict.bad("list_of_another_place", number=number, found=found.address)
        elif _is_stated(found, number, keys, store, at, verdict):
            _compare(found, number, store, verdict)
            judged.append(found)
    return judged


def _given_places(store: Store, verdict: Verdict) -> dict[int, int]:
    """How many places each list has given. A place given twice is a finding."""
    count: dict[int, int] = {}
    holder: dict[int, str] = {}
    for index, key, record in store.latest_of_kind("licence", store.size):
        place = record.get("status_place")
        if not isinstance(place, int):
            continue
        if holder.setdefault(place, key) != key:
            verdict.bad("place_given_twice", place=place, key=key, other=holder[place], index=index)
        count[place // PLACES] = count.get(place // PLACES, 0) + 1
    return count


def _is_stated(
    found: StatusList, number: int, keys: dict[str, KeyRecord], store: Store, at: int, verdict: Verdict
) -> bool:
    signed = instant_text(found.iat)
    record = keys.get(found.kid)
    if record is None or record.use != "status":
        verdict.bad("list_key_not_logged", number=number, kid=found.kid)
        return False
    if not may_have_signed(record, found.iat):
        verdict.bad("list_key_not_good", number=number, kid=found.kid)
        return False
    if found.size > store.size:
        verdict.unknown("list_beyond_head", number=number, size=found.size, head=store.size)
        return False
    if found.iat > at + SKEW:
        verdict.unknown("list_of_later", number=number, signed=signed)
        return False
    if at >= found.exp:
        verdict.unknown("list_stale", number=number, signed=signed)
        return False
    # The first entry it leaves out must be of about the time it was signed, or something is being held back.
    left_out = store.at_of(found.size) if found.size < store.size else None
    if left_out is not None and parsed_instant(left_out, "entry: at") < found.iat - LAG:
        verdict.bad("list_holds_back", number=number, signed=signed, index=found.size, at=left_out)
    return True


def _compare(found: StatusList, number: int, store: Store, verdict: Verdict) -> None:
    days = days_of(found.iat)
    expected: dict[int, tuple[int, str, int]] = {}
    for index, key, record in store.latest_of_kind("licence", found.size):
        place = record.get("status_place")
        if not isinstance(place, int) or place // PLACES != number:
            continue
        agency = store.latest(f"agency/{record.get('agency_id')}", found.size)
        holder = {} if agency is None else agency[2]
        try:
            values = [status_value(record, holder, day) for day in days]
            listed = found.value(place % PLACES)
            expected[place % PLACES] = (listed if listed in values else values[0], key, index)
        except Unreadable:
            # Malformed is a finding of its own, of the entry.
            continue
    differing = _differing(found, {place: value for place, (value, _, _) in expected.items()})
    for place in differing[:20]:
        value, key, index = expected.get(place, (0, "-", -1))
        verdict.bad(
            "list_differs",
            number=number,
            place=place,
            said=found.value(place),
            expected=value,
            key=key,
            index=index,
        )
    if differing:
        verdict.bad("list_differs_in", number=number, count=len(differing))
    else:
        verdict.good("list_follows", number=number, size=found.size, count=len(expected))


def _differing(found: StatusList, values: dict[int, int]) -> list[int]:
    """Places, in order, of which the list says other than `values`; a place without a value there holds 0."""
    due = bytearray(len(found.places))
    for place, value in values.items():
        due[place * BITS // 8] |= value << place * BITS % 8
    if found.places == due:
        return []
    each = 8 // BITS
    bytes_ = (at for at, (stated, one) in enumerate(zip(found.places, due, strict=True)) if stated != one)
    places = (place for at in bytes_ for place in range(at * each, (at + 1) * each))
    return [place for place in places if found.value(place) != values.get(place, 0)]
