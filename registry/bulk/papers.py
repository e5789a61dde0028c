"""The summary of a job on paper, and its supply chain as a picture and a table: for the paper, a page and a file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import islice

from registry.bulk.supply_chains import GRAVITY, MAX_SUPPLIERS, Link
from registry.i18n.languages import text
from registry.proofs.papers.rendering import Draft
from registry.vocabulary.organisations import StepCode
from registry.vocabulary.register import Language

MAX_ROWS = 500

_STYLE = """@page{size:A4;margin:18mm 16mm;@bottom-center{content:counter(page) " / " counter(pages);font-size:9pt}}
body{font-family:"DejaVu Sans","Noto Sans CJK SC",sans-serif;font-size:10.5pt;line-height:1.45;color:#1b1b1b}
h1{font-size:18pt;margin:0 0 4mm}h2{font-size:13pt;margin:7mm 0 2mm;break-after:avoid}table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:bold;padding-bottom:1mm}th,td{border-bottom:.3pt solid #999;padding:1.2mm 2mm;text-align:left;
font-weight:normal;overflow-wrap:anywhere}thead th{font-weight:bold;white-space:nowrap;overflow-wrap:normal}
:lang(zh){font-family:"Noto Sans CJK SC",sans-serif}
li{margin-bottom:1.2mm}svg{width:100%}.fine{font-size:8.5pt;
overflow-wrap:anywhere}"""


def summary_draft(
    facts: Mapping[str, str], counts: Mapping[str, int], links: Sequence[Link], language: Language, day: str, root: str
) -> Draft:
    """The draft of the paper. `facts` are heading and value; `root` is that of the manifest."""
    say = _translator(language)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in facts.items()
    )
    numbers = "".join(
        f'<tr><th scope="row">{say(f"bulk.count.{name}")}</th><td>{counts.get(name, 0)}</td></tr>'
        for name in ("items", "yes", "no", "unknown", "refused")
    )
    chain = ""
    if links:
        more = len(links) - MAX_ROWS
        rest = f"<p>{say('bulk.chain.more', count=str(more))}</p>" if more > 0 else ""
        chain = f"<h2>{say('bulk.chain.title')}</h2>{chain_svg(links, language)}{chain_table(links, language, MAX_ROWS)}{rest}"
    steps = ""
    if counts.get("no", 0):
        items = "".join("<li>" + say(f"bulk.step.{step}") + "</li>" for step in StepCode)
        steps = f"<h2>{say('bulk.steps')}</h2><ol>{items}</ol>"
    return Draft(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{say("bulk.paper.title")}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{say('bulk.paper.title')}</h1>"
        f"<p>{say('bulk.paper.lead', date=day)}</p><table><tbody>{rows}</tbody></table>"
        f"<h2>{say('bulk.count.title')}</h2><table><tbody>{numbers}</tbody></table>{chain}{steps}"
        f"<h2>{say('bulk.paper.proof')}</h2><p>{say('bulk.paper.proof.text')}</p>"
        f'<p class="fine">{escape(root)}</p></body></html>'
    )


def _translator(language: Language) -> Callable[..., str]:
    def say(key: str, **values: str) -> str:
        return escape(text(language, key, **values))

    return say


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
    described = text(language, "bulk.chain.described", suppliers=str(len(suppliers)), weak=str(_weak(drawn)))
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


def _weak(links: Iterable[Link]) -> int:
    return sum(link.verdict != "yes" for link in links)


def chain_table(links: Sequence[Link], language: Language, max_length: int) -> str:
    """The same as a table of at most `max_length` rows, the weakest first."""
    heads = [escape(text(language, f"bulk.chain.{name}")) for name in ("supplier", "provider", "sites", "answer")]
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(link.supplier)}</th>'
        f'<td data-label="{heads[1]}">{escape(link.provider or text(language, "bulk.chain.none"))}</td>'
        f'<td data-label="{heads[2]}">{link.sites}</td>'
        f'<td data-label="{heads[3]}">{_MARK[link.verdict]} {escape(text(language, f"bulk.answer.{link.verdict}"))}</td></tr>'
        for link in islice(links, max_length)
    )
    caption = escape(text(language, "bulk.chain.title"))
    return (
        f'<table class="fold"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )
