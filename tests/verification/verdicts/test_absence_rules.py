"""Silence is not proof: "not found" is `no` only where it must be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.register.agencies.identifiers import uscc_check_character
from registry.register.authorities.sources import provinces
from registry.register.law.loading import shipped_law
from registry.verification.verdicts.question import Holder, SubjectKind
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Activity, Answer, LicenceKind
from tests.make import agency_record, authority_of, licence_record, source_of
from tests.verification.verdicts.asking import NOW, TODAY, TOMORROW, ask, ask_unmatched, codes, fresh_ground, regime

NUMBER = SubjectKind.LICENCE_NUMBER
REGISTRATION = SubjectKind.REGISTRATION_NUMBER
FULL = fresh_ground()
STALE = fresh_ground(retrieved_at=NOW - timedelta(days=31))
PARTIAL = fresh_ground(is_full=False)
LOCAL = fresh_ground(is_national=False)
NEVER_READ = fresh_ground(first_retrieved_at=None, retrieved_at=None)
ONE_KIND_SHORT = fresh_ground(kinds=frozenset({LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI}))


def first(verdict):
    return verdict.verdict, verdict.reasons[0].code


@pytest.mark.parametrize(
    ("ground", "country", "answer", "code"),
    [
        (FULL, "CZ", Answer.NO, Reason.NOT_REGISTERED),
        (STALE, "CZ", Answer.UNKNOWN, Reason.SOURCE_STALE),
        (PARTIAL, "CZ", Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED),
        (LOCAL, "CZ", Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED),
        (NEVER_READ, "CZ", Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED),
        (ONE_KIND_SHORT, "CZ", Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED),
        (FULL, "FI", Answer.UNKNOWN, Reason.NO_LICENCE_REQUIRED),
        (FULL, "HR", Answer.UNKNOWN, Reason.REGIME_UNKNOWN),
        (FULL, "NL", Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED),
        (FULL, "DE", Answer.UNKNOWN, Reason.NO_LICENCE_REQUIRED),
    ],
)
def test_silence_means_what_the_table_says(ground, country, answer, code):
    verdict = ask_unmatched(REGISTRATION, country=country, ground=ground)
    assert first(verdict) == (answer, code)


def test_silence_for_want_of_a_country_is_unknown():
    for kind in (NUMBER, SubjectKind.LEI, SubjectKind.AGENCY_ID, SubjectKind.LICENCE_ID):
        assert first(ask_unmatched(kind)) == (Answer.UNKNOWN, Reason.COUNTRY_NOT_STATED)


def test_a_bare_number_may_come_from_either_end_of_the_corridor():
    # China's lists are provincial: no registry holds all of them.
    provincial = fresh_ground()
    provincial.sources[source_of("CN")] = fresh_ground(is_national=False).sources[source_of("CN")]
    verdict = ask_unmatched(NUMBER, destination="CZ", ground=provincial)
    assert first(verdict) == (Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED)
    assert ask_unmatched(NUMBER, destination="CZ").verdict is Answer.NO


def test_a_named_authority_answers_for_itself():
    requested = {"authority": authority_of("CN"), "destination": "CZ"}
    assert ask_unmatched(NUMBER, ground=LOCAL, **requested).verdict is Answer.NO
    assert ask_unmatched(NUMBER, ground=PARTIAL, **requested).verdict is Answer.UNKNOWN
    assert first(ask_unmatched(NUMBER, authority="nobody-knows")) == (Answer.UNKNOWN, Reason.COUNTRY_NOT_STATED)


@pytest.mark.parametrize(
    ("kind", "value"), [(SubjectKind.VAT, "EL999990001"), (SubjectKind.EUID, "EL.1"), (SubjectKind.VAT, "GR999990001")]
)
def test_greece_is_el_in_identifiers_and_gr_everywhere_else(kind, value):
    verdict = ask_unmatched(kind, value=value, regimes=[*shipped_law().regimes, regime("GR", Activity.PLACEMENT)])
    assert verdict.reasons[0].values["country"] == "GR"


def test_an_agency_may_be_licensed_at_home_or_where_the_job_is():
    # Germany publishes no list: that a Czech list is silent says nothing of a German permit.
    requested = {"country": "CZ", "activity": Activity.TEMPORARY_WORK}
    partly = fresh_ground()
    partly.sources.pop(source_of("DE"))
    abroad = ask_unmatched(REGISTRATION, destination="DE", ground=partly, **requested)
    assert first(abroad) == (Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED)
    assert Reason.NOT_REGISTERED in codes(abroad)
    assert ask_unmatched(REGISTRATION, destination="CZ", ground=partly, **requested).verdict is Answer.NO


def test_a_chinese_code_needs_the_chinese_licence_wherever_the_job_is():
    verdict = ask_unmatched(SubjectKind.USCC, value="91990001MADEM0010A", destination="FR")
    assert first(verdict) == (Answer.NO, Reason.NOT_REGISTERED)
    assert ask_unmatched(SubjectKind.USCC, value="91990001MADEM0010A", ground=LOCAL).verdict is Answer.UNKNOWN


def test_a_failed_check_character_is_said_beside_the_answer():
    verdict = ask_unmatched(SubjectKind.USCC, value="91990001MADEM0010A", has_failed_check=True)
    assert codes(verdict)[-1] is Reason.USCC_CHECK_FAILED


def test_silence_before_the_first_reading_proves_nothing():
    verdict = ask_unmatched(REGISTRATION, country="CZ", on=TODAY - timedelta(days=366))
    assert first(verdict) == (Answer.UNKNOWN, Reason.BEFORE_REGISTRY)
    assert ask_unmatched(REGISTRATION, country="CZ", on=TODAY - timedelta(days=365)).verdict is Answer.NO


def test_silence_about_a_future_day_proves_nothing():
    verdict = ask_unmatched(REGISTRATION, country="CZ", on=TOMORROW)
    assert first(verdict) == (Answer.UNKNOWN, Reason.FUTURE_DATE)


def test_today_is_no_future_day_because_it_is_yesterday_still_where_another_authority_sits():
    evening = NOW.replace(hour=17)
    chinese = [Holder(agency_record(country="CN"))]
    verdict = ask(kind=NUMBER, holders=chinese, origin="PL", destination="CZ", as_of=evening)
    assert verdict.on == TOMORROW
    assert Reason.FUTURE_DATE not in codes(verdict)
    tomorrow = ask(kind=NUMBER, holders=chinese, origin="PL", destination="CZ", as_of=evening, on=TOMORROW)
    assert Reason.FUTURE_DATE in codes(tomorrow)


def test_silence_about_counselling_proves_nothing():
    verdict = ask_unmatched(REGISTRATION, country="CZ", activity=Activity.COUNSELLING)
    assert first(verdict) == (Answer.UNKNOWN, Reason.REGIME_UNKNOWN)


def test_freshness_is_judged_at_the_instant_of_knowing():
    known_at = NOW - timedelta(days=100)
    earlier = fresh_ground(retrieved_at=known_at - timedelta(days=5))
    assert ask_unmatched(REGISTRATION, country="CZ", ground=earlier, as_of=known_at).verdict is Answer.NO
    assert ask_unmatched(REGISTRATION, country="CZ", ground=earlier).verdict is Answer.UNKNOWN


def test_an_agency_without_any_licence_is_answered_by_silence_with_its_record():
    verdict = ask(kind=REGISTRATION, country="CZ", agency={"licences": ()})
    assert (verdict.verdict, codes(verdict)) == (Answer.NO, [Reason.NO_LICENCE_RECORDED, Reason.NOT_REGISTERED])
    assert verdict.agency is not None
    assert ask(kind=REGISTRATION, country="CZ", agency={"licences": ()}, ground=STALE).verdict is Answer.UNKNOWN


def test_an_agency_with_a_counselling_permit_alone_is_answered_by_silence():
    counselling = licence_record(LicenceKind.CZ_PORADENSKA_CINNOST)
    assert codes(ask(counselling, kind=REGISTRATION))[:2] == [Reason.NOT_A_RECRUITMENT_LICENCE, Reason.NOT_REGISTERED]
    assert ask(counselling, kind=REGISTRATION, ground=PARTIAL).verdict is Answer.UNKNOWN


def test_the_list_that_was_searched_is_named():
    verdict = ask_unmatched(REGISTRATION, country="CZ")
    assert verdict.source is not None
    assert (verdict.source.authority, verdict.source.stale) == (authority_of("CZ"), False)


def test_a_full_list_of_a_region_speaks_for_jobs_there_alone() -> None:
    about = frozenset({Activity.TEMPORARY_WORK})
    ground = fresh_ground(countries=("BE",), is_national=False, region="Vlaanderen", activities=about)
    plan = {"origin": "BE", "destination": "BE", "country": "BE", "activity": Activity.TEMPORARY_WORK, "ground": ground}
    there = ask_unmatched(SubjectKind.REGISTRATION_NUMBER, value="1", region="Vlaanderen", **plan)
    assert first(there) == (Answer.NO, Reason.NOT_REGISTERED)
    for elsewhere in (None, "Wallonie"):
        verdict = ask_unmatched(SubjectKind.REGISTRATION_NUMBER, value="1", region=elsewhere, **plan)
        assert first(verdict) == (Answer.UNKNOWN, Reason.AUTHORITY_NOT_COVERED)


USCC = "9135020000000001A" + uscc_check_character("9135020000000001A")


def provincial(territories, **facts):
    """Czechia's list in full, and lists of places in China."""
    ground = fresh_ground()
    whole = ground.sources.pop(source_of("CN"))
    for code in territories:
        facts_of_part = {"is_national": False, "territory": frozenset({code}), "reference": f"cn-{code}"}
        part = replace(whole, **(facts_of_part | {"authority": f"cn-{code}"} | facts))
        ground.sources[part.reference] = part
    return ground


