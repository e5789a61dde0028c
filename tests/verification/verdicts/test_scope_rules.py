"""Scope: kinds, activities, corridors, sectors and conditions. What is not stated is never more than unknown."""

import pytest

from registry.register.agencies.record import Condition, Corridor, Sector
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import KINDS, RECRUITING, Activity, Answer, ConditionCode, LicenceKind, LicenceStatus
from tests.make import licence_record, status_record
from tests.verification.verdicts.asking import ask, codes, fresh_ground, regime

CHINESE = LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION
TAILORING = Sector(code="14.10", nace_revision="2.1")
CATERING = Sector(code="56", nace_revision="2.1")


def first(verdict):
    return verdict.verdict, verdict.reasons[0].code


NO_RECRUITING = [kind for kind, rule in KINDS.items() if not rule.permits & RECRUITING]


@pytest.mark.parametrize("kind", NO_RECRUITING)
@pytest.mark.parametrize("activity", [None, *Activity])
def test_a_kind_that_permits_no_recruiting_is_never_yes(kind, activity):
    verdict = ask(licence_record(kind), activity=activity)
    expected = (
        Reason.LEGACY_LICENCE_KIND
        if kind is LicenceKind.CN_OVERSEAS_EMPLOYMENT_INTERMEDIARY_LEGACY
        else Reason.NOT_A_RECRUITMENT_LICENCE
    )
    assert verdict.verdict is not Answer.YES
    assert verdict.reasons[0].code is expected


def test_the_kinds_that_permit_no_recruiting_are_these():
    assert {kind.value for kind in NO_RECRUITING} == {
        "cn_overseas_employment_intermediary_legacy",
        "cn_human_resources_service",
        "cn_domestic_labour_dispatch",
        "cn_seafarer_dispatch",
        "it_ricollocazione",
        "pl_doradztwo_personalne",
        "pl_poradnictwo_zawodowe",
        "cz_poradenska_cinnost",
        "nl_recognised_sponsor",
    }


def test_an_activity_that_the_kind_does_not_permit_is_no():
    placement = licence_record(LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI)
    assert first(ask(placement, activity=Activity.TEMPORARY_WORK)) == (Answer.NO, Reason.ACTIVITY_NOT_PERMITTED)
    assert ask(placement, activity=Activity.PLACEMENT).verdict is Answer.YES


def test_a_yes_says_what_it_permits():
    verdict = ask(licence_record(LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI), activity=Activity.PLACEMENT)
    assert codes(verdict)[0] is Reason.LICENCE_ACTIVE
    permits = next(finding for finding in verdict.reasons if finding.code is Reason.PERMITS_ONLY)
    assert permits.values["activities"] == "placement"


