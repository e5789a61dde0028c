"""A list that a publisher gives and the worker fetches: its description and its rows."""

import json
from collections.abc import Iterable

from tests.register.imports.lists import ListImporter, agency, source_text
from tests.register.imports.publisher import Publisher

LAYOUT = """
[constants]
kind = "cz_vyhledavani_zamestnani"
status = "active"

[json]
rows = "polozky"
each = "povoleni"

[json.columns]
name = "nazev"
registration_number = "ico"
valid_from = "povoleni[].platnostOd"
"""


def mapping_text(address: str = "", *, is_full: bool = True) -> str:
    """The description of a JSON list of the invented office; without an address no one fetches it."""
    more = [f'address = "{address}"'] if address else []
    more += ["fetch_every_hours = 24", 'warn = ["lists@registry.invalid"]']
    kind = "cz_vyhledavani_zamestnani"
    return source_text("zz-fetched", kind, is_full=is_full, fresh_for_days=20, more="\n".join(more)) + LAYOUT


def describe(importer: ListImporter, publisher: Publisher, *, is_full: bool = True) -> None:
    folder = importer.settings.home / "sources"
    folder.mkdir(exist_ok=True)
    text = mapping_text(publisher.url(), is_full=is_full)
    (folder / "zz-fetched.toml").write_text(text, encoding="utf-8")


def publish(publisher: Publisher, numbers: Iterable[int]) -> None:
    publisher.body = json.dumps({"polozky": [agency(number) for number in numbers]}).encode()
