"""Finding agencies by name, on both databases alike."""

import pytest

from registry.core.db.prepared import ThreadLocalReader
from registry.core.db.reading import SelectAmong
from registry.register.names.actions import SLICES, fold, index_all
from registry.register.names.queries import CANDIDATES, search
from registry.register.names.scoring import FLOOR, NEAR, score
from registry.register.names.spelling import is_chinese
from registry.vocabulary.register import Likeness, NameKind
from tests.costing import costing_at_most

pytestmark = pytest.mark.both_databases


def found(session, text, **options) -> list[int]:
    return [hit.agency_id for hit in search(session, text, **options)]


def test_a_hit_says_which_name_matched_how_and_how_well(session):
    index_all(
        session, [(7, [(NameKind.LEGAL, "青岛云蝶国际劳务合作有限公司"), (NameKind.FORMER, "青岛云鲤经贸有限公司")])]
    )
    [hit] = search(session, "青岛云鲤经贸")
    assert (hit.agency_id, hit.name, hit.kind, hit.how) == (
        7,
        "青岛云鲤经贸有限公司",
        NameKind.FORMER,
        Likeness.LEGAL_FORM,
    )
    assert FLOOR <= hit.score < 100


@pytest.mark.parametrize("kind", list(NameKind))
def test_legal_trade_short_and_former_names_all_count(session, kind):
    index_all(session, [(7, [(NameKind.LEGAL, "Grifone Lento Servizi S.p.A."), (kind, "Lumaca Blu")])])
    assert search(session, "lumaca blu")[0].kind is kind


def test_an_agency_is_listed_once_by_its_best_name(session, named):
    named(("Lumaca Blu Lavoro S.r.l.", "Lumaca Blu", "Lumaca"))
    [hit] = search(session, "Lumaca Blu")
    assert hit.name == "Lumaca Blu"


def test_the_legal_name_is_shown_where_two_names_match_alike(session):
    index_all(session, [(7, [(NameKind.TRADE, "Lumaca Blu"), (NameKind.LEGAL, "LUMACA BLU")])])
    assert search(session, "lumaca blu")[0].kind is NameKind.LEGAL


def test_agencies_of_nearly_one_name_are_shown_together(session, named):
    named(
        "青岛云蝶国际劳务合作有限公司",
        "青岛云跌国际劳务合作有限公司",
        "青岛云蝶国际劳务合作集团有限公司",
        "大连帆影劳务有限公司",
    )
    assert set(found(session, "青岛云蝶国际劳务合作有限公司")) == {1, 2, 3}


def test_names_below_the_floor_are_hidden(session, named):
    named("青岛云蝶国际劳务合作有限公司", "Lumaca Blu Lavoro S.r.l.")
    assert found(session, "国际劳务合作有限公司") == []
    assert found(session, "Tartaruga Trasporti S.r.l.") == []
    assert found(session, "Lumaca Blu", floor=100.0) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "%",
        "_%_*?",
        "%%%%" * 3000,
        "✈️🎉",
        "\u200b\u202e",
        "\ud800\udfff",
        "\x00",
        "' OR 1=1 --",
        "<b>x</b>" * 2000,
    ],
)
def test_what_cannot_be_compared_finds_nothing(session, named, text):
    named("青岛云蝶国际劳务合作有限公司", "Lumaca Blu Lavoro S.r.l.")
    assert found(session, text) == []


def test_letters_of_another_script_that_look_latin_are_seen_through(session, named):
    named("Lumaca Blu Lavoro S.r.l.")
    assert found(session, "Lumаса Вlu Lavоrо") == [1]


def test_hits_come_in_a_stable_order(session, named):
    named(*["Lumaca Blu Lavoro S.r.l."] * 30)
    assert found(session, "Lumaca Blu", limit=50) == list(range(1, 31))
    assert found(session, "Lumaca Blu", limit=7) == list(range(1, 8))


