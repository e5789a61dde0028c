"""A supply chain's recruiters: who supplies labour to which supplier, and where it may break. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

GRAVITY = {"yes": 0, "unknown": 1, "no": 2, "none": 3}
"""`none`: the supplier declares no recruiter."""

MAX_SUPPLIERS = 60
"""Suppliers in the picture; the table has all."""


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
