"""What happened, read from two records of one thing; saved searches."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.vocabulary.register import LicenceKind
from registry.vocabulary.watches import EVENTS, EXPIRY_DAYS, EventType
from registry.watches import fan_out, rules
from registry.watches.rules import Ending, SearchCriteria
from schemas.watches import EventDataSchema

DAY = date(2026, 11, 25)
CN = LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION


def test_every_event_has_its_words() -> None:
    assert set(EVENTS) == set(EventType)


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (None, "applied", "licence.status_changed"),
        (None, "active", "licence.issued"),
        ("applied", "active", "licence.issued"),
        ("active", "suspended", "licence.suspended"),
        ("active", "revoked_immediate", "licence.revoked"),
        ("active", "renewal_refused", "licence.revoked"),
        ("active", "winding_down", "licence.winding_down"),
        ("active", "delisted", "licence.delisted"),
        ("revoked", "revocation_pending_appeal", "licence.revocation_pending"),
        ("suspended", "active_with_conditions", "licence.back_in_order"),
        ("active", "under_surveillance", "licence.status_changed"),
        ("active", "active", None),
    ],
)
def test_a_status_is_told_by_what_it_means(before: str | None, after: str, event: str | None) -> None:
    old = None if before is None else {"status_history": [{"status": before}]}
    found = rules.licence_events(old, {"status_history": [{"status": after}]})
    assert [str(one.type) for one in found] == ([] if event is None else [event])


def test_conditions_scope_and_term_are_told_apart() -> None:
    old = {"status_history": [{"status": "active"}], "valid_to": "2027-01-01"}
    new = old | {"conditions": [{"code": "not_sectors"}], "sectors": [{"code": "14.10"}], "valid_to": "2030-01-01"}
    assert [(str(one.type), dict(one.data)) for one in rules.licence_events(old, new)] == [
        ("licence.conditions_changed", {"conditions": ["not_sectors"], "before": {"conditions": []}}),
        ("licence.scope_changed", {"sectors": [{"code": "14.10"}], "before": {}}),
        ("licence.term_changed", {"valid_to": "2030-01-01", "before": {"valid_to": "2027-01-01"}}),
    ]
    assert rules.licence_events(old, old) == []


def deposit(amount: str) -> dict[str, object]:
    return {"deposits": [{"amount": amount, "currency": "CNY", "form": "cash"}]}


@pytest.mark.parametrize(
    ("old", "new", "event"),
    [
        (deposit("3000000.00"), deposit("2950000.00"), ["agency.deposit_shortfall"]),
        (deposit("2950000.00"), deposit("3000000.00"), ["agency.deposit_restored"]),
        (deposit("2900000.00"), deposit("2950000.00"), []),
        ({"identifiers": [{"scheme": "vat", "value": "1"}]}, {"identifiers": [{"scheme": "vat", "value": "2"}]},
         ["agency.identifier_changed"]),
        ({}, {"clone_warnings": [{"text_digest": "sha256:0"}]}, ["agency.clone_warning"]),
        ({"clone_warnings": [{}]}, {"clone_warnings": [{"to": "2026-11-24"}]}, ["agency.clone_warning_ended"]),
        ({}, {"channels": [{"kind": "phone", "value": "+420601000009"}]}, ["agency.channel_changed"]),
        ({}, {"sanctions": [{"sanction_id": "A", "kind": "suspension"}]}, ["sanction.in_force"]),
        ({"sanctions": [{"sanction_id": "A"}]}, {"sanctions": [{"sanction_id": "A", "is_stayed_by_appeal": True}]},
         ["sanction.stayed"]),
        ({"sanctions": [{"sanction_id": "A", "is_stayed_by_appeal": True}]}, {"sanctions": [{"sanction_id": "A"}]},
         ["sanction.in_force"]),
        ({"sanctions": [{"sanction_id": "A"}]}, {"sanctions": [{"sanction_id": "A", "ended_as": "overturned"}]},
         ["sanction.overturned"]),
        ({"names": [{"kind": "legal", "name": "A"}]}, {"withheld": "withheld_by_law"}, []),
    ],
)  # fmt: skip
def test_what_became_of_an_agency(old: dict[str, object], new: dict[str, object], event: list[str]) -> None:
    assert [str(one.type) for one in rules.agency_events(old, new, [CN], DAY)] == event


def test_what_is_told_is_what_is_documented() -> None:
    source = Path(rules.__file__).read_text(encoding="utf-8") + Path(fan_out.__file__).read_text(encoding="utf-8")
    pending = set(
        re.findall(r'"([a-z_]+)": (?:codes|schemes|sorted|new|str|wanted|source|ending|after|status)', source)
    )
    pending |= {"sanction_id", "agreement_id", "origin", "destination", "valid_from", "valid_to"}
    documented = {field.data_key or name for name, field in EventDataSchema().fields.items()}
    assert pending - documented == set()


def test_an_ending_is_told_before_it_and_after_it_and_none_is_left_out() -> None:
    found = rules.endings_between(DAY - timedelta(days=2), DAY)
    assert found.count(Ending(DAY + timedelta(days=7), 7)) == 1
    assert len(found) == len(set(found)) == 2 * (len(EXPIRY_DAYS) + 1)
    assert Ending(DAY - timedelta(days=1), 0) in found


def test_a_search_is_answered_by_one_licence_that_satisfies_all_of_it() -> None:
    agency = {"country": "CN", "role": "sending"}
    to_italy = {"kind": "a", "authority": "x", "corridors": [{"origin": "CN", "destination": "IT"}]}
    sewing = {"kind": "b", "authority": "x", "sectors": [{"code": "14.10", "nace_revision": "2.1"}]}
    requested = SearchCriteria(country="CN", destination="IT", kind="a", sector="14")
    assert rules.matches_search(requested, agency, [to_italy])
    assert not rules.matches_search(requested, agency, [sewing])
    assert not rules.matches_search(SearchCriteria(destination="DE", kind="a"), agency, [to_italy, sewing])
    assert not rules.matches_search(SearchCriteria(sector="15"), agency, [sewing])
    assert not rules.matches_search(SearchCriteria(role="receiving"), agency, [])
