"""What an auditor asks the lines for, read from the address; what cannot be read is said beside its field and finds nothing."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from registry.oversight.trail import Wanted
from registry.pages.officers.form_fields import day

FIELDS = ("from", "to", "actor", "act", "subject", "reads")
MAX_LENGTH = 60


class AuditFilterForm(NamedTuple):
    """`typed` is kept as it was, `faults` names the fields that could not be read."""

    wanted: Wanted
    typed: Mapping[str, str]
    faults: frozenset[str]

    @property
    def query(self) -> str:
        """The same question as an address has it."""
        return urlencode({name: value for name, value in self.typed.items() if value})


def read_filters(args: MultiDict[str, str]) -> AuditFilterForm:
    typed = {name: args.get(name, "").strip()[:MAX_LENGTH] for name in FIELDS}
    faults = frozenset(name for name in ("from", "to") if typed[name] and day(typed[name]) is None)
    wanted = Wanted(
        from_on=day(typed["from"]),
        to_on=day(typed["to"]),
        actor=typed["actor"] or None,
        act=typed["act"].casefold() or None,
        subject=typed["subject"] or None,
        is_reading=bool(typed["reads"]),
    )
    return AuditFilterForm(wanted, typed, faults)


def number(args: MultiDict[str, str]) -> int | None:
    """The line before which a page ends; what is none begins at the latest."""
    text = args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
