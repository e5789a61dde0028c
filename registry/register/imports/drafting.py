"""Drafting a mapping from a sample file. Columns are guessed by header, in the languages of our lists, and by value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.register.imports.columns import Column, columns_of
from registry.register.imports.identifiers import checked_lei, checked_uscc
from registry.register.imports.personal import is_personal_column
from registry.register.imports.values import NO, YES, day_of, folded, unaccented

HINTS: Mapping[str, str] = {
    "name": "企业名称|公司名称|企業名稱|公司名稱|单位名称|機構名稱|机构名称|经营公司|name|firma|nazev|nazov|název"
    "|nazwa|naam|organisation|organisatie|denominazione|ragione sociale|company|employer|denumire"
    "|denominación|raison sociale|bezeichnung",
    "trade_name": "trade name|obchodní název|handelsnaam|nome commerciale|商号|字号",
    "short_name": "简称|簡稱|short name",
    "former_name": "曾用名|former name|dřívější název",
    "uscc": "统一社会信用代码|統一社會信用代碼|社会信用代码|信用代码|uscc",
    "vat": "vat|dič|partita iva|p\\.? ?iva|ust-?id|btw|nr vat|cif",
    "lei": "lei",
    "euid": "euid",
    "registration_number": "ičo?|ico|kvk|nip|krs|regon|codice fiscale|handelsregister|registration number|company number"
    "|注册号|註冊號|reg\\.? ?nr",
    "number": "证书编号|證書編號|许可证号|許可證號|经营资格证书|编号|licence number|license number"
    "|permit number|číslo povolen[ií]a?|nr certyfikatu|numer wpisu|certificate|autorizzazione|protocollo"
    "|erlaubnisnummer|vergunningnummer",
    "kind": "licence type|type of licence|druh povolení|tipologia|sezione|rodzaj|art der erlaubnis|soort"
    "|类别|類別|证书类型",
    "status": "status|stav|stato|zustand|状态|狀態|经营状态",
    "valid_from": "valid from|platnost od|od|data rilascio|issued|issue date|gültig ab|geldig vanaf|data wpisu"
    "|decorrenza|发证日期|發證日期|批准日期|有效期起",
    "valid_to": "valid to|valid until|expiry|expires|platnost do|do|scadenza|gültig bis|geldig tot|ważny do"
    "|有效期至|有效期止|到期日|有效期",
    "place": "city|town|obec|město|comune|sede|ort|plaats|miejscowość|所在地|城市|address|adresa|indirizzo"
    "|adres|地址|住所|注册地址",
    "destinations": "destination|target countries|国别|國別|派往国家|目的地|země",
    "sectors": "sector|nace|branche|settore|行业|行業|业务范围",
    "phone": "phone|telefon|telefono|telefoon|电话|電話|联系电话",
    "email": "e-?mail|邮箱|電郵",
    "website": "web|website|www|sito|网址|網址",
}
"""Header words by field, as patterns for a whole header. Fields that come first win."""

_HINTS = {name: re.compile(f"(?:{unaccented(words)})", re.IGNORECASE) for name, words in HINTS.items()}


@dataclass(slots=True)
class Draft:
    """What was guessed: fields by column, columns that are left out for what they are, and those nothing is known of."""

    form: str
    columns: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    personal: list[str] = field(default_factory=list)
    unknown: list[Column] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    rows: str = ""
    each: str | None = None
    digits: int = 0
    statuses: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def drafted(path: Path, encoding: str | None = None) -> Draft:
    """The draft of a mapping for a file like `path`. ImportRefused when it is no table and no JSON list."""
    sample = columns_of(path, encoding)
    draft = Draft(sample.form, rows=sample.rows, each=sample.each)
    for column in sample.columns:
        _place(draft, column)
    return draft


def _place(draft: Draft, column: Column) -> None:
    if is_personal_column(column.name):
        draft.personal.append(column.name)
        return
    guess = guessed_field(column, draft.columns)
    if guess is not None:
        draft.columns[guess] = column.name
        _note_values(draft, guess, column)
    elif column.values and all(folded(value) in YES | NO for value in column.values):
        draft.flags[_flag_name(column.name, draft.flags)] = column.name
    else:
        draft.unknown.append(column)


def guessed_field(column: Column, taken: Mapping[str, str]) -> str | None:
    """By header first, by values otherwise; a field is given once."""
    whole = unaccented(folded(column.name))
    last = unaccented(folded(re.split(r"[.\[\]]+", column.name)[-1]))
    for name, pattern in _HINTS.items():
        if name not in taken and (pattern.fullmatch(whole) or pattern.fullmatch(last)):
            return name
    for name, pattern in _HINTS.items():
        if name not in taken and len(last) > 3 and pattern.search(last) and _may_contain(name, column.values):
            return name
    if column.values and "uscc" not in taken and all(checked_uscc(value).value for value in column.values):
        return "uscc"
    if column.values and "lei" not in taken and all(checked_lei(value).value for value in column.values):
        return "lei"
    return None


def _may_contain(name: str, values: Sequence[str]) -> bool:
    if name in ("valid_from", "valid_to"):
        return any(day_of(value, ("d.m.y", "d/m/y", "d-m-y")) for value in values)
    if name in ("phone",):
        return all(re.fullmatch(r"[+()\d\s/.-]{5,}", value) for value in values)
    return not all(folded(value) in YES | NO for value in values) if values else True


def _note_values(draft: Draft, name: str, column: Column) -> None:
    if name in ("valid_from", "valid_to"):
        for form in ("d.m.y", "d/m/y", "d-m-y"):
            if form not in draft.dates and any(day_of(v, (form,)) and not day_of(v) for v in column.values):
                draft.dates.append(form)
    elif name == "registration_number":
        lengths = {len(value) for value in column.values if value.isdigit()}
        draft.digits = lengths.pop() if len(lengths) == 1 else 0
    elif name == "status":
        draft.statuses = sorted(set(column.values))[:30]
    elif name == "kind":
        draft.kinds = sorted(set(column.values))[:30]


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
    columns = draft.columns | {name: column for column, name in answers.columns.items() if name}
    keys = ("uscc", "registration_number", "lei", "euid", "vat", "number", "name")
    key = next((name for name in keys if name in columns), "name")
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
    if draft.digits:
        lines += ["[registration_number]", f"digits = {draft.digits}", ""]
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


def _word_lines(draft: Draft) -> list[str]:
    lines: list[str] = []
    for name, words in (("status", draft.statuses), ("kind", draft.kinds)):
        if words:
            lines += [f"[words.{name}]", f"# ? What does each mean? See `{name}` in docs/operators/sources.md."]
            lines += [f'{_quoted(word)} = ""  # ?' for word in words if word]
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
    return lines
