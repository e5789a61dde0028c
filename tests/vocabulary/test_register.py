"""The field's words: closed, complete, and the same in every table."""

import re
from enum import StrEnum

from registry.vocabulary import cases as case_terms
from registry.vocabulary import checks as check_terms
from registry.vocabulary import codes, supervision
from registry.vocabulary import fees as fee_terms
from registry.vocabulary import organisations as account_terms
from registry.vocabulary import register as terms
from registry.vocabulary.register import (
    BAD_STATUSES,
    CORRIDOR_SECTORS,
    EU_STATES,
    KINDS,
    RECRUITING,
    STATUSES,
    Activity,
    Answer,
    LicenceKind,
    LicenceStatus,
    Territory,
)
from registry.vocabulary.supervision import WalletForm


def every_word(module):
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
            yield from value


def test_words_are_lower_case_with_underscores():
    odd = {"zh-Hans", "zh-Hant", *WalletForm}
    modules = (terms, case_terms, check_terms, supervision, fee_terms, account_terms, codes)
    words = [word.value for module in modules for word in every_word(module)]
    assert {word for word in words if not re.fullmatch(r"[a-z][a-z0-9_.]*", word)} == odd


def test_a_kind_is_issued_by_the_country_it_is_named_after():
    for kind, rule in KINDS.items():
        prefix = kind.value.partition("_")[0].upper()
        assert rule.country == (None if kind is LicenceKind.OTHER_EU else prefix)


def test_only_china_permits_labour_service_abroad():
    allowed = {kind for kind, rule in KINDS.items() if Activity.LABOUR_SERVICE_ABROAD in rule.permits}
    assert allowed == {LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION}


def test_counselling_is_no_recruiting():
    assert set(Activity) - {Activity.COUNSELLING} == RECRUITING


def test_a_kind_without_a_country_has_no_legal_default():
    assert {kind for kind, rule in KINDS.items() if rule.territory is Territory.NOT_STATED} == {LicenceKind.OTHER_EU}


def test_a_status_that_names_a_wrong_never_lets_recruit():
    assert all(STATUSES[status].recruit is not Answer.YES for status in BAD_STATUSES)


def test_every_status_has_a_reason_of_its_own():
    assert {f"licence_{status}" for status in LicenceStatus} <= {reason.value for reason in codes.Reason}


def test_the_union_has_twenty_seven_states():
    assert len(EU_STATES) == 27
    assert {"GR", "IT", "CZ"} <= EU_STATES
    assert not {"EL", "GB", "UK"} & EU_STATES


def test_corridor_sectors_are_classes():
    assert all(re.fullmatch(r"\d{2}\.\d{2}", code) for code in CORRIDOR_SECTORS)
    assert len(set(CORRIDOR_SECTORS)) == len(CORRIDOR_SECTORS)
