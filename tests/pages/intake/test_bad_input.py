"""Whatever comes into a field of the complaint or the mailbox is taken, or given back with what is wrong; none is lost."""

import html
import io
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.attachments.models import Attachment
from registry.complaints.case.questions import QUESTIONNAIRE, Kind, Question
from registry.complaints.intake.models import Message
from registry.i18n.languages import CATALOGUES
from tests.pages.intake.phone import PLACES, Phone
from tests.thorough import thorough

ZH = CATALOGUES["zh-Hans"]

WORDS = {
    "ten thousand characters": "工资没有给。\n" * 1_428 + "完。。。",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🇨🇳👍🏽" * 400,
    "directions": "\u202eدفع\u2066 المال \u200f\u202a老板\u2069\u200b\ufeff" * 40,
    "a null and controls": "老板\0护照\x1b[31m\x07\x08",
    "blanks": " \u3000\t\r\n" * 2_500,
    "markup": "</textarea></form><script>alert(1)</script>{{7*7}}%s%n\\" * 20,
}

# Each page is asked for as a telephone does, with six kinds of words in each field.
pytestmark = pytest.mark.slow

MOST_LIKELY_TO_BREAK = ("ten thousand characters", "markup")
each_words = pytest.mark.parametrize(
    "words",
    [
        pytest.param(words, id=name, marks=() if name in MOST_LIKELY_TO_BREAK else pytest.mark.thorough)
        for name, words in WORDS.items()
    ],
)


def is_there(phone: Phone, words: str) -> bool:
    """Whether the page shows the words, however it breaks lines and gathers blanks."""
    said = "".join(html.unescape(phone.text).split())
    return "".join(words.split()) in said


def is_told(phone: Phone) -> bool:
    return 'class="wrong"' in phone.text and "Traceback" not in phone.text


def open_all(phone: Phone) -> list[Question]:
    """Answer so that every question is asked; gives those that are typed."""
    wanted: dict[str, list[str]] = {}
    for question in QUESTIONNAIRE:
        for code, values in question.shown_if.items():
            wanted.setdefault(code, []).extend(values)
    for question in QUESTIONNAIRE:
        if question.code in wanted:
            values = wanted[question.code]
            phone.answer(PLACES[question.code], answer=values if question.kind is Kind.MANY else values[0])
    return [one for one in QUESTIONNAIRE if one.kind not in (Kind.YES_NO, Kind.CHOICE, Kind.MANY)]


@each_words
def test_every_question_takes_the_words_or_says_what_is_wrong_beside_them(phone: Phone, words: str) -> None:
    phone.begin()
    asked = set()
    for question in open_all(phone):
        phone.go(f"/{PLACES[question.code]}")
        if phone.path != f"/{PLACES[question.code]}":
            continue
        asked.add(question.kind)
        name = {Kind.MONEY: "amount", Kind.CHARGE: "amount", Kind.CONTACT: "address", Kind.AGENCY: "name"}
        field = name.get(question.kind, "answer")
        others = {"currency": "EUR", "to": "agency", "how": "email"}
        phone.press(str(PLACES[question.code]), go="next", **(others | {field: words}))
        assert phone.shown.status_code in (200, 400), question.code
        if phone.shown.status_code == 400:
            assert is_told(phone), question.code
            # A list of countries has no room for what is not in it.
            assert question.kind in (Kind.COUNTRY, Kind.SECTOR) or is_there(phone, words), question.code
    assert asked >= {Kind.TEXT, Kind.MONEY, Kind.CHARGE, Kind.CONTACT, Kind.AGENCY, Kind.NUMBER, Kind.DATE_MONTH}


@each_words
def test_a_choice_that_is_none_of_those_offered_is_asked_again(phone: Phone, words: str) -> None:
    phone.begin()
    open_all(phone)
    for question in QUESTIONNAIRE:
        if question.kind in (Kind.YES_NO, Kind.CHOICE, Kind.MANY):
            phone.go(f"/{PLACES[question.code]}")
            if phone.path != f"/{PLACES[question.code]}":
                # What was cleared before closed it.
                continue
            phone.press(str(PLACES[question.code]), go="next", answer=words)
            assert phone.shown.status_code in (200, 400), question.code
            assert is_told(phone) == (phone.shown.status_code == 400), question.code


