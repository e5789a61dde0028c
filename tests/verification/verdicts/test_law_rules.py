"""What the law of a corridor says by itself: permit routes, regions, and a question about no one in particular."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.law.law_view import cited
from registry.register.law.loading import shipped_law
from registry.register.law.words import Instead, Possible, Route
from registry.verification.verdicts.context_rules import needs_of
from registry.verification.verdicts.question import Question, SubjectKind, Verdict
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import (
    EU_STATES,
    Activity,
    Answer,
    EmployerKind,
    LicenceKind,
    LicenceStatus,
    RecruiterKind,
    Visa,
    Weight,
)
from tests.make import licence_record
from tests.verification.verdicts.asking import codes, facts_about, fresh_ground, plain_context

CHINESE = licence_record(LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION)


def ask(licence: Any = None, **context: Any) -> Verdict:
    """The verdict under the shipped law, about a licence or about no one."""
    known = facts_about(licence) if licence is not None else facts_about(holders=())
    facts = replace(known, limits=shipped_law().limits, routes=shipped_law().permit_routes)
    if licence is not None and licence.country not in ("CN", "CZ", "DE", "IT", "NL", "PL", "RO"):
        facts = replace(facts, snapshot=fresh_ground(countries=(licence.country,)))
    kind = SubjectKind.LAW if licence is None else SubjectKind.LICENCE_NUMBER
    plain = plain_context(licence) if licence is not None else {}
    return decide(replace(Question(kind, "VYMYSL/1"), **(plain | context)), facts)


def needed(verdict: Verdict) -> list[str]:
    return [need.parameter for need in needs_of(verdict.reasons)]


# Permit routes


CLOSED = [one for one in shipped_law().permit_routes if one.possible is Possible.NOT_POSSIBLE and one.mark != "k"]


@pytest.mark.parametrize("row", [one for one in CLOSED if one.route is Route.DIRECT], ids=lambda one: one.id)
def test_a_closed_way_to_a_permit_blocks_a_yes_until_the_permit_is_named_and_bars_the_permit_it_names(row: Any) -> None:
    plan = {"destination": row.country, "nationality": "CN", "sector": "27.20"}
    unsaid = ask(CHINESE, **plan)
    assert (unsaid.verdict, needed(unsaid)) == (Answer.UNKNOWN, ["work_permit"])
    assert set(row.permits_covered) <= set(needs_of(unsaid.reasons)[0].allowed)
    closed = next(one for one in unsaid.reasons if one.code is Reason.PERMITS_NOT_GIVEN)
    assert row.permits_covered[0] in closed.values["permits"]
    for permit in row.permits_covered:
        barred = ask(CHINESE, **plan, work_permit=permit)
        assert (barred.verdict, barred.reasons[0].code) == (Answer.NO, Reason.LAW_BARS)
    assert ask(CHINESE, **plan, work_permit="skilled").verdict is Answer.YES


def test_a_closed_way_says_nothing_of_another_nationality_or_of_who_lives_there_already() -> None:
    italian = licence_record(country="IT")
    plan = {"destination": "IT", "activity": Activity.TEMPORARY_WORK, "sector": "52.10"}
    assert ask(italian, **plan, nationality="IT").verdict is Answer.YES
    assert Reason.PERMITS_NOT_GIVEN not in codes(ask(italian, **plan, origin="IT", nationality="CN"))


def test_that_permits_are_few_is_told_beside_the_answer_and_decides_nothing() -> None:
    verdict = ask(CHINESE, destination="CZ", nationality="CN", sector="14.10", visa=Visa.WORK)
    assert verdict.verdict is Answer.YES
    (few,) = [one for one in verdict.reasons if one.code is Reason.PERMITS_BY_QUOTA]
    assert few.rows == ["cz-route-direct"]


# Regions


def test_belgian_rules_that_differ_by_region_ask_the_region() -> None:
    plan = {"origin": "BE", "destination": "BE", "activity": Activity.PLACEMENT}
    unsaid = ask(**plan)
    assert "region" in needed(unsaid)
    regions = next(one for one in needs_of(unsaid.reasons) if one.parameter == "region").allowed
    assert {"Vlaanderen", "Brussel", "Wallonie"} <= set(regions)
    free, bound = ask(**plan, region="Vlaanderen"), ask(**plan, region="Brussel")
    assert Reason.NO_LICENCE_REQUIRED in codes(free)
    assert Reason.LICENCE_REQUIRED in codes(bound)
    assert not {"region"} & {*needed(free), *needed(bound)}


def regional(country: str, region: str | None) -> record.Licence:
    return licence_record(country=country, activities=(Activity.TEMPORARY_WORK,), region=region)


def ask_there(*licences: record.Licence, region: str | None, kind: SubjectKind = SubjectKind.LICENCE_NUMBER) -> Verdict:
    """The verdict on temporary work in the country of the licences, in a region of it."""
    country = licences[0].country
    facts = replace(facts_about(*licences), snapshot=fresh_ground(countries=(country,)), limits=shipped_law().limits)
    plan = {"origin": country, "destination": country, "activity": Activity.TEMPORARY_WORK, "nationality": country}
    return decide(
        replace(Question(kind, "VYMYSL/1"), **(plain_context(licences[0]) | plan | {"region": region})), facts
    )


def test_a_licence_of_a_region_is_for_jobs_there_and_the_region_is_asked_for() -> None:
    assert ask_there(regional("BE", "Vlaanderen"), region="Vlaanderen").verdict is Answer.YES
    for unsaid in (None, "Atlantis"):
        verdict = ask_there(regional("BE", "Vlaanderen"), region=unsaid)
        assert verdict.verdict is Answer.UNKNOWN
        [need] = needs_of(verdict.reasons)
        assert need.parameter == "region"
        assert set(need.allowed) == {"Vlaanderen", "Brussel", "Wallonie", "Ostbelgien"}


@pytest.mark.parametrize("elsewhere", ["Brussel", "Wallonie", "Ostbelgien"])
def test_elsewhere_the_number_of_a_regions_licence_is_no_and_its_holder_is_not_known(elsewhere: str) -> None:
    flemish, other = regional("BE", "Vlaanderen"), regional("BE", elsewhere)
    number = ask_there(flemish, region=elsewhere)
    assert (number.verdict, codes(number)[0]) == (Answer.NO, Reason.OUT_OF_REGION)
    holder = ask_there(flemish, region=elsewhere, kind=SubjectKind.AGENCY_ID)
    assert (holder.verdict, codes(holder)[0]) == (Answer.UNKNOWN, Reason.OUT_OF_REGION)
    assert ask_there(flemish, other, region=elsewhere, kind=SubjectKind.AGENCY_ID).verdict is Answer.YES


def test_a_licence_that_states_no_region_where_licences_go_by_region_is_no_yes() -> None:
    verdict = ask_there(regional("BE", None), region="Vlaanderen")
    assert (verdict.verdict, codes(verdict)[0]) == (Answer.UNKNOWN, Reason.SCOPE_NOT_STATED)


def test_where_only_lists_go_by_region_a_job_elsewhere_is_not_known() -> None:
    catalan = regional("ES", "Catalunya")
    assert ask_there(catalan, region="Catalunya").verdict is Answer.YES
    [need] = needs_of(ask_there(catalan, region=None).reasons)
    assert need.allowed == ("Catalunya", "other")
    for elsewhere in ("other", "Galicia"):
        verdict = ask_there(catalan, region=elsewhere)
        assert (verdict.verdict, codes(verdict)[0]) == (Answer.UNKNOWN, Reason.OUT_OF_REGION)
    assert ask_there(regional("ES", None), region="Galicia").verdict is Answer.YES


# What changes

DUTCH = {"origin": "NL", "destination": "NL", "activity": Activity.TEMPORARY_WORK, "nationality": "NL"}


@pytest.mark.parametrize(
    ("day", "is_told"), [(date(2026, 10, 2), False), (date(2026, 10, 3), True), (date(2026, 12, 31), True)]
)
def test_what_changes_within_ninety_days_is_told_with_its_row_and_decides_nothing(day: date, is_told: bool) -> None:
    verdict = ask(**DUTCH, on=day)
    told = [one for one in verdict.reasons if one.code is Reason.LAW_CHANGES_SOON]
    assert [one.rows for one in told] == ([["nl-coming-2027-01-01"]] if is_told else [])
    assert all(one.weight is Weight.INFORMS for one in told)


@pytest.mark.parametrize("destination", ["IT", "PT", "GB", "CN"])
@pytest.mark.parametrize(
    ("day", "row"),
    [
        (date(2027, 9, 14), None),
        (date(2027, 9, 15), "eu-coming-2027-12-14"),
        (date(2027, 12, 13), "eu-coming-2027-12-14"),
        (date(2026, 4, 1), "eu-coming-2026-05-21"),
    ],
)
def test_what_changes_in_the_law_of_the_union_is_told_of_each_of_its_states_and_of_no_other(
    destination: str, day: date, row: str | None
) -> None:
    verdict = ask(origin="CN", destination=destination, nationality="CN", visa=Visa.WORK, on=day)
    told = [one for reason in verdict.reasons if reason.code is Reason.LAW_CHANGES_SOON for one in reason.rows]
    assert [one for one in told if one.startswith("eu-")] == ([row] if row and destination in EU_STATES else [])


def test_a_day_after_the_change_is_answered_by_the_transition() -> None:
    lender = licence_record(LicenceKind.OTHER_EU, country="NL", activities=(Activity.TEMPORARY_WORK,))
    for verdict in (
        ask(**DUTCH, on=date(2027, 1, 11)),
        ask(lender, **DUTCH, on=date(2027, 1, 11), recruiter_kind=RecruiterKind.AGENCY),
    ):
        assert verdict.verdict is Answer.UNKNOWN
        [passing] = [one for one in verdict.reasons if one.code is Reason.LAW_IN_TRANSITION]
        [row] = cited(passing.rows, None)
        assert "signed up with NAU" in (row.text or "")


# Places that are not answered for


def test_the_united_kingdom_is_told_with_its_sectors_its_register_and_its_ban_on_charges() -> None:
    verdict = ask(origin="CN", destination="GB", nationality="CN")
    assert (verdict.verdict, codes(verdict)[0]) == (Answer.UNKNOWN, Reason.COUNTRY_NOT_COVERED)
    rows = {row.id: row for row in cited(verdict.reasons[0].rows, None)}
    words = {
        "gb-regime-temporary-work": "farming, horticulture, shellfish gathering, food processing and packing",
        "gb-list-fair-work-agency": "https://www.gov.uk/government/publications/how-to-check-if-a-labour-provider",
        "gb-list-home-office": "https://www.gov.uk/government/publications/register-of-licensed-sponsors-workers",
        "gb-route-direct": "register of licensed sponsors",
        "gb-fee-any-intermediary": "Forbidden: finding work",
        "gb-help-08000-121-700": "08000 121 700",
    }
    for row, said in words.items():
        assert said in (rows[row].text or ""), row
        assert rows[row].url
    assert rows["gb-fee-any-intermediary"].as_of == date(2024, 8, 22)


@pytest.mark.parametrize("destination", ["GB", "HK", "MO"])
def test_a_country_that_is_not_answered_for_is_told_with_every_row_that_was_read_and_never_a_yes(
    destination: str,
) -> None:
    for licence in (None, CHINESE):
        verdict = ask(licence, origin="CN", destination=destination, nationality="CN", visa=Visa.WORK)
        assert verdict.verdict is Answer.UNKNOWN
        rows = [shipped_law().rows[row] for row in verdict.reasons[0].rows]
        assert rows
        assert all(row.mark != "k" and not row.disputed and row.country == destination for row in rows)


# Where no licence is asked for


@pytest.mark.parametrize(
    ("destination", "activity", "instead"),
    [
        ("DE", Activity.PLACEMENT, "trade_notice"),
        ("FR", Activity.TEMPORARY_WORK, "notice guarantee"),
        ("EE", Activity.TEMPORARY_WORK, "notice register"),
        ("FI", Activity.PLACEMENT, "conduct_rules"),
        ("SE", Activity.PLACEMENT, None),
    ],
)
def test_what_stands_in_the_place_of_a_licence_is_told_with_its_row_or_that_it_was_not_read(
    destination: str, activity: Activity, instead: str | None
) -> None:
    plan = {"origin": destination, "destination": destination, "activity": activity, "nationality": "CN"}
    agency = Question(SubjectKind.REGISTRATION_NUMBER, "1", destination, recruiter_kind=RecruiterKind.AGENCY, **plan)
    known = replace(facts_about(holders=()), snapshot=fresh_ground(countries=(destination,)))
    for verdict in (ask(**plan), decide(agency, known)):
        assert (verdict.verdict, Reason.NO_LICENCE_REQUIRED in codes(verdict)) == (Answer.UNKNOWN, True)
        [told] = [one for one in verdict.reasons if one.code is Reason.INSTEAD_OF_LICENCE]
        assert (told.values.get("instead"), told.weight) == (instead, Weight.INFORMS)
        assert [shipped_law().rows[row].activity for row in told.rows] == [activity]


def test_only_where_no_licence_is_asked_for_something_stands_in_its_place() -> None:
    for row in shipped_law().regimes:
        free = row.rule in (RegimeRule.NONE, RegimeRule.NOTIFICATION)
        assert free or not row.instead, row.id
        assert row.mark == "k" or row.rule is not RegimeRule.NOTIFICATION or Instead.NOTICE in row.instead, row.id
    licensed = ask(origin="CN", destination="IT", nationality="CN", activity=Activity.TEMPORARY_WORK)
    assert Reason.INSTEAD_OF_LICENCE not in codes(licensed)


# Permits that are open beside one that is closed


def others_told(verdict: Verdict) -> list[list[str]]:
    return [one.rows for one in verdict.reasons if one.code is Reason.OTHER_PERMIT_ROUTES]


@pytest.mark.parametrize("visa", [Visa.WORK, Visa.SEASONAL])
@pytest.mark.parametrize("licence", [None, CHINESE], ids=["law", "licence"])
def test_beside_italys_closed_places_the_open_permits_that_were_read_are_told(licence: Any, visa: Visa) -> None:
    verdict = ask(licence, origin="CN", destination="IT", nationality="CN", visa=visa, sector="14.10")
    assert others_told(verdict) == [["it-route-skilled", "it-route-intra-group"]]
    [told] = [one for one in verdict.reasons if one.code is Reason.OTHER_PERMIT_ROUTES]
    assert told.weight is Weight.INFORMS
    assert told.values["routes"].split() == ["skilled", "intra_group"]


def test_a_permit_that_was_not_read_is_never_told_as_open_and_none_closed_or_unsettled() -> None:
    for destination in sorted(EU_STATES):
        for activity in (Activity.PLACEMENT, Activity.TEMPORARY_WORK):
            for visa in (Visa.WORK, Visa.SEASONAL):
                plan = {"origin": "CN", "destination": destination, "nationality": "CN", "activity": activity}
                for row in (row for rows in others_told(ask(**plan, visa=visa)) for row in rows):
                    route = shipped_law().rows[row]
                    assert (route.mark == "k", bool(route.disputed), route.country) == (False, False, destination), row
                    assert route.possible in (Possible.POSSIBLE, Possible.QUOTA), row


def test_where_no_open_permit_was_read_that_is_said() -> None:
    asked = replace(Question(SubjectKind.LAW, ""), destination="HU", origin="CN", nationality="CN", visa=Visa.WORK)
    closed = tuple(one for one in shipped_law().permit_routes if one.possible is Possible.NOT_POSSIBLE)
    facts = replace(facts_about(holders=()), limits=shipped_law().limits, routes=closed)
    [told] = [one for one in decide(asked, facts).reasons if one.code is Reason.OTHER_PERMIT_ROUTES]
    assert dict(told.values) == {"country": "HU"}


def test_a_permit_for_agency_work_is_not_told_as_open_where_lending_is_what_the_law_bars() -> None:
    plan = {"origin": "CN", "destination": "SK", "nationality": "CN", "visa": Visa.WORK}
    [lent] = others_told(ask(**plan, activity=Activity.TEMPORARY_WORK))
    assert "sk-route-agency" not in lent
    assert "sk-route-direct" in lent


@pytest.mark.parametrize(
    "person",
    [
        {"nationality": "UA", "origin": "UA"},
        {"nationality": "CN", "origin": "IT"},
        {"nationality": "CN", "origin": "CN"},
    ],
    ids=["another citizen", "who lives there", "where nothing is closed"],
)
def test_open_permits_are_told_to_citizens_of_china_from_abroad_alone_and_beside_a_closed_one(person: Any) -> None:
    destination = "IT" if person != {"nationality": "CN", "origin": "CN"} else "FR"
    assert others_told(ask(destination=destination, visa=Visa.WORK, sector="14.10", **person)) == []


@pytest.mark.parametrize("word", ["nulla osta", "Seasonal quota", "non-seasonal quota"])
def test_a_permit_in_words_that_the_law_does_not_have_is_asked_for_again_and_is_no_yes(word: str) -> None:
    plan = {"destination": "IT", "nationality": "CN", "sector": "14.10", "employer": EmployerKind.COMPANY}
    verdict = ask(CHINESE, **plan, work_permit=word)
    assert (verdict.verdict, needed(verdict)) == (Answer.UNKNOWN, ["work_permit"])
    assert ask(CHINESE, **plan, work_permit="skilled").verdict is Answer.YES


@pytest.mark.parametrize("permit", ["household_or_farm", "family care quota"])
def test_a_permit_of_which_it_was_not_read_to_whom_it_is_open_is_no_yes(permit: str) -> None:
    plan = {"destination": "IT", "nationality": "CN", "sector": "88.10", "employer": EmployerKind.COMPANY}
    assert ask(CHINESE, **plan, work_permit=permit).verdict is Answer.UNKNOWN


# About no one in particular


@pytest.mark.parametrize("destination", sorted(EU_STATES))
def test_the_law_alone_is_never_a_yes_and_every_rule_it_names_is_a_row(destination: str) -> None:
    for visa in (None, Visa.WORK, Visa.TOURIST):
        verdict = ask(origin="CN", destination=destination, nationality="CN", visa=visa)
        assert verdict.verdict is (Answer.NO if visa is Visa.TOURIST else Answer.UNKNOWN)
        assert {row for one in verdict.reasons for row in one.rows} <= set(shipped_law().rows)
        required = [one for one in verdict.reasons if one.code is Reason.LICENCE_REQUIRED]
        assert required[0].rows == ["cn-regime-labour-service-abroad"]


def test_the_law_alone_bars_what_no_recruiter_may_do() -> None:
    closed = "vendégmunkás-tartózkodási engedély"
    plan = {"origin": "CN", "destination": "HU", "nationality": "CN", "visa": Visa.WORK}
    assert Reason.PERMITS_NOT_GIVEN in codes(ask(**plan))
    barred = ask(**plan, work_permit=closed)
    assert (barred.verdict, barred.reasons[0].code) == (Answer.NO, Reason.LAW_BARS)
    unknown_number = ask(licence_record(status=LicenceStatus.ACTIVE), **plan, work_permit=closed)
    assert unknown_number.verdict is Answer.NO


def test_without_a_country_or_an_origin_the_law_asks_for_it() -> None:
    assert needed(ask()) == ["destination"]
    assert needed(ask(destination="ES", nationality="CN", visa=Visa.WORK))[:1] == ["origin"]


def test_an_employer_and_a_private_person_have_their_own_answers_without_a_number_too() -> None:
    plan = {"origin": "CN", "destination": "IT"}
    employer = ask(**plan, recruiter_kind=RecruiterKind.EMPLOYER)
    assert (employer.verdict, employer.reasons[0].code) == (Answer.UNKNOWN, Reason.EMPLOYER_NEEDS_NO_LICENCE)
    person = ask(**plan, recruiter_kind=RecruiterKind.PRIVATE_PERSON)
    assert person.reasons[0].code is Reason.PRIVATE_PERSON_SHOWS_NO_LICENCE
    assert person.reasons[0].rows == ["cn-regime-labour-service-abroad"]


@pytest.mark.parametrize("name", ["不存在的公司", "Nessuno S.r.l."])
def test_a_name_that_no_one_has_hears_what_the_law_bars_too(name: str) -> None:
    facts = replace(facts_about(holders=()), limits=shipped_law().limits, routes=shipped_law().permit_routes)
    plan = {"origin": "CN", "destination": "HU", "nationality": "CN", "visa": Visa.WORK}
    verdict = decide(Question(SubjectKind.NAME, name, **plan), facts)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.NAME_NOT_FOUND)
    assert Reason.PERMITS_NOT_GIVEN in codes(verdict)


# Every reason of law leads to its row


def test_reasons_of_law_name_their_rows() -> None:
    """Over corridors and recruiters: whatever speaks of a country's law says which row it stands on."""
    of_law = {
        Reason.LAW_BARS, Reason.LAW_MAY_BAR, Reason.LICENCE_REQUIRED, Reason.NO_LICENCE_REQUIRED,
        Reason.ACTIVITY_PROHIBITED, Reason.NEEDS_LICENSED_SENDING_PARTNER, Reason.NOT_REGISTERED,
        Reason.FOREIGN_LICENCE_NEEDS_ENTRY, Reason.FOREIGN_LICENCE_NEEDS_NOTICE, Reason.FOREIGN_LICENCE_NOT_SUFFICIENT,
        Reason.FOREIGN_LICENCE_SUFFICIENT, Reason.FOREIGN_LICENCE_UNKNOWN, Reason.PERMITS_BY_QUOTA,
        Reason.PERMITS_NOT_GIVEN, Reason.CONTRACTOR_SENDS_OWN_STAFF, Reason.SHIP_NEEDS_SEAFARER_PERMIT,
    }  # fmt: skip
    seen = set()
    for licence in (None, CHINESE, *(licence_record(country=country) for country in ("CZ", "DE", "IT", "PL", "NL"))):
        for destination in (*sorted(EU_STATES), "CN"):
            for recruiter in (RecruiterKind.AGENCY, RecruiterKind.CONTRACTOR, RecruiterKind.SHIP):
                verdict = ask(
                    licence, origin="CN", destination=destination, recruiter_kind=recruiter, visa=Visa.TOURIST
                )
                for one in verdict.reasons:
                    if one.code in of_law:
                        seen.add(one.code)
                        assert one.rows, (one, destination)
    assert len(seen) > 6
    assert {one.id for one in shipped_law().regimes if one.rule is RegimeRule.LICENCE} <= set(shipped_law().rows)


