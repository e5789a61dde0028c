"""Near copies of a complaint are noticed; nothing readable is kept, and nothing can be tried without the key."""

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.triage.similarity import (
    BANDS,
    MAX_RUNS,
    MIN_RUNS,
    Alike,
    Digest,
    Shingle,
    alike,
    bands,
    remember,
    runs,
)
from registry.core.keyring import Keyring
from registry.vocabulary.cases import CaseState
from tests.complaints.boxes import make_case

CHINESE = (
    "我去年三月到这里，在一家做衣服的厂里干活。老板把我的护照拿走了，说等还清三万块钱再给我。每天从早上七点干到晚上十一点，"
    "一个月只休息一天。说好每个月一千二百欧元，三个月只给过我五百。住的地方在厂房楼上，十二个人一间，门晚上锁着。"
    "我要回护照，他说要叫人去找我家里人。我不敢走，也不知道可以找谁帮忙。"
)
SAME_BUT_EDITED = (
    "我去年四月到这里，在一家做衣服的厂里干活。老板把我的护照拿走了，说等还清两万块钱再给我。每天从早上七点干到晚上十二点，"
    "一个月只休息一天！说好每个月一千二百欧元，三个月只给过我六百。住的地方在厂房楼上，十个人一间，门晚上锁着。"
    "我要回护照，他说要叫人去找我家里人。我不敢走，也不知道可以找谁帮忙。"
)
SAME_MATTER_OTHER_WORDS = (
    "介绍人收了我四万多，说是办手续的钱，没有给收据。来了以后才知道不是在餐馆，是在一个仓库里打包。干了半年，工资一直拖着，"
    "问他就说下个月。证件押在他那里，他讲欠的钱没有还完。晚上睡在仓库后面，没有窗户，很冷。同屋的人有的已经跑了。"
    "我想把证件要回来，把工资算清楚，换一个地方好好干活。"
)
ENGLISH = (
    "I came in March last year to work in a garment workshop. The boss took my passport and gives it back once I have "
    "paid thirty thousand. We work from seven in the morning until eleven at night and have one day off a month. I was promised "
    "twelve hundred euros, and in three months I was given five hundred. We sleep above the workshop, twelve to a room."
)
ENGLISH_EDITED = (
    ENGLISH.replace("March", "April").replace("thirty", "twenty").replace("twelve to a room", "ten to a room")
)
ENGLISH_OTHER = (
    "A go-between asked for a deposit and promised a job in a restaurant. When I came there was no restaurant but a depot where "
    "we pack boxes. Half a year went by without wages; each time he says next month. My papers are with him because of the debt. "
    "I would like to have them back, to be paid, and to find another place where I can work and live decently."
)


@pytest.fixture
def digest(tmp_path: Path) -> Digest:
    return Keyring(tmp_path / "keys").digest


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (CHINESE, SAME_BUT_EDITED),
        (ENGLISH, ENGLISH_EDITED),
        (ENGLISH, f"{ENGLISH.upper()}!!!\n\n"),
        (CHINESE, CHINESE.replace("，", "\n").replace("。", " ")),
        (CHINESE, "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in CHINESE)),
    ],
)
def test_near_copies_meet_in_some_band(digest: Digest, text: str, other: str):
    assert set(bands(digest, text)) & set(bands(digest, other))


def test_simplified_and_traditional_are_one(digest: Digest):
    traditional = "老闆把我的護照拿走了，說等還清三萬塊錢再給我。每天從早上七點幹到晚上十一點，一個月只休息一天。"
    simplified = "老板把我的护照拿走了，说等还清三万块钱再给我。每天从早上七点干到晚上十一点，一个月只休息一天。"
    assert bands(digest, traditional) == bands(digest, simplified)


@pytest.mark.parametrize(
    ("text", "other"), [(CHINESE, SAME_MATTER_OTHER_WORDS), (ENGLISH, ENGLISH_OTHER), (CHINESE, ENGLISH)]
)
def test_the_same_matter_in_other_words_does_not(digest: Digest, text: str, other: str):
    assert not set(bands(digest, text)) & set(bands(digest, other))


def test_of_many_unlike_texts_hardly_any_meet(digest: Digest):
    dice = random.Random(7)
    words = CHINESE.replace("。", "，").split("，") + SAME_MATTER_OTHER_WORDS.replace("。", "，").split("，")
    texts = ["".join(dice.sample(words, 6)) for _ in range(60)]
    found = [set(bands(digest, text)) for text in texts]
    pairs = [
        (one, two)
        for one in range(60)
        for two in range(one)
        if len(runs(texts[one]) & runs(texts[two])) * 10 < len(runs(texts[one]))
    ]
    assert len(pairs) > 200
    meeting = [(one, two) for one, two in pairs if found[one] & found[two]]
    assert len(meeting) < len(pairs) * 0.02


