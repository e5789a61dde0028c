"""Which messages tell of danger by our words, and that no rule lacks a language."""

import time

import msgspec
import pytest

from registry.complaints.triage.story import PhraseRule, danger_rules, dangers_in, is_alarming
from registry.vocabulary.register import Language

DANGEROUS = [
    ("他们打我，门锁了，救命", {"violence", "locked_in", "call_for_help"}),
    ("他們打我，門鎖了，救命", {"violence", "locked_in", "call_for_help"}),
    ("They beat me, the door is locked.", {"violence", "locked_in"}),
    ("Mi picchiano, la porta è chiusa a chiave.", {"violence", "locked_in"}),
    ("门 被 锁\n了", {"locked_in"}),
    ("老板不让我们出去", {"locked_in"}),
    ("他说要杀了我", {"threat_to_life"}),
    ("我們被關在宿舍裡", {"locked_in"}),
    ("ＴＨＥＹ ＬＯＣＫＥＤ ＵＳ", {"locked_in"}),
    ("We can’t go out", {"locked_in"}),
    ("he be\u200bat me", {"violence"}),
    ("Ha detto che mi ucciderà", {"threat_to_life"}),
    ("Non ci fanno uscire", {"locked_in"}),
    ("We are in danger", {"call_for_help"}),
    ("Ils me frappent, la porte est fermée à clé. Au secours !", {"violence", "locked_in", "call_for_help"}),
    ("On m’a battu et on nous a enfermés", {"violence", "locked_in"}),
    ("Je ne peux pas sortir", {"locked_in"}),
    ("Il a dit qu'il va me tuer", {"threat_to_life"}),
    ("Mă bate și ușa este încuiată. Salvați-mă!", {"violence", "locked_in", "call_for_help"}),
    ("Ne-au bătut", {"violence"}),
    ("Nu ne lasă să plecăm", {"locked_in"}),
    ("A spus că o să mă omoare", {"threat_to_life"}),
]
HARMLESS = [
    "Please help me with my wages.",
    "请打我电话",
    "請打我的電話",
    "老板打了电话给我们",
    "我想问一下工资什么时候发。",
    "The door of the office was open on Monday.",
    "La porta dell'ufficio era aperta.",
    "Thank you, I will come to the office.",
    "The upbeat messenger",
    "La porte du bureau était ouverte.",
    "Merci, je viendrai au bureau. Quand serai-je payé ?",
    "Ușa biroului era deschisă.",
    "Mulțumesc, aș vrea să știu când vine salariul.",
    "",
]


@pytest.mark.parametrize(("text", "names"), DANGEROUS)
def test_a_message_about_danger_is_found_in_every_language(text: str, names: set[str]) -> None:
    assert set(dangers_in(text)) == names


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_message_is_not(text: str) -> None:
    assert dangers_in(text) == []


@pytest.mark.parametrize("rule", danger_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_words_in_every_language(rule: PhraseRule) -> None:
    of_languages = msgspec.to_builtins(rule)
    assert set(of_languages) == {"name", *Language}
    assert all(of_languages.values())


@pytest.mark.parametrize("repeated", ["打", "门", "beat ", "door ", "chiuso ", "拿着", "ha ", "porte ", "nu "])
def test_the_longest_message_is_judged_quickly(repeated: str) -> None:
    began = time.process_time()
    dangers_in((repeated * 20_000)[:20_000])
    assert time.process_time() - began < 1


@pytest.mark.parametrize("code", ["in_danger", "physical_and_sexual_violence"])
def test_danger_shows_help_at_once(code: str) -> None:
    assert is_alarming({code: "yes"})
    assert not is_alarming({code: "no"})
    assert not is_alarming({})


@pytest.mark.parametrize("text", [text for text, _ in DANGEROUS])
def test_words_of_danger_show_help_at_once_also_where_a_box_says_no(text: str) -> None:
    assert is_alarming({"in_danger": "no", "account": text})
    assert not is_alarming({"account": "护照在老板那里。"})
