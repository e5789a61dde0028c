"""What is compared, in which form, and how much it tells."""

from datetime import date
from typing import Any

import pytest

from registry.register.agencies import record
from registry.supervision.collisions.rules import (
    WEIGHTS,
    Sign,
    comparable,
    evidence,
    findings,
    rank,
    rose_after,
    shared_values,
)
from registry.vocabulary.register import ChannelKind, LicenceStatus
from tests.make import agency_record, licence_record, source_of, status_record
from tests.verification.verdicts.asking import NOW


def channel(kind: ChannelKind, value: str) -> record.Channel:
    return record.Channel(kind=kind, value=value, source=source_of("CZ"), retrieved_at=NOW)


@pytest.mark.parametrize(
    ("sign", "one", "other", "country"),
    [
        (Sign.PHONE, "+420 222 333 444", "00420222333444", "CZ"),
        (Sign.PHONE, "222 333 444", "+420222333444", "CZ"),
        (Sign.PHONE, "010-8888 7777", "+86 10 8888 7777", "CN"),
        (Sign.WEBSITE, "https://www.Example-Agentura.cz/kontakt?x=1", "kontakt.example-agentura.cz", "CZ"),
        (Sign.WEBSITE, "http://例子.公司.cn", "https://xn--fsqu00a.xn--55qx5d.cn/", "CN"),
        (Sign.EMAIL, "Info@Example.cz", "info@example.cz ", "CZ"),
        (Sign.WECHAT, "Smyslena_Agentura", "smyslena_agentura", "CN"),
        (Sign.ADDRESS, "Vymyšlená 12, Praha 1", "VYMYŠLENÁ 12; Praha 1", "CZ"),
        (Sign.ADDRESS, "虚构路１２号３层", "虚构路12号3层", "CN"),
    ],
)
def test_two_spellings_of_one_thing_compare_equal(sign: Sign, one: str, other: str, country: str) -> None:
    assert comparable(sign, one, country) == comparable(sign, other, country) is not None


@pytest.mark.parametrize(
    ("sign", "value"),
    [
        (Sign.ADDRESS, "Praha"),
        (Sign.ADDRESS, "1"),
        (Sign.PHONE, "112"),
        (Sign.PHONE, "na vyžádání"),
        (Sign.WEBSITE, "není"),
        (Sign.WEBSITE, "http://["),
        (Sign.WEBSITE, "//" + "a" * 80 + ".cz"),
        (Sign.BANK_ACCOUNT, "1234"),
        (Sign.WECHAT, "  "),
    ],
)
def test_values_that_distinguish_no_agency_are_not_compared(sign: Sign, value: str) -> None:
    assert comparable(sign, value, "CZ") is None


def test_customers_of_one_platform_do_not_share_a_website() -> None:
    one, other = (comparable(Sign.WEBSITE, f"https://{name}.blogspot.com", "IT") for name in ("lumaca", "grifone"))
    assert one != other


def test_every_sign_has_a_weight_and_a_rank_is_a_hundred_at_most() -> None:
    assert set(WEIGHTS) == set(Sign)
    assert rank(Sign) == 100
    assert rank([Sign.PHONE]) < rank([Sign.PHONE, Sign.REGISTERED_AFTER])


def fallen(**facts: Any) -> record.Agency:
    history = (
        status_record(to=date(2025, 1, 9)),
        status_record(LicenceStatus.REVOKED, from_=date(2025, 1, 10)),
    )
    return agency_record(licences=(licence_record(status_history=history),), **facts)


def fresh(began: date, **facts: Any) -> record.Agency:
    licence = licence_record(valid_from=began, status_history=(status_record(from_=began),))
    return agency_record(licences=(licence,), **facts)


@pytest.mark.parametrize(
    ("began", "rose"), [(date(2025, 1, 9), False), (date(2025, 1, 10), True), (date(2026, 1, 1), True)]
)
def test_who_begins_when_another_has_lost_its_licence_may_be_the_same(began: date, rose: bool) -> None:
    assert rose_after(fallen(), fresh(began)) is rose
    assert rose_after(fresh(began), fallen()) is rose


def test_two_agencies_in_good_standing_did_not_rise_after_each_other() -> None:
    assert not rose_after(fresh(date(2020, 1, 1)), fresh(date(2025, 1, 1)))


def test_the_evidence_says_what_both_hold() -> None:
    phone = channel(ChannelKind.PHONE, "222 333 444")
    old = fallen(name="Lumaca Blu s.r.o.", channels=(phone,), place="Vymyšlená 12, Praha 1")
    new = fresh(
        date(2025, 2, 1),
        name="Lumaca Bleu s.r.o.",
        channels=(channel(ChannelKind.PHONE, "+420222333444"),),
        place="Vymyšlená 12, Praha 1",
    )
    lines = evidence(findings(old, new, [Sign.NEAR_NAME, Sign.PHONE, Sign.ADDRESS, Sign.EMAIL, Sign.REGISTERED_AFTER]))
    assert lines[0].startswith("near name: Lumaca Blu s.r.o. / Lumaca Bleu s.r.o. (typing, ")
    assert lines[1:] == [
        "same phone: 222 333 444 / +420222333444",
        "same email when it was found",
        "same address: Vymyšlená 12, Praha 1",
        f"{new.agency_id} begins 2025-02-01; {old.agency_id} lost its licence on 2025-01-10",
    ]


def test_a_bank_account_is_not_compared_by_its_last_four_characters() -> None:
    agency = agency_record(channels=(channel(ChannelKind.BANK_ACCOUNT, "1234"),))
    assert Sign.BANK_ACCOUNT not in {sign for sign, _, _ in shared_values(agency)}
