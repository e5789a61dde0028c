"""Words that workers misread, or that mean another thing, do not come back into the public texts."""

from importlib.resources import files

import pytest
from babel.messages.pofile import read_po

ROOMS = ("", "complaints/", "questions/", "papers/")

AVOIDED = {
    "zh-Hans": {
        "办案人员": "a police word: 工作人员",
        "求助组织": "one that asks for help: 帮助工人的公益组织",
        "求助机构": "one that asks for help: 帮助工人的公益组织",
        "不能说明任何问题": "reads as `no problem`: 不等于真，也不等于假",
        "为工人备用的保证金": "保证金 is what no one may take: 备用金",
        "登记册": "the body is 登记处, what stands in it 登记记录",
        "登记簿": "the body is 登记处, what stands in it 登记记录",
        "昼夜": "24小时",
        "你": "one form of address: 您",
    },
    "en": {
        "stands on the paper": "is on the paper",
        "Cheats ": "a verb: Swindlers",
        "not even we.": "not even us",
    },
    "zh-Hant": {
        "二維碼": "QR Code",
        "掃碼": "掃描",
        "信息": "資訊",
        "合同": "合約",
        "打印": "列印",
        "鏈接": "連結",
        "賬": "帳",
        "熱線": "專線",
        "辦案人員": "工作人員",
        "登記簿": "登記處",
        "登記冊": "登記處",
        "你": "one form of address: 您",
        "覈": "what a converter writes: 核對",
        "程式碼": "what a converter writes for 代碼, which is no program's here",
        **dict.fromkeys(("資里", "本里", "頁里", "面里", "家里"), "what a converter leaves: 裡"),
        "數據": "資料",
        "傢": "家具",
    },
    "it": {
        "pizzo": "a word of the mafia's: restituzione forzata di parte della paga",
        "'": "the apostrophe of print: ’",
        **dict.fromkeys(
            (
                "Incolla ",
                "Scegli ",
                "Inserisci ",
                "Scrivi ",
                "Torna ",
                "Chiedi ",
                "Aggiungi ",
                " tuo ",
                " tua ",
                " puoi ",
            ),
            "one form of address: voi",
        ),
        **dict.fromkeys(("Può fermarsi", "Che lavoro farà"), "one form of address: voi"),
    },
    "fr": {
        "'": "the apostrophe of print: ’",
        **dict.fromkeys(
            (" :", " ;", " ?", " !", " %", " »", "« "), "a space that does not break, so that no line begins so"
        ),
        "plainte": "a charge at the police: signalement",
        **dict.fromkeys((" tu ", " ton ", " tes ", " toi"), "one form of address: vous"),
    },
    "ro": {
        "'": "the apostrophe of print: ’",
        **dict.fromkeys("şţŞŢ", "the letters of Romanian have a comma below: ș, ț"),
        "reclamație": "a customer's: plângere",
    },
}
"""Traditional Chinese is written for those who read it: words of the mainland are not carried over sign by sign."""


@pytest.mark.parametrize("language", AVOIDED)
def test_words_that_workers_misread_are_avoided(language: str) -> None:
    found = []
    for room in ROOMS:
        path = files("registry.i18n") / "catalogues" / f"{room}{language}.po"
        if not path.is_file():
            continue
        with path.open("rb") as file:
            for message in read_po(file):
                text = str(message.string)
                found += [(message.id, word) for word in AVOIDED[language] if message.id and word in text]
    assert found == []