# What a licence does not show


def test_conditions_of_the_law_are_told_beside_an_answer_and_decide_nothing() -> None:
    polish = licence_record(country="PL", kind=LicenceKind.PL_PRACA_TYMCZASOWA)
    plan = {"activity": Activity.TEMPORARY_WORK, "nationality": "PL", "sector": "29.32"}
    verdict = ask(polish, **plan)
    assert verdict.verdict is Answer.YES
    conditions = next(one for one in verdict.reasons if one.code is Reason.LAW_CONDITIONS)
    assert all(shipped_law().rows[row].effect == "conditions" for row in conditions.rows)


def test_a_seasonal_permit_that_was_not_read_to_be_open_says_so() -> None:
    plan = {"origin": "CN", "destination": "HU", "nationality": "CN", "visa": Visa.SEASONAL}
    for recruiter in (None, RecruiterKind.EMPLOYER):
        verdict = ask(**plan, recruiter_kind=recruiter)
        assert (verdict.verdict, Reason.PERMIT_NOT_SETTLED in codes(verdict)) == (Answer.UNKNOWN, True)


def test_who_calls_itself_an_employer_hears_that_lending_in_disguise_is_forbidden() -> None:
    plan = {"origin": "CN", "destination": "PL", "nationality": "CN", "visa": Visa.WORK}
    facts = replace(facts_about(holders=()), limits=shipped_law().limits, routes=shipped_law().permit_routes)
    for recruiter in (RecruiterKind.EMPLOYER, RecruiterKind.AGENCY):
        question = Question(SubjectKind.REGISTRATION_NUMBER, "1", "PL", recruiter_kind=recruiter, **plan)
        found = codes(decide(replace(question, activity=Activity.TEMPORARY_WORK), facts))
        assert Reason.DISGUISED_LENDING in found


