"""The name index says what was last indexed, and nothing else."""

import pytest
from sqlalchemy import delete, event, func, select

from registry.log.actions import Draft, append
from registry.register.names import actions
from registry.register.names.actions import index_all
from registry.register.names.models import FreshPosting, IndexedName, NameBucket
from registry.register.names.postings import unpacked
from registry.register.names.queries import search
from registry.vocabulary.register import NameKind

LEGAL, FORMER = NameKind.LEGAL, NameKind.FORMER


def count(session, model) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def postings(session) -> int:
    bodies = session.execute(select(NameBucket.postings)).scalars()
    return sum(len(unpacked(body).keys) for body in bodies) + count(session, FreshPosting)


def found(session, text) -> list[int]:
    return [hit.agency_id for hit in search(session, text)]


def test_an_indexed_name_is_found(session):
    index_all(session, [(7, [(LEGAL, "青岛云蝶国际劳务合作有限公司")])])
    assert found(session, "青岛云蝶") == [7]


def test_a_name_that_is_no_longer_said_leaves_nothing_behind(session):
    index_all(session, [(7, [(LEGAL, "Lumaca Blu Lavoro S.r.l.")])])
    index_all(session, [(7, [(LEGAL, "Grifone Lento Servizi S.p.A.")])])
    assert found(session, "Lumaca Blu") == []
    assert found(session, "Grifone Lento") == [7]
    index_all(session, [(7, [])])
    assert found(session, "Grifone Lento") == []
    assert count(session, IndexedName) == postings(session) == 0


@pytest.mark.parametrize("fold_at", [1, 15, 10**9])
def test_names_leave_nothing_behind_wherever_their_keys_stand(session, monkeypatch, fold_at):
    monkeypatch.setattr(actions, "FOLD_AT", fold_at)
    names = ["Lumaca Blu Lavoro S.r.l.", "青岛云蝶国际劳务合作有限公司", "Żółwik Śpiący Praca sp. z o.o."]
    for agency_id, name in enumerate(names, 1):
        index_all(session, [(agency_id, [(LEGAL, name), (FORMER, f"{name} Altra")])])
    for agency_id, name in enumerate(names, 1):
        assert found(session, name)[0] == agency_id
        index_all(session, [(agency_id, [(LEGAL, "Grifone Lento")])])
        assert found(session, name) == []
    for agency_id in range(1, 4):
        index_all(session, [(agency_id, [])])
    assert postings(session) == 0


def test_indexing_the_same_names_again_writes_nothing(session, engine):
    names = [(LEGAL, "Lumaca Blu Lavoro S.r.l.")]
    index_all(session, [(7, names)])
    stated: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, statement, *_: stated.append(statement))
    index_all(session, [(7, names)])
    assert stated
    assert all(statement.startswith("SELECT") for statement in stated)


def test_fresh_postings_that_no_worker_folded_are_folded_by_who_publishes(session, monkeypatch):
    monkeypatch.setattr(actions, "OVERDUE_AT", 80)
    for agency_id in range(1, 60):
        index_all(session, [(agency_id, [(LEGAL, f"Lumaca Numero{agency_id} Lavoro")])])
        assert count(session, FreshPosting) < 100
    assert found(session, "Lumaca Numero17 Lavoro")[0] == 17


def test_many_at_once_are_as_one_by_one(session):
    agencies = [
        (number, [(LEGAL, f"Lumaca {word} Lavoro")]) for number, word in enumerate("Blu Rossa Verde".split(), 1)
    ]
    index_all(session, iter(agencies))
    at_once = postings(session)
    for number, _ in agencies:
        index_all(session, [(number, [])])
    for number, names in agencies:
        index_all(session, [(number, names)])
    assert postings(session) == at_once
    assert found(session, "Lumaca Verde")[0] == 3


def built_anew(session, given=None) -> None:
    collected = actions.collect(session, given.append if given is not None else lambda done: None)
    for number in range(actions.SLICES):
        actions.renew(session, collected, number)


