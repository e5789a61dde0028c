"""The summary of a job on paper: counts, the chain, what comes after a `no`, and by what it can be checked."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from registry.bulk.chain_pictures import chain_svg, chain_table
from registry.bulk.supply_chains import Link
from registry.i18n.languages import text
from registry.proofs.papers.rendering import Draft
from registry.vocabulary.bulk import StepCode
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