@pytest.mark.parametrize(
    ("destination", "nationality", "activity", "recruiter", "answer"),
    [
        ("PL", "CN", Activity.TEMPORARY_WORK, RecruiterKind.EMPLOYER, Answer.NO),
        ("PL", "CN", None, RecruiterKind.EMPLOYER, Answer.UNKNOWN),
        ("PL", "CN", Activity.TEMPORARY_WORK, RecruiterKind.AGENCY, Answer.UNKNOWN),
        ("PL", "IT", Activity.TEMPORARY_WORK, RecruiterKind.EMPLOYER, Answer.UNKNOWN),
        ("CZ", "CN", Activity.TEMPORARY_WORK, RecruiterKind.EMPLOYER, Answer.UNKNOWN),
    ],
)
def test_an_employer_that_hires_out_who_needs_a_permit_is_barred_where_the_law_that_was_read_says_so(
    destination: str, nationality: str, activity: Activity | None, recruiter: RecruiterKind, answer: Answer
) -> None:
    plan = {"origin": "CN", "destination": destination, "nationality": nationality, "visa": Visa.WORK}
    for kind in (SubjectKind.REGISTRATION_NUMBER, SubjectKind.LAW):
        question = Question(kind, "1", destination, recruiter_kind=recruiter, activity=activity, **plan)
        facts = replace(facts_about(holders=()), limits=shipped_law().limits, routes=shipped_law().permit_routes)
        verdict = decide(replace(question, work_permit="skilled", sector="29.32", occupation="8211"), facts)
        if recruiter is RecruiterKind.EMPLOYER or kind is SubjectKind.LAW:
            assert verdict.verdict is answer, kind
        assert ("pl-limit-disguised-lending" in verdict.reasons[0].rows) is (answer is Answer.NO)


