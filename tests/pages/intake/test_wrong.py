"""What is wrong stands at the head of the page with a link to its field, and in the title; the address of each link exists."""

import io
import re

from registry.i18n.languages import CATALOGUES
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]


def links_of(phone: Phone) -> list[str]:
    summary = re.search(r'<div class="wrong" role="alert" tabindex="-1" autofocus.*?</div>', phone.text, re.DOTALL)
    return re.findall(r'href="#([^"]+)"', summary[0]) if summary else []


def has_summary(phone: Phone, *targets: str) -> bool:
    title = f"<title>{ZH['page.box.wrong.title']}{ZH['page.box.title']}</title>"
    return (
        links_of(phone) == list(targets)
        and title in phone.text
        and all(phone.text.count(f' id="{target}"') == 1 for target in targets)
    )


def test_each_form_says_what_is_wrong_at_its_head(phone: Phone) -> None:
    phone.go("/open")
    assert links_of(phone) == []
    phone.press("open", number="1234")
    assert has_summary(phone, "number")
    phone.go()
    phone.press("begin")
    phone.press("number", last_six="0")
    assert has_summary(phone, "last_six")
    phone.go("/short/story")
    phone.press("short/story", account="长" * 20_001, **{"agency.name": "名" * 201})
    assert has_summary(phone, "account", "agency")
    for code, fields, target in (
        ("unpaid_months", {"answer": "很多"}, "answer"),
        ("wage_promised", {"amount": "很多", "currency": "EUR"}, "amount"),
        ("employer", {"answer": "名" * 201}, "answer"),
        ("in_danger", {"answer": "maybe"}, "answer"),
    ):
        phone.go(f"/{PLACES[code]}")
        assert phone.press(str(PLACES[code]), go="next", **fields).status_code == 400
        assert has_summary(phone, target), code
    phone.go("/all")
    phone.press("send", last_six="0")
    assert has_summary(phone, "last_six")
    phone.go("/files")
    phone.press("files", file=(io.BytesIO(b""), "a.txt"))
    assert has_summary(phone, "file")


def test_the_mailbox_says_what_is_wrong_with_a_message(phone: Phone) -> None:
    phone.file()
    phone.press("write", text=" ")
    assert has_summary(phone, "text")


def test_nothing_to_send_leads_to_where_something_can_be_added(phone: Phone) -> None:
    phone.begin()
    phone.go("/all")
    phone.press("send")
    assert has_summary(phone, "first")
