"""API keys of organisations: made by a member or another key, shown once, expired or revoked, rotated with overlap.

A key has 256 random bits; only its digest is stored. Its scopes are fixed when it is made and never grow. A key that makes
another gives it no more than its own scopes, days and networks, never the scope `organisation`, and is outlived by none of
them: a key that leaked leaves nothing behind once it is revoked.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import delete, literal, select, update
from sqlalchemy.orm import Session

from registry.accounts.sessions import digest_of, new_token
from registry.core import calls, clock, errors, ids
from registry.core.db import engine, locking, reading
from registry.organisations.models import ApiKey, ApiKeyUsage, Organisation, OrganisationActor
from registry.vocabulary import codes
from registry.vocabulary.organisations import Scope

BEGINNING = "rrk_"
"""By which scanners of published code, and we ourselves in an address, know one of ours."""
TEST_BEGINNING = BEGINNING + "test_"
"""Of a key that sees the sandbox alone."""
SHOWN, SHOWN_OF_TEST = 8, 12
"""Characters of a key that stand in the list, so that its owner can tell which it is."""
DAYS = 365
MAX_DAYS = 730
MAX_LIVING = 20
OVERLAP_DAYS = 7
MAX_OVERLAP = 30
MAX_NETWORKS = 20
KEPT_USAGE_DAYS = 400

_WITH_PASSWORD = (
    "a key with the scope organisation is made and exchanged by a person at /account, with the password: no key does it"
)

NEEDED = "a key is needed: Authorization: Bearer and a key of your organisation, neither ended nor revoked"


class MadeKey(NamedTuple):
    """An API key with its text, which is shown this once and cannot be read from the table."""

    key: ApiKey
    text: str


def make(
    call: calls.Call[OrganisationActor],
    name: str,
    scopes: Collection[Scope],
    days: int = DAYS,
    *,
    is_archiving: bool | None = None,
    is_test: bool = False,
    networks: Sequence[str] = (),
) -> MadeKey:
    """Make a key that is good for `days`, and opens from `networks` alone where any are named.

    Raises ActRefused, InvalidInput for networks that are none, and ScopeMissing beyond what the actor may give.

    `is_archiving`: whether receipts of its questions are archived; None: as the organisation has chosen.
    A test key opens everything but the organisation itself, which is real.
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > 60 or not tidy.isprintable():
        raise errors.ActRefused("bad_key_name", "say in 1 to 60 visible characters which program the key is for")
    if not scopes:
        raise errors.ActRefused("no_scope", "a key opens something: choose at least one scope")
    if is_test and Scope.ORGANISATION in scopes:
        raise errors.ActRefused(
            "test_key_scope", "a test key sees invented data alone: it cannot have the scope organisation"
        )
    if not 1 <= days <= MAX_DAYS:
        raise errors.ActRefused("bad_key_days", f"a key is good for 1 to {MAX_DAYS} days")
    _require_within(call, scopes)
    bound = read_networks(networks)
    # Of two that are made at once the second waits here, and counts the first.
    organisation = locking.lock(call.session, Organisation, Organisation.id == call.actor.id)
    if organisation.closed_on is not None:
        raise errors.ActRefused("organisation_closed", "the organisation is closed: it makes no keys")
    today = clock.day_at(call.at, None)
    if len(keys_of(call.session, organisation.id, today)) >= MAX_LIVING:
        raise errors.ActRefused("too_many_keys", f"there are {MAX_LIVING} keys already: revoke one that is not needed")
    ends_on = today + timedelta(days=days)
    maker = None if call.actor.key is None else _lock_key(call, call.actor.key)
    if maker is not None:
        if Scope.ORGANISATION in scopes:
            raise errors.ScopeMissing(_WITH_PASSWORD)
        ends_on, bound = min(ends_on, maker.ends_on), _within(bound, maker.networks or [])
    text = (TEST_BEGINNING if is_test else BEGINNING) + new_token()
    key = ApiKey(
        reference=ids.new_reference(),
        organisation_id=organisation.id,
        name=tidy,
        prefix=text[: SHOWN_OF_TEST if is_test else SHOWN],
        digest=digest_of(text),
        scopes=sorted(scopes),
        made_on=today,
        ends_on=ends_on,
        keeps_every=is_archiving,
        is_test=is_test,
        made_by=call.actor.key,
        networks=bound or None,
    )
    call.session.add(key)
    call.session.flush()
    return MadeKey(key, text)