def test_who_needs_no_licence_is_bound_by_what_the_law_says_of_charges() -> None:
    plan = {"origin": "DE", "destination": "DE", "activity": Activity.PLACEMENT, "visa": Visa.WORK}
    question = Question(SubjectKind.REGISTRATION_NUMBER, "1", "DE", recruiter_kind=RecruiterKind.AGENCY, **plan)
    verdict = decide(question, facts_about(holders=()))
    assert verdict.reasons[0].code is Reason.NO_LICENCE_REQUIRED
    (charges,) = [one for one in verdict.reasons if one.code is Reason.CHARGES_BY_LAW]
    assert charges.rows == ["de-fee-placement-agent"]
    (row,) = cited(charges.rows, None)
    assert "nothing in advance" in (row.text or "")


def test_a_licence_whose_list_says_nothing_of_countries_asks_the_country_first() -> None:
    licence = licence_record(LicenceKind.OTHER_EU, country="PT", activities=(Activity.TEMPORARY_WORK,))
    verdict = ask(licence, destination=None, origin=None, activity=Activity.TEMPORARY_WORK)
    assert needed(verdict)[0] == "destination"


# Who employs


NANNY = {"origin": "CN", "nationality": "CN", "visa": Visa.WORK, "activity": Activity.LABOUR_SERVICE_ABROAD}