@each_words
def test_a_story_told_the_short_way_is_kept_and_can_be_sent(phone: Phone, words: str) -> None:
    phone.begin()
    phone.go("/short/story")
    phone.press("short/story", account=words, **{"agency.name": words[:200]})
    if phone.shown.status_code == 400:
        assert is_told(phone)
        assert is_there(phone, words)
        return
    phone.go("/short/story")
    assert is_there(phone, words)
    phone.answer(PLACES["account"], answer=f"{words}完")
    phone.go("/all")
    phone.press("send")
    assert ZH["case.reads.received"] in phone.text


@each_words
def test_an_agency_is_searched_for_by_anything(phone: Phone, words: str) -> None:
    phone.begin()
    phone.go(f"/{PLACES['agency']}")
    phone.press(str(PLACES["agency"]), go="find", name=words)
    assert phone.shown.status_code == 200


@each_words
def test_the_mailbox_takes_a_message_or_gives_it_back(phone: Phone, session: Session, words: str) -> None:
    phone.file()
    phone.press("write", text=words)
    assert phone.shown.status_code in (200, 400)
    assert is_there(phone, words)
    assert is_told(phone) == (phone.shown.status_code == 400)
    assert session.scalar(select(func.count()).select_from(Message)) == (phone.shown.status_code == 200)


@each_words
def test_a_number_that_is_none_is_asked_for_again(phone: Phone, words: str) -> None:
    phone.go("/open")
    phone.press("open", number=words)
    assert phone.shown.status_code in (400, 429)
    assert is_told(phone)
    phone.go()
    phone.press("begin")
    phone.press("number", last_six=words)
    assert phone.shown.status_code == 400
    assert is_told(phone)


@each_words
def test_a_file_may_have_any_name(phone: Phone, session: Session, words: str) -> None:
    phone.begin()
    phone.go("/files")
    phone.press("files", file=(io.BytesIO(blank_picture()), f"{words}.png"))
    assert phone.shown.status_code in (200, 400)
    if phone.shown.status_code == 400:
        assert is_told(phone)
    else:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def blank_picture(width: int = 640, height: int = 480) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "PNG")
    return out.getvalue()


def silence(ending: str, codec: str, seconds: float) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, f"silence.{ending}")
        heard = ["-f", "lavfi", "-i", f"anullsrc=r=48000:cl=mono:d={seconds}"]
        subprocess.run(["ffmpeg", "-v", "error", *heard, "-c:a", codec, out], check=True, stdin=subprocess.DEVNULL)
        return out.read_bytes()


NOTHING: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a picture of nothing": ("photo.png", blank_picture),
    "one dot": ("photo.png", lambda: blank_picture(1, 1)),
    "ten seconds of silence": ("voice.webm", lambda: silence("webm", "libopus", 10)),
    "a moment of silence": ("voice.m4a", lambda: silence("m4a", "aac", 0.02)),
    "an empty file": ("voice.webm", lambda: b""),
    "the beginning of a recording": ("voice.webm", lambda: silence("webm", "libopus", 10)[:300]),
    "the beginning of a picture": ("photo.png", lambda: blank_picture()[:60]),
}


@pytest.mark.parametrize("where", ["complaint", *thorough("mailbox")])
@pytest.mark.parametrize(("name", "body"), NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("changes_voice", [True, *thorough(False)])
def test_a_file_in_which_there_is_nothing_is_taken_or_refused_in_words(
    phone: Phone, session: Session, where: str, name: str, body: Callable[[], bytes], changes_voice: bool
) -> None:
    if where == "mailbox":
        phone.file()
    else:
        phone.begin()
    phone.go("/files")
    sent = {"file": (io.BytesIO(body()), name)} | ({"changes_voice": "1"} if changes_voice else {})
    phone.press("files", **sent)
    assert phone.shown.status_code in (200, 400)
    assert is_told(phone) == (phone.shown.status_code == 400)
    taken = session.scalar(select(func.count()).select_from(Attachment))
    assert taken == (phone.shown.status_code == 200)
    assert not taken or name in phone.text
