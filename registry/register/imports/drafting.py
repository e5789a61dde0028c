"""Drafting a mapping from a sample file. Columns are guessed by `headers`; what is left is asked.

The list of one province or city of China has its mapping from a kit.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from registry.core.errors import ImportRefused
from registry.register.authorities.sources import CODE, chinese_name, provinces
from registry.register.imports.columns import Column, guess_fields, read_sample
from registry.register.imports.personal import holds_personal_number, is_personal_column
from registry.register.imports.values import NO, YES, day_of, folded
from registry.vocabulary.record import TERM_DAYS
from registry.vocabulary.register import LicenceKind, LicenceStatus


@dataclass(slots=True)
class Draft:
    """What was guessed: fields by column, columns that are left out for what they are, and those nothing is known of."""

    form: str
    columns: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    personal: list[str] = field(default_factory=list)
    unknown: list[Column] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    sparse: list[str] = field(default_factory=list)
    rows: str = ""
    each: str | None = None
    digits: int = 0
    number_digits: int = 0
    statuses: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


def draft_mapping(path: Path, encoding: str | None = None) -> Draft:
    """The draft of a mapping for a file like `path`. ImportRefused when it is no table and no JSON list."""
    sample = read_sample(path, encoding)
    draft = Draft(sample.form, rows=sample.rows, each=sample.each)
    draft.personal = [column.name for column in sample.columns if is_personal_column(column.name)]
    others = [column for column in sample.columns if column.name not in draft.personal]
    guesses = guess_fields(others)
    draft.sparse = [column.name for column in others if column.is_sparse]
    draft.headings = sample.headings
    for column in others:
        _place(draft, column, guesses.get(column.name))
    return draft


def _place(draft: Draft, column: Column, guess: str | None) -> None:
    if guess is not None:
        draft.columns[guess] = column.name
        _note_values(draft, guess, column)
    elif column.values and all(folded(value) in YES | NO for value in column.values):
        draft.flags[_flag_name(column.name, draft.flags)] = column.name
    else:
        draft.unknown.append(column)


def _note_values(draft: Draft, name: str, column: Column) -> None:
    if name in TERM_DAYS:
        for form in ("d.m.y", "d/m/y", "d-m-y"):
            if form not in draft.dates and any(day_of(v, (form,)) and not day_of(v) for v in column.values):
                draft.dates.append(form)
    elif name == "registration_number":
        draft.digits = _fixed_length(column)
    elif name == "number":
        draft.number_digits = _fixed_length(column)
    elif name == "status":
        draft.statuses = sorted({*column.values, *([""] if column.is_sparse else [])})[:30]
    elif name == "kind":
        draft.kinds = sorted(set(column.values))[:30]


def _fixed_length(column: Column) -> int:
    """How long the numbers of a column are where all are of digits and nearly all of one length; 0 elsewhere.

    Shorter ones have lost their zeros to a spreadsheet.
    """
    lengths = Counter(len(value) for value in column.values)
    longest = max(lengths, default=0)
    is_fixed = all(value.isdigit() for value in column.values) and 2 * lengths[longest] > lengths.total()
    return longest if is_fixed and longest > 3 else 0


def _flag_name(column: str, taken: Mapping[str, str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", folded(re.split(r"[.\[\]]+", column)[-1])).strip("_") or "flag"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


@dataclass(slots=True)
class Answers:
    """What only a person knows. An empty answer becomes a question in the draft."""

    reference: str = ""
    authority: str = ""
    authority_name: str = ""
    country: str = ""
    time_zone: str = ""
    kind: str = ""
    status: str = ""
    is_full: bool | None = None
    fresh_for_days: int | None = None
    columns: dict[str, str] = field(default_factory=dict)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _prompted(name: str, value: str, question: str) -> str:
    return f"{name} = {_quoted(value)}" if value else f'{name} = ""  # ? {question}'


def as_toml(draft: Draft, answers: Answers) -> str:
    """The draft as a mapping file; whatever is still to be answered is marked `# ?`."""
    answered = answers.columns
    columns = {name: column for name, column in draft.columns.items() if column not in answered}
    columns |= {name: column for column, name in answered.items() if name}
    keys = ("uscc", "registration_number", "lei", "euid", "vat", "number", "name")
    # A number that some rows lack tells no agency from another.
    key = next((name for name in keys if name in columns and columns[name] not in draft.sparse), "name")
    lines = [
        "# Lines marked with a question still need an answer. Fields and tables: docs/operators/sources.md.",
        "",
    ]
    if draft.dates:
        lines += [f"dates = [{', '.join(map(_quoted, draft.dates))}]", ""]
    lines += [
        "[authority]",
        _prompted("reference", answers.authority, "a short name of the body that licenses, like cz-mpsv"),
        _prompted("country", answers.country, "its country, ISO 3166-1, like CZ"),
        _prompted("time_zone", answers.time_zone, "its time zone, like Europe/Prague: days begin there"),
        "",
        "[authority.names]",
        _prompted("en", answers.authority_name, "its name in English; zh-Hans, zh-Hant and it may follow"),
        "",
        "[source]",
        _prompted("reference", answers.reference, "a short name of this list"),
        f"kinds = [{_quoted(answers.kind) if answers.kind else ''}]"
        + ("" if answers.kind else "  # ? the licence kinds it covers"),
        f"is_full = {str(answers.is_full).lower()}"
        if answers.is_full is not None
        else "is_full = false  # ? true if whoever is not on it holds no licence of these kinds from this authority",
        f"fresh_for_days = {answers.fresh_for_days}"
        if answers.fresh_for_days is not None
        else "fresh_for_days = 30  # ? how long a copy may be relied on",
        f"key = {_quoted(key)}  # the field that tells the list's agencies apart",
        "",
        *_holder_lines(answers),
        "[constants]",
        *_constant_lines(draft, answers),
        "",
    ]
    for title, digits in (("registration_number", draft.digits), ("number", draft.number_digits)):
        if digits and title in columns:
            lines += [f"[{title}]", f"digits = {digits}  # ? shorter ones get zeros in front; 0 if they may differ", ""]
    lines += _word_lines(draft)
    lines += _layout_lines(draft, columns, answers)
    return "\n".join(lines) + "\n"


def _holder_lines(answers: Answers) -> list[str]:
    return [
        "[holder]",
        "# ? How are companies told from sole traders? Patterns searched in the name; what fits none is treated as a person's.",
        "# legal_person = '''\\bGmbH\\b|\\bS\\.r\\.l\\.'''",
        'otherwise = "unknown"',
        "",
    ]


def _constant_lines(draft: Draft, answers: Answers) -> list[str]:
    lines = []
    if "status" not in draft.columns:
        lines.append(_prompted("status", answers.status, "what being on the list means, most often active"))
    if "kind" not in draft.columns:
        lines.append(
            _prompted("kind", answers.kind, "the licence kind of every row, or write rules [[kind]] over the flags")
        )
    return lines


_MEANINGS: Mapping[str, type[StrEnum]] = {"status": LicenceStatus, "kind": LicenceKind}


def _word_lines(draft: Draft) -> list[str]:
    lines: list[str] = []
    for name, words in (("status", draft.statuses), ("kind", draft.kinds)):
        if words:
            lines += [f"[words.{name}]", f"# ? What does each mean? One of: {', '.join(_MEANINGS[name])}"]
            lines += [f'{_quoted(word)} = ""  # ?' for word in words if not holds_personal_number(word)]
            lines.append("")
    return lines


def _layout_lines(draft: Draft, columns: Mapping[str, str], answers: Answers) -> list[str]:
    title = "json" if draft.form == "json" else "table"
    lines = [f"[{title}]"]
    if draft.form == "json":
        lines.append(f"rows = {_quoted(draft.rows)}")
        if draft.each:
            lines.append(f"each = {_quoted(draft.each)}")
    if draft.personal:
        lines += ["# About natural persons: never read.", f"drop = [{', '.join(map(_quoted, draft.personal))}]"]
    # No values: no one has checked yet whether they are about persons.
    lines += [
        f"# ? {_quoted(column.name)} is not read: map it below, or add it to `drop`"
        for column in draft.unknown
        if column.name not in answers.columns
    ]
    lines += ["", f"[{title}.columns]", *(f"{name} = {_quoted(column)}" for name, column in columns.items()), ""]
    if draft.flags:
        lines += [f"[{title}.flags]", "# ? Yes and no columns: use them in rules [[kind]] and [activity_flags]."]
        lines += [f"{name} = {_quoted(column)}" for name, column in draft.flags.items()]
    for heading in draft.headings[:30] if title == "table" else ():
        lines += [
            f"[[{title}.headings]]",
            f"text = {_quoted(heading[:80])}",
            '# ? What have the rows below it in common? kind = "...", status = "...", or neither',
            "",
        ]
    return lines


def province_mapping(code: str, *, authority: str = "", is_full: bool = False, holds_whole_place: bool = False) -> str:
    """The TOML of a mapping for the list of a place. ImportRefused for a code that no place has.

    `authority`: its Chinese name; otherwise the place's department in charge of commerce. `is_full`: the list holds
    everybody whom it licensed; `holds_whole_place`: everybody licensed in the place, by whomever.
    """
    from opencc import OpenCC

    name = chinese_name(code) if CODE.fullmatch(code) and code[:2] in provinces() else None
    if name is None:
        raise ImportRefused(
            f"no place in mainland China has the code {code!r}: write two digits for a province or four for a city "
            "(GB/T 2260), like 35 for Fujian or 3502 for Xiamen"
        )
    chinese = authority or f"{name}商务主管部门"
    province = provinces()[code[:2]]
    if len(code) == 2:
        traditional = (authority and OpenCC("s2t").convert(authority)) or f"{province['zh-Hant']}商務主管部門"
        english = f"Commerce department of {province['en']}"
    else:
        traditional = OpenCC("s2t").convert(chinese)
        english = f"Commerce department of {name}, {province['en']}"
    text = (files("registry.register.imports") / "sources" / "kits" / "cn-province.toml").read_text(encoding="utf-8")
    filled = {
        "zh": name,
        "code": code,
        "authority": f"cn-commerce-{code}",
        "reference": f"cn-labour-{code}",
        "en": english,
        "zh-Hans": chinese,
        "zh-Hant": traditional,
        "is_full": str(is_full).lower(),
        "territory": f'"{code}"' if holds_whole_place else "",
    }
    for key, value in filled.items():
        text = text.replace(f"@{key}@", value.replace("\\", "").replace('"', "" if key != "territory" else '"'))
    return text
