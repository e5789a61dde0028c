"""A shared answer: its address tells the job and nothing of the asker, and its picture tells the verdict to any eye."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from registry.pages.public import share_card
from registry.pages.public.answers import Tone
from registry.vocabulary.register import Language, LicenceStatus
from tests.make import make_licence, name_record
from tests.pages.public.reading import Page, read

NAME = "示例云雀对外劳务合作有限公司"


def answered(client: FlaskClient, session: Session, status: LicenceStatus = LicenceStatus.SUSPENDED) -> Page:
    names = (name_record(NAME, script="hans", country="CN"),)
    licence = make_licence(session, status, country="CN", agency={"names": names})
    sent = {"subject": licence.number, "country": "IT", "claimed_name": "云鹊招工", "visa": "work", "on": "2026-01-02"}
    return read(client.post("/zh-Hans/", data=sent))


def test_a_shared_address_tells_the_job_and_shows_the_verdict(client: FlaskClient, session: Session) -> None:
    page = answered(client, session)
    address = next(word for word in page.words if word.startswith("http"))
    path = address.removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/zh-Hans/verdict/")
    assert path.endswith("?country=IT&visa=work")
    response = client.get(path)
    shared = read(response)
    assert shared.tone == "no"
    assert NAME in shared.text
    html = response.get_data(as_text=True)
    assert '<meta property="og:title" content="没有资格 · ' + NAME in html
    assert '<meta property="og:image" content="http://127.0.0.1:8000/zh-Hans/verdict/' in html
    assert "云鹊" not in html
    card = client.get(path.replace("?", "/card.png?"))
    assert card.mimetype == "image/png"
    with Image.open(BytesIO(card.data)) as image:
        assert image.size == share_card.SIZE
    assert len(card.data) < 60_000


def test_an_address_of_no_agency_is_not_found(client: FlaskClient, session: Session) -> None:
    for path in (
        "/en/verdict/AAAAAAAAAAAA",
        "/en/verdict/x",
        "/en/verdict/x/card.png",
        "/en/verdict/AAAAAAAAAAAA/card.png",
    ):
        assert client.get(path).status_code == 404


def test_without_its_font_there_is_no_card_and_no_word_of_one(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_card, "_file", lambda weight: None)
    page = answered(client, session)
    assert not [link for link in page.links if "card.png" in link]
    address = next(word for word in page.words if word.startswith("http")).removeprefix("http://127.0.0.1:8000")
    assert client.get(address.replace("?", "/card.png?")).status_code == 404


@pytest.mark.parametrize("tone", list(Tone))
def test_each_verdict_looks_different_without_colour(tone: Tone) -> None:
    def grey(tone: Tone, word: str) -> bytes:
        card = share_card.Card(Language.ZH_HANS, tone, "站", word, "句子" * 120, "名" * 200, "2026年", "再查一次")
        with Image.open(BytesIO(share_card.drawn(card))) as image:
            return image.convert("1").crop((40, 112, 104, 176)).tobytes()

    others = {Tone.YES, Tone.NO, Tone.UNKNOWN} - {tone} - ({Tone.UNKNOWN} if tone is Tone.NAME else set())
    assert all(grey(tone, "x") != grey(other, "x") for other in others)
