"""The record of processing activities (Article 30 GDPR), made of what is said of each column.

python -m tools.data_protection check    # each column is in a list, and the page is what would be written
python -m tools.data_protection write    # writes docs/operators/processing-record.md
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

from registry.tables import METADATA

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("record.toml")
PAGE = ROOT / "docs" / "operators" / "processing-record.md"

Record = dict[str, Any]

HEAD = """# Record of processing activities

This page says what is stored about persons, why, on which basis, for how long, and who receives it (Article 30 of
Regulation (EU) 2016/679, GDPR). It is made of `tools/data_protection/record.toml` by `python -m tools.data_protection write`;
a column of the database that is in no list there fails the tests.

The controller is the authority that runs the registry: name, address, data protection officer and the law of the state are
the operator's to add. The bases are proposals for that controller to confirm. [dpia.md](dpia.md) says what could go wrong for
the persons, and what is done about it. Security measures: [threat-model.md](../maintainers/threat-model.md) and
[sealing.md](../maintainers/sealing.md). Nothing is transferred to a third country by the software; a referral to a partner
outside the EU names its legal basis.

"""


def read() -> Record:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def faults(record: Record) -> list[str]:
    """What is missing or too much, in words; empty where each column of each table is in exactly one list."""
    found = []
    actual = {name: [column.name for column in table.columns] for name, table in METADATA.tables.items()}
    for name in sorted(actual.keys() - record["tables"].keys()):
        found.append(f"table {name} is not in the record: say its activity and which columns are personal")
    for name in sorted(record["tables"].keys() - actual.keys()):
        found.append(f"table {name} is in the record and not in the database")
    for name in sorted(actual.keys() & record["tables"].keys()):
        table = record["tables"][name]
        listed = [*table["personal"], *table["other"]]
        found += [f"{name}.{column} is in no list" for column in actual[name] if column not in listed]
        found += [
            f"{name}.{column} is in the record and not in the database"
            for column in listed
            if column not in actual[name]
        ]
        found += [
            f"{name}.{column} is in a list twice" for column in sorted({one for one in listed if listed.count(one) > 1})
        ]
        if table["activity"] not in record["activities"]:
            found.append(f"table {name} is of an activity that is not described: {table['activity']}")
    return found


def page(record: Record) -> str:
    parts = [HEAD]
    for key, activity in record["activities"].items():
        parts.append(f"## {activity['title']}\n\n| | |\n| --- | --- |\n")
        for name, label in _ROWS.items():
            parts.append(f"| {label} | {activity[name]} |\n")
        parts.append("\n| table | personal data |\n| --- | --- |\n")
        for name, table in sorted(record["tables"].items()):
            if table["activity"] == key and table["personal"]:
                parts.append(f"| `{name}` | {', '.join(f'`{column}`' for column in table['personal'])} |\n")
        none = [
            name
            for name, table in sorted(record["tables"].items())
            if table["activity"] == key and not table["personal"]
        ]
        if none:
            parts.append(f"\nWithout personal data of their own: {', '.join(f'`{name}`' for name in none)}.\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


_ROWS = {
    "purpose": "purpose",
    "basis": "basis (to be confirmed by the controller)",
    "persons": "persons",
    "recipients": "recipients",
    "retention": "retention",
}


def main(act: str) -> int:
    record = read()
    found = faults(record)
    if act == "write" and not found:
        PAGE.write_text(page(record), encoding="utf-8")
        print(f"Wrote {PAGE.relative_to(ROOT)}.")
    elif not found and PAGE.read_text(encoding="utf-8") != page(record):
        found = [f"{PAGE.relative_to(ROOT)} is not what would be written: run `python -m tools.data_protection write`"]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("check", "write"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
