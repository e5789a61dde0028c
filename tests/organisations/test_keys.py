"""Keys: found by their text alone, ended by day and by hand, exchanged with an overlap, and never more than their maker's."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import ActRefused, NotFound, NotSignedIn, ScopeMissing
from registry.organisations import actions as organisations
from registry.organisations import keys
from registry.vocabulary.organisations import Scope
from tests.make import make_organisation


def today() -> date:
    return now().date()


def test_a_key_is_found_by_its_text_and_stands_nowhere(session: Session) -> None:
    organisation = make_organisation(session)
    key, given = keys.make(session, organisation, " nightly  check ", {Scope.VERIFY, Scope.JOBS}, 30, today=today())
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
    key, given = keys.make(session, make_organisation(session), "check", {Scope.VERIFY}, 1, today=today())
    assert keys.opened_by(session, given, key.ends_on)[1] is key
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, given, key.ends_on + timedelta(days=1))


def test_a_revoked_key_and_a_closed_organisations_open_nothing(session: Session) -> None:
    organisation = make_organisation(session)
    key, given = keys.make(session, organisation, "check", {Scope.VERIFY}, 30, today=today())
    other = keys.make(session, organisation, "check", {Scope.VERIFY}, 30, today=today())[1]
    keys.revoke(session, organisation.id, key.reference, at=now(), today=today())
    for never in (given, given[:-1], "rrk_" + "A" * 43, ""):
        with pytest.raises(NotSignedIn):
            keys.opened_by(session, never, today())
    organisations.close(session, organisation, at=now(), today=today())
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, other, today())
    with pytest.raises(ActRefused, match="closed"):
        keys.make(session, organisation, "check", {Scope.VERIFY}, 30, today=today())


def test_an_exchanged_key_stays_good_for_the_overlap(session: Session) -> None:
    organisation = make_organisation(session)
    old, given = keys.make(session, organisation, "check", {Scope.VERIFY, Scope.JOBS}, 90, today=today())
    made, new = keys.rotate(session, organisation, old.reference, 7, at=now(), today=today())
    assert (made.name, made.scopes, made.ends_on) == ("check", old.scopes, today() + timedelta(days=90))
    assert old.replaced_by == made.reference
    later = today() + timedelta(days=7)
    assert keys.opened_by(session, given, later)[1] is old
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, given, later + timedelta(days=1))
    assert keys.opened_by(session, new, later + timedelta(days=1))[1] is made
    with pytest.raises(ActRefused, match="exchanged already"):
        keys.rotate(session, organisation, old.reference, 7, at=now(), today=today())
    keys.rotate(session, organisation, made.reference, 0, at=now(), today=today())
    with pytest.raises(NotSignedIn):
        keys.opened_by(session, new, today())


def test_no_key_gives_or_ends_what_it_has_not(session: Session) -> None:
    organisation = make_organisation(session)
    wide, _ = keys.make(session, organisation, "wide", tuple(Scope), 90, today=today())
    within = {Scope.ORGANISATION, Scope.VERIFY}
    with pytest.raises(ScopeMissing, match="jobs"):
        keys.make(session, organisation, "more", {Scope.VERIFY, Scope.JOBS}, 30, today=today(), within=within)
    with pytest.raises(ScopeMissing):
        keys.rotate(session, organisation, wide.reference, 7, at=now(), today=today(), within=within)
    with pytest.raises(ScopeMissing):
        keys.revoke(session, organisation.id, wide.reference, at=now(), today=today(), within=within)
    assert [key.reference for key in keys.keys_of(session, organisation.id, today())] == [wide.reference]


def test_anothers_key_is_told_like_one_that_never_was(session: Session) -> None:
    key, _ = keys.make(session, make_organisation(session), "check", {Scope.VERIFY}, 30, today=today())
    other = make_organisation(session, "Invented Others")
    words = set()
    for reference in (key.reference, "222222222222"):
        with pytest.raises(NotFound) as refused:
            keys.revoke(session, other.id, reference, at=now(), today=today())
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
        keys.make(session, make_organisation(session), name, scopes, days, today=today())
    assert refused.value.reason == reason


def test_there_are_only_so_many_keys(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_LIVING", 1)
    organisation = make_organisation(session)
    keys.make(session, organisation, "check", {Scope.VERIFY}, 30, today=today())
    with pytest.raises(ActRefused, match="1 keys already"):
        keys.make(session, organisation, "check", {Scope.VERIFY}, 30, today=today())
