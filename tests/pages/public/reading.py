"""Reading a page as a person does: its words, its one answer, what its buttons send."""

from html.parser import HTMLParser
from typing import Any

_WITHOUT_END = frozenset({"meta", "link", "input", "path", "rect", "circle", "br", "img"})


class Page(HTMLParser):
    """A page's text, title, language and forms. It fails on tags that do not match, as our templates must."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = self.title = self.heading = ""
        self.words: list[str] = []
        self.classes: list[str] = []
        self.links: list[str] = []
        self.buttons: list[dict[str, str]] = []
        self.hidden: dict[str, str] = {}
        self.switched: dict[str, str] = {}
        self.more: dict[str, str] = {}
        self._form = ""
        self.ids: list[str] = []
        self.selects: set[str] = set()
        self.options: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        self.classes += given.get("class", "").split()
        if tag == "html":
            self.language = given["lang"]
        if tag == "a":
            self.links.append(given["href"])
        if tag == "button":
            self.buttons.append(given)
        if tag == "select":
            self.options[given["name"]] = []
        if tag == "option" and self.options:
            self.options[list(self.options)[-1]].append(given.get("value", ""))
        if tag == "select" and "more" in self._form.split():
            self.selects.add(given["name"])
        if tag == "form":
            self._form = given.get("class", "")
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]
            if "more" in self._form.split():
                self.more.setdefault(given["name"], given["value"])
            if self._form == "switch":
                self.switched[given["name"]] = given["value"]
        if tag not in _WITHOUT_END:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _WITHOUT_END:
            return
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            # A data block is for machines.
            return
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        elif "h1" in self._open:
            self.heading += data
        if self._open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def tone(self) -> str | None:
        """How the answer looks."""
        tones = [name for name in self.classes if name in ("yes", "name", "no", "unknown")]
        return tones[0] if tones else None


def read(response: Any) -> Page:
    assert response.mimetype == "text/html"
    page = Page(response.get_data(as_text=True))
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    return page