@pytest.mark.parametrize("destination", sorted(EU_STATES))
@pytest.mark.parametrize(
    "employer",
    [{"sector": "97.00"}, {"sector": "97"}, {"employer": EmployerKind.HOUSEHOLD}, {"employer": EmployerKind.PERSON}],
)
def test_no_licence_lets_china_send_anyone_to_a_private_household(destination: str, employer: dict[str, Any]) -> None:
    verdict = ask(CHINESE, destination=destination, **NANNY, work_permit="skilled", occupation="other", **employer)
    assert verdict.verdict is Answer.NO
    assert "cn-limit-private-employer" in verdict.reasons[0].rows


@pytest.mark.parametrize("by", [{}, {"employer": EmployerKind.COMPANY}])
def test_a_company_abroad_may_take_workers_from_china(by: dict[str, Any]) -> None:
    assert ask(CHINESE, destination="IT", **NANNY, work_permit="skilled", sector="14.10", **by).verdict is Answer.YES


@pytest.mark.parametrize("destination", ["DE", "ES", "IT", "HU"])
@pytest.mark.parametrize(
    "work",
    [
        {"sector": "88.91"}, {"sector": "88"}, {"sector": "87.30"}, {"sector": "86.94"}, {"sector": "81.21"},
        {"sector": "81.30"}, {"sector": "78.10"}, {"sector": "96.99"},
        {"sector": "56.11", "occupation": "5311"}, {"sector": "14.10", "occupation": "9111"},
        {"sector": "14.10", "occupation": "515"}, {"sector": "68.20", "occupation": "5120"},
        {"sector": "68.20", "occupation": "8322"}, {"sector": "68.20", "occupation": "6113"},
    ],
)  # fmt: skip
def test_who_employs_is_asked_where_the_work_may_be_a_households_and_each_answer_counts(
    destination: str, work: dict[str, Any]
) -> None:
    def answered(employer: EmployerKind | None) -> Verdict:
        plan = NANNY | {"work_permit": "skilled"} | work
        return ask(CHINESE, destination=destination, **plan, employer=employer)

    assert (answered(None).verdict, needed(answered(None))) == (Answer.UNKNOWN, ["employer"])
    assert answered(EmployerKind.COMPANY).verdict is Answer.YES
    assert answered(EmployerKind.UNKNOWN).verdict is Answer.UNKNOWN
    for private in (EmployerKind.HOUSEHOLD, EmployerKind.PERSON):
        assert answered(private).verdict is Answer.NO


