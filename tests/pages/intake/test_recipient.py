"""Who will read it is said before it is sent, and is who then reads it: for every country, and for none."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.intake.filing import Fit
from registry.i18n.languages import CATALOGUES, text
from registry.i18n.names import country_name
from registry.officers.models import Unit
from registry.vocabulary.register import EU_STATES, Language
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]
COUNTRIES = [*sorted(EU_STATES), "CN", "other", None]
HERE = {"IT": "Labour office of IT", "CZ": "Labour office of CZ"}
DEFAULT = "Labour office of CZ"


def is_written(phone: Phone, fit: Fit, unit: str, about: str | None) -> bool:
    language = Language.ZH_HANS
    words = ZH[f"page.box.all.reader.{fit}"].format(
        unit=unit,
        country=country_name(language, unit[-2:]),
        about=country_name(language, about) if about else "",
    )
    return words in phone.text


def test_the_office_that_is_named_is_the_one_that_reads_it(phone: Phone, session: Session) -> None:
    for country in COUNTRIES:
        phone.begin()
        phone.answer(PLACES["account"], answer="请问。")
        if country is not None:
            phone.answer(PLACES["country"], answer=country)
        phone.go("/all")
        unit = HERE.get(country or "", DEFAULT)
        fit = (
            Fit.OF_COUNTRY
            if country in HERE
            else Fit.NONE_THERE
            if country in EU_STATES
            else Fit.NO_COUNTRY
            if country is None
            else Fit.OUTSIDE
        )
        assert is_written(phone, fit, unit, country if country in EU_STATES else None), country
        assert (ZH["page.box.all.reader.say_country"] in phone.text) == (country is None)
        phone.press("send")
        assert ZH["page.box.mine.office"].format(unit=unit) in phone.text, country
        session.expire_all()
        case = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
        assert session.get_one(Unit, case.unit_id).names == {"en": unit}
        phone.client.delete_cookie("box")


def test_where_somebody_is_now_decides_where_no_country_of_work_does(phone: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["country"], answer="other")
    phone.answer(PLACES["where_now"], answer="IT")
    phone.go("/all")
    assert is_written(phone, Fit.WHERE_NOW, HERE["IT"], "IT")


def test_who_filed_danger_reads_what_happens_within_the_hour_and_others_do_not(phone: Phone) -> None:
    phone.file()
    assert text(Language.ZH_HANS, "page.box.mine.danger.filed", number="112") not in phone.text
    phone.client.delete_cookie("box")
    phone.begin()
    phone.answer(PLACES["in_danger"], answer="yes")
    phone.answer(PLACES["country"], answer="IT")
    phone.go("/all")
    phone.press("send")
    assert text(Language.ZH_HANS, "page.box.mine.danger.filed", number="112") in phone.text