def test_a_filter_costs_no_hits(session, named):
    named(*["Lumaca Blu Lavoro S.r.l."] * (CANDIDATES + 50))
    wanted = {CANDIDATES + 20, CANDIDATES + 30}
    assert found(session, "Lumaca Blu", wanted=wanted.intersection) == sorted(wanted)
    assert found(session, "Lumaca Blu", wanted=lambda agencies: ()) == []


def test_hundreds_of_one_name_are_answered_in_bounded_time(session):
    index_all(session, [(n, [(NameKind.LEGAL, "青岛云蝶国际劳务合作有限公司")]) for n in range(1, 4001)])
    index_all(session, [(5000, [(NameKind.LEGAL, "青岛云蝶琴国际劳务合作有限公司")])])
    with costing_at_most(1):
        hits = search(session, "青岛云蝶国际劳务合作有限公司", limit=1000)
    assert len(hits) == CANDIDATES
    assert found(session, "青岛云蝶琴国际劳务合作有限公司")[0] == 5000


@pytest.mark.parametrize(
    "text", ["云蝶" * 5000, "lumaca " * 2000, "é" * 10_000, "曾行重乐" * 2500, "a b c d " * 1500, "qingdao" * 1500]
)
def test_a_long_text_is_answered_in_bounded_time(session, named, text):
    named("青岛云蝶国际劳务合作有限公司", "Lumaca Blu Lavoro S.r.l.")
    with costing_at_most(2):
        search(session, text)


def test_who_writes_characters_is_not_answered_by_a_name_that_only_sounds_alike(session, named):
    named(("郑州海世外派劳务有限公司", "Zhengzhou Haishi Dispatch Labour Co., Ltd."), "郑州海康劳务派遣有限公司")
    hits = search(session, "郑州海实劳务派遣有限公司")
    assert [hit.agency_id for hit in hits] == [2, 1]
    assert all(is_chinese(hit.name[0]) for hit in hits)
    assert search(session, "zhengzhou haishi dispatch labour")[0].agency_id == 1


def test_an_agency_with_latin_names_alone_is_found_by_characters(session, named):
    named("Zhengzhou Haishi Dispatch Labour Co., Ltd.")
    assert found(session, "郑州海实劳务派遣") == [1]


def test_a_wrong_character_weighs_the_same_in_the_place_and_in_the_name(session, named):
    named("福建恒港国际贸易有限公司", "福州恒海国际贸易有限公司", "福州大港国际贸易有限公司")
    scores = [hit.score for hit in search(session, "福州恒港国际贸易有限公司")]
    assert len(scores) == 3
    assert max(scores) - min(scores) < 0.1


def test_tones_tell_apart_what_sounds_alike(session, named):
    named("合肥鑫鑫人力资源有限公司", "合肥新信人力资源有限公司")
    assert found(session, "hé féi xīn xìn rén lì zī yuán")[0] == 2
    assert found(session, "hé féi xīn xīn rén lì zī yuán")[0] == 1
    assert set(found(session, "hefei xinxin renli ziyuan")) == {1, 2}


def test_half_of_a_names_own_word_is_found_as_a_part_of_it(session, named):
    named("示例启航对外劳务合作有限公司", "示例启杭对外劳务合作有限公司")
    hits = search(session, "启航对外劳务")
    assert (hits[0].agency_id, hits[0].how) == (1, Likeness.PART)
    assert hits[0].score > 70


def test_a_search_for_an_agency_also_finds_those_of_nearly_its_name(session, named):
    named("示例启航对外劳务合作有限公司", "示例启船对外劳务合作有限公司", "示例裁缝对外劳务合作有限公司")
    [first, second] = search(session, "qihang duiwai laowu hezuo shili")
    assert (first.agency_id, second.agency_id) == (1, 2)
    assert FLOOR <= second.score < first.score


