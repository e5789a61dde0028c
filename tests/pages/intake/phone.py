"""Somebody with a telephone: reads a page, fills in one of its forms, presses its button. Nothing else gets in."""

import html
import json
import re
from base64 import b64encode
from typing import Any

import altcha
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


class Phone:
    """One browser: its cookies, its language, and the page that it shows."""

    def __init__(self, client: FlaskClient, language: str = "zh-Hans") -> None:
        self.client = client
        self.language = language
        self.shown: TestResponse = None  # type: ignore[assignment]

    def go(self, path: str = "") -> TestResponse:
        return self._show(self.client.get(f"/{self.language}/box{path}"))

    def press(self, action: str, nth: int = 0, **fields: Any) -> TestResponse:
        """Send the form of the page that leads to `action`, with what it hides and what is typed, and follow where it leads."""
        return self._show(self.send(self.form(action, nth) | fields, action))

    def send(self, fields: dict[str, Any], action: str) -> TestResponse:
        """Post a form and look at the answer itself."""
        return self.client.post(f"/{self.language}/box/{action}", data=fields)

    def form(self, action: str, nth: int = 0) -> dict[str, Any]:
        """What a form of the page sends of itself. A form that asks for work gets it."""
        path = f'action="/{self.language}/box/{action}"'
        found = [(tag, body) for tag, body in _FORM.findall(self.text) if path in tag]
        tag, body = found[nth]
        fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(body)}
        work = re.search(r'data-work="([^"]*)"', tag)
        if work is not None:
            fields["proof"] = worked(html.unescape(work[1]))
        return fields

    @property
    def text(self) -> str:
        return self.shown.get_data(as_text=True)

    @property
    def path(self) -> str:
        return self.shown.request.path.removeprefix(f"/{self.language}/box")

    @property
    def code(self) -> str:
        """The number that the page shows."""
        digits = re.search(r'class="digits[^"]*"[^>]*>(.*?)</p>', self.text, re.DOTALL)
        assert digits is not None
        return "".join(re.findall(r"\d+", digits[1]))

    def begin(self) -> str:
        """A confirmed number, and the first question of the long way on the screen."""
        self.go()
        self.press("begin")
        code = self.code
        self.press("number", last_six=code[-6:])
        self.go("/1")
        return code

    def answer(self, place: int, **fields: Any) -> TestResponse:
        self.go(f"/{place}")
        return self.press(str(place), **({"go": "next"} | fields))

    def file(self) -> str:
        """Send a short complaint; gives its number."""
        code = self.begin()
        self.answer(PLACES["country"], answer="IT")
        self.answer(PLACES["account"], answer="护照在老板那里。")
        self.go("/all")
        self.press("send")
        return code

    def come_back(self, code: str) -> TestResponse:
        self.go("/open")
        return self.press("open", number=code)

    def _show(self, response: TestResponse) -> TestResponse:
        while response.status_code == 303 and response.headers["Location"].startswith("/"):
            response = self.client.get(response.headers["Location"])
        self.shown = response
        return response


def worked(challenge: str) -> str:
    """A challenge's solution as the script sends it, found by the library's own solver."""
    read = altcha.Challenge.from_dict(json.loads(challenge))
    solution = altcha.solve_challenge(read)
    assert solution is not None
    body = {
        "challenge": json.loads(challenge),
        "solution": {"counter": solution.counter, "derivedKey": solution.derived_key},
    }
    return b64encode(json.dumps(body).encode()).decode()


def _places() -> dict[str, int]:
    from registry.complaints.case.questions import QUESTIONNAIRE

    return {question.code: place for place, question in enumerate(QUESTIONNAIRE, start=1)}


PLACES = _places()
"""The address of each question by its code."""
