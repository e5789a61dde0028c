"""Keys: found by their text alone, ended by day and by hand, exchanged with an overlap, and never more than their maker's."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import ActRefused, InvalidInput, NotFound, NotSignedIn, ScopeMissing
from registry.organisations import actions as organisations
from registry.organisations import keys
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from tests.make import make_organisation, organisation_call


def today() -> date:
    return now().date()


def test_a_key_is_found_by_its_text_and_stands_nowhere(session: Session) -> None:
    organisation = make_organisation(session)
    key, given = keys.make(
        organisation_call(session, organisation.id), " nightly  check ", {Scope.VERIFY, Scope.JOBS}, 30
    )
    assert given.startswith(key.prefix)
    assert len(given) == 47
    assert keys.opened_by(session, given, today()) == (organisation, key)
    assert (key.name, key.scopes) == ("nightly check", ["jobs", "verify"])
    row = session.execute(text("SELECT * FROM api_keys")).one()
    assert given[8:] not in repr(row)
    keys.used(session, key.id, today())
    session.refresh(key)
    assert key.last_used_on == today()


def test_a_key_opens_until_the_end_of_its_last_day(session: Session) -> None:
    key, given = keys.make(organisation_call(session, make_organisation(session).id), "check", {Scope.VERIFY}, 1)
    assert keys.opened_by(session, given, key.ends_on)[1] is key
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, given, key.ends_on + timedelta(days=1))


def test_a_revoked_key_and_a_closed_organisations_open_nothing(session: Session) -> None:
    organisation = make_organisation(session)
    key, given = keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY}, 30)
    other = keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY}, 30).text
    keys.revoke(organisation_call(session, organisation.id), key.reference)
    for never in (given, given[:-1], "rrk_" + "A" * 43, ""):
        with pytest.raises(NotSignedIn):
            keys.opened_by(session, never, today())
    organisations.close(session, organisation, at=now(), today=today())
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, other, today())
    with pytest.raises(ActRefused, match="closed"):
        keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY}, 30)


def test_an_exchanged_key_stays_good_for_the_overlap(session: Session) -> None:
    organisation = make_organisation(session)
    old, given = keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY, Scope.JOBS}, 90)
    made, new = keys.rotate(organisation_call(session, organisation.id), old.reference, 7)
    assert (made.name, made.scopes, made.ends_on) == ("check", old.scopes, today() + timedelta(days=90))
    assert old.replaced_by == made.reference
    later = today() + timedelta(days=7)
    assert keys.opened_by(session, given, later)[1] is old
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, given, later + timedelta(days=1))
    assert keys.opened_by(session, new, later + timedelta(days=1))[1] is made
    with pytest.raises(ActRefused, match="exchanged already"):
        keys.rotate(organisation_call(session, organisation.id), old.reference, 7)
    keys.rotate(organisation_call(session, organisation.id), made.reference, 0)
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, new, today())


def test_no_key_gives_or_ends_what_it_has_not(session: Session) -> None:
    organisation = make_organisation(session)
    wide, _ = keys.make(organisation_call(session, organisation.id), "wide", tuple(Scope), 90)
    narrow = Call(session, OrganisationActor(organisation.id, frozenset({Scope.ORGANISATION, Scope.VERIFY})), now())
    with pytest.raises(ScopeMissing, match="jobs"):
        keys.make(narrow, "more", {Scope.VERIFY, Scope.JOBS}, 30)
    with pytest.raises(ScopeMissing):
        keys.rotate(narrow, wide.reference, 7)
    with pytest.raises(ScopeMissing):
        keys.revoke(narrow, wide.reference)
    assert [key.reference for key in keys.keys_of(session, organisation.id, today())] == [wide.reference]


def test_a_key_leaves_nothing_behind_that_outlives_or_outreaches_it(session: Session) -> None:
    organisation = make_organisation(session)
    owner = organisation_call(session, organisation.id)
    wide, _ = keys.make(owner, "wide", tuple(Scope), 30, networks=["192.0.2.0/24", "2001:db8::/32"])
    program = Call(session, OrganisationActor(organisation.id, frozenset(Scope), wide.reference), now())
    for act in (
        lambda: keys.make(program, "heir", {Scope.ORGANISATION}, 30),
        lambda: keys.rotate(program, wide.reference, 7),
        lambda: keys.make(program, "elsewhere", {Scope.VERIFY}, 30, networks=["198.51.100.0/24"]),
        lambda: keys.make(program, "wider", {Scope.VERIFY}, 30, networks=["2001:db0::/28"]),
    ):
        with pytest.raises(ScopeMissing):
            act()
    child, given = keys.make(program, "child", {Scope.VERIFY}, 365)
    assert (child.ends_on, child.networks, child.made_by) == (wide.ends_on, wide.networks, wide.reference)
    narrower, _ = keys.make(program, "narrower", {Scope.VERIFY}, 7, networks=["192.0.2.7"])
    assert narrower.networks == ["192.0.2.7/32"]
    exchanged = keys.rotate(program, child.reference, 7).key
    heir = keys.rotate(owner, wide.reference, 7).key
    keys.revoke(owner, heir.reference)
    session.expire_all()
    assert [key.reference for key in keys.keys_of(session, organisation.id, today())] == [wide.reference]
    assert exchanged.revoked_at is not None
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, given, today())


@pytest.mark.parametrize(
    "text", ["192.0.2.1/24", "192.0.2.0/33", "anywhere", "", "192.0.2.0/24,", "::1%eth0", "010.0.0.1"]
)
def test_networks_that_are_none_are_refused(session: Session, text: str) -> None:
    call = organisation_call(session, make_organisation(session).id)
    with pytest.raises(InvalidInput) as refused:
        keys.make(call, "check", {Scope.VERIFY}, 30, networks=["192.0.2.0/24", text])
    assert refused.value.faults[0].parameter == "networks[1]"


def test_requests_are_added_up_by_key_and_day_and_forgotten_after_a_year(session: Session) -> None:
    organisation = make_organisation(session)
    key, _ = keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY}, 30)
    long_ago = today() - timedelta(days=keys.KEPT_USAGE_DAYS + 1)
    keys.add_usage(session, {(key.id, today()): 2, (key.id, long_ago): 9})
    keys.add_usage(session, {(key.id, today()): 3})
    keys.used(session, key.id, today())
    session.expire_all()
    assert [(one.day, one.requests) for one in keys.usage_of(session, key.id, long_ago)] == [(today(), 5)]


def test_anothers_key_is_told_like_one_that_never_was(session: Session) -> None:
    key, _ = keys.make(organisation_call(session, make_organisation(session).id), "check", {Scope.VERIFY}, 30)
    other = make_organisation(session, "Invented Others")
    words = set()
    for reference in (key.reference, "222222222222"):
        with pytest.raises(NotFound) as refused:
            keys.revoke(organisation_call(session, other.id), reference)
        words.add(refused.value.text)
    assert len(words) == 1


@pytest.mark.parametrize(
    ("name", "scopes", "days", "reason"),
    [
        ("", {Scope.VERIFY}, 30, "bad_key_name"),
        ("a\u202eb", {Scope.VERIFY}, 30, "bad_key_name"),
        ("check", set(), 30, "no_scope"),
        ("check", {Scope.VERIFY}, 0, "bad_key_days"),
        ("check", {Scope.VERIFY}, keys.MAX_DAYS + 1, "bad_key_days"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=False)
def test_what_can_be_no_key_is_refused(session: Session, name: str, scopes: set[Scope], days: int, reason: str) -> None:
    with pytest.raises(ActRefused) as refused:
        keys.make(organisation_call(session, make_organisation(session).id), name, scopes, days)
    assert refused.value.reason == reason


def test_there_are_only_so_many_keys(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_LIVING", 1)
    organisation = make_organisation(session)
    keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY}, 30)
    with pytest.raises(ActRefused, match="1 keys already"):
        keys.make(organisation_call(session, organisation.id), "check", {Scope.VERIFY}, 30)