def test_building_anew_gives_the_same_index_and_tells_how_far_it_is(session):
    index_all(session, [(number, [(LEGAL, f"Lumaca Numero{number} Lavoro")]) for number in range(1, 1200)])
    before = postings(session)
    given: list[int] = []
    built_anew(session, given)
    assert given == [500, 1000, 1199]
    assert postings(session) == before
    assert count(session, FreshPosting) == 0
    assert found(session, "Lumaca Numero321 Lavoro")[0] == 321


def test_building_anew_mends_a_damaged_index(session):
    index_all(session, [(7, [(LEGAL, "Lumaca Blu")])])
    session.execute(delete(FreshPosting))
    assert found(session, "Lumaca Blu") == []
    built_anew(session)
    assert found(session, "Lumaca Blu") == [7]


def test_a_name_published_while_the_index_is_built_anew_is_not_lost(session):
    index_all(session, [(7, [(LEGAL, "Lumaca Blu")])])
    collected = actions.collect(session)
    index_all(session, [(8, [(LEGAL, "Grifone Lento")])])
    append(session, [Draft("agency/X", "agency.registered", {}, 8)])
    for number in range(actions.SLICES):
        actions.renew(session, collected, number)
    assert (found(session, "Lumaca Blu"), found(session, "Grifone Lento")) == ([7], [8])


def test_folding_slice_by_slice_loses_nothing_wherever_it_is_broken_off(session):
    index_all(session, [(number, [(LEGAL, f"Lumaca Numero{number} Lavoro")]) for number in range(1, 60)])
    before = postings(session)
    for number in range(0, actions.SLICES, 2):
        actions.fold(session, number)
    assert postings(session) == before
    assert 0 < count(session, FreshPosting) < before
    for number in range(actions.SLICES):
        actions.fold(session, number)
    assert (postings(session), count(session, FreshPosting)) == (before, 0)
    assert found(session, "Lumaca Numero17 Lavoro")[0] == 17


def test_what_is_gathered_is_found_after_it_and_an_agency_may_change_twice_in_it(session):
    index_all(session, [(1, [(LEGAL, "Lumaca Blu")])])
    with actions.gathered(session):
        index_all(session, [(2, [(LEGAL, "Grifone Lento")])], are_new=True)
        index_all(session, [(1, [(LEGAL, "Tartaruga Rossa")])])
        index_all(session, [(1, [(LEGAL, "Lumaca Blu")])])
        index_all(session, [(2, [(LEGAL, "Pavone Verde")])])
    assert found(session, "Lumaca Blu") == [1]
    assert found(session, "Pavone Verde") == [2]
    assert found(session, "Tartaruga Rossa") == found(session, "Grifone Lento") == []


@pytest.mark.parametrize("fold_at", [1, 10**9])
def test_a_new_agency_may_change_once_or_twice_in_what_is_gathered(session, monkeypatch, fold_at):
    monkeypatch.setattr(actions, "FOLD_AT", fold_at)
    with actions.gathered(session):
        index_all(session, [(1, [(LEGAL, "Lumaca Blu")]), (2, [(LEGAL, "Grifone Lento")])], are_new=True)
        index_all(session, [(1, [(LEGAL, "Tartaruga Rossa")]), (2, [(LEGAL, "Pavone Verde")])])
        index_all(session, [(2, [(LEGAL, "Grifone Lento")])])
    assert found(session, "Lumaca Blu") == found(session, "Pavone Verde") == []
    assert (found(session, "Tartaruga Rossa"), found(session, "Grifone Lento")) == ([1], [2])


def test_nothing_is_indexed_by_a_transaction_that_is_given_up(session):
    index_all(session, [(7, [(LEGAL, "Lumaca Blu")])])
    session.rollback()
    assert found(session, "Lumaca Blu") == []


@pytest.mark.parametrize("name", ["", "…", "\ud800", "x" * 10_000, "云" * 10_000, "щ" * 400, "\x00Lumaca", "a " * 5000])
def test_any_name_can_be_indexed(session, name):
    index_all(session, [(7, [(LEGAL, name)])])
    index_all(session, [(7, [(LEGAL, "Lumaca")])])
    assert found(session, "Lumaca") == [7]
