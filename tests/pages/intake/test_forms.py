"""Forms of paper: each with a number of its own that opens a mailbox, in a file that only its owner reads."""

import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.complaint_codes import derive, new_code, read_code
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.intake.paper_forms import Minted, premint
from registry.complaints.retention.purging import purge
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.settings import Settings
from registry.http.transaction import services
from registry.i18n.question_words import question_text
from registry.pages.intake.forms import html_of_forms
from registry.vocabulary.register import Language
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.intake.phone import PLACES, Phone
from tests.serving import command, environment


@pytest.mark.parametrize("language", [Language.ZH_HANS, Language.RO])
def test_forms_are_printed_each_with_a_number_of_its_own(
    settings: Settings, units: None, session: Session, tmp_path: Path, language: Language
) -> None:
    out = tmp_path / "forms.pdf"
    done = command(
        "complaints",
        "forms",
        "--count",
        "2",
        "--language",
        language,
        "--out",
        str(out),
        env=environment(settings, 8000),
    )
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    reader = PdfReader(out)
    words = "\n".join(page.extract_text() for page in reader.pages)
    codes = [code for found in re.findall(r"(?=((?:\d{4}\s+){5}\d{2}))", words) if (code := read_code(found))]
    assert len(set(codes)) == 2
    assert all(code not in done.stdout + done.stderr for code in codes)
    references = session.execute(select(Case.reference)).scalars().all()
    assert len(references) == 2
    for reference in references:
        assert f"{reference[:4]}-{reference[4:8]}-{reference[8:]}" in words
    assert reader.trailer["/Root"]["/Lang"].lower().startswith(language[:2].lower())


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_the_form_of_each_language_bears_its_number_and_says_which_language_it_is(
    units: None, language: Language
) -> None:
    minted = Minted(new_code(), "23456789ABCD")
    html = html_of_forms(language, [minted], "https://registry.example", is_demo=False)
    words = re.sub(r"<[^>]+>", " ", html)
    assert f'<html lang="{language}"' in html
    assert f"registry.example/{language}/box/open" in html
    assert minted.code in {read_code(found) for found in re.findall(r"(?=((?:\d{4}\s+){5}\d{2}))", words)}


def test_every_question_stands_on_the_form(units: None) -> None:
    html = html_of_forms(Language.ZH_HANS, [], "https://registry.example", is_demo=False)
    assert "registry.example/zh-Hans/box/open" not in html
    html = html_of_forms(
        Language.ZH_HANS, [Minted(new_code(), "23456789ABCD")], "https://registry.example", is_demo=False
    )
    assert "registry.example/zh-Hans/box/open" in html
    for question in QUESTIONNAIRE:
        if question.fee_kind is None and question.options_of != "fee_kind":
            assert question_text(Language.ZH_HANS, question) in html


def test_a_file_that_is_there_is_not_written_over(
    settings: Settings, units: None, session: Session, tmp_path: Path
) -> None:
    out = tmp_path / "forms.pdf"
    out.write_text("numbers that somebody has")
    done = command("complaints", "forms", "--out", str(out), env=environment(settings, 8000))
    assert (done.returncode, out.read_text()) == (2, "numbers that somebody has")
    assert session.execute(select(Case)).first() is None


def test_where_the_file_cannot_be_written_no_number_is_made(
    settings: Settings, units: None, session: Session, tmp_path: Path
) -> None:
    done = command(
        "complaints", "forms", "--out", str(tmp_path / "nowhere" / "forms.pdf"), env=environment(settings, 8000)
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert session.execute(select(Case)).first() is None


def test_where_no_unit_takes_complaints_no_form_is_printed(
    settings: Settings, session: Session, tmp_path: Path
) -> None:
    done = command("complaints", "forms", "--out", str(tmp_path / "forms.pdf"), env=environment(settings, 8000))
    assert done.returncode == 2
    assert [path for path in tmp_path.iterdir() if ".pdf" in path.name] == []


def test_a_printed_number_waits_for_a_year_and_no_longer(
    phone: Phone, session: Session, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = now().date() - timedelta(days=200)
    codes = [new_code(), new_code()]
    for code in codes:
        premint(session, sealer, code, derive(sealer.keyring, code), Language.ZH_HANS, printed)
    session.commit()
    phone.come_back(codes[0])
    assert phone.path == "/mine"
    phone.answer(PLACES["account"], answer="从纸上的号码来的。")
    phone.go("/all")
    phone.press("send")
    assert phone.path == "/mine"
    existing = services(phone.client.application)
    purge(existing.sessions, sealer, now() + timedelta(days=100))
    assert len(session.execute(select(EncryptedContainer)).all()) == 2
    session.commit()
    purge(existing.sessions, sealer, now() + timedelta(days=166))
    assert phone.come_back(codes[1]).status_code == 404
    assert phone.come_back(codes[0]).status_code == 200