@pytest.mark.parametrize(
    ("territories", "facts", "code"),
    [
        (["35"], {}, Reason.NOT_ON_LIST_OF_PLACE),
        (["3502"], {}, Reason.NOT_ON_LIST_OF_PLACE),
        (["3501", "44"], {}, Reason.AUTHORITY_NOT_COVERED),
        (["35"], {"is_full": False}, Reason.AUTHORITY_NOT_COVERED),
        (["35"], {"retrieved_at": NOW - timedelta(days=40)}, Reason.AUTHORITY_NOT_COVERED),
        (["35"], {"prints": frozenset({"licence_number"})}, Reason.AUTHORITY_NOT_COVERED),
    ],
)
def test_a_code_absent_from_the_list_of_its_place_is_a_warning_and_no_proof(territories, facts, code):
    verdict = ask_unmatched(SubjectKind.USCC, value=USCC, origin="CN", ground=provincial(territories, **facts))
    assert first(verdict) == (Answer.UNKNOWN, code)
    if code is Reason.NOT_ON_LIST_OF_PLACE:
        assert verdict.reasons[0].values["place"] == "35"


def test_lists_of_all_provinces_together_speak_and_one_that_is_missing_or_stale_silences_them():
    every = provincial(provinces())
    assert first(ask_unmatched(SubjectKind.USCC, value=USCC, origin="CN", ground=every))[0] is Answer.NO
    short = provincial([code for code in provinces() if code != "54"])
    assert ask_unmatched(SubjectKind.USCC, value=USCC, origin="CN", ground=short).verdict is Answer.UNKNOWN
    every.sources["cn-54"] = replace(every.sources["cn-54"], retrieved_at=NOW - timedelta(days=40))
    verdict = ask_unmatched(SubjectKind.USCC, value=USCC, origin="CN", ground=every)
    assert first(verdict) == (Answer.UNKNOWN, Reason.SOURCE_STALE)
