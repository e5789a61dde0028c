"""Twenty journeys as a screen reader tells them, held against transcripts that are kept beside this file.

A change of words or structure that is meant is written down by

    TRANSCRIPTS=write .venv/bin/python -m pytest tests/pages/test_transcripts.py

and read in the diff: is each thing said, in an order that makes sense, with its role, its state and what describes it?
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from registry.complaints.sealing.sealer import Sealer
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES
from tests.browsing import follow
from tests.complaints.filing import make_units
from tests.pages.public.shown_agencies import NUMBER, SUSPENDED, write_agencies
from tests.pages.screen_reader import transcript
from tests.serving import serve

KEPT = Path(__file__).parent / "transcripts"
ADVERT = "意大利高薪招工，先交押金5000元，办旅游签证，包过。加V：luoma888"


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("transcripts")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000)
    engine = engine_for(settings.database_url)
    with sessions_for(engine).begin() as session:
        make_units(session, Sealer(Keyring(settings.keys)))
        write_agencies(session)
    engine.dispose()
    with serve(settings) as served:
        yield served.base_url


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """One browser for all journeys: a screen reader on a narrow telephone."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def ask(page: Page, subject: str, country: str = "CZ") -> None:
    page.select_option("#country", country)
    page.fill("#subject", subject)
    follow(page.locator("form.ask button.main"))


def home(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    yield transcript(page, "page")


def licensed(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, NUMBER)
    yield transcript(page)


def suspended(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, SUSPENDED)
    yield transcript(page)


def name_of_many(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, "示例劳务")
    yield transcript(page)


def nothing_typed(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, "", "")
    yield transcript(page)


def advert(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}check")
    page.locator("textarea").first.fill(ADVERT)
    follow(page.locator("form").filter(has=page.locator("textarea")).locator("button[type=submit]").first)
    yield transcript(page)


def fees(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}fees")
    yield transcript(page)


def fees_to_nobody(page: Page, at: str) -> Iterator[str]:
    """80,000 yuan that an acquaintance without a licence asks for a job in Italy."""
    page.goto(f"{at}fees")
    page.select_option("[name=kind_0]", "recruitment_service_payment")
    page.fill("[name=amount_0]", "8万")
    page.select_option("[name=destination]", "IT")
    page.select_option("[name=charged_by]", "unlicensed")
    follow(page.locator("form button.main"))
    yield transcript(page)


def sum_that_is_no_sum(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}fees")
    page.select_option("[name=kind_0]", "recruitment_service_payment")
    page.fill("[name=amount_0]", "很多😀")
    follow(page.locator("form button.main"))
    yield transcript(page)


def advert_in_the_first_field(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, ADVERT, "IT")
    yield transcript(page)


def account_number(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, "6217001210024455220")
    yield transcript(page)


def job_in_britain(page: Page, at: str) -> Iterator[str]:
    page.goto(at)
    ask(page, NUMBER, "GB")
    yield transcript(page)


def rights(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}rights/IT")
    yield transcript(page)


def help_lines(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}help")
    yield transcript(page)


def papers_that_are_none(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}licences")
    yield transcript(page)


def agency(page: Page, at: str) -> Iterator[str]:
    page.goto(f"{at}agencies")
    follow(page.locator(".rows a").first)
    yield transcript(page)


def complaint(page: Page, at: str) -> Iterator[str]:
    """From the first page to the sent complaint, by the short way."""
    page.goto(f"{at}box")
    yield transcript(page)
    follow(page.locator("form[data-work] button.main"))
    code = "".join(page.locator(".digits span").all_inner_texts())
    page.evaluate("document.querySelectorAll('.digits span, .words b').forEach((one) => { one.textContent = '…'; })")
    yield transcript(page)
    page.fill("#last_six", code[-6:])
    follow(page.locator("form.card button.main"))
    yield transcript(page)
    page.locator("[name=in_danger][value=no]").check()
    page.select_option("[name=country]", "CZ")
    follow(page.locator("form button.main"))
    page.fill("textarea", "护照被扣，三个月没有工资。")
    yield transcript(page)
    follow(page.locator("form button.main"))
    yield transcript(page)
    follow(page.locator("form.go button.main"))
    yield transcript(page)


def recording(page: Page, at: str) -> Iterator[str]:
    """The page of files, of the complaint that was just sent."""
    page.goto(f"{at}box/files")
    yield transcript(page)


JOURNEYS: tuple[tuple[Callable[[Page, str], Iterator[str]], str], ...] = (
    (home, "zh-Hans"),
    (licensed, "zh-Hans"),
    (licensed, "fr"),
    (suspended, "zh-Hans"),
    (name_of_many, "zh-Hans"),
    (nothing_typed, "zh-Hans"),
    (advert, "zh-Hans"),
    (fees, "zh-Hans"),
    (fees_to_nobody, "zh-Hans"),
    (sum_that_is_no_sum, "zh-Hans"),
    (advert_in_the_first_field, "zh-Hans"),
    (account_number, "zh-Hans"),
    (job_in_britain, "zh-Hans"),
    (rights, "zh-Hans"),
    (rights, "fr"),
    (help_lines, "zh-Hans"),
    (papers_that_are_none, "zh-Hans"),
    (agency, "zh-Hans"),
    (complaint, "zh-Hans"),
    (recording, "zh-Hans"),
)


def without_coming_changes(told: str, language: str) -> str:
    """A transcript without what the law of the ninety days from today brings: it is told on some days and not on others."""
    begin = re.escape(CATALOGUES[language]["reason.law_changes_soon"].partition("{country}")[0])
    told = re.sub(rf"^( *)listitem[^\n]*\n\1  text “{begin}[^\n]*\n(?:\1  [^\n]*\n)*", "", told, flags=re.MULTILINE)
    beside = r"(?:\1(?:link “[^\n]*|text “,”|group)\n|\1  [^\n]*\n)*"
    return re.sub(rf"^( *)text “{begin}[^\n]*\n{beside}", "", told, flags=re.MULTILINE)


def test_each_journey_is_told_as_it_was(reader: Page, site: str) -> None:
    changes: list[str] = []
    for journey, language in JOURNEYS:
        told = "\n\n".join(journey(reader, f"{site}/{language}/")).replace(site, "") + "\n"
        transcribed = without_coming_changes(told, language)
        path = KEPT / f"{journey.__name__}.{language}.txt"
        if os.environ.get("TRANSCRIPTS") == "write":
            path.write_text(transcribed, encoding="utf-8")
        else:
            stored = path.read_text(encoding="utf-8").splitlines()
            changes += unified_diff(stored, transcribed.splitlines(), path.name, "told now", lineterm="", n=1)
    assert "\n".join(changes) == ""