def rotate(call: calls.Call[OrganisationActor], reference: str, overlap: int) -> MadeKey:
    """Rotate a key: a new one with its name, scopes and length; the old stays valid `overlap` days, or ends now with 0.

    Raises NotFound, ActRefused, and ScopeMissing where the key has a scope that the actor may not give.
    """
    if not 0 <= overlap <= MAX_OVERLAP:
        raise errors.ActRefused("bad_overlap", f"the old key stays good for 0 to {MAX_OVERLAP} days")
    old = _lock_key(call, reference)
    if old.replaced_by is not None:
        raise errors.ActRefused("replaced", "this key was exchanged already: exchange the one that took its place")
    length = min(max((old.ends_on - old.made_on).days, 1), MAX_DAYS)
    made = make(
        call,
        old.name,
        scopes_of(old),
        length,
        is_archiving=old.keeps_every,
        is_test=old.is_test,
        networks=old.networks or (),
    )
    old.replaced_by = made.key.reference
    call.session.execute(update(ApiKey).where(ApiKey.made_by == old.reference).values(made_by=made.key.reference))
    if overlap:
        old.ends_on = min(old.ends_on, clock.day_at(call.at, None) + timedelta(days=overlap))
    else:
        old.revoked_at = call.at
    call.session.flush()
    return made


def revoke(call: calls.Call[OrganisationActor], reference: str) -> None:
    """Revoke a key immediately, and those that it made.

    Raises NotFound where the organisation has no valid key of that reference, ScopeMissing.
    """
    key = _lock_key(call, reference)
    _require_within(call, scopes_of(key))
    ending = [key.reference]
    while ending:
        its = (ApiKey.made_by.in_(ending), ApiKey.revoked_at.is_(None), ApiKey.organisation_id == key.organisation_id)
        call.session.execute(update(ApiKey).where(ApiKey.reference.in_(ending)).values(revoked_at=call.at))
        ending = list(call.session.scalars(select(ApiKey.reference).where(*its)))
    call.session.flush()