@pytest.mark.parametrize(
    "work",
    [
        {"sector": "14.10"}, {"sector": "27.20", "occupation": "8212"}, {"sector": "56.11"}, {"sector": "01.13"},
        {"sector": "56.11", "occupation": "5120"}, {"sector": "55.10", "occupation": "9112"},
        {"sector": "49.41", "occupation": "8332"}, {"sector": "49.32", "occupation": "8322"},
        {"sector": "01.19", "occupation": "6113"}, {"sector": "10.11", "occupation": "9"},
    ],
)  # fmt: skip
def test_who_employs_is_not_asked_of_one_whose_work_is_a_firms(work: dict[str, Any]) -> None:
    assert ask(CHINESE, destination="IT", **NANNY, work_permit="skilled", **work).verdict is Answer.YES


def test_who_employs_is_asked_where_no_sector_shows_it() -> None:
    unsaid = ask(CHINESE, destination="IT", **NANNY, work_permit="skilled")
    assert (unsaid.verdict, needed(unsaid)) == (Answer.UNKNOWN, ["employer", "sector"])
    assert needs_of(unsaid.reasons)[0].allowed == ("company", "household", "person", "unknown")
    cannot_say = ask(CHINESE, destination="IT", **NANNY, work_permit="skilled", employer=EmployerKind.UNKNOWN)
    assert (cannot_say.verdict, needed(cannot_say)) == (Answer.UNKNOWN, ["sector"])
    older = ask(CHINESE, destination="IT", **NANNY, work_permit="skilled", sector="14.13", nace_revision="2.0")
    assert needed(older) == ["employer"]


