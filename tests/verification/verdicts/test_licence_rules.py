"""Status and time: what a licence's own status answers on a day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.vocabulary.codes import Reason
from registry.vocabulary.register import STATUSES, Answer, Continuation, LicenceKind, LicenceStatus
from tests.make import changed, licence_record, status_record
from tests.verification.verdicts.asking import NOW, TODAY, TOMORROW, YESTERDAY, ask, codes, fresh_ground

ALL = list(LicenceStatus)
PERIODS = {
    LicenceStatus.ACTIVE_WITH_CONDITIONS: {},
    LicenceStatus.REVOCATION_PENDING_APPEAL: {"is_stayed": True},
    LicenceStatus.WINDING_DOWN: {"until": TOMORROW},
}


def licence_with(status: LicenceStatus, **facts):
    period = status_record(status, **PERIODS.get(status, {}))
    return licence_record(status_history=(period,), **facts)


@pytest.mark.parametrize("status", ALL)
def test_each_status_answers_as_the_table_says_with_its_own_code(status):
    verdict = ask(licence_with(status))
    expected = STATUSES[status].recruit
    if status is LicenceStatus.ACTIVE_WITH_CONDITIONS:
        # Conditions that the list does not name cannot be judged.
        assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.CONDITION_NOT_JUDGED)
        return
    assert (verdict.verdict, verdict.reasons[0].code) == (expected, Reason(f"licence_{status}"))


@pytest.mark.parametrize("status", ALL)
def test_existing_placements_follow_the_status_table(status):
    verdict = ask(licence_with(status))
    expected = {
        Continuation.YES: Answer.YES,
        Continuation.NO: Answer.NO,
        Continuation.UNTIL_DATE: Answer.YES,
        # Czech law, as far as we know it, says nothing of winding down.
        Continuation.BY_REGIME: Answer.UNKNOWN,
        Continuation.UNKNOWN: Answer.UNKNOWN,
    }
    assert verdict.may_continue is expected[STATUSES[status].continue_placements]


def test_the_last_day_of_a_term_is_still_valid_and_the_next_is_expired():
    licence = licence_record(valid_to=TODAY)
    assert ask(licence).verdict is Answer.YES
    after = ask(changed(licence, valid_to=YESTERDAY))
    assert (after.verdict, after.reasons[0].code) == (Answer.NO, Reason.LICENCE_EXPIRED)
    assert after.reasons[0].values["date"] == YESTERDAY.isoformat()


def test_a_renewal_deemed_valid_outlives_its_term():
    licence = licence_record(status=LicenceStatus.RENEWAL_PENDING_DEEMED_VALID, valid_to=YESTERDAY)
    assert ask(licence).verdict is Answer.YES


@pytest.mark.parametrize(
    "status", [LicenceStatus.PROVISIONAL, LicenceStatus.UNDER_SURVEILLANCE, LicenceStatus.DELISTED]
)
def test_other_statuses_end_with_the_term(status):
    assert ask(licence_record(status=status, valid_to=YESTERDAY)).reasons[0].code is Reason.LICENCE_EXPIRED


def test_a_term_that_ran_out_without_any_stated_status_is_expired():
    verdict = ask(licence_record(valid_to=YESTERDAY, status_history=()))
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.NO, Reason.LICENCE_EXPIRED)


def test_a_term_that_ends_at_the_end_of_time_is_no_error():
    assert ask(licence_record(valid_to=date.max), on=TODAY).verdict is Answer.YES


def test_today_is_the_authoritys_own_day():
    # 17:00 UTC on the 24th is already the 25th in Shanghai, and still the 24th in Prague.
    instant = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    chinese = licence_record(LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, valid_to=date(2026, 11, 24))
    czech = licence_record(valid_to=date(2026, 11, 24))
    snapshot = fresh_ground(retrieved_at=instant)
    verdict = ask(chinese, as_of=instant, ground=snapshot)
    assert (verdict.on, verdict.verdict) == (date(2026, 11, 25), Answer.NO)
    verdict = ask(czech, as_of=instant, ground=snapshot)
    assert (verdict.on, verdict.verdict) == (date(2026, 11, 24), Answer.YES)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_midnight_follows_the_authoritys_summer_time(instant, day):
    assert ask(licence_record(), as_of=instant, ground=fresh_ground(retrieved_at=instant)).on == day


def test_without_a_known_authority_the_day_is_utc_and_marked_so():
    verdict = ask(licence_record(authority="nobody-knows"))
    assert Reason.DAY_IN_UTC in codes(verdict)


def test_a_future_day_is_at_best_unknown():
    verdict = ask(licence_record(), on=TOMORROW)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.FUTURE_DATE)


def test_a_future_day_after_the_term_is_still_no():
    assert ask(licence_record(valid_to=TODAY), on=TOMORROW).verdict is Answer.NO


def test_before_the_first_fact_nothing_is_known():
    verdict = ask(licence_record(), on=date(2019, 12, 31))
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.BEFORE_REGISTRY)


def test_a_licence_that_begins_later_is_not_yet_valid():
    verdict = ask(licence_record(valid_from=TOMORROW, status_history=(status_record(from_=TOMORROW),)))
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.NO, Reason.NOT_YET_VALID)


def test_the_first_day_counts_of_a_term_and_of_a_list():
    began = TODAY - timedelta(days=365)
    licence = licence_record(valid_from=began, status_history=(status_record(from_=began),))
    on_the_day = ask(licence, on=began)
    assert (on_the_day.verdict, Reason.HISTORY_BEFORE_FIRST_RETRIEVAL in codes(on_the_day)) == (Answer.YES, False)
    before = ask(licence, on=began - timedelta(days=1))
    assert (before.verdict, before.reasons[0].code) == (Answer.UNKNOWN, Reason.BEFORE_REGISTRY)
    later = licence_record(valid_from=TODAY, status_history=(status_record(from_=TODAY),))
    assert ask(later).verdict is Answer.YES
    # The list was already read, and did not show it: it began on the day it states.
    assert ask(later, on=began).reasons[0].code is Reason.NOT_YET_VALID
    open_beginning = licence_record(valid_from=None, status_history=(status_record(from_=None),))
    answers = [ask(open_beginning, on=began - timedelta(days=n)).verdict for n in (0, 1)]
    assert answers == [Answer.YES, Answer.UNKNOWN]


def test_the_term_opens_a_licence_before_any_status_does():
    early_status = licence_record(valid_from=TOMORROW)
    assert ask(early_status).reasons[0].code is Reason.NOT_YET_VALID
    without_term = licence_record(valid_from=None, status_history=(status_record(from_=TOMORROW),))
    assert ask(without_term).reasons[0].code is Reason.NOT_YET_VALID


def test_an_open_beginning_is_known_only_since_the_list_was_first_read():
    licence = licence_record(valid_from=None, status_history=(status_record(from_=None),))
    assert ask(licence).verdict is Answer.YES
    early = ask(licence, on=TODAY - timedelta(days=400))
    assert (early.verdict, early.reasons[0].code) == (Answer.UNKNOWN, Reason.BEFORE_REGISTRY)


def test_an_open_first_period_is_not_cut_off_by_the_beginning_of_the_next():
    history = (status_record(from_=None, to=date(2026, 6, 30)), status_record(from_=date(2026, 7, 1)))
    verdict = ask(licence_record(valid_from=None, status_history=history), on=date(2026, 5, 1))
    assert verdict.verdict is Answer.YES


def test_a_day_before_the_first_reading_is_answered_with_a_note():
    verdict = ask(licence_record(), on=date(2022, 5, 1))
    assert verdict.verdict is Answer.YES
    assert Reason.HISTORY_BEFORE_FIRST_RETRIEVAL in codes(verdict)


def test_a_gap_between_stated_periods_is_unknown():
    history = (status_record(to=date(2021, 1, 1)), status_record(from_=date(2021, 3, 1)))
    verdict = ask(licence_record(status_history=history), on=date(2021, 2, 1))
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.STATUS_NOT_STATED)


@pytest.mark.parametrize("valid_from", [TODAY, YESTERDAY, None])
def test_a_term_without_any_stated_status_is_unknown_from_its_first_day(valid_from):
    verdict = ask(licence_record(valid_from=valid_from, status_history=()))
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.STATUS_NOT_STATED)


def test_a_withheld_status_outweighs_a_good_one_of_the_same_day():
    withheld = status_record(None, from_=date(2024, 1, 2), to=date(2024, 3, 1), withheld="withheld_by_law")
    licence = licence_record(status_history=(withheld, status_record(from_=date(2024, 1, 15))))
    assert ask(licence, on=date(2024, 2, 1)).verdict is Answer.UNKNOWN


def test_of_two_statuses_of_one_day_the_graver_counts():
    history = (status_record(), status_record(LicenceStatus.SUSPENDED, from_=YESTERDAY))
    assert ask(licence_record(status_history=history)).reasons[0].code is Reason.LICENCE_SUSPENDED
    history = (status_record(LicenceStatus.DELISTED), status_record(LicenceStatus.REVOCATION_PENDING_APPEAL))
    assert ask(licence_record(status_history=history)).reasons[0].code is Reason.LICENCE_REVOKED


def test_a_reason_names_the_day_and_the_ground_that_the_authority_stated():
    suspended = status_record(LicenceStatus.SUSPENDED, from_=date(2026, 4, 1), ground="§ 63")
    values = ask(licence_record(status_history=(suspended,))).reasons[0].values
    assert (values["date"], values["ground"]) == ("2026-04-01", "§ 63")
    assert ask(licence_record(valid_to=TOMORROW)).reasons[0].values["until"] == TOMORROW.isoformat()


def test_history_answers_for_each_day():
    history = (
        status_record(to=date(2026, 3, 31)),
        status_record(LicenceStatus.SUSPENDED, from_=date(2026, 4, 1), to=date(2026, 4, 30)),
        status_record(from_=date(2026, 5, 1)),
    )
    licence = licence_record(status_history=history)
    answers = [ask(licence, on=date(2026, month, day)).verdict for month, day in ((3, 31), (4, 1), (4, 30), (5, 1))]
    assert answers == [Answer.YES, Answer.NO, Answer.NO, Answer.YES]


def test_an_appeal_alone_stays_nothing():
    bare = ask(licence_record(status=LicenceStatus.REVOCATION_PENDING_APPEAL))
    assert (bare.verdict, bare.reasons[0].code) == (Answer.NO, Reason.LICENCE_REVOKED)
    stayed = ask(licence_with(LicenceStatus.REVOCATION_PENDING_APPEAL))
    assert (stayed.verdict, stayed.may_continue) == (Answer.UNKNOWN, Answer.YES)


def test_winding_down_lasts_until_its_date_and_not_longer():
    history = (status_record(LicenceStatus.WINDING_DOWN, from_=date(2026, 9, 1), until=TODAY),)
    licence = licence_record(LicenceKind.DE_AUEG, status_history=history)
    verdict = ask(licence)
    assert (verdict.verdict, verdict.may_continue) == (Answer.NO, Answer.YES)
    assert verdict.reasons[0].code is Reason.LICENCE_WINDING_DOWN
    assert verdict.reasons[0].values["until"] == TODAY.isoformat()
    # German law would leave twelve months; the date that was set is shorter and counts.
    history = (changed(history[0], until=YESTERDAY),)
    verdict = ask(changed(licence, status_history=history))
    assert (verdict.verdict, verdict.may_continue) == (Answer.NO, Answer.NO)
    assert verdict.reasons[0].code is Reason.LICENCE_EXPIRED


@pytest.mark.parametrize(
    ("revoked_on", "may_continue"),
    [(date(2025, 11, 26), Answer.YES), (date(2025, 11, 25), Answer.NO), (date(2026, 11, 25), Answer.YES)],
)
def test_german_law_leaves_twelve_months_after_a_revocation_to_the_day(revoked_on, may_continue):
    licence = licence_record(LicenceKind.DE_AUEG)
    (period,) = licence.status_history
    revoked = changed(period, status=LicenceStatus.REVOKED, from_=revoked_on)
    assert ask(changed(licence, status_history=(revoked,))).may_continue is may_continue


def test_german_law_leaves_no_time_after_a_permit_that_ran_out():
    assert ask(licence_record(LicenceKind.DE_AUEG, valid_to=YESTERDAY)).may_continue is Answer.UNKNOWN


def test_a_suspension_says_nothing_of_existing_placements_where_no_regime_does():
    assert ask(licence_record(LicenceKind.DE_AUEG, LicenceStatus.SUSPENDED)).may_continue is Answer.UNKNOWN


def test_placements_outside_the_licence_do_not_continue_on_it():
    verdict = ask(licence_record(corridors=()), destination="CZ")
    assert (verdict.verdict, verdict.may_continue) == (Answer.NO, Answer.UNKNOWN)


def test_a_dissolved_holder_has_no_licence_from_that_day_on():
    licence = licence_record()
    dissolved = {"licences": (licence,), "dissolved_on": TODAY}
    verdict = ask(licence, agency=dissolved)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.NO, Reason.LICENCE_ANNULLED_ENTITY_DISSOLVED)
    assert verdict.may_continue is Answer.NO
    assert ask(licence, agency=dissolved, on=YESTERDAY).verdict is Answer.YES


def test_a_status_withheld_by_law_leaves_no_licence_in_force():
    history = (
        status_record(to=date(2024, 1, 1)),
        status_record(None, from_=date(2024, 1, 2), withheld="withheld_by_law"),
    )
    verdict = ask(licence_record(status_history=history))
    assert verdict.verdict is Answer.NO
    assert codes(verdict)[:2] == [Reason.NO_LICENCE_IN_FORCE, Reason.WITHHELD_BY_LAW]
    assert verdict.status is None


def test_a_withheld_status_that_ended_says_nothing_of_its_days_and_does_not_hurt_today():
    withheld = status_record(None, from_=date(2024, 1, 2), to=date(2024, 3, 1), withheld="withheld_by_law")
    licence = licence_record(status_history=(status_record(), withheld))
    assert ask(licence).verdict is Answer.YES
    then = ask(licence, on=date(2024, 2, 1))
    assert (then.verdict, then.reasons[0].code) == (Answer.UNKNOWN, Reason.WITHHELD_BY_LAW)


def test_a_stale_list_turns_yes_into_unknown_and_leaves_no_alone():
    stale = fresh_ground(retrieved_at=NOW - timedelta(days=30))
    verdict = ask(licence_record(), ground=stale)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.SOURCE_STALE)
    assert verdict.source is not None
    assert verdict.source.stale
    almost = fresh_ground(retrieved_at=NOW - timedelta(days=30) + timedelta(microseconds=1))
    assert ask(licence_record(), ground=almost).verdict is Answer.YES
    assert ask(licence_record(status=LicenceStatus.REVOKED), ground=stale).verdict is Answer.NO


def test_a_licence_from_an_unknown_list_is_never_fresh():
    assert ask(licence_record(source="nobody-knows")).reasons[0].code is Reason.SOURCE_STALE


def test_a_list_the_authority_keeps_here_is_never_stale():
    stored = fresh_ground(fresh_for_days=0, retrieved_at=NOW - timedelta(days=300))
    assert ask(licence_record(), ground=stored).verdict is Answer.YES


def test_on_a_partial_list_each_licence_is_as_fresh_as_it_was_last_seen():
    partial = fresh_ground(is_full=False)
    seen = licence_record(retrieved_at=NOW - timedelta(days=40))
    assert ask(seen, ground=partial).reasons[0].code is Reason.SOURCE_STALE
    assert ask(changed(seen, retrieved_at=NOW - timedelta(days=20)), ground=partial).verdict is Answer.YES
