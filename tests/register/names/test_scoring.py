"""How near a name is, and in what way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.register.names.query_variants import query_variants
from registry.register.names.scoring import FLOOR, NEAR, Resemblances, best_match, coverage, coverage_at_most, score
from registry.register.names.words import parted
from registry.vocabulary.register import Likeness

CHINESE = "青岛云蝶国际劳务合作有限公司"


@pytest.mark.parametrize(
    ("asked_for", "name", "how"),
    [
        (CHINESE, CHINESE, Likeness.EXACT),
        ("青島雲蝶國際勞務合作有限公司", CHINESE, Likeness.EXACT),
        ("Zolwik Praca sp. z o.o.", "Żółwik Praca sp. z o.o.", Likeness.DIACRITICS),
        ("Muehlfrosch Personal GmbH", "Mühlfrosch Personal GmbH", Likeness.DIACRITICS),
        ("青岛云蝶国际劳务合作", CHINESE, Likeness.LEGAL_FORM),
        ("Lumaca Lavoro S.p.A.", "Lumaca Lavoro S.r.l.", Likeness.LEGAL_FORM),
        ("Milano Lumaca Lavoro", "Lumaca Lavoro Milano S.r.l.", Likeness.WORD_ORDER),
        ("qingdaoyundieguojilaowuhezuo", CHINESE, Likeness.PINYIN),
        ("Qingdao Yundie International Labour Cooperation", CHINESE, Likeness.TRANSLATION),
        ("青岛云蝶", CHINESE, Likeness.PART),
        ("青岛云跌国际劳务合作有限公司", CHINESE, Likeness.CHARACTERS),
        ("Lumacca Lavoro", "Lumaca Lavoro S.r.l.", Likeness.TYPING),
        ("qdyd", CHINESE, Likeness.INITIALS),
    ],
)
def test_a_hit_says_how_it_matched(asked_for, name, how):
    match = score(asked_for, name)
    assert match.how is how
    assert match.score >= FLOOR


@pytest.mark.parametrize(
    ("asked_for", "nearer", "farther"),
    [
        (CHINESE, CHINESE, "青岛云鹤国际劳务合作有限公司"),
        ("青岛云蝶", "青岛云蝶国际劳务合作有限公司", "烟台云蝶国际劳务合作有限公司"),
        ("福州云蝶劳务", "福州云蝶劳务有限公司", "抚州云蝶劳务有限公司"),
        ("Lumaca Lavoro S.r.l.", "Lumaca Lavoro S.r.l.", "Lumaca Lavoro S.p.A."),
        ("Lumaca Lavoro S.r.l.", "Lumaca Lavoro Soc. coop.", "Lumache Lavoro S.r.l."),
        ("Muhle", "Mühle GmbH", "Mehle GmbH"),
        ("Lumaca Lavoro", "Lumaca Lavoro Milano", "Lumata Lavoro"),
        ("chongqing cenghang", "重庆曾行劳务有限公司", "重庆成行劳务有限公司"),
    ],
)
def test_what_is_nearer_scores_higher(asked_for, nearer, farther):
    assert score(asked_for, nearer).score > score(asked_for, farther).score


@pytest.mark.parametrize(
    ("asked_for", "name"),
    [
        ("北京蓝鲸物业管理有限公司", CHINESE),
        ("Kowalczyk Transport sp. z o.o.", "Żółwik Praca sp. z o.o."),
        ("国际劳务合作有限公司", CHINESE),
        ("", CHINESE),
        (CHINESE, ""),
        ("%", "%"),
    ],
)
def test_below_the_floor_is_what_shares_only_trade_and_form(asked_for, name):
    assert score(asked_for, name).score < FLOOR


def test_names_that_can_be_taken_for_each_other_are_near():
    assert score("青岛云蝶国际劳务合作有限公司", "青岛云跌国际劳务合作有限公司").score >= NEAR
    assert score("Lumaca Lavoro S.r.l.", "Lumacca Lavoro S.r.l.").score >= NEAR


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_score_lies_between_none_and_a_hundred(one, other):
    assert 0.0 <= score(one, other).score <= 100.0


@given(st.text(max_size=40))
def test_a_name_is_exactly_itself(name):
    match = score(name, name)
    assert match.how is Likeness.EXACT or match.score == 0.0


@pytest.mark.parametrize(
    ("asked_for", "name"),
    [
        ("Tartruga Servizi S.p.A.", "Tartaruga Servizi S.p.A."),
        ("Zolwiek Praca sp. z o.o.", "Żółwik Praca sp. z o.o."),
        ("青岛云中飞蝶国际劳务有限公司", "青岛云中飞鲽国际劳务有限公司"),
        ("示例启船对外劳务合作有限公司", "示例启航对外劳务合作有限公司"),
    ],
)
def test_a_name_with_a_slip_in_its_own_word_can_be_taken_for_the_other(asked_for, name):
    assert score(asked_for, name).score >= NEAR


@pytest.mark.parametrize(
    ("asked_for", "name"),
    [
        ("青岛云鹤国际劳务合作有限公司", CHINESE),
        ("Tartaruga 2 Servizi S.p.A.", "Tartaruga 1 Servizi S.p.A."),
        ("Luna Servizi S.p.A.", "Lupa Servizi S.p.A."),
        ("Tartruga Servizi S.p.A.", "Tartaruga Trasporti S.p.A."),
    ],
)
def test_two_short_words_two_numbers_or_two_trades_are_no_slip(asked_for, name):
    assert score(asked_for, name).score < NEAR


@pytest.mark.parametrize(
    ("asked_for", "name"),
    [
        ("启航", "示例启航对外劳务合作有限公司"),
        ("qihang", "示例启航对外劳务合作有限公司"),
        ("mingri duiwai", "示例明日对外劳务合作有限公司"),
        ("示例启航", "示例启杭对外劳务合作有限公司"),
        ("shili qi hang co ltd", "示例启航对外劳务合作有限公司"),
        ("qing dao yun die labour company", CHINESE),
        ("qing dao yun die limited", CHINESE),
    ],
)
def test_half_a_word_and_pinyin_beside_english_words_are_found(asked_for, name):
    assert score(asked_for, name).score >= FLOOR


def test_two_characters_are_no_homophone_of_one():
    meant = score("沈阳前经济贸易有限公司", "沈阳前天经济贸易有限公司")
    assert meant.score > score("沈阳前经济贸易有限公司", "沈阳吉安经济贸易有限公司").score


_WORDS = (
    "青岛 大连 云蝶 云鹤 云蝶星 启航 国际 劳务 合作 对外 经济 技术 有限公司 集团 Qingdao yundie yun die Lumaca Lumacca Blu "
    "Lavoro Servizi Milano S.r.l. S.p.A. Mühlfrosch GmbH International Labour Cooperation Co., Ltd. Group 7 12"
).split()
_names = st.builds(
    lambda words, spaces: (" " if spaces else "").join(words),
    st.lists(st.sampled_from(_WORDS), max_size=6),
    st.booleans(),
)


@given(_names, _names, st.sampled_from([FLOOR, 75.0, NEAR]))
def test_a_comparison_that_ends_early_misses_nothing_above_its_floor(asked_for, name, floor):
    whole, early = score(asked_for, name), best_match(query_variants(asked_for), parted(name), floor)
    assert early == whole if whole.score >= floor else early.score < floor


@st.composite
def _changed(draw, names=_names):
    """A name with some of its letters gone, doubled, or in the place of others."""
    letters = list(draw(names))
    for _ in range(draw(st.integers(0, 3)) if letters else 0):
        place, other = (draw(st.integers(0, len(letters) - 1)) for _ in range(2))
        letters[place] = draw(st.sampled_from(["", letters[place] * 2, letters[other]]))
    return "".join(letters)


@given(_changed(), _changed(), st.sampled_from([FLOOR, 75.0, NEAR]))
def test_a_name_that_is_left_out_by_its_own_words_would_not_have_been_a_hit(asked_for, name, floor):
    whole, early = score(asked_for, name), best_match(query_variants(asked_for), parted(name), floor)
    assert early == whole if whole.score >= floor else early.score < floor


@given(_changed(), _changed())
def test_names_have_no_more_in_common_than_their_own_words_allow(asked_for, name):
    other = parted(name)
    for reading in query_variants(asked_for) if other.units else ():
        most, whole = coverage_at_most(reading, other, Resemblances()), coverage(reading, other, Resemblances())
        assert most.whole >= whole.whole - 1e-9
        assert most.own >= whole.own - 1e-9
