"""Regimes: what each country's law makes of a licence, and where recruiting happens."""

from datetime import date, timedelta
from itertools import product

import pytest

from registry.register.law.loading import shipped_law
from registry.verification.verdicts.question import SubjectKind
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import ForeignLicence, RegimeRule
from registry.vocabulary.register import Activity, Answer, LicenceKind
from tests.make import agency_record, agreement_record, licence_record
from tests.verification.verdicts.asking import NOW, TODAY, ask, ask_unmatched, codes, fresh_ground, regime

CHINESE = LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION
SUBJECTS = [kind for kind in SubjectKind if kind not in (SubjectKind.NAME, SubjectKind.LAW)]


def first(verdict):
    return verdict.verdict, verdict.reasons[0].code


# The Netherlands

LAST_FREE_DAY, FIRST_DAY_OF_ADMISSION = date(2026, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize("on", [date(2025, 1, 1), TODAY, LAST_FREE_DAY, FIRST_DAY_OF_ADMISSION, date(2030, 6, 1)])
@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_dutch_recognised_sponsor_is_never_yes_on_any_day_under_any_regime(on, kind):
    sponsor = licence_record(LicenceKind.NL_RECOGNISED_SPONSOR)
    as_of = NOW + timedelta(days=2000)
    snapshot = fresh_ground(retrieved_at=as_of)
    for rule, activity, destination in product((None, *RegimeRule), (None, *Activity), (None, "NL", "DE")):
        regimes = None if rule is None else [regime("NL", one, rule) for one in Activity]
        context = {"on": on, "activity": activity, "destination": destination, "regimes": regimes}
        verdict = ask(sponsor, kind=kind, country="NL", as_of=as_of, ground=snapshot, **context)
        assert verdict.verdict is not Answer.YES
        assert Reason.NOT_A_RECRUITMENT_LICENCE in codes(verdict)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (LAST_FREE_DAY, Reason.AUTHORITY_NOT_COVERED),
        (FIRST_DAY_OF_ADMISSION, Reason.REGIME_UNKNOWN),
        (date(2027, 12, 31), Reason.REGIME_UNKNOWN),
        (date(2028, 1, 1), Reason.AUTHORITY_NOT_COVERED),
    ],
)
def test_dutch_lending_is_registered_until_2026_open_in_2027_and_admitted_from_2028(on, code):
    as_of = NOW + timedelta(days=500)
    requested = {"country": "NL", "activity": Activity.TEMPORARY_WORK, "as_of": as_of}
    silence = ask_unmatched(
        SubjectKind.REGISTRATION_NUMBER, on=on, ground=fresh_ground(retrieved_at=as_of), **requested
    )
    # The list of sponsors is no list of registered or admitted agencies.
    assert first(silence) == (Answer.UNKNOWN, code)


def test_a_dutch_sponsor_shown_as_a_licence_to_lend_is_no_under_every_rule_for_lending():
    sponsor = licence_record(LicenceKind.NL_RECOGNISED_SPONSOR)
    as_of = NOW + timedelta(days=500)
    context = {"activity": Activity.TEMPORARY_WORK, "as_of": as_of, "ground": fresh_ground(retrieved_at=as_of)}
    days = (LAST_FREE_DAY, FIRST_DAY_OF_ADMISSION, date(2027, 12, 31), date(2028, 1, 1))
    answers = [ask(sponsor, on=day, **context).verdict for day in days]
    assert answers == [Answer.NO] * 4


# The issuing country


def test_an_unknown_regime_is_unknown():
    assert first(ask(licence_record(), regimes=())) == (Answer.UNKNOWN, Reason.REGIME_UNKNOWN)


def test_a_regime_counts_from_its_first_day_to_its_last():
    spring = regime("CZ", Activity.PLACEMENT, from_=date(2026, 3, 1), to=date(2026, 5, 31))
    licence = licence_record(LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1))
    answers = [ask(licence, on=day, regimes=[spring]).verdict for day in days]
    assert answers == [Answer.UNKNOWN, Answer.YES, Answer.YES, Answer.UNKNOWN]


def test_where_no_licence_is_required_a_licence_proves_nothing():
    regimes = [
        regime("CZ", Activity.PLACEMENT, RegimeRule.NONE),
        regime("CZ", Activity.TEMPORARY_WORK, RegimeRule.NONE),
    ]
    assert first(ask(licence_record(), regimes=regimes)) == (Answer.UNKNOWN, Reason.NO_LICENCE_REQUIRED)


def test_a_prohibited_activity_is_no():
    regimes = [
        regime("CZ", activity, RegimeRule.PROHIBITED) for activity in (Activity.PLACEMENT, Activity.TEMPORARY_WORK)
    ]
    assert first(ask(licence_record(), regimes=regimes)) == (Answer.NO, Reason.ACTIVITY_PROHIBITED)


def test_one_prohibited_activity_of_two_needs_a_closer_question():
    regimes = [regime("CZ", Activity.PLACEMENT, RegimeRule.PROHIBITED), regime("CZ", Activity.TEMPORARY_WORK)]
    assert first(ask(licence_record(), regimes=regimes)) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    assert ask(licence_record(), regimes=regimes, activity=Activity.TEMPORARY_WORK).verdict is Answer.YES


def test_every_activity_that_a_licence_permits_must_have_a_known_regime():
    regimes = [regime("CZ", Activity.TEMPORARY_WORK)]
    verdict = ask(licence_record(), regimes=regimes)
    assert first(verdict) == (Answer.UNKNOWN, Reason.REGIME_UNKNOWN)
    assert verdict.reasons[0].values["activities"] == "placement"


# Where recruiting happens