def test_a_half_name_and_pinyin_with_an_english_form_find_the_agency(session, named):
    named("示例启航对外劳务合作有限公司", "Lumaca Blu Lavoro S.r.l.")
    for text in ("启航", "qi hang", "shili qi hang co ltd", "Qihang labour company"):
        assert found(session, text) == [1], text


BRANDS = {
    1: "青岛云蝶翔国际劳务合作有限公司",
    2: "青岛星鹭鸣船务国际劳务合作有限公司",
    3: "大连海棠对外经济技术合作有限公司",
    4: "大连海松国际劳务合作有限公司",
}
"""Invented agencies: a brand of three characters, one within a longer word, and two that share trade and place."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("云蝶翔", 1),
        ("云蝶翔集团", 1),
        ("青岛云蝶翔控股有限公司", 1),
        ("星鹭鸣", 2),
        ("星鹭鸣集团", 2),
        ("星鹭鸣有限公司", 2),
        # The brand weighs more than the trade that all share.
        ("大连海棠国际劳务合作有限公司", 3),
        ("海棠国际劳务合作有限公司", 3),
        ("大连海松国际劳务合作有限公司", 4),
    ],
)
def test_a_brand_leads_to_its_bearer_whatever_is_added_or_called_otherwise(session, typed: str, meant: int) -> None:
    index_all(session, [(number, [(NameKind.LEGAL, name)]) for number, name in BRANDS.items()])
    assert search(session, typed)[0].agency_id == meant


def test_another_trade_beside_one_brand_is_no_name_that_could_be_taken_for_it() -> None:
    assert score("海棠国际劳务合作有限公司", BRANDS[3]).score < NEAR


def test_all_names_that_could_be_taken_for_what_is_asked_are_found_however_many(session, named):
    """More than are scored at the first look, behind hundreds that share as many keys."""
    likes = [
        f"青岛云蝶星{character}国际劳务合作有限公司"
        for character in "安北川东丰高国海和恒华汇嘉江金京巨康利联龙明南宁鹏平启千青仁瑞"
    ]
    others = [
        f"青岛云鹤{one}{other}国际劳务合作有限公司"
        for one in "安北川东丰高国海和恒华汇嘉江金"
        for other in "京巨康利联龙明南宁鹏平启"
    ]
    named(*others, *likes)
    near = [like for like in likes if score("青岛云蝶星新国际劳务合作有限公司", like).score >= NEAR]
    assert len(near) == len(likes)
    hits = search(session, "青岛云蝶星新国际劳务合作有限公司", 60, floor=NEAR)
    assert {hit.name for hit in hits} >= set(likes)


def test_what_shares_fewer_keys_is_looked_for_where_nothing_near_shares_more(session, named):
    others = [
        f"大连{one}{other}国际劳务合作有限公司"
        for one in "安北川东丰高国海和恒华汇"
        for other in "京巨康利联龙明南宁鹏平启"
    ]
    named(*others, "大连星鹭鸣船务国际劳务有限公司")
    assert search(session, "大连星鹭国际劳务合作有限公司")[0].name == "大连星鹭鸣船务国际劳务有限公司"


def test_a_name_is_found_while_its_postings_are_folded(session, named, monkeypatch):
    named("Lumaca Blu Lavoro S.r.l.")
    read = SelectAmong.rows

    def read_and_fold(self, *given):
        rows = read(self, *given)
        for number in range(SLICES):
            fold(session, number)
        return rows

    monkeypatch.setattr(SelectAmong, "rows", read_and_fold)
    assert found(session, "Lumaca Blu") == [1]


def test_a_reader_finds_what_a_session_finds(session, named):
    named(("郑州海世外派劳务有限公司", "Zhengzhou Haishi Dispatch Labour Co., Ltd."), "郑州海康劳务派遣有限公司")
    session.commit()
    reader = ThreadLocalReader(session.get_bind())
    for text in ("郑州海实劳务派遣有限公司", "zhengzhou haishi dispatch labour", "Tartaruga"):
        assert search(reader, text) == search(session, text)
    reader.let_go()
