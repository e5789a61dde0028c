"""Statements of a recruiter against the register: four outcomes and what they come to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.clock import now
from registry.register.agencies import record
from registry.verification.checks.rules import Checked, Registered, StatedDetail, check, papers_in, summary
from registry.vocabulary.checks import CheckKind, CheckOutcome
from registry.vocabulary.codes import CheckNote, CheckSummary
from registry.vocabulary.register import ChannelKind, NameKind
from tests.make import agency_record, licence_record, name_record, source_of

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
MATCH, MISMATCH = CheckOutcome.MATCH, CheckOutcome.MISMATCH


def registered(*channels: tuple[ChannelKind, str], changed: Any = None, more: Any = None, **facts: Any) -> Registered:
    stated: dict[str, Any] = {"source": source_of("CZ"), "retrieved_at": now()}
    given_channels = tuple(record.Channel(kind=kind, value=value, **stated) for kind, value in channels)
    return Registered(agency_record(country="CZ", channels=given_channels, **facts), changed or {}, **(more or {}))


@pytest.mark.parametrize(
    "stated", ["+420 601 123 456", "00420601123456", "601 123 456", "６０１123456", "+420-601-123-456"]
)
def test_a_phone_is_one_however_it_is_written(stated: str) -> None:
    agency = registered((ChannelKind.PHONE, "601123456"))
    assert check(StatedDetail(CheckKind.PHONE, stated), agency, NOW).outcome is MATCH


@pytest.mark.parametrize("stated", ["+420 601 123 457", "13800138000", "abc", "+", "💰", "9" * 60])
def test_another_phone_does_not_match(stated: str) -> None:
    agency = registered((ChannelKind.PHONE, "+420601123456"))
    assert check(StatedDetail(CheckKind.PHONE, stated), agency, NOW).outcome is MISMATCH


@pytest.mark.parametrize(
    ("stated", "outcome"), [("Smyslena_1", MATCH), ("微信号：smyslena_1", MATCH), ("smyslena_l", MISMATCH)]
)
def test_wechat_ids_are_compared_without_letter_case(stated: str, outcome: CheckOutcome) -> None:
    agency = registered((ChannelKind.WECHAT, "smyslena_1"))
    assert check(StatedDetail(CheckKind.WECHAT, stated), agency, NOW).outcome is outcome


def test_an_address_at_a_look_alike_domain_does_not_match_and_says_what_it_imitates() -> None:
    agency = registered((ChannelKind.EMAIL, "info@agentura.example"))
    checked = check(StatedDetail(CheckKind.EMAIL, "info@agenturа.example"), agency, NOW)
    assert checked.outcome is MISMATCH
    assert [(note.code, note.like) for note in checked.notes] == [(CheckNote.LOOKS_LIKE, "agentura.example")]


def test_another_mailbox_of_the_same_domain_is_said_to_be_that() -> None:
    agency = registered((ChannelKind.EMAIL, "info@agentura.example"))
    checked = check(StatedDetail(CheckKind.EMAIL, "jobs@agentura.example"), agency, NOW)
    assert (checked.outcome, [note.code for note in checked.notes]) == (MISMATCH, [CheckNote.SAME_DOMAIN])


def test_a_channel_changed_within_thirty_days_is_not_called_a_match() -> None:
    key = (ChannelKind.WECHAT, "smyslena_1")
    for ago, outcome in (
        (timedelta(days=30) - timedelta(microseconds=1), CheckOutcome.CHANGED_RECENTLY),
        (timedelta(days=30), MATCH),
    ):
        agency = registered(key, changed={key: NOW - ago})
        assert check(StatedDetail(CheckKind.WECHAT, "smyslena_1"), agency, NOW).outcome is outcome


def test_of_two_registered_phones_an_old_one_is_a_match_beside_a_fresh_one() -> None:
    old, fresh = (ChannelKind.PHONE, "601123456"), (ChannelKind.PHONE, "602123456")
    agency = registered(old, fresh, changed={fresh: NOW - timedelta(days=1)})
    assert check(StatedDetail(CheckKind.PHONE, "+420601123456"), agency, NOW).outcome is MATCH
    assert check(StatedDetail(CheckKind.PHONE, "+420602123456"), agency, NOW).outcome is CheckOutcome.CHANGED_RECENTLY


def test_what_the_agency_never_registered_cannot_be_compared() -> None:
    assert check(StatedDetail(CheckKind.PHONE, "601123456"), registered(), NOW).outcome is CheckOutcome.NOT_REGISTERED
    assert check(StatedDetail(CheckKind.PHONE, "601123456"), None, NOW).outcome is CheckOutcome.NOT_REGISTERED


def test_four_digits_of_an_account_tell_that_it_is_another_but_never_that_it_is_the_same() -> None:
    agency = registered((ChannelKind.BANK_ACCOUNT, "3456"))
    same = check(StatedDetail(CheckKind.BANK_ACCOUNT, "IT60 X054 2811 1010 0000 0123 456"), agency, NOW)
    assert (same.outcome, same.notes[0].code) == (CheckOutcome.NOT_REGISTERED, CheckNote.LAST_FOUR_AGREE)
    assert check(StatedDetail(CheckKind.BANK_ACCOUNT, "1111222233334444"), agency, NOW).outcome is MISMATCH


def test_an_account_is_compared_by_its_digest() -> None:
    digests = {"IT …3456": frozenset({"d1"}), "…0001": frozenset({"d2"})}
    stated = {"IT60 3456": "d1", "IT61 3456": "d9", "0001": "d2"}
    displayed = [(ChannelKind.BANK_ACCOUNT, value) for value in digests]
    changed = {(ChannelKind.BANK_ACCOUNT, "d2"): NOW - timedelta(days=2)}
    agency = registered(*displayed, changed=changed, more={"digests": digests, "asked": stated})
    outcomes = [check(StatedDetail(CheckKind.BANK_ACCOUNT, value), agency, NOW).outcome for value in stated]
    assert outcomes == [MATCH, MISMATCH, CheckOutcome.CHANGED_RECENTLY]


@pytest.mark.parametrize("stated", ["", "💰", "abc", "1", "-" * 60])
def test_what_is_no_account_is_said_to_be_unreadable(stated: str) -> None:
    agency = registered((ChannelKind.BANK_ACCOUNT, "IT …3456"))
    checked = check(StatedDetail(CheckKind.BANK_ACCOUNT, stated), agency, NOW)
    assert (checked.outcome, checked.notes[-1].code) == (MISMATCH, CheckNote.NOT_READABLE)


@pytest.mark.parametrize(
    ("stated", "outcome", "near"),
    [
        ("Agentura Smyšlená s.r.o.", MATCH, False),
        ("agentura smyslena s. r. o.", MATCH, False),
        ("Agentura Smyšlená", MATCH, False),
        ("Agentura Smyšlená a.s.", MISMATCH, True),
        ("Agentura Smyšlené s.r.o.", MISMATCH, True),
        ("\u0410gentura Smyšlená s.r.o.", MISMATCH, True),
        ("Agentura Smyšlena s.r.o. Praha", MISMATCH, False),
        ("Továrna Cizí a.s.", MISMATCH, False),
        ("💰", MISMATCH, False),
    ],
)
def test_a_name_near_to_the_agencys_is_a_mismatch_that_shows_both(
    stated: str, outcome: CheckOutcome, near: bool
) -> None:
    agency = registered(names=(name_record("Agentura Smyšlená s.r.o."),))
    checked = check(StatedDetail(CheckKind.NAME, stated), agency, NOW)
    assert checked.outcome is outcome
    assert [(note.code, note.like) for note in checked.notes] == (
        [(CheckNote.NEAR_NAME, "Agentura Smyšlená s.r.o.")] if near else []
    )


def test_a_staff_number_is_looked_for_among_those_who_recruit_for_the_agency() -> None:
    person = record.Intermediary(name="-", number="A-001", source=source_of("CZ"), retrieved_at=now())
    agency = registered(intermediaries=(person,))
    assert check(StatedDetail(CheckKind.STAFF_NUMBER, "a 001"), agency, NOW).outcome is MATCH
    assert check(StatedDetail(CheckKind.STAFF_NUMBER, "A-002"), agency, NOW).outcome is MISMATCH


def test_a_former_name_is_the_agencys_and_said_to_be_former() -> None:
    agency = registered(names=(name_record("Nová s.r.o."), name_record("Dávná s.r.o.", kind=NameKind.FORMER)))
    checked = check(StatedDetail(CheckKind.NAME, "Dávná s.r.o."), agency, NOW)
    assert (checked.outcome, [note.code for note in checked.notes]) == (MATCH, [CheckNote.FORMER_NAME])
    assert check(StatedDetail(CheckKind.NAME, "Cizí s.r.o."), agency, NOW).outcome is MISMATCH


def test_a_licence_number_belongs_to_its_agency_alone() -> None:
    agency = registered(licences=(licence_record(number="CISLO/0001"),))
    assert check(StatedDetail(CheckKind.NUMBER, "cislo/0001"), agency, NOW).outcome is MATCH
    assert check(StatedDetail(CheckKind.NUMBER, "CISLO/0002"), agency, NOW).outcome is MISMATCH


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("持有人力资源服务许可证", CheckNote.HUMAN_RESOURCES_PERMIT),
        ("人力 資源 服務 許可證", CheckNote.HUMAN_RESOURCES_PERMIT),
        ("(虚)人服证字〔2020〕第0000000001号", CheckNote.HUMAN_RESOURCES_PERMIT),
        ("劳务派遣经营许可证", CheckNote.DOMESTIC_DISPATCH_PERMIT),
        ("海员外派机构资质证书", CheckNote.SEAFARER_PERMIT),
        ("licence for Seafarers", CheckNote.SEAFARER_PERMIT),
        ("Seaman's Book", CheckNote.SEAFARER_PERMIT),
        ("海員證", CheckNote.SEAFARER_PERMIT),
        ("船员适任证书", CheckNote.SEAFARER_PERMIT),
    ],
)
def test_a_paper_that_is_no_licence_for_work_abroad_is_recognised(text: str, note: CheckNote) -> None:
    assert [one.code for one in papers_in(text)] == [note]
    assert papers_in("对外劳务合作经营资格证书") == ()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CheckKind), st.text(max_size=400))
def test_whatever_is_told_gets_one_of_four_answers_and_never_a_match_by_chance(kind: CheckKind, text: str) -> None:
    agency = registered(*((one, "planted-0001.example") for one in ChannelKind))
    outcome = check(StatedDetail(kind, text), agency, NOW).outcome
    assert outcome in CheckOutcome
    assert outcome is not MATCH or kind in (CheckKind.NAME, CheckKind.NUMBER)


def outcome_of(*given_: tuple[CheckKind, CheckOutcome], **more: Any) -> CheckSummary:
    checked = [Checked(StatedDetail(kind, "x"), outcome) for kind, outcome in given_]
    return summary(checked, (), **{"is_licensed": True, "has_agency": True, "has_candidates": False} | more)


def test_the_gravest_thing_found_decides_what_it_comes_to() -> None:
    number, phone = (CheckKind.NUMBER, MATCH), (CheckKind.PHONE, MATCH)
    assert outcome_of(number, phone) is CheckSummary.MATCHES
    assert outcome_of(number) is CheckSummary.NUMBER_OR_NAME_ONLY
    assert outcome_of(number, phone, is_licensed=False) is CheckSummary.MATCHES_BUT_NOT_LICENSED
    assert outcome_of(number, phone, (CheckKind.EMAIL, MISMATCH)) is CheckSummary.MISMATCHES
    assert outcome_of(phone, (CheckKind.EMAIL, CheckOutcome.CHANGED_RECENTLY)) is CheckSummary.CHANGED_RECENTLY
    nothing = CheckOutcome.NOT_REGISTERED
    assert outcome_of(phone, (CheckKind.EMAIL, nothing)) is CheckSummary.NOTHING_TO_COMPARE
    assert outcome_of((CheckKind.NAME, nothing), has_agency=False) is CheckSummary.NO_LABOUR_SUPPLIER
    assert outcome_of((CheckKind.PHONE, nothing), has_agency=False) is CheckSummary.NO_AGENCY_NAMED


@pytest.mark.parametrize("stated", ["示例启航", "shili qihang", "shi li qi hang dui wai lao wu", "Shili Qihang labour"])
def test_a_part_of_the_name_or_its_pinyin_matches_and_says_that_others_are_called_alike(stated: str) -> None:
    agency = registered(names=(name_record("示例启航对外劳务合作有限公司"),))
    checked = check(StatedDetail(CheckKind.NAME, stated), agency, NOW)
    assert checked.outcome is MATCH
    assert [(note.code, note.like) for note in checked.notes] == [
        (CheckNote.PART_OF_NAME, "示例启航对外劳务合作有限公司")
    ]


@pytest.mark.parametrize("stated", ["示例启杭", "示例启航集团股份有限公司", "shil\u0456 qihang", "示例启航人力资源"])
def test_another_character_form_or_trade_is_no_part_of_the_name(stated: str) -> None:
    agency = registered(names=(name_record("示例启航对外劳务合作有限公司"),))
    assert check(StatedDetail(CheckKind.NAME, stated), agency, NOW).outcome is MISMATCH
