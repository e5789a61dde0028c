"""Recognising what was typed by its form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.ids import new_reference
from registry.verification.verdicts.question import SubjectKind
from registry.verification.verdicts.subjects import channel_of, guess, is_identity_number, is_number_like
from registry.vocabulary.register import ChannelKind

USCC = "91990001MADEM00112"
LEI = "999900DEMVERZNR00191"


def kinds(text: str, country: str | None = None) -> list[SubjectKind]:
    return [subject.kind for subject in guess(text, country)]


@pytest.mark.parametrize(
    "text",
    [
        USCC,
        USCC.lower(),
        f"  {USCC[:6]} {USCC[6:12]} {USCC[12:]} ",
        "".join(chr(ord(character) + 0xFEE0) for character in USCC),
        f"统一社会信用代码：{USCC}",
        f"USCC: {USCC}",
        f"\u202e{USCC}\u200b",
    ],
)
def test_a_social_credit_code_is_known_however_it_is_written(text: str) -> None:
    first = guess(text, None)[0]
    assert (first.kind, first.value) == (SubjectKind.USCC, USCC)


def test_a_code_with_a_wrong_check_character_is_still_tried_as_one() -> None:
    wrong = USCC[:-1] + ("3" if USCC[-1] != "3" else "4")
    subject = next(subject for subject in guess(wrong, None) if subject.kind is SubjectKind.USCC)
    assert subject.has_failed_check


@pytest.mark.parametrize(
    ("text", "country", "kind"),
    [
        (LEI, None, SubjectKind.LEI),
        (LEI.lower(), None, SubjectKind.LEI),
        ("IT 99999019997", None, SubjectKind.VAT),
        ("99999019997", "IT", SubjectKind.VAT),
        ("PLKRS.0000123456", None, SubjectKind.EUID),
    ],
)
def test_numbers_with_a_shape_of_their_own_come_first(text: str, country: str | None, kind: SubjectKind) -> None:
    assert kinds(text, country)[0] is kind


def test_a_reference_of_ours_is_known_by_its_check_character() -> None:
    reference = new_reference()
    displayed = f"{reference[:4]}-{reference[4:8]}-{reference[8:]}".lower()
    assert kinds(displayed)[:2] == [SubjectKind.AGENCY_ID, SubjectKind.LICENCE_ID]
    assert guess(f"https://registry.example.org/it/agencies/{reference}?x=1", None)[0].value == reference


def test_a_plain_number_is_tried_as_a_licence_and_in_the_registers_of_both_ends() -> None:
    found = guess("12345678", "CZ")
    assert [(subject.kind, subject.country) for subject in found] == [
        (SubjectKind.LICENCE_NUMBER, None),
        (SubjectKind.REGISTRATION_NUMBER, "CZ"),
        (SubjectKind.REGISTRATION_NUMBER, "CN"),
    ]


@pytest.mark.parametrize("text", ["示例公司", "Agentura Smyšlená s.r.o.", "Αρωγή", "Пример ООД"])
def test_a_name_in_any_script_is_tried_as_a_name_last(text: str) -> None:
    assert kinds(text)[-1] is SubjectKind.NAME


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "\0"])
def test_nothing_leads_nowhere(text: str) -> None:
    assert guess(text, "IT") == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+86 138 0013 8000", ChannelKind.PHONE),
        ("0039-06-1234567", ChannelKind.PHONE),
        ("１３８００１３８０００", ChannelKind.PHONE),
        ("offers@example.org", ChannelKind.EMAIL),
        ("https://example.org/jobs?id=1", ChannelKind.WEBSITE),
        ("www.example.org", ChannelKind.WEBSITE),
        ("微信：li_gong_2026", ChannelKind.WECHAT),
        ("WeChat ID: li_gong", ChannelKind.WECHAT),
        ("wxid_abc123", ChannelKind.WECHAT),
        ("示例公司", None),
        ("12345678", None),
    ],
)
def test_a_channel_is_recognised_as_one(text: str, kind: ChannelKind | None) -> None:
    assert channel_of(text) is kind


def test_a_telephone_number_with_its_plus_is_never_looked_up_as_a_number() -> None:
    assert guess("+86 138 0013 8000", "IT") == ()


def test_a_personal_identity_number_is_recognised() -> None:
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number(USCC)


def test_a_number_is_told_from_a_name_by_its_digits() -> None:
    assert is_number_like("AB 123/45")
    assert not is_number_like("Agentura 24 s.r.o.")
    assert not is_number_like("名称")


@given(st.text(max_size=500), st.sampled_from([None, "IT", "CN", "GR"]))
def test_anything_can_be_typed(text: str, country: str | None) -> None:
    for subject in guess(text, country):
        assert subject.value.strip()
    channel_of(text)
    is_identity_number(text)
