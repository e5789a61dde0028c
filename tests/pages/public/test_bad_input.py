"""Every field of every public form takes whatever is typed, and the page that answers is one to read."""

import re

import pytest
from flask.testing import FlaskClient
from lxml import html

from tests.thorough import thorough

TYPED = {
    "long": "测" * 10_000,
    "long Latin": "a" * 10_000,
    "emoji": "😀👩‍👩‍👧‍👦🇮🇹" * 50,
    "direction marks": "\u202e\u2066abc\u2069\u200f示例\u200b",
    "markup": "<script>alert(1)</script>{{ 7 * 7 }}",
    "control": "a\u0007b\u0085c",
}


def forms_of(client: FlaskClient, page: str) -> list[tuple[str, str, dict[str, str], list[str]]]:
    """Method, address, what the form holds as it stands, and the fields that text is typed in."""
    tree = html.fromstring(client.get(f"/zh-Hans/{page}").get_data(as_text=True), base_url=f"/zh-Hans/{page}")
    found = []
    for form in tree.forms:
        typed = [
            one.name
            for one in form.inputs
            if one.tag == "textarea" or one.get("type", "text") in ("text", "search", "tel")
        ]
        given = {name: value or "" for name, value in form.fields.items() if isinstance(name, str)}
        found.append((form.method, form.get("action") or f"/zh-Hans/{page}", given, [name for name in typed if name]))
    return found


@pytest.mark.parametrize("page", ["", "check", "fees", "agencies"])
@pytest.mark.parametrize("kind", ["long", "markup", *thorough("long Latin", "emoji", "direction marks", "control")])
def test_each_field_takes_anything_and_answers_with_a_page(client: FlaskClient, page: str, kind: str) -> None:
    forms = forms_of(client, page)
    assert any(names for _, _, _, names in forms)
    for method, address, given, names in forms:
        for name in names:
            sent = given | {name: TYPED[kind]}
            answer = (
                client.get(address, query_string=sent, follow_redirects=True)
                if method == "GET"
                else client.post(address, data=sent, follow_redirects=True)
            )
            text = answer.get_data(as_text=True)
            assert answer.status_code in (200, 400, 404, 413, 414, 422), (address, name)
            assert re.search(r"<h1[^>]*>\s*\S", text), (address, name)
            assert "<script>alert(1)" not in text
            assert not re.search(r">\s*(page|reason|problem)\.[a-z_.]+\s*<", text), "the raw key of a text"
