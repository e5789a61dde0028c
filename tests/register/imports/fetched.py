"""A list that a publisher gives and the worker fetches: its description and its rows."""

import json
from collections.abc import Iterable

from tests.register.imports.lists import Desk, agency
from tests.register.imports.publisher import Publisher

MAPPING = """
[authority]
reference = "zz-labour"
country = "CZ"
time_zone = "Europe/Prague"
names = {{ en = "Invented Labour Office" }}

[source]
reference = "zz-fetched"
kinds = ["cz_vyhledavani_zamestnani"]
is_full = {is_full}
fresh_for_days = 20
key = "registration_number"
address = "{address}"
fetch_every_hours = 24
warn = ["lists@registry.invalid"]

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


def describe(desk: Desk, publisher: Publisher, *, is_full: bool = True) -> None:
    folder = desk.settings.home / "sources"
    folder.mkdir(exist_ok=True)
    text = MAPPING.format(address=publisher.url(), is_full=str(is_full).lower())
    (folder / "zz-fetched.toml").write_text(text, encoding="utf-8")


def publish(publisher: Publisher, numbers: Iterable[int]) -> None:
    publisher.body = json.dumps({"polozky": [agency(number) for number in numbers]}).encode()
