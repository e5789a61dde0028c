"""A supply chain's recruiters: who supplies labour to which supplier, where it may break, and a picture and a table of it."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from registry.i18n.languages import text
from registry.vocabulary.register import Language

GRAVITY = {"yes": 0, "unknown": 1, "no": 2, "none": 3}
"""`none`: the supplier declares no recruiter."""

MAX_SUPPLIERS = 60
"""Suppliers in the picture; the table has more."""

MAX_ROWS = 500
"""Links in the table, on paper and on a page."""


class Link(NamedTuple):
    """A supplier and a recruiter of it; `provider` is empty where none is declared."""

    supplier: str
    provider: str
    verdict: str
    sites: int


def links_of(statements: Iterable[bytes]) -> list[Link]:
    """The links that statements tell of, the weakest suppliers first; of rows of one pair the gravest answer counts."""
    found: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for line in statements:
        stated = msgspec.json.decode(line)
        question: Mapping[str, Any] = stated.get("question") or {}
        supplier = question.get("supplier")
        if not isinstance(supplier, str):
            continue
        for provider, verdict in _providers(stated, question):
            known, sites = found.get((supplier, provider), ("yes", set()))
            sites.add(str(question.get("site", "")))
            found[supplier, provider] = (max(known, verdict, key=GRAVITY.__getitem__), sites)
    links = [Link(*pair, verdict, len(sites)) for pair, (verdict, sites) in found.items()]
    worst: dict[str, int] = {}
    for link in links:
        worst[link.supplier] = max(worst.get(link.supplier, 0), GRAVITY[link.verdict])
    return sorted(links, key=lambda link: (-worst[link.supplier], link.supplier, -GRAVITY[link.verdict], link.provider))


def _providers(stated: Mapping[str, Any], question: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if "legs" in stated:
        for name, leg in zip(("sending", "receiving"), stated["legs"], strict=False):
            if name in question:
                yield question[name], leg["verdict"] if leg["verdict"] in GRAVITY else "yes"
        return
    provider = question.get("provider")
    if not provider:
        yield "", "none"
    elif "verdict" in stated:
        yield provider, stated["verdict"]
    else:
        yield provider, "unknown"


_INK = {"yes": "#1a7f4b", "unknown": "#a86400", "no": "#c0392b", "none": "#c0392b"}
_DASH = {"yes": "", "unknown": "6 4", "no": "2 4", "none": ""}
_MARK = {"yes": "\u2713", "unknown": "?", "no": "\u2715", "none": "!"}

_ROW, _WIDTH, _LEFT, _RIGHT, _TOP = 30, 680, 258, 422, 16
MAX_SIGNS = 30


def chain_svg(links: Sequence[Link], language: Language) -> str:
    """The picture: suppliers at the left, their recruiters at the right, each link by colour, dash and sign."""
    suppliers = list(dict.fromkeys(link.supplier for link in links))[:MAX_SUPPLIERS]
    drawn = [link for link in links if link.supplier in set(suppliers)]
    providers = list(dict.fromkeys(link.provider for link in drawn))
    rows = max(len(suppliers), len(providers), 1)
    height = rows * _ROW + 2 * _TOP
    at_left = _places(suppliers, rows)
    at_right = _places(providers, rows)
    worst = {
        name: max((one.verdict for one in drawn if one.supplier == name), key=GRAVITY.__getitem__) for name in suppliers
    }
    title = text(language, "bulk.chain.title")
    weak = sum(link.verdict != "yes" for link in drawn)
    described = text(language, "bulk.chain.described", suppliers=str(len(suppliers)), weak=str(weak))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="chain-t chain-d" '
        'font-family="sans-serif" font-size="13" fill="currentColor">',
        f'<title id="chain-t">{escape(title)}</title><desc id="chain-d">{escape(described)}</desc>',
    ]
    for link in drawn:
        parts.append(_line(link, at_left[link.supplier], at_right[link.provider]))
    for name in suppliers:
        parts.append(_node(name, _LEFT, at_left[name], "end", _INK[worst[name]], _MARK[worst[name]]))
    for name in providers:
        gravest = max((one.verdict for one in drawn if one.provider == name), key=GRAVITY.__getitem__)
        label = name or text(language, "bulk.chain.none")
        parts.append(_node(label, _RIGHT, at_right[name], "start", _INK[gravest], _MARK[gravest]))
    return "".join([*parts, "</svg>"])


def _places(names: Sequence[str], rows: int) -> dict[str, int]:
    """The middle of each name's row; the shorter side is spread over the height of the longer."""
    step = rows * _ROW / max(len(names), 1)
    return {name: round(_TOP + step * (place + 0.5)) for place, name in enumerate(names)}


def _line(link: Link, left: int, right: int) -> str:
    dash = f' stroke-dasharray="{_DASH[link.verdict]}"' if _DASH[link.verdict] else ""
    middle = (_LEFT + _RIGHT) // 2
    path = f"M{_LEFT + 10} {left}C{middle} {left} {middle} {right} {_RIGHT - 10} {right}"
    return f'<path d="{path}" fill="none" stroke="{_INK[link.verdict]}" stroke-width="2"{dash}/>'


def _node(name: str, x: int, y: int, anchor: str, ink: str, mark: str) -> str:
    away = -14 if anchor == "end" else 14
    label = name if len(name) <= MAX_SIGNS else f"{name[: MAX_SIGNS - 1]}\u2026"
    return (
        f'<circle cx="{x}" cy="{y}" r="9" fill="{ink}"/>'
        f'<text x="{x}" y="{y + 4}" text-anchor="middle" font-size="11" fill="#fff">{mark}</text>'
        f'<text x="{x + away}" y="{y + 4}" text-anchor="{anchor}">{escape(label)}<title>{escape(name)}</title></text>'
    )


def chain_table(links: Sequence[Link], language: Language) -> str:
    """The same as a table of at most MAX_ROWS, the weakest first."""
    heads = [escape(text(language, f"bulk.chain.{name}")) for name in ("supplier", "provider", "sites", "answer")]
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(link.supplier)}</th>'
        f'<td data-label="{heads[1]}">{escape(link.provider or text(language, "bulk.chain.none"))}</td>'
        f'<td data-label="{heads[2]}">{link.sites}</td>'
        f'<td data-label="{heads[3]}">{_MARK[link.verdict]} {escape(text(language, f"bulk.answer.{link.verdict}"))}</td></tr>'
        for link in islice(links, MAX_ROWS)
    )
    caption = escape(text(language, "bulk.chain.title"))
    return (
        f'<table class="fold"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )
