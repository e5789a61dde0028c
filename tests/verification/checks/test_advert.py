"""Adverts: what can be checked is picked out, whatever else is in them, in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.verification.checks.advert import MAX_OF_A_KIND, picked
from registry.verification.checks.rules import StatedDetail
from registry.verification.checks.text import MAX_CHARACTERS
from registry.vocabulary.checks import CheckKind
from tests.costing import costing_at_most

ADVERT = """<p>🔥🔥<b>出国劳务</b>月薪<i>3万</i>!</p> 虚构示例劳务合作有限公司<br>许可证号：FICT-CN-001
电话 138-0013-8000 微信：fictional_ex 邮箱 jobs@agentura.example.com 网址 https://agentura.example/jobs?a=1&amp;b=2
工号：A-0001 汇款 IT60 X054 2811 1010 0000 0123 456 身份证 11010519491231002X"""


def test_everything_that_can_be_checked_is_picked_out_of_an_advert() -> None:
    found = {stated.kind: stated.value for stated in picked(ADVERT)}
    assert found == {
        CheckKind.NUMBER: "FICT-CN-001",
        CheckKind.NAME: "虚构示例劳务合作有限公司",
        CheckKind.PHONE: "138-0013-8000",
        CheckKind.WECHAT: "fictional_ex",
        CheckKind.EMAIL: "jobs@agentura.example.com",
        CheckKind.WEBSITE: "https://agentura.example/jobs?a=1&b=2",
        CheckKind.BANK_ACCOUNT: "IT60 X054 2811 1010 0000 0123 456",
        CheckKind.STAFF_NUMBER: "A-0001",
    }


def test_an_advert_as_people_send_it_gives_account_and_name_without_a_legal_form() -> None:
    advert = (
        "【急聘】意大利服装厂招工，月薪1800欧，虚构启航对外劳务，微信：qihang_888 报名费汇到 6222020200112233445 张三"
    )
    found = {stated.kind: stated.value for stated in picked(advert, "IT")}
    assert found[CheckKind.BANK_ACCOUNT] == "6222020200112233445"
    assert found[CheckKind.NAME] == "虚构启航对外劳务"


@pytest.mark.parametrize("advert", ["出国劳务派遣，高薪", "招聘国际劳务。", "办理对外劳务合作", "我们做人力资源"])
def test_words_of_the_trade_alone_are_no_name(advert: str) -> None:
    assert [stated for stated in picked(advert) if stated.kind is CheckKind.NAME] == []


def test_an_identity_number_is_never_picked_out() -> None:
    assert picked("身份证 11010519491231002X, 证号 11010519491231002X") == ()


@pytest.mark.parametrize(
    "piece", ["<", "a@", "1 ", "+", "微信", "a.", "许可证", "(", "A ", "有限", "&lt;", "a-", "🔥", "https://", "12345 "]
)
def test_ten_thousand_characters_of_anything_take_bounded_time(piece: str) -> None:
    with costing_at_most(2):
        picked((piece * MAX_CHARACTERS)[:MAX_CHARACTERS], "CZ")


def test_a_list_of_phones_is_cut_short() -> None:
    advert = "\n".join(f"1380013{number:04}" for number in range(300))
    assert len(picked(advert)) == MAX_OF_A_KIND


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=500))
def test_any_text_is_an_advert(text: str) -> None:
    assert all(stated.value for stated in picked(text))


@pytest.mark.parametrize(
    ("advert", "number"),
    [
        ("许可证号:示例L0001 微信: x", "示例L0001"),
        ("许可证号码为鲁A123/4，急招", "鲁A123/4"),
        ("许可证号：L0001微信：fictional_ex", "L0001"),
    ],
)
def test_a_licence_number_may_begin_with_characters(advert: str, number: str) -> None:
    assert StatedDetail(CheckKind.NUMBER, number) in picked(advert)


def values(advert: str, kind: CheckKind, country: str | None = None) -> set[str]:
    return {stated.value for stated in picked(advert, country) if stated.kind is kind}


@pytest.mark.parametrize(
    ("advert", "kind", "value"),
    [
        ("急聘电话13800138000联系", CheckKind.PHONE, "13800138000"),
        ("联系0577-88990011，非诚勿扰", CheckKind.PHONE, "0577-88990011"),
        ("到岗付，电话04358990011", CheckKind.PHONE, "04358990011"),
        ("咨询电话1 3 9 0 0 1 3 8 0 0 0", CheckKind.PHONE, "1 3 9 0 0 1 3 8 0 0 0"),
        ("网站www.smyslena.cc报名", CheckKind.WEBSITE, "www.smyslena.cc"),
        ("网址 smyslena.example.com/cn报名", CheckKind.WEBSITE, "smyslena.example.com/cn"),
        ("邮箱abc_1@smyslena.example联系", CheckKind.EMAIL, "abc_1@smyslena.example"),
        ("加V：vymysl888", CheckKind.WECHAT, "vymysl888"),
        ("加VX vymysl_888", CheckKind.WECHAT, "vymysl_888"),
        ("微 vymysl_noc", CheckKind.WECHAT, "vymysl_noc"),
        ("微❤信号vymysl_777", CheckKind.WECHAT, "vymysl_777"),
        ("微信小号vymysl_628，备注葡萄牙", CheckKind.WECHAT, "vymysl_628"),
        ("LINE同WeChat ID：vymysl_662", CheckKind.WECHAT, "vymysl_662"),
        ("V:vymysl_72🌶电话都行", CheckKind.WECHAT, "vymysl_72"),
        ("加薇❤：vymysl_778", CheckKind.WECHAT, "vymysl_778"),
        ("威 . 信 vymysl_779", CheckKind.WECHAT, "vymysl_779"),
        ("徽芯号vymysl_780", CheckKind.WECHAT, "vymysl_780"),
        ("卫星号：vymysl_781", CheckKind.WECHAT, "vymysl_781"),
        ("v-x vymysl_782", CheckKind.WECHAT, "vymysl_782"),
        ("加 V心 vymysl_783", CheckKind.WECHAT, "vymysl_783"),
        ("电话1️⃣3️⃣8️⃣00138000", CheckKind.PHONE, "13800138000"),
        ("加扣扣1234567890详谈", CheckKind.QQ, "1234567890"),
        ("微信没有，Q:1380013800", CheckKind.QQ, "1380013800"),
    ],
)
def test_chinese_without_spaces_gives_each_number_as_people_type_it(advert: str, kind: CheckKind, value: str) -> None:
    assert value in values(advert, kind)


def test_a_satellite_or_a_word_with_these_letters_is_no_wechat() -> None:
    for advert in ("招卫星电视安装工 abcdef", "微型企业 factory", "weighing xray abcdefg"):
        assert values(advert, CheckKind.WECHAT) == set()


@pytest.mark.parametrize("advert", ["联系微信同号13800138000", "电话13800138000（V同）", "手机/微信：13800138000"])
def test_a_number_that_is_telephone_and_wechat_is_both(advert: str) -> None:
    assert "13800138000" in values(advert, CheckKind.PHONE)
    assert "13800138000" in values(advert, CheckKind.WECHAT)


def test_every_number_of_a_kind_is_kept() -> None:
    advert = "许可证号：示例L0001，信用代码91990001MADEM00112，电话13800138000或13900138000"
    assert values(advert, CheckKind.NUMBER) == {"示例L0001", "91990001MADEM00112"}
    assert values(advert, CheckKind.PHONE) == {"13800138000", "13900138000"}