@pytest.mark.parametrize("country", ["CZ", "DE", "IT", "PL"])
@pytest.mark.parametrize("destination", [None, "CZ", "DE", "IT", "PL", "CN"])
def test_with_origin_china_a_foreign_agency_alone_is_never_yes(country, destination):
    verdict = ask(licence_record(country=country), origin="CN", destination=destination)
    assert verdict.verdict is Answer.NO
    assert Reason.NEEDS_LICENSED_SENDING_PARTNER in codes(verdict)


def test_a_registered_agreement_leaves_a_foreign_agency_unknown_never_yes():
    sender = agency_record(country="CN")
    licence = licence_record()
    receiver = agency_record(licences=(licence,))
    agreement = agreement_record(sender, receiver, from_=date(2026, 1, 1), to=TODAY)
    partner = {"agency_id": receiver.agency_id, "licences": (licence,), "agreements": (agreement,)}
    requested = {"origin": "CN", "destination": "CZ"}
    assert first(ask(licence, agency=partner, **requested)) == (Answer.UNKNOWN, Reason.NEEDS_LICENSED_SENDING_PARTNER)
    ended = partner | {"agreements": (agreement_record(sender, receiver, to=TODAY - timedelta(days=1)),)}
    assert ask(licence, agency=ended, **requested).verdict is Answer.NO
    elsewhere = partner | {"agreements": (agreement_record(sender, receiver, destination="DE"),)}
    assert ask(licence, agency=elsewhere, **requested).verdict is Answer.NO


def test_a_foreign_holder_of_a_chinese_licence_is_still_foreign():
    licence = licence_record(CHINESE)
    foreign = {"country": "CZ", "licences": (licence,)}
    for origin in (None, "CN"):
        verdict = ask(licence, agency=foreign, origin=origin, destination="CZ")
        assert first(verdict) == (Answer.NO, Reason.NEEDS_LICENSED_SENDING_PARTNER)


def test_a_chinese_agency_recruits_in_china_under_its_own_licence():
    assert ask(licence_record(CHINESE), origin="CN", destination="CZ").verdict is Answer.YES


def test_recruiting_in_a_country_whose_law_we_do_not_know_is_unknown():
    assert first(ask(licence_record(), origin="VN", destination="CZ")) == (Answer.UNKNOWN, Reason.REGIME_UNKNOWN)


# A licence of one state shown for another


def test_what_italy_makes_of_a_foreign_licence_is_disputed_and_so_unknown():
    verdict = ask(licence_record(), destination="IT", activity=Activity.TEMPORARY_WORK)
    assert verdict.verdict is Answer.UNKNOWN


def test_outside_the_union_an_entry_alone_is_not_asked_for():
    british = licence_record(LicenceKind.OTHER_EU, country="GB", activities=(Activity.TEMPORARY_WORK,), corridors=())
    regimes = [*shipped_law().regimes, regime("GB", Activity.TEMPORARY_WORK)]
    verdict = ask(british, destination="IT", activity=Activity.TEMPORARY_WORK, regimes=regimes)
    assert verdict.verdict is Answer.NO


@pytest.mark.parametrize(
    ("worth", "answer", "code"),
    [
        (ForeignLicence.SUFFICIENT, Answer.YES, Reason.LICENCE_ACTIVE),
        (ForeignLicence.NEEDS_ENTRY, Answer.UNKNOWN, Reason.FOREIGN_LICENCE_NEEDS_ENTRY),
        (ForeignLicence.NEEDS_NOTICE, Answer.UNKNOWN, Reason.FOREIGN_LICENCE_NEEDS_NOTICE),
        (ForeignLicence.NOT_SUFFICIENT, Answer.NO, Reason.FOREIGN_LICENCE_NOT_SUFFICIENT),
        (ForeignLicence.NOT_COVERED, Answer.UNKNOWN, Reason.FOREIGN_LICENCE_UNKNOWN),
        (ForeignLicence.UNKNOWN, Answer.UNKNOWN, Reason.FOREIGN_LICENCE_UNKNOWN),
    ],
)
def test_what_a_foreign_licence_is_worth_is_the_destinations_regime(worth, answer, code):
    home = regime("CZ", Activity.TEMPORARY_WORK)
    regimes = [home, regime("AT", Activity.TEMPORARY_WORK, foreign_licence=worth)]
    verdict = ask(licence_record(), destination="AT", activity=Activity.TEMPORARY_WORK, regimes=regimes)
    assert first(verdict) == (answer, code)


def test_a_foreign_licence_must_be_worth_something_for_every_activity():
    regimes = [
        regime("CZ", Activity.TEMPORARY_WORK),
        regime("CZ", Activity.PLACEMENT),
        regime("AT", Activity.TEMPORARY_WORK, foreign_licence=ForeignLicence.SUFFICIENT),
        regime("AT", Activity.PLACEMENT, foreign_licence=ForeignLicence.NOT_SUFFICIENT),
    ]
    assert ask(licence_record(), destination="AT", regimes=regimes).verdict is Answer.NO
    assert first(ask(licence_record(), destination="AT", regimes=regimes[:-1])) == (
        Answer.UNKNOWN,
        Reason.REGIME_UNKNOWN,
    )


def test_where_the_destination_requires_no_licence_a_foreign_one_is_not_called_out_of_corridor():
    verdict = ask(licence_record(), destination="FI", activity=Activity.PLACEMENT)
    assert first(verdict) == (Answer.UNKNOWN, Reason.NO_LICENCE_REQUIRED)


def test_an_unknown_destination_is_unknown():
    assert first(ask(licence_record(), destination="HR")) == (Answer.UNKNOWN, Reason.REGIME_UNKNOWN)
