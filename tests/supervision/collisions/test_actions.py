"""Searching, on both databases: found by index, step by step, and public only after an official confirms."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import InvalidInput, NotFound
from registry.core.keyring import Keyring
from registry.log.models import Entry
from registry.register.agencies import actions as agencies
from registry.register.agencies import models, record
from registry.register.agencies.publishing import Event
from registry.supervision.collisions import actions
from registry.supervision.collisions.actions import MAX_PAIRS, begin_search, confirm, dismiss, renew_keys, search_on
from registry.supervision.collisions.models import Collision, CollisionGroup, CollisionKey, CollisionState
from registry.supervision.collisions.queries import collisions_found, groups_found
from registry.supervision.collisions.rules import LOST, Sign
from registry.vocabulary.register import ChannelKind, IdentifierScheme, LicenceStatus
from tests import make


@pytest.fixture
def digest(tmp_path):
    keyring = Keyring(tmp_path / "keys")
    return lambda text: keyring.digest("collisions", text)


def channel(kind: ChannelKind, value: str) -> record.Channel:
    return record.Channel(kind=kind, value=value, source=make.source_of("CZ"), retrieved_at=now())


def fallen(session: Session, status: LicenceStatus = LicenceStatus.REVOKED, **facts: Any) -> record.Agency:
    history = (make.status_record(to=date(2025, 1, 9)), make.status_record(status, from_=date(2025, 1, 10)))
    return make.make_agency(session, licences=(make.licence_record(status_history=history),), **facts)


def fresh(session: Session, **facts: Any) -> record.Agency:
    began = date(2025, 2, 1)
    licence = make.licence_record(valid_from=began, status_history=(make.status_record(from_=began),))
    return make.make_agency(session, licences=(licence,), **facts)


def search(session: Session, digest: Any, against: Sequence[LicenceStatus] = tuple(LOST)) -> list[Collision]:
    while not renew_keys(session, digest).is_last:
        pass
    begin_search(session, against, digest)
    while not search_on(session, digest).is_last:
        pass
    return collisions_found(session, None, agency=None, after=None, limit=1000)


def signs(collision: Collision) -> set[str]:
    return set(collision.signs)


PHONE = channel(ChannelKind.PHONE, "+420 222 333 444")


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        ({"name": "Lumaca Blu Lavoro s.r.o."}, {"name": "Lumacca Blu Lavoro s.r.o."}, Sign.NEAR_NAME),
        ({"channels": (PHONE,)}, {"channels": (channel(ChannelKind.PHONE, "222333444"),)}, Sign.PHONE),
        (
            {"channels": (channel(ChannelKind.WEBSITE, "www.lumaca-invented.cz"),)},
            {"channels": (channel(ChannelKind.WEBSITE, "https://lumaca-invented.cz/x"),)},
            Sign.WEBSITE,
        ),
        ({"place": "Vymyšlená 12, Praha"}, {"place": "Vymyšlená 12 Praha"}, Sign.ADDRESS),
        (
            {"identifiers": (make.identifier_record(IdentifierScheme.VAT, "CZ00000019"),)},
            {"identifiers": (make.identifier_record(IdentifierScheme.VAT, "CZ 00000019"),)},
            Sign.IDENTIFIER,
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Sign) else None,
)
def test_who_shares_something_with_one_that_lost_its_licence_is_found(
    session: Session, digest: Any, one: dict[str, Any], other: dict[str, Any], sign: Sign
) -> None:
    fallen(session, **({"name": "Tartaruga Verde"} | one))
    fresh(session, **({"name": "Grifone Lento"} | other))
    make.make_licence(session, agency={"name": "Riccio Bruno"})
    [found] = search(session, digest)
    assert signs(found) == {sign, Sign.REGISTERED_AFTER}
    assert found.state is CollisionState.OPEN


@pytest.mark.parametrize("status", [LicenceStatus.SUSPENDED, LicenceStatus.BANNED])
def test_only_the_likes_of_the_statuses_asked_for_are_found(
    session: Session, digest: Any, status: LicenceStatus
) -> None:
    fallen(session, status, channels=(PHONE,))
    fresh(session, channels=(PHONE,))
    assert search(session, digest, [LicenceStatus.REVOKED]) == []
    assert len(search(session, digest, [status])) == 1


def test_against_any_two_agencies_in_good_standing_are_found_too(session: Session, digest: Any) -> None:
    fresh(session, name="Tartaruga Verde", channels=(PHONE,))
    fresh(session, name="Grifone Lento", channels=(PHONE,))
    assert search(session, digest) == []
    [found] = search(session, digest, [])
    assert signs(found) == {Sign.PHONE}


def test_a_second_search_finds_nothing_twice_and_new_signs_reopen_what_was_dismissed(
    session: Session, digest: Any
) -> None:
    old = fallen(session, channels=(PHONE,))
    fresh(session, channels=(PHONE,), place="Vymyšlená 12, Praha")
    [found] = search(session, digest)
    before = found.rank
    dismiss(session, found.reference, "A. Officer", "Two branches.")
    [again] = search(session, digest)
    assert (again.id, again.state) == (found.id, CollisionState.DISMISSED)
    moved = make.changed(make.public_record_of(session, old.agency_id), place="Vymyšlená 12, Praha")
    agencies.amend(session, moved, make.Event("agency.amended"))
    [again] = search(session, digest)
    assert (again.id, again.state) == (found.id, CollisionState.OPEN)
    assert Sign.ADDRESS in signs(again)
    assert again.rank > before


def test_a_search_goes_on_where_it_was_stopped(session: Session, digest: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(actions, "AGENCIES", 2)
    monkeypatch.setattr(actions, "ENTRIES", 3)
    for number in range(5):
        phone = channel(ChannelKind.PHONE, f"+42022233344{number}")
        fallen(session, name=f"Tartaruga {number}", channels=(phone,))
        fresh(session, name=f"Grifone {number}", channels=(phone,))
    assert not renew_keys(session, digest).is_last
    session.commit()
    while not renew_keys(session, digest).is_last:
        session.commit()
    begin_search(session, LOST, digest)
    assert not search_on(session, digest).is_last
    session.commit()
    assert len(collisions_found(session, None, agency=None, after=None, limit=100)) == 2
    looked_at = []
    monkeypatch.setattr(
        actions, "find_collisions", lambda *given, known=actions.find_collisions: (looked_at.append(1), known(*given))
    )
    begin_search(session, LOST, digest)
    while not search_on(session, digest).is_last:
        session.commit()
    assert len(looked_at) == 3
    assert len(collisions_found(session, None, agency=None, after=None, limit=100)) == 5


def test_what_many_share_is_told_as_a_group(session: Session, digest: Any) -> None:
    fallen(session, name="Tartaruga Verde", channels=(PHONE,))
    for number in range(MAX_PAIRS + 1):
        fresh(session, name=f"Grifone {number * 7919}", channels=(PHONE,))
    assert search(session, digest) == []
    [(group, _)] = groups_found(session, 10)
    assert (group.sign, group.size) == (Sign.PHONE, MAX_PAIRS + 2)
    search(session, digest)
    assert len(session.execute(select(CollisionGroup)).all()) == 1


def test_many_of_one_name_are_told_as_a_group(session: Session, digest: Any) -> None:
    fallen(session, name="Lumaca Blu Lavoro s.r.o.")
    for _ in range(MAX_PAIRS + 1):
        fresh(session, name="Lumaca Blu Lavoro s.r.o.")
    assert search(session, digest) == []
    [(group, _)] = groups_found(session, 10)
    assert (group.sign, group.size) == (Sign.NEAR_NAME, MAX_PAIRS + 2)


def test_pages_follow_one_another_without_a_gap(session: Session, digest: Any) -> None:
    for number in range(7):
        phone = channel(ChannelKind.PHONE, f"+42022233344{number}")
        fallen(session, name=f"Tartaruga {number}", channels=(phone,))
        fresh(session, name=f"Grifone {number}", channels=(phone,))
    everything = search(session, digest)
    seen: list[str] = []
    while page := collisions_found(session, None, agency=None, after=seen[-1] if seen else None, limit=3):
        seen += [one.reference for one in page]
    assert seen == [one.reference for one in everything]
    assert len(seen) == 7


def test_no_value_stands_in_the_keys_and_another_secret_makes_them_anew(
    session: Session, digest: Any, tmp_path: Any
) -> None:
    fallen(session, channels=(PHONE,))
    fresh(session, channels=(PHONE,))
    search(session, digest)
    before = session.execute(select(CollisionKey.digest)).scalars().all()
    other = Keyring(tmp_path / "others")
    search(session, lambda text: other.digest("collisions", text))
    after = session.execute(select(CollisionKey.digest)).scalars().all()
    assert len(before) == len(after)
    assert not set(before) & set(after)


def test_the_keys_of_an_erased_holder_go_with_the_next_search(session: Session, digest: Any) -> None:
    agency = fallen(session, channels=(PHONE,), holder_kind="sole_trader")
    fresh(session, channels=(PHONE,))
    search(session, digest)
    row = session.execute(select(models.Agency).where(models.Agency.reference == agency.agency_id)).scalar_one()
    agencies.erase(session, row)
    search(session, digest)
    assert session.execute(select(CollisionKey).where(CollisionKey.agency_id == row.id)).all() == []


def test_confirming_warns_on_the_licensed_entry_and_nothing_was_public_before(session: Session, digest: Any) -> None:
    old = fallen(session, channels=(PHONE,))
    new = fresh(session, channels=(PHONE,))
    [found] = search(session, digest)
    assert make.public_record_of(session, new.agency_id).clone_warnings == ()
    agency = confirm(session, found.reference, "A. Officer", "Není to tato agentura.", source="registry")
    assert agency.agency_id == new.agency_id
    [warning] = make.public_record_of(session, new.agency_id).clone_warnings
    assert (warning.text, warning.source) == ("Není to tato agentura.", "registry")
    assert make.public_record_of(session, old.agency_id).clone_warnings == ()
    assert (found.state, found.decided_by) == (CollisionState.CONFIRMED, "A. Officer")
    with pytest.raises(InvalidInput, match=r"confirmed already, by A\. Officer"):
        dismiss(session, found.reference, "A. Officer", "Again.")


def test_what_is_found_and_dismissed_changes_nothing_that_is_public(session: Session, digest: Any) -> None:
    agencies = [fallen(session, channels=(PHONE,)), fresh(session, channels=(PHONE,))]
    entries = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    [found] = search(session, digest)
    dismiss(session, found.reference, "A. Officer", "Two branches of one firm.")
    assert [make.public_record_of(session, one.agency_id) for one in agencies] == agencies
    assert session.execute(select(func.count()).select_from(Entry)).scalar_one() == entries


def test_where_both_or_neither_are_licensed_the_true_entry_must_be_named(session: Session, digest: Any) -> None:
    one, other = fresh(session, channels=(PHONE,)), fresh(session, channels=(PHONE,))
    [found] = search(session, digest, [])
    with pytest.raises(InvalidInput, match="both hold a licence in force"):
        confirm(session, found.reference, "A. Officer", "x", source="registry")
    stranger = fresh(session)
    with pytest.raises(InvalidInput, match="neither of the two"):
        confirm(session, found.reference, "A. Officer", "x", source="registry", true_entry=stranger.agency_id)
    confirm(session, found.reference, "A. Officer", "x", source="registry", true_entry=other.agency_id)
    assert make.public_record_of(session, one.agency_id).clone_warnings == ()


def test_a_decision_needs_somebody_and_a_reason(session: Session, digest: Any) -> None:
    fallen(session, channels=(PHONE,))
    fresh(session, channels=(PHONE,))
    [found] = search(session, digest)
    for by, text in ((" ", "x"), ("A. Officer", ""), ("A" * 201, "x")):
        with pytest.raises(InvalidInput):
            dismiss(session, found.reference, by, text)
    with pytest.raises(NotFound):
        dismiss(session, "2K7MPXW4NQ9T", "A. Officer", "x")


def test_one_bank_account_of_two_agencies_is_seen_though_neither_number_is_kept(
    session: Session, digest: Any, tmp_path: Path
) -> None:
    keyring = Keyring(tmp_path / "keys")
    for number in ("CZ65 0800 0000 1920 0014 5399", "CZ6508000000192000145399", "CZ9999990000000000005399"):
        channels = (channel(ChannelKind.BANK_ACCOUNT, number),)
        # The last one shows the same end.
        agencies.admit(session, [make.agency_record(channels=channels)], Event("source.imported"), keyring=keyring)
    alike = [found for found in search(session, digest, against=()) if Sign.BANK_ACCOUNT in signs(found)]
    assert [(found.first_id, found.second_id) for found in alike] == [(1, 2)]