@pytest.mark.parametrize(
    ("sector", "employer"),
    [("97.00", EmployerKind.COMPANY), ("14.10", EmployerKind.HOUSEHOLD), ("29.32", EmployerKind.PERSON)],
)
def test_an_employer_and_a_sector_that_contradict_each_other_prove_nothing(sector: str, employer: EmployerKind) -> None:
    verdict = ask(CHINESE, destination="ES", **NANNY, work_permit="skilled", sector=sector, employer=employer)
    assert verdict.verdict is Answer.UNKNOWN
    assert "cn-limit-private-employer" in [row for one in verdict.reasons for row in one.rows]


def test_where_workers_live_already_chinas_law_on_employers_is_not_asked() -> None:
    italian = licence_record(country="IT")
    plan = {"origin": "IT", "destination": "IT", "activity": Activity.TEMPORARY_WORK, "nationality": "IT"}
    assert ask(italian, **plan).verdict is Answer.YES


# Recruiters who are no agency


OTHERS = [
    RecruiterKind.EMPLOYER,
    RecruiterKind.CONTRACTOR,
    RecruiterKind.SCHOOL_OR_FAMILY,
    RecruiterKind.PRIVATE_PERSON,
]


@pytest.mark.parametrize("recruiter", OTHERS)
@pytest.mark.parametrize("licence", [None, CHINESE, licence_record(country="HU")])
def test_what_the_law_bars_for_all_is_no_whoever_recruits(recruiter: RecruiterKind, licence: Any) -> None:
    plan = {"origin": "CN", "destination": "HU", "nationality": "CN", "visa": Visa.WORK, "recruiter_kind": recruiter}
    asked = ask(licence, **plan)
    assert asked.verdict is not Answer.YES
    if asked.verdict is Answer.UNKNOWN:
        assert "work_permit" in needed(asked)
    barred = ask(licence, **plan, work_permit="vendégmunkás-tartózkodási engedély")
    assert barred.verdict is Answer.NO
    assert Reason.LAW_BARS in codes(barred)
    assert ask(licence, **plan, work_permit="skilled").verdict is not Answer.YES