def revoke_all(session: Session, organisation_id: int, at: datetime) -> None:
    session.execute(
        update(ApiKey)
        .where(ApiKey.organisation_id == organisation_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def opened_by(session: Session, text: str, today: date) -> tuple[Organisation, ApiKey]:
    """Whose key it is. Raises NotSignedIn for every key that opens nothing, all alike."""
    digest = digest_of(text)
    found = session.execute(
        select(Organisation, ApiKey)
        .join(ApiKey, ApiKey.organisation_id == Organisation.id)
        .where(ApiKey.digest == digest)
    ).one_or_none()
    if found is None:
        raise errors.NotSignedIn(NEEDED)
    organisation, key = found
    # The index found it by equal digests; that they are equal is said once more in constant time.
    is_open = hmac.compare_digest(key.digest, digest) and key.revoked_at is None and key.ends_on >= today
    if not is_open or organisation.closed_on is not None:
        raise errors.NotSignedIn(NEEDED)
    return organisation, key


def used(session: Session, key_id: int, today: date) -> None:
    """Write down that a key was used today, and no closer; what it did more than a year ago is forgotten."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_on=today))
    old = ApiKeyUsage.day < today - timedelta(days=KEPT_USAGE_DAYS)
    session.execute(delete(ApiKeyUsage).where(ApiKeyUsage.key_id == key_id, old))


def read_networks(texts: Sequence[str]) -> list[str]:
    """Networks in CIDR, each once, in their usual form. Raises InvalidInput."""
    if len(texts) > MAX_NETWORKS:
        raise errors.InvalidInput([errors.Fault("networks", codes.Problem.TOO_MANY, f"may be {MAX_NETWORKS} at most")])
    found = []
    for place, text in enumerate(texts):
        try:
            network = ip_network(text.strip())
            # A zone, as of fe80::1%eth0, is of one machine alone.
            if "%" in text:
                raise ValueError
        except ValueError:
            detail = (
                "must be an address or a network, such as 192.0.2.0/24 or 2001:db8::/32, with no bit beyond its length"
            )
            raise errors.InvalidInput(
                [errors.Fault(f"networks[{place}]", codes.Problem.INVALID_VALUE, detail)]
            ) from None
        found.append(str(network))
    return sorted(set(found))


def require_network(key: ApiKey, address: str) -> None:
    """Raise Forbidden where a key that is bound to networks comes from another one."""
    if key.networks is not None and not _is_among(address, key.networks):
        raise errors.Forbidden(
            "this key opens from the networks alone that were named when it was made, and this is another one"
        )


def _is_among(text: str, networks: Sequence[str]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(network) for network in networks)


def _within(networks: list[str], bounds: list[str]) -> list[str]:
    """The networks of a key that is made by one with such bounds. Raises ScopeMissing for one outside of them."""
    if not bounds:
        return networks
    limits = [ip_network(bound) for bound in bounds]
    for network in map(ip_network, networks):
        if not any(network.version == limit.version and network.subnet_of(limit) for limit in limits):  # type: ignore[arg-type]
            raise errors.ScopeMissing("your key is bound to networks: a key that it makes opens from those alone")
    return networks or bounds


def usage_of(session: Session, key_id: int, since: date) -> list[ApiKeyUsage]:
    """The days since `since` on which a key made requests, the latest first."""
    query = select(ApiKeyUsage).where(ApiKeyUsage.key_id == key_id, ApiKeyUsage.day >= since)
    return list(session.scalars(query.order_by(ApiKeyUsage.day.desc())))


def add_usage(session: Session, counts: Mapping[tuple[int, date], int]) -> None:
    """Add requests by key and day to what is stored."""
    for (key_id, day), count in sorted(counts.items()):
        engine.insert_missing(
            session, ApiKeyUsage, ["key_id", "day", "requests"], select(literal(key_id), literal(day), literal(0))
        )
        row = (ApiKeyUsage.key_id == key_id, ApiKeyUsage.day == day)
        session.execute(update(ApiKeyUsage).where(*row).values(requests=ApiKeyUsage.requests + count))


def key_named(session: Session, organisation_id: int, reference: str) -> ApiKey:
    """A key of the organisation, one that has ended too. Raises NotFound."""
    its = ApiKey.reference == ids.read_reference(reference), ApiKey.organisation_id == organisation_id
    return locking.find(session, ApiKey, *its, missing="your organisation has no such key")


def keys_of(session: Session, organisation_id: int, today: date, page: reading.Page | None = None) -> Sequence[ApiKey]:
    """The organisation's keys that still open something, the newest first."""
    living = (ApiKey.organisation_id == organisation_id, ApiKey.revoked_at.is_(None), ApiKey.ends_on >= today)
    return session.scalars(reading.newest_first(select(ApiKey).where(*living), ApiKey.id, page)).all()


def _lock_key(call: calls.Call[OrganisationActor], reference: str) -> ApiKey:
    """A key of the organisation that still opens something. Raises NotFound, of another organisation's too."""
    return locking.lock(
        call.session,
        ApiKey,
        ApiKey.reference == ids.read_reference(reference),
        ApiKey.organisation_id == call.actor.id,
        ApiKey.revoked_at.is_(None),
        ApiKey.ends_on >= clock.day_at(call.at, None),
        missing="your organisation has no such key, or it has ended already",
    )


def scopes_of(key: ApiKey) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in key.scopes)


def require_scope(scope: Scope, scopes: frozenset[Scope]) -> None:
    """Raise ScopeMissing where a key with these scopes does not open `scope`."""
    if scope not in scopes:
        raise errors.ScopeMissing(f"this needs a key with the scope {scope}, and yours has {', '.join(sorted(scopes))}")


def _require_within(call: calls.Call[OrganisationActor], scopes: Collection[Scope]) -> None:
    beyond = sorted(set(scopes) - call.actor.scopes)
    if beyond:
        raise errors.ScopeMissing(
            f"your key has not the scope {', '.join(beyond)}: no key gives or ends what it has not itself"
        )