def test_a_text_too_short_to_compare_has_no_bands(digest: Digest):
    assert bands(digest, "请帮帮我") == bands(digest, "") == bands(digest, "help me please") == ()
    assert len(runs("请帮帮我")) < MIN_RUNS
    assert len(bands(digest, CHINESE)) == BANDS


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (CHINESE, "be4f76ae298e0b70375158d9a2a29f82", "062942ae1dd8299757be0ef815525225"),
        (ENGLISH, "f24c22507dfee3830da44f99fdfddd38", "c5c6c40d26fe8026591b81cfb00c09c4"),
        (
            "".join(chr(0x4E00 + place * 7 % 5000) for place in range(3000)),
            "b4f1ba69b95df95a0f9259fea2b423ff",
            "961c89e6799221acf500f4c9b82c3b30",
        ),
    ],
)
def test_the_bands_of_a_text_stay_those_that_were_stored(text: str, first: str, last: str):
    found = bands(lambda purpose, what: "0b" * 32, text)
    assert (found[0], found[-1]) == (first, last)


def test_without_the_key_nothing_can_be_tried(digest: Digest, tmp_path: Path):
    stolen = Keyring(tmp_path / "another" / "keys").digest
    assert not set(bands(digest, CHINESE)) & set(bands(stolen, CHINESE))
    assert bands(digest, CHINESE) == bands(Keyring(tmp_path / "keys").digest, CHINESE)


def test_what_is_kept_is_digests_alone(session: Session, digest: Digest):
    case = make_case(session)
    remember(session, case.id, bands(digest, CHINESE))
    rows = session.execute(select(Shingle)).scalars().all()
    assert [row.band for row in rows] == list(range(BANDS))
    assert all(len(row.digest) == 32 and set(row.digest) <= set("0123456789abcdef") for row in rows)


def test_cases_alike_are_found_nearest_first(session: Session, digest: Digest):
    first, copy, other = (make_case(session, CaseState.SUBMITTED) for _ in range(3))
    remember(session, first.id, bands(digest, CHINESE))
    remember(session, copy.id, bands(digest, SAME_BUT_EDITED))
    remember(session, other.id, bands(digest, SAME_MATTER_OTHER_WORDS))
    exact = make_case(session, CaseState.SUBMITTED)
    remember(session, exact.id, bands(digest, CHINESE))
    found = alike(session, bands(digest, CHINESE), without=first.id)
    assert [one.case_id for one in found] == [exact.id, copy.id]
    assert found[0] == Alike(exact.id, BANDS)
    assert 0 < found[1].shared < BANDS
    assert alike(session, (), without=first.id) == []


def test_only_cases_since_a_day_count(session: Session, digest: Digest):
    old, new = make_case(session), make_case(session)
    old.filed_on, new.filed_on = date(2026, 1, 1), date(2026, 11, 1)
    for case in (old, new):
        remember(session, case.id, bands(digest, ENGLISH))
    found = alike(session, bands(digest, ENGLISH), without=0, since=date(2026, 10, 1))
    assert [one.case_id for one in found] == [new.id]


def test_both_texts_of_a_case_are_compared_and_a_repeat_adds_nothing(session: Session, digest: Digest):
    case, other = make_case(session), make_case(session)
    for text in (CHINESE, ENGLISH, CHINESE):
        remember(session, case.id, bands(digest, text))
    assert len(session.execute(select(Shingle)).all()) == 2 * BANDS
    for text in (CHINESE, ENGLISH):
        assert [one.case_id for one in alike(session, bands(digest, text), without=other.id)] == [case.id]


def test_the_longest_accounts_are_compared_by_a_sample_that_both_share(digest: Digest):
    dice = random.Random(3)
    long = "".join(chr(dice.randrange(0x4E00, 0x9F00)) for _ in range(20_000))
    assert len(runs(long)) > 10 * MAX_RUNS
    assert set(bands(digest, long)) & set(bands(digest, long[:18_000] + "完" * 2000))
    edited = "".join(dice.choice("一二三") if dice.random() < 0.05 else character for character in long)
    assert set(bands(digest, long)) & set(bands(digest, edited))
    assert not set(bands(digest, long)) & set(bands(digest, long[:2_000]))


@given(st.text())
def test_any_text_has_runs(text: str):
    assert all(runs(text))
    assert runs(text.upper()) == runs(text.upper().lower().upper())