def test_a_number_no_one_has_is_no_where_the_law_bars_every_recruiter() -> None:
    facts = replace(facts_about(holders=()), limits=shipped_law().limits, routes=shipped_law().permit_routes)
    plan = {"origin": "CN", "destination": "HU", "nationality": "CN", "visa": Visa.WORK}
    unsaid = Question(SubjectKind.USCC, "91990001MADEM00112", **plan)
    assert decide(unsaid, facts).verdict is Answer.UNKNOWN
    barred = decide(replace(unsaid, work_permit="vendégmunkás-tartózkodási engedély"), facts)
    assert (barred.verdict, barred.reasons[0].code) == (Answer.NO, Reason.LAW_BARS)


def test_limits_on_agencies_and_on_sending_do_not_bind_an_employer_who_hires() -> None:
    household = {"origin": "CN", "destination": "ES", "sector": "97.00", "employer": EmployerKind.HOUSEHOLD}
    hired = ask(**household, nationality="CN", visa=Visa.WORK, recruiter_kind=RecruiterKind.SCHOOL_OR_FAMILY)
    assert (hired.verdict, hired.reasons[0].code) == (Answer.UNKNOWN, Reason.NOT_WORK_RECRUITMENT)
    assert Reason.LAW_BARS not in codes(hired)


# Since when an agency is entered


@pytest.mark.parametrize("home", ["CY", "IE", "RO"])
def test_the_first_day_of_a_licence_is_no_entry_in_another_country(home: str) -> None:
    young = licence_record(country=home, valid_from=date(2026, 1, 1))
    plan = {"origin": home, "destination": "PL", "nationality": "CN", "visa": Visa.WORK}
    for activity in (Activity.PLACEMENT, Activity.TEMPORARY_WORK):
        assert ask(young, **plan, activity=activity).verdict is Answer.UNKNOWN
    polish = licence_record(country="PL", valid_from=date(2026, 1, 1))
    there = plan | {"origin": "PL", "activity": Activity.TEMPORARY_WORK}
    assert Reason.LAW_MAY_BAR in codes(ask(young, **plan, activity=Activity.TEMPORARY_WORK))
    assert {Reason.LAW_BARS, Reason.LAW_MAY_BAR} & {*codes(ask(polish, **there))}


# Facts that a worker can state


def test_an_agency_in_slovakia_may_lend_to_shortage_jobs_alone() -> None:
    slovak = licence_record(country="SK", valid_from=date(2015, 1, 1))
    plan = {
        "origin": "SK",
        "destination": "SK",
        "nationality": "CN",
        "activity": Activity.TEMPORARY_WORK,
        "sector": "25.11",
    }
    abroad = plan | {"origin": "CN"}
    for place in (plan, abroad):
        assert ask(slovak, **place).verdict is not Answer.YES
    assert "shortage_job" in needed(ask(**abroad, visa=Visa.WORK))
    assert ask(**abroad, visa=Visa.WORK, shortage_job=Answer.NO).verdict is Answer.NO
    assert ask(**abroad, visa=Visa.WORK, shortage_job=Answer.UNKNOWN).verdict is Answer.UNKNOWN


@pytest.mark.parametrize(("destination", "permit"), [("DE", "skilled"), ("IT", "skilled"), ("PL", "direct")])
def test_a_visa_of_another_state_never_leaves_a_yes_and_of_itself_no_no(destination: str, permit: str) -> None:
    plan = {"destination": destination, "nationality": "CN", "sector": "14.10", "work_permit": permit}
    assert ask(CHINESE, **plan).verdict is Answer.YES
    verdict = ask(CHINESE, **plan, visa=Visa.OTHER_STATE)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.VISA_OF_ANOTHER_STATE)
    suspended = replace(CHINESE, corridors=())
    assert ask(suspended, **plan, visa=Visa.OTHER_STATE).verdict is Answer.NO
    assert ask(licence_record(country="IT"), visa=Visa.OTHER_STATE, nationality="IT").verdict is Answer.YES
