"""Markdown to HTML: links that lead inside the site, headings that can be linked to, code in colours without a script."""

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

_TAG = re.compile(r"<[^>]+>")
_BEGINNINGS = (
    (("$ ", "git ", "make ", "curl ", "export ", "apt", "registry"), "console"),
    ((">>> ",), "pycon"),
    (("{", "["), "json"),
    (("def ", "from ", "import ", "class ", "@"), "python"),
    (("<",), "html"),
)
"""By what its first line begins with, the language of a block that says none."""


class Heading(NamedTuple):
    level: int
    anchor: str
    text: str


class Rendered(NamedTuple):
    """A page: its title, its HTML without the title's heading, its headings, and the words below each for the search."""

    title: str
    body: str
    headings: tuple[Heading, ...]
    sections: tuple[tuple[str, str, str], ...]
    """Anchor, heading and text of each part."""


def rendered(text: str, page: str, addresses: Mapping[str, str]) -> Rendered:
    """`addresses` says where in the site each page of the repository stands; a link to any other file becomes plain text."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = markdown.parse(text)
    anchors = _Anchors()
    headings: list[Heading] = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _words(tokens[place + 1])
            anchor = anchors.new(words)
            token.attrSet("id", anchor)
            headings.append(Heading(int(token.tag[1]), anchor, words))
        tags: list[str] = []
        for child in token.children or ():
            if child.type == "link_open":
                _lead(child, page, addresses)
                tags.append(child.tag)
            elif child.type == "link_close":
                child.tag = tags.pop()
    rules: dict[str, Callable[..., str]] = {"fence": _code, "code_block": _code}
    for name, rule in rules.items():
        markdown.add_render_rule(name, rule)
    title = headings[0].text if headings else page
    body = markdown.renderer.render(_without_title(tokens), markdown.options, {})
    body = body.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Rendered(title, body, tuple(headings[1:]), _sections(body, headings))


def style() -> str:
    """The colours of code, light and dark."""
    light = HtmlFormatter(style="friendly", cssclass="code").get_style_defs(".code")
    dark = HtmlFormatter(style="native", cssclass="code").get_style_defs(".code")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


class _Anchors:
    """Anchors as GitHub makes them, so that links work in both places."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def new(self, words: str) -> str:
        plain = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        count = self._used.get(plain, 0)
        self._used[plain] = count + 1
        return f"{plain}-{count}" if count else plain


def _without_title(tokens: list[Token]) -> list[Token]:
    has_title = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[3:] if has_title else tokens


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def _lead(link: Token, page: str, addresses: Mapping[str, str]) -> None:
    target = str(link.attrGet("href") or "")
    if re.match(r"[a-z]+:|#|/", target):
        return
    path, _, anchor = target.partition("#")
    found = addresses.get(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)))
    if found is None:
        # A file of the repository that is no page: its name stays readable, and leads nowhere.
        link.tag, link.attrs = "span", {}
        return
    here = posixpath.dirname(addresses[page])
    link.attrSet("href", posixpath.relpath(found, here or ".") + (f"#{anchor}" if anchor else ""))


def _code(self: object, tokens: list[Token], place: int, options: object, environment: object) -> str:
    token = tokens[place]
    stated = token.info.strip().split(" ")[0]
    if stated == "mermaid":
        return f'<pre class="plain">{html.escape(token.content)}</pre>\n'
    language = stated or next(
        (name for beginnings, name in _BEGINNINGS if token.content.lstrip().startswith(beginnings)), "text"
    )
    try:
        lexer = get_lexer_by_name(language)
    except ValueError:
        lexer = get_lexer_by_name("text")
    return str(highlight(token.content, lexer, HtmlFormatter(cssclass="code", wrapcode=True)))


def _sections(body: str, headings: list[Heading]) -> tuple[tuple[str, str, str], ...]:
    parts = re.split(r'<h[1-6] id="([^"]*)">.*?</h[1-6]>', body)
    named = {heading.anchor: heading.text for heading in headings}
    found = [("", headings[0].text if headings else "", parts[0])]
    found += [(anchor, named[anchor], text) for anchor, text in zip(parts[1::2], parts[2::2], strict=True)]
    return tuple((anchor, name, " ".join(html.unescape(_TAG.sub(" ", text)).split())) for anchor, name, text in found)
