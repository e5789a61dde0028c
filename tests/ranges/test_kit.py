"""The offline kit: opened from the disk at 320 px it answers in Chinese, and not after its day."""

import hashlib
import json
import re
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.keyring import Use
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.i18n.languages import CATALOGUES
from registry.log.signing import sign_committed
from registry.proofs.credentials.signing import Signers, read_jws
from registry.ranges.actions import write_epoch
from registry.ranges.kit import KIT_TYPE, KitTooLarge, kit, languages_of
from registry.vocabulary.register import Language, LicenceStatus
from tests import make

pytestmark = pytest.mark.one_database


@pytest.fixture
def page_file(session: Session, held_services: Services, settings: Settings, tmp_path: Path) -> Path:
    name = 'Invented </script><script>document.title="x"</script> a.s.'
    make.make_agency(session, name=name, licences=(make.licence_record(number="INV-1", valid_to=date(2099, 1, 1)),))
    make.make_licence(session, LicenceStatus.REVOKED, number="INV-2")
    make.make_agency(session, name="示例云帆劳务有限公司", licences=(make.licence_record(number="INV-3"),))
    make.make_agency(session, name="示例海橋勞務有限公司", licences=(make.licence_record(number="INV-4"),))
    session.commit()
    sign_committed(settings, held_services.sessions)
    write_epoch(held_services.sessions)
    sign_committed(settings, held_services.sessions)
    with held_services.reading_sessions() as reading:
        body = kit(reading, Signers(settings.keys).of(Use.RECEIPT), settings.public_url)
    path = tmp_path / "kit.html"
    path.write_bytes(body)
    return path


def test_the_signature_covers_the_data_and_its_days(page_file: Path):
    text = page_file.read_text()
    facts = json.loads(text.partition('id="facts">')[2].partition("</script>")[0])

    data = b64decode(text.partition('id="data">')[2].partition("</script>")[0])
    claims = read_jws(facts["jws"], KIT_TYPE).claims
    assert claims["sha256"] == facts["sha256"] == hashlib.sha256(data).hexdigest()
    assert date.fromisoformat(claims["not_after"]) - date.fromisoformat(claims["on"]) <= timedelta(days=30)
    # A hyphen stands in no base64, so what is found would be a number.
    assert "INV-" not in text
    assert "INV-" not in str(claims)


def test_it_answers_from_the_disk_in_chinese_and_not_when_it_is_old(page_file: Path, page: Any):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(page_file.as_uri())
    page.locator("body[data-ready=yes]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert "招工中介离线查询" in page.title()
    page.locator("#signed", has_text="签名相符").wait_for()

    def ask(number: str) -> str:
        page.fill("#number", number)
        page.click("button")
        return str(page.inner_text("#answer"))

    answer = ask("inv 1")
    assert "Invented </script>" in answer
    # The licence runs for ever, the kit does not: nothing is promised beyond its last day.
    found = re.search(r"有效至(\d+)年(\d+)月(\d+)日", answer)
    assert found is not None
    assert date(*map(int, found.groups())) <= datetime.now(UTC).date() + timedelta(days=31)
    assert "不可以" in ask("INV-2")
    absent = ask("NIX-12345")
    assert "没有查到这个号码。查不到，不等于真，也不等于假。先别交钱。" in absent
    assert "可以招工" not in absent
    named = ask("invented")
    assert "Invented </script>" in named
    assert "名字谁都能借用" in named
    assert "可以招工" not in named
    assert "没有查到这个名字" in ask("别的公司")
    assert page.locator("#country option", has_text="法国").count() == 1
    assert page.locator("a[href='tel:800290290']").count() == 1
    assert page.locator("a[href='tel:900759759']").count() == 0
    assert CATALOGUES["zh-Hans"]["page.pay.passport"] in page.inner_text(".pay")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # Made for today: a clock that is a day fast answers still, one that is a day slow says so.
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=1))
    assert "Invented" in ask("INV-1")
    for shift in (-1, -3, 31):
        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=shift))
        output = ask("INV-1")
        assert "Invented" not in output
        assert ("校正日期" if shift < 0 else "数据太旧") in output


@pytest.mark.parametrize(
    ("asked", "name"),
    [("雲帆勞務", "示例云帆劳务有限公司"), ("云帆", "示例云帆劳务有限公司"), ("海桥劳务", "示例海橋勞務有限公司")],
)
def test_a_name_is_found_in_the_other_script(page_file: Path, page: Any, asked: str, name: str) -> None:
    page.goto(page_file.as_uri())
    page.locator("body[data-ready=yes]").wait_for()
    page.fill("#number", asked)
    page.click("button")
    assert name in page.inner_text("#answer")


def test_a_changed_kit_says_that_it_is_damaged(page_file: Path, page: Any):
    text = page_file.read_text()
    begin = text.index('id="data">') + 60
    page_file.write_text(text[:begin] + ("A" if text[begin] != "A" else "B") + text[begin + 1 :])
    page.goto(page_file.as_uri())
    page.locator("#answer", has_text="已损坏").wait_for()


def test_a_kit_that_grew_too_long_is_refused_with_what_else_there_is(
    page_file: Path, held_services: Services, settings: Settings, session: Session
):
    """Before anything is read where hashes alone are too many, and once it is packed otherwise."""
    size = page_file.stat().st_size
    assert size > 3_000
    for max_bytes, phrase in ((20, "at least 0.0 MB"), (600, "MB are wanted")):
        with held_services.reading_sessions() as reading, pytest.raises(KitTooLarge) as caught:
            kit(reading, Signers(settings.keys).of(Use.RECEIPT), settings.public_url, max_bytes)
        assert phrase in caught.value.text
        assert "--max-mb" in caught.value.text
        assert ("at least" in caught.value.text) == (max_bytes == 20)


@pytest.mark.parametrize("language", list(Language))
def test_a_kit_is_in_chinese_and_in_the_readers_language(
    page_file: Path, held_services: Services, settings: Settings, language: Language
):
    with held_services.reading_sessions() as reading:
        signer = Signers(settings.keys).of(Use.RECEIPT)
        text = kit(reading, signer, settings.public_url, language=language).decode()
    first, second = languages_of(language)
    assert first in (Language.ZH_HANS, Language.ZH_HANT)
    assert language in (first, second)
    for one in (first, second):
        assert CATALOGUES[one]["kit.title"] in text
        assert json.dumps(CATALOGUES[one]["kit.absent"])[1:-1] in text
    assert "{{" not in text.partition("<script")[0]


def test_the_kit_is_a_file_to_keep_and_the_help_page_leads_to_it(page_file: Path, client: FlaskClient):
    assert "/fr/kit.html" in client.get("/fr/help").get_data(as_text=True)
    for _ in range(2):
        response = client.get("/fr/kit.html")
        assert response.status_code == 200
        assert response.headers["Content-Disposition"] == 'attachment; filename="registry-fr.html"'
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert "Vérifier un recruteur" in response.get_data(as_text=True)
