"""Invented overlays over the shipped law of Czechia."""

HEAD = """version = {version}
made_on = 2026-11-27
reason = "An invented decree."
"""

BAR = """
[[limit]]
country = "CZ"
id = "cz-limit-invented-decree"
text = "Invented: nobody who is recruited in Czechia may be lent out."
about = "nationality"
effect = "bars"
article = "Invented Decree 1/2026, art. 1"
nationalities_barred = ["CZ"]
source = { title = "Invented Decree 1/2026" }
mark = "s"
text_from = "publisher"
full_text = true
as_of = 2026-11-01
as_of_kind = "text"
check_by = 2027-11-27
url = "https://law.example/1-2026"
"""
"""Bars citizens of Czechia from what a Czech licence allows."""

CALL = """
[[called]]
row = "{row}"
on = {on}
"""

WITHDRAW = """
[[withdrawn]]
row = "{row}"
reason = "{reason}"
"""


def overlay(*rows: str, version: int = 1) -> str:
    return HEAD.format(version=version) + "".join(rows)