def test_a_licence_of_fewer_activities_needs_to_hear_which():
    licence = licence_record(activities=(Activity.PLACEMENT,))
    assert first(ask(licence)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    assert ask(licence, activity=Activity.PLACEMENT).verdict is Answer.YES
    assert first(ask(licence, activity=Activity.TEMPORARY_WORK)) == (Answer.NO, Reason.ACTIVITY_NOT_PERMITTED)


def test_no_activity_stated_at_all_permits_none():
    assert first(ask(licence_record(activities=()))) == (Answer.NO, Reason.ACTIVITY_NOT_PERMITTED)


def test_counselling_is_no_recruiting_even_where_it_is_permitted():
    verdict = ask(licence_record(), activity=Activity.COUNSELLING)
    assert first(verdict) == (Answer.UNKNOWN, Reason.REGIME_UNKNOWN)
    assert Reason.NOT_REGISTERED not in codes(verdict)


def other_eu(**facts):
    return licence_record(LicenceKind.OTHER_EU, country="RO", **facts)


ROMANIAN = [regime("RO", Activity.PLACEMENT), regime("RO", Activity.TEMPORARY_WORK)]


def test_a_kind_without_a_legal_default_must_state_its_scope():
    verdict = ask(other_eu(), regimes=ROMANIAN)
    assert first(verdict) == (Answer.UNKNOWN, Reason.SCOPE_NOT_STATED)
    stated = other_eu(activities=(Activity.PLACEMENT,), corridors=(Corridor(destination="RO"),))
    context = {"regimes": ROMANIAN, "activity": Activity.PLACEMENT}
    assert ask(stated, destination="RO", **context).verdict is Answer.YES
    # In which country it holds, the law of a member state says where the list does not.
    assert ask(other_eu(activities=(Activity.PLACEMENT,)), **context).verdict is Answer.YES
    british = licence_record(LicenceKind.OTHER_EU, country="GB", activities=(Activity.PLACEMENT,))
    known = [regime("GB", Activity.PLACEMENT)]
    verdict = ask(british, regimes=known, ground=fresh_ground(countries=("GB",)), activity=Activity.PLACEMENT)
    assert Reason.SCOPE_NOT_STATED in codes(verdict)
    without_activities = other_eu(corridors=(Corridor(destination="RO"),))
    for activity in (None, Activity.PLACEMENT):
        verdict = ask(without_activities, regimes=ROMANIAN, activity=activity, destination="RO")
        assert first(verdict) == (Answer.UNKNOWN, Reason.SCOPE_NOT_STATED)


# Corridors


def test_outside_its_corridors_a_licence_permits_nothing():
    licence = licence_record(CHINESE, corridors=(Corridor(origin="CN", destination="IT"),))
    assert ask(licence, destination="IT").verdict is Answer.YES
    assert first(ask(licence, destination="PL")) == (Answer.NO, Reason.OUT_OF_CORRIDOR)
    assert first(ask(licence, destination=None)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)


def test_corridors_stated_to_be_none_permit_nothing():
    assert first(ask(licence_record(CHINESE, corridors=()), destination="IT")) == (Answer.NO, Reason.OUT_OF_CORRIDOR)


def test_a_chinese_licence_without_corridors_is_for_abroad_and_not_for_china():
    licence = licence_record(CHINESE)
    assert ask(licence, destination="DE").verdict is Answer.YES
    assert first(ask(licence, destination="CN")) == (Answer.NO, Reason.OUT_OF_CORRIDOR)
    stated = licence_record(CHINESE, corridors=(Corridor(origin="CN", destination="CN"),))
    assert first(ask(stated, destination="CN")) == (Answer.NO, Reason.OUT_OF_CORRIDOR)


def test_a_chinese_licence_recruits_in_china_alone():
    assert first(ask(licence_record(CHINESE), origin="VN", destination="IT")) == (Answer.NO, Reason.OUT_OF_CORRIDOR)


def test_one_corridor_alone_must_hold_what_the_asker_left_open():
    halves = (Corridor(origin="VN"), Corridor(destination="CZ"))
    licence = licence_record(corridors=halves)
    assert first(ask(licence, origin=None, destination=None)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    assert ask(licence, destination="CZ").verdict is Answer.YES
    assert ask(licence_record(corridors=(Corridor(), *halves))).verdict is Answer.YES


def test_the_lacking_end_of_a_corridor_is_named():
    licence = licence_record(corridors=(Corridor(origin="VN", destination="CZ"),))
    needed = ask(licence, origin=None, destination="CZ").reasons[0]
    assert (needed.code, needed.values["parameter"]) == (Reason.CONTEXT_NEEDED, "origin")
    needed = ask(licence, origin=None, destination=None).reasons[0]
    assert (needed.values["parameter"], needed.values["countries"]) == ("destination", "CZ")


def test_a_home_licence_that_states_a_foreign_corridor_is_still_foreign_there():
    licence = licence_record(corridors=(Corridor(destination="DE"),))
    assert ask(licence, destination="DE", activity=Activity.TEMPORARY_WORK).verdict is not Answer.YES


# Sectors


def test_outside_its_sectors_a_licence_permits_nothing():
    licence = licence_record(sectors=(TAILORING, CATERING))
    assert ask(licence, sector="14.10").verdict is Answer.YES
    assert ask(licence, sector="56.11").verdict is Answer.YES
    assert first(ask(licence, sector="41.00")) == (Answer.NO, Reason.OUT_OF_SECTOR)
    assert first(ask(licence)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    assert first(ask(licence_record(sectors=()))) == (Answer.NO, Reason.OUT_OF_SECTOR)


def test_a_division_of_which_the_licence_holds_a_part_needs_a_closer_question():
    assert first(ask(licence_record(sectors=(TAILORING,)), sector="14")) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)


def test_a_code_of_another_revision_is_not_compared():
    licence = licence_record(sectors=(Sector(code="14.13", nace_revision="2.0"),))
    assert first(ask(licence, sector="14.13")) == (Answer.UNKNOWN, Reason.SECTOR_REVISION_DIFFERS)
    assert ask(licence, sector="14.13", nace_revision="2.0").verdict is Answer.YES


@pytest.mark.parametrize("code", ["", "C", "1", "A"])
def test_a_scope_that_is_no_division_never_lets_through(code):
    licence = licence_record(sectors=(Sector(code=code, nace_revision="2.1"),))
    assert first(ask(licence, sector="14.10")) == (Answer.UNKNOWN, Reason.SECTOR_REVISION_DIFFERS)


def test_an_italian_specialist_without_a_stated_sector_is_unknown():
    verdict = ask(licence_record(LicenceKind.IT_SOMMINISTRAZIONE_SPECIALISTA))
    assert first(verdict) == (Answer.UNKNOWN, Reason.SCOPE_NOT_STATED)


# Conditions


def conditioned(*conditions):
    return licence_record(conditions=conditions)


def test_a_condition_of_sectors_holds_inside_and_refuses_outside():
    only = conditioned(Condition(code=ConditionCode.ONLY_SECTORS, sectors=(TAILORING,)))
    assert ask(only, sector="14.10").verdict is Answer.YES
    assert first(ask(only, sector="56.11")) == (Answer.NO, Reason.OUT_OF_CONDITION)
    assert first(ask(only)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    never = conditioned(Condition(code=ConditionCode.NOT_SECTORS, sectors=(CATERING,)))
    assert ask(never, sector="14.10").verdict is Answer.YES
    assert first(ask(never, sector="56.11")) == (Answer.NO, Reason.OUT_OF_CONDITION)
    assert first(ask(never)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)


def test_a_forbidden_sector_is_found_beside_one_of_another_revision():
    mixed = (Sector(code="56.10", nace_revision="2.0"), CATERING)
    licence = conditioned(Condition(code=ConditionCode.NOT_SECTORS, sectors=mixed))
    assert first(ask(licence, sector="56.11")) == (Answer.NO, Reason.OUT_OF_CONDITION)
    assert first(ask(licence, sector="14.10")) == (Answer.UNKNOWN, Reason.SECTOR_REVISION_DIFFERS)


def test_a_condition_of_destinations_holds_inside_and_refuses_outside():
    only = licence_record(CHINESE, conditions=(Condition(code=ConditionCode.ONLY_DESTINATIONS, destinations=("IT",)),))
    assert ask(only, destination="IT").verdict is Answer.YES
    assert first(ask(only, destination="PL")) == (Answer.NO, Reason.OUT_OF_CONDITION)
    assert first(ask(only, destination=None)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    never = licence_record(CHINESE, conditions=(Condition(code=ConditionCode.NOT_DESTINATIONS, destinations=("IT",)),))
    assert first(ask(never, destination="IT")) == (Answer.NO, Reason.OUT_OF_CONDITION)
    assert ask(never, destination="PL").verdict is Answer.YES


def test_no_new_recruitment_is_no_and_placements_go_on():
    verdict = ask(conditioned(Condition(code=ConditionCode.NO_NEW_RECRUITMENT)))
    assert first(verdict) == (Answer.NO, Reason.OUT_OF_CONDITION)
    assert verdict.may_continue is Answer.YES


def test_a_condition_in_words_cannot_be_judged():
    verdict = ask(conditioned(Condition(code=ConditionCode.OTHER, text="report twice a year")))
    assert first(verdict) == (Answer.UNKNOWN, Reason.CONDITION_NOT_JUDGED)


def test_conditions_count_whatever_the_status_is_called():
    licence = licence_record(
        status_history=(status_record(LicenceStatus.UNDER_SURVEILLANCE),),
        conditions=(Condition(code=ConditionCode.NO_NEW_RECRUITMENT),),
    )
    assert ask(licence).verdict is Answer.NO


# Several licences


def test_scopes_of_several_licences_never_combine():
    tailoring_for_placement = licence_record(LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI, sectors=(TAILORING,))
    catering_for_hire = licence_record(LicenceKind.CZ_ZAMESTNAVANI_OSOB, sectors=(CATERING,))
    both = (tailoring_for_placement, catering_for_hire)
    assert ask(*both, activity=Activity.PLACEMENT, sector="14.10").verdict is Answer.YES
    assert ask(*both, activity=Activity.TEMPORARY_WORK, sector="56.11").verdict is Answer.YES
    assert ask(*both, activity=Activity.TEMPORARY_WORK, sector="14.10").verdict is Answer.NO


def test_a_good_licence_answers_beside_a_bad_one():
    revoked, active = licence_record(status=LicenceStatus.REVOKED), licence_record()
    verdict = ask(revoked, active)
    assert (verdict.verdict, verdict.licence) == (Answer.YES, active)


def test_an_expired_licence_explains_more_than_a_counselling_permit():
    counselling = licence_record(LicenceKind.CZ_PORADENSKA_CINNOST)
    expired = licence_record(status=LicenceStatus.EXPIRED)
    assert first(ask(counselling, expired)) == (Answer.NO, Reason.LICENCE_EXPIRED)
