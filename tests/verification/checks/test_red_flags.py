"""Red flags: what an advert itself asks for, promises or leaves out, whatever number stands in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.register.law.loading import shipped_law
from registry.verification.checks.advert import MAX_CHARACTERS, picked
from registry.verification.checks.red_flags import ROWS, country_in, red_flags, visa_in
from registry.vocabulary.codes import RedFlag
from registry.vocabulary.register import Visa
from tests.costing import costing_at_most


def flags(advert: str) -> set[RedFlag]:
    return set(red_flags(advert, picked(advert))) - {RedFlag.NO_COMPANY}


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ("招缝纫工去意大利，押金三万，到期退还", {RedFlag.DEPOSIT}),
        ("希腊酒店保洁，先付訂金五千", {RedFlag.DEPOSIT}),
        ("办葡萄牙工签全包手续费5万", {RedFlag.FEE}),
        ("波兰工厂直招，不成功不收费", {RedFlag.FEE}),
        ("去西班牙摘果子，费用两万，分期也行", {RedFlag.FEE}),
        ("护照先寄过来，我们统一办理", {RedFlag.PASSPORT}),
        ("走旅游签进去，到了再说", {RedFlag.TOURIST_VISA}),
        ("先到法国再补工作居留", {RedFlag.TOURIST_VISA}),
        ("商務簽出去，落地打工", {RedFlag.BUSINESS_VISA}),
        ("学生签打工，上课不上课随便", {RedFlag.STUDY_VISA}),
        ("夜班整烫，不用签合同", {RedFlag.NO_CONTRACT}),
        ("款打到我个人账户，不走公司", {RedFlag.PRIVATE_ACCOUNT}),
        ("内部名额，保证出签", {RedFlag.QUOTA_PLACE}),
        ("装修小工，一天800，现金日结", {RedFlag.CASH_WAGES}),
        ("Pay a processing fee of 900 EUR, enter on a tourist visa", {RedFlag.FEE, RedFlag.TOURIST_VISA}),
        ("Lavoro in nero, cauzione di 500 euro, invia prima il passaporto",
         {RedFlag.NO_CONTRACT, RedFlag.DEPOSIT, RedFlag.PASSPORT}),
    ],
)  # fmt: skip
def test_what_an_advert_asks_for_is_read_out_of_it(advert: str, expected: set[RedFlag]) -> None:
    assert flags(advert) == expected


@pytest.mark.parametrize(
    "advert",
    [
        "不收押金，不收任何费用，合同可先看",
        "机票签证老板出，一分钱手续费没有",
        "雇主不收费，机票报销，签书面合同",
        "我们不办旅游签，一律工作签证",
        "备用金已缴，无中介费",
        "No fees, no deposit. Written contract before you travel.",
        "Nessuna cauzione, contratto scritto prima della partenza",
    ],
)
def test_an_honest_advert_that_says_it_takes_nothing_has_no_flag(advert: str) -> None:
    assert flags(advert) == set()


def test_a_refusal_in_one_clause_does_not_excuse_the_next() -> None:
    assert flags("不用交钱，先交5000保证金就发录取函") == {RedFlag.DEPOSIT}


def test_an_advert_without_a_company_or_a_licence_number_is_itself_a_flag() -> None:
    without = "急招厨师去德国，电话13800138000"
    assert RedFlag.NO_COMPANY in red_flags(without, picked(without))
    for named in ("虚构示例劳务合作有限公司招工", "招工，许可证号：FICT-CN-001"):
        assert RedFlag.NO_COMPANY not in red_flags(named, picked(named))
    assert red_flags("", ()) == ()


def test_every_rule_that_a_flag_breaks_is_a_row_of_law() -> None:
    assert {row for rows in ROWS.values() for row in rows} <= set(shipped_law().rows)
    assert set(ROWS) == set(RedFlag)


@pytest.mark.parametrize(
    ("advert", "country"),
    [
        ("匈牙利电池厂招工", "HU"),
        ("義大利餐廳", "IT"),
        ("Jobs in Portugal", "PT"),
        ("英国农场", "GB"),
        ("意大利法国都有", None),
        ("出国打工", None),
    ],
)
def test_the_country_of_the_job_is_read_where_the_advert_names_one(advert: str, country: str | None) -> None:
    assert country_in(advert) == country


def test_the_visa_that_an_advert_names_is_the_visa_asked_about() -> None:
    assert visa_in((RedFlag.FEE, RedFlag.TOURIST_VISA)) is Visa.TOURIST
    assert visa_in((RedFlag.FEE,)) is None


@pytest.mark.parametrize("piece", ["押", "不", "先交", "费用", "名额", "fee ", "护照", "现金", "，", "9"])
def test_ten_thousand_characters_of_anything_take_bounded_time(piece: str) -> None:
    with costing_at_most(2):
        red_flags((piece * MAX_CHARACTERS)[:MAX_CHARACTERS], ())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_flags_or_none(text: str) -> None:
    assert set(red_flags(text, ())) <= set(RedFlag)
