"""Answers that are shared among numbers and agencies are those that each would have by itself."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from registry.core.clock import now
from registry.core.ids import new_reference
from registry.ranges.answer_rules import SharedAnswers, answers_on, unnamed
from registry.ranges.calendar_rules import Calendar
from registry.ranges.rendering import keys_of
from registry.register.agencies import record
from registry.register.law.loading import shipped_law
from registry.verification.verdicts.question import Holder, VerdictFacts
from registry.vocabulary.register import HolderKind, IdentifierScheme, LicenceKind, LicenceStatus
from tests import make


@pytest.fixture
def facts() -> VerdictFacts:
    law = shipped_law()
    snapshot = make.ground_of()
    return VerdictFacts((), snapshot, law.regimes, now(), limits=law.limits, routes=law.permit_routes)


def agencies(count: int) -> Iterator[record.Agency]:
    """Invented agencies of few kinds, so that many are alike: all facts that a rule may read come and go."""
    chance = random.Random(7)
    today = now().date()
    days = [None, date(1899, 1, 1), date(2011, 5, 5), date(2020, 1, 1)]
    days += [today - timedelta(days=400), today, today + timedelta(days=20)]
    kinds = [None, None, LicenceKind.NL_RECOGNISED_SPONSOR, LicenceKind.CN_OVERSEAS_EMPLOYMENT_INTERMEDIARY_LEGACY]

    def licence(country: str) -> record.Licence:
        kind = chance.choice(kinds)
        status = chance.choice(
            [LicenceStatus.ACTIVE, LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED, LicenceStatus.REVOKED]
        )
        terms: dict[str, Any] = {"valid_from": chance.choice(days), "valid_to": chance.choice(days)}
        periods = [make.status_record(status, from_=chance.choice(days), country=country)]
        if chance.random() < 0.2:
            periods.append(make.status_record(from_=chance.choice(days), ground="§ 63", country=country))
        terms["status_history"] = tuple(periods)
        return make.licence_record(kind, status, **terms, **({} if kind else {"country": country}))

    for n in range(count):
        country = chance.choice(["CN", "CZ", "CZ", "IT"])
        flags = {name: chance.random() < 0.1 for name in ("has_failed_check", "is_under_review")}
        schemes = chance.sample([IdentifierScheme.REGISTRATION_NUMBER, IdentifierScheme.VAT, IdentifierScheme.USCC], 2)
        agency = make.agency_record(
            country=country,
            holder_kind=chance.choice(list(HolderKind)),
            names=(make.name_record(f"Smyšlená {n} s.r.o.", to=chance.choice(days)),),
            identifiers=tuple(make.identifier_record(scheme, f"{country}{n}", **flags) for scheme in schemes),
            licences=tuple(licence(country) for _ in range(chance.randrange(3))),
            dissolved_on=chance.choice([None, None, *days]),
            is_correction_requested=chance.random() < 0.1,
            withheld=chance.choice([None] * 9 + ["withheld_by_law"]),
        )
        if chance.random() < 0.1:
            agreement = make.agreement_record(make.agency_record(country="CN"), agency)
            agency = make.changed(agency, agreements=(agreement,))
        if agency.licences and chance.random() < 0.3:
            again = make.changed(agency.licences[0], licence_id=new_reference(), number=f"DVA/{n}")
            agency = make.changed(agency, licences=(*agency.licences, again))
        yield agency


def test_each_number_has_the_answers_of_its_own_record(facts: VerdictFacts):
    calendar = Calendar(shipped_law())
    shared = SharedAnswers(facts, calendar)
    asked, named = 0, set()
    for agency in agencies(400):
        confirmed_at = facts.as_of if asked % 2 else None
        for _, number, licence in keys_of(agency):
            licences = None if licence is None else frozenset({licence})
            own = answers_on(number, [Holder(agency, licences, confirmed_at)], facts, calendar)
            judged = unnamed(agency, shared.counted_from)
            assert shared.to(number, judged, licences, confirmed_at) == own
            named.add(own.stated)
            asked += 1
    assert len(named) < asked / 2
    assert len(shared._known) < asked / 2


def test_what_is_judged_tells_no_agency_from_another_that_is_alike():
    stated = {"retrieved_at": now()}
    first, second = (
        make.agency_record(
            names=(make.name_record(f"Smyšlená {n}", **stated),),
            identifiers=(make.identifier_record(IdentifierScheme.VAT, f"CZ{n}", **stated),),
            licences=(make.licence_record(status_history=(make.status_record(**stated),), status_place=n, **stated),),
            **stated,
        )
        for n in range(2)
    )
    assert unnamed(first).digest == unnamed(second).digest
    assert unnamed(first).digest != unnamed(make.changed(second, country="IT")).digest


def test_of_a_beginning_that_no_law_counts_from_any_more_only_that_it_is_past_is_judged(facts: VerdictFacts):
    counted_from = Calendar(shipped_law()).counted_from(facts.as_of.date())
    stated = {"retrieved_at": now()}

    def digest(begun: date, status: LicenceStatus = LicenceStatus.ACTIVE) -> bytes:
        history = (make.status_record(status, from_=begun, **stated),)
        licence = make.licence_record(valid_from=begun, status_history=history, **stated)
        names = (make.name_record("Smyšlená", from_=begun, **stated),)
        return unnamed(
            make.agency_record(names=names, identifiers=(), licences=(licence,), **stated), counted_from
        ).digest

    old, older, young = counted_from - timedelta(days=1), counted_from - timedelta(days=900), counted_from
    assert digest(old) == digest(older)
    assert digest(old) != digest(young)
    # Since when a licence is suspended is told.
    assert digest(old, LicenceStatus.SUSPENDED) != digest(older, LicenceStatus.SUSPENDED)


def test_licences_that_are_alike_are_judged_as_one():
    first = make.licence_record()
    again, other = (
        make.changed(first, licence_id=new_reference(), number="DVA", status_place=2, **facts)
        for facts in ({}, {"valid_to": date(2030, 1, 1)})
    )
    one = make.agency_record(licences=(first,))
    two, three = (make.changed(one, licences=(first, more)) for more in (again, other))
    assert unnamed(one).digest == unnamed(two).digest != unnamed(three).digest
    assert unnamed(two).licence_ids == {first.licence_id: "0", again.licence_id: "0"}
