"""Detects the encoding of a text file.

A byte order mark decides; otherwise text that is valid UTF-8 as a whole is UTF-8. What is left is told apart by how
likely its letters are in the languages that each encoding is used for. Where two readings are about as likely the operator
is asked, with a word of the file in both.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry.core.errors import ImportRefused

CHUNK = 1 << 20
SAMPLE = 4 << 20
_ASK = "name it with --encoding (or `encoding` in the mapping), for example windows-1252, windows-1250, gb18030"


class Encoding(NamedTuple):
    """`codec` is Python's name, `shown` the one for people, `how` says why."""

    codec: str
    shown: str
    how: str


_MARKS = (
    (codecs.BOM_UTF8, Encoding("utf-8-sig", "UTF-8", "byte order mark")),
    (codecs.BOM_UTF32_LE, Encoding("utf-32", "UTF-32", "byte order mark")),
    (codecs.BOM_UTF32_BE, Encoding("utf-32", "UTF-32", "byte order mark")),
    (codecs.BOM_UTF16_LE, Encoding("utf-16", "UTF-16", "byte order mark")),
    (codecs.BOM_UTF16_BE, Encoding("utf-16", "UTF-16", "byte order mark")),
)


def named_encoding(name: str) -> Encoding:
    """The encoding an operator or a mapping names. ImportRefused when Python does not know it."""
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except (LookupError, UnicodeError, TypeError):
        raise ImportRefused(f"no encoding is called {name!r}; {_ASK}") from None
    # A byte order mark is no part of the first header.
    return Encoding("utf-8-sig" if codec.name == "utf-8" else codec.name, name, "named")


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,40})""", re.IGNORECASE)


def stated_encoding(path: Path) -> Encoding | None:
    """The encoding that a web page states of itself, if all of it can be read so. None otherwise.

    What browsers take for ISO-8859-1 and GB2312 are their larger sisters.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    match = _CHARSET.search(head)
    if match is None or any(head.startswith(mark) for mark, _ in _MARKS):
        return None
    name = match[1].decode("ascii").lower()
    name = {"iso-8859-1": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name, name)
    try:
        codec = codecs.lookup(name).name
        if first_undecodable(path, codec) is not None:
            return None
    except (LookupError, ValueError, AttributeError):
        return None
    return Encoding(codec, name, "stated in the page")


def found_encoding(path: Path, country: str = "") -> Encoding:
    """The encoding of a text file; the languages of `country`, whose list it is, are likelier than others.

    ImportRefused where it cannot be told, with the place that speaks against UTF-8.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    place = first_undecodable(path, "utf-8")
    # A stray zero byte or two in UTF-8 are cleaned away with other control characters.
    if place is None and head.count(0) * 20 < len(head):
        return Encoding("utf-8", "UTF-8", "valid throughout")
    if b"\0" in head or place is None:
        return _without_mark(head)
    sample = _high_lines(path)
    if _is_broken_utf8(sample):
        raise ImportRefused(
            f"{place.words('UTF-8')}, though the rest of the file is UTF-8: it is cut off or mixes encodings; "
            "ask for it again or mend that line"
        )
    return _best(sample, place, country)


def _without_mark(head: bytes) -> Encoding:
    """UTF-16 shows by its line ends and separators, whose other byte is zero."""
    plain = {codec: _plain_characters(head, codec) for codec in ("utf-16-le", "utf-16-be")}
    codec = max(plain, key=plain.__getitem__)
    if plain[codec] > 0:
        return Encoding(codec, codec.upper(), "its line ends are of two bytes")
    raise ImportRefused("the file holds zero bytes: it is no text; give a CSV, XLSX or JSON file")


def _plain_characters(head: bytes, codec: str) -> int:
    """How many ASCII characters a text has in this encoding; 0 when it is not one."""
    text = decoded(head, codec) or ""
    broken = sum(not (c.isprintable() or c in "\r\n\t\u3000\xa0") for c in text)
    return 0 if broken * 50 > len(text) or not {"\n", "\r"} & set(text) else sum(c.isascii() for c in text)


class Place(NamedTuple):
    """Where bytes cannot be decoded: line and byte from 1."""

    line: int
    byte: int

    def words(self, encoding: str) -> str:
        return f"line {self.line} (byte {self.byte} of the file) is not {encoding}"


def first_undecodable(path: Path, codec: str) -> Place | None:
    """The first place that is not valid in the encoding; None when all is."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    seen, lines = 0, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # The decoder prepends what it held back of the chunk before.
                at = error.start - pending
                return Place(lines + chunk[: max(at, 0)].count(b"\n") + 1, seen + at + 1)
            if not chunk:
                return None
            seen += len(chunk)
            lines += chunk.count(b"\n")


def _high_lines(path: Path) -> bytes:
    """The first lines that hold high bytes, up to 4 MiB of them."""
    stored: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < SAMPLE:
            line = file.readline(CHUNK)
            if not line:
                break
            if not line.isascii():
                stored.append(line)
                size += len(line)
    return b"".join(stored)


_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")


def _is_broken_utf8(sample: bytes) -> bool:
    rest, sequences = _UTF8_SEQUENCE.subn(b"", sample)
    return sequences > len(_HIGH.findall(rest))


def _best(sample: bytes, place: Place, country: str) -> Encoding:
    readings = likely_readings(sample, country)
    if not readings:
        raise ImportRefused(f"{place.words('UTF-8')}, and no other encoding fits well either: {_ASK}")
    best = readings[0]
    rival = next((one for one in readings[1:] if one.text != best.text), None)
    if rival is not None and best.score - rival.score < SURE:
        word, other = first_difference(best.text, rival.text)
        raise ImportRefused(
            f"{place.words('UTF-8')}; it may be {best.label} ({word!r}) or {rival.label} ({other!r}): "
            "see which of the two is right, and name it with --encoding"
        )
    twins = [one.label for one in readings[1:] if one.text == best.text]
    how = f"{twins[0]} would read the same" if twins else f"its letters fit best ({best.language})"
    return Encoding(best.codec, best.label, how)


# How likely a text is in each of the languages of our lists. Of every language the share that each letter beyond ASCII has
# among such letters, roughly: it need only tell languages apart. Letters that stand first are the frequent ones; the shares
# fall from one to the next.

SURE = 3.0
"""By how much the best reading must lead, in natural logarithms: it is then twenty times as likely as the next."""

HOME = 4.0
"""How much likelier, in logarithms, the languages of the list's own country are."""

_RARE = 0.0005
_UNLIKELY = -5.0
"""Logarithm of how likely each letter is on average, below which a text is in none of our languages."""

_MARK = 0.01
_FALL = 0.86
"""A letter's share of that before it in a language's row."""

_ENOUGH = 20_000
"""Letters beyond ASCII that are looked at."""

_PUNCTUATION = frozenset("„“”‚‘’–—…•§°«»€£©®№·´¨ªº¹²³½¼\xa0\xad")

_WEST = ("cp1252", "iso-8859-15")
_CENTRAL = ("cp1250", "iso-8859-2")
_BALTIC = ("cp1257", "iso-8859-13")
_CYRILLIC = ("cp1251", "iso-8859-5", "koi8-r")
_GREEK = ("cp1253", "iso-8859-7")

_LANGUAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "German": ("üäößé", (*_WEST, *_CENTRAL)),
    "French": ("éèàêçôîâùëûïœ", _WEST),
    "Italian": ("àèùòéìÀ", _WEST),
    "Spanish": ("óíáñúéüç", _WEST),
    "Portuguese": ("ãçáéíóõêâúàôü", _WEST),
    "Dutch": ("ëéïèöüáó", _WEST),
    "Danish": ("øæåéö", _WEST),
    "Swedish": ("äåöéü", _WEST),
    "Finnish": ("äöåé", _WEST),
    "Catalan": ("óàèéíçúïòü", _WEST),
    "Irish": ("áéíóú", _WEST),
    "Estonian": ("äõüöšž", (*_BALTIC, *_WEST)),
    "Czech": ("íáéěýčřžšůúóťďň", _CENTRAL),
    "Slovak": ("áíýéčžúšťľôňóďäěĺŕ", _CENTRAL),
    "Polish": ("łóążśęćńź", _CENTRAL),
    "Hungarian": ("áéöóőüíúű", _CENTRAL),
    "Romanian": ("ăîâţşțș", _CENTRAL),
    "Croatian": ("čšžćđ", _CENTRAL),
    "Slovenian": ("čšžć", _CENTRAL),
    "Lithuanian": ("ėšįųžčąūę", _BALTIC),
    "Latvian": ("āīšēņūļžķčģ", _BALTIC),
    "Maltese": ("ħżġċàù", ("iso-8859-3",)),
    "Turkish": ("ıüşğçöâ", ("cp1254", "iso-8859-9")),
    "Vietnamese": ("\u0323\u0301ưđ\u0300ôâơêă\u0309\u0303áàéèíóòúùýãõ", ("cp1258",)),
    "Bulgarian": ("аиоентрсвлкдпмзъгбяуцчщйжшюхфь", _CYRILLIC),
    "Russian": ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", _CYRILLIC),
    "Ukrainian": ("оаніитервскмлдупяьзйбгчїхєжцшюфщґ", _CYRILLIC),
    "Greek": ("αοιετσνςρκπυμληδίγχάήόθωέφβύώξζψϊΐΰϋ", _GREEK),
}

_OF_COUNTRY = {
    "AT": "German", "DE": "German", "CZ": "Czech", "SK": "Slovak Hungarian", "PL": "Polish", "HU": "Hungarian",
    "FR": "French", "BE": "Dutch French German", "LU": "French German", "NL": "Dutch", "IT": "Italian German",
    "ES": "Spanish Catalan", "PT": "Portuguese", "IE": "Irish", "DK": "Danish", "SE": "Swedish", "MT": "Maltese",
    "FI": "Finnish Swedish", "EE": "Estonian", "LV": "Latvian", "LT": "Lithuanian", "RO": "Romanian",
    "HR": "Croatian", "SI": "Slovenian", "BG": "Bulgarian", "GR": "Greek", "CY": "Greek", "CN": "Chinese",
    "HK": "Chinese", "MO": "Chinese Portuguese", "TW": "Chinese",
}  # fmt: skip

_SHOWN = {"gb18030": "GB18030", "big5hkscs": "Big5", "koi8-r": "KOI8-R"}

# Characters of names, headers and addresses that every Chinese list is full of, in both orthographies.
_FREQUENT = frozenset(
    "有限公司国國际際劳勞务務合作经經济濟技术術人力资資源服服中集团團股份省市区區县縣广廣东東北京上海江苏蘇浙山福建"
    "名称稱编編号號地址电電话話证證书書日期企业業代码碼责責任法定代表路街道年月对對外贸貿易发發展一二三四五六七八九十"
    "的是在不了和大为為以于於及与與或等由部门門委员員会會机機构構管理单單位负負联聯系繫邮郵编网網州天河湖南西安明"
)


class Reading(NamedTuple):
    """One way to read a sample: its codec, the language it is likeliest in, the logarithm of how likely, and the text."""

    codec: str
    language: str
    score: float
    text: str

    @property
    def label(self) -> str:
        """The encoding's name for people."""
        name = _SHOWN.get(self.codec, self.codec.upper())
        return f"Windows-{name.removeprefix('CP')}" if name.startswith("CP125") else name


def likely_readings(sample: bytes, country: str = "") -> list[Reading]:
    """All ways to read a sample that make sense, the likeliest first; none where no language explains its letters."""
    chinese = sorted(_chinese(sample), key=lambda one: -one.score)
    if chinese:
        return chinese[:1]
    home = _OF_COUNTRY.get(country, "").split()
    best: dict[str, Reading] = {}
    counted = {codec: _counted(sample, codec) for codec in {codec for _, some in _LANGUAGES.values() for codec in some}}
    for language, (row, some) in _LANGUAGES.items():
        for codec in some:
            found = counted[codec]
            if found is None:
                continue
            score, is_plausible = _score(found[1], row)
            score += found[2] + (HOME if language in home else 0.0)
            if is_plausible and (codec not in best or score > best[codec].score):
                best[codec] = Reading(codec, language, score, found[0])
    # Of codecs that read the same the first in a language's row is named: the one that is met.
    order = {codec: place for place, codec in enumerate(codec for _, some in _LANGUAGES.values() for codec in some)}
    return sorted(best.values(), key=lambda one: (-one.score, order[one.codec]))


_WORD = re.compile(r"[^\W\d_]+")


def _counted(sample: bytes, codec: str) -> tuple[str, Counter[str], float] | None:
    """The text, its letters beyond ASCII, and what speaks against the codec whatever the language. None: not this codec."""
    text = decoded(sample[: 4 * _ENOUGH], codec)
    if text is None or any("\x80" <= c <= "\x9f" for c in text):
        return None
    high: Counter[str] = Counter()
    against = 0.0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        high.update(word)
        # A word that is written neither small, Capitalised nor LARGE, or in two alphabets, is no word.
        if not (word.islower() or word.isupper() or word[1:].islower()):
            against -= 4.0
        if any("\u0370" <= c <= "\u052f" for c in word) and any(c.isascii() for c in word):
            against -= 6.0
    others = [c for c in text if c > "\x7f" and not c.isalpha()]
    high.update(others)
    return text, Counter({c: times for c, times in high.items() if c > "\x7f"}), against


def _score(high: Counter[str], row: str) -> tuple[float, bool]:
    """How likely these letters are in a language, and whether it explains nearly all of them."""
    shares = _shares(row)
    score, explained, whole = 0.0, 0, 0
    for character, times in high.items():
        if character in _PUNCTUATION:
            score += times * math.log(_MARK)
            continue
        share = shares.get("ı" if character == "İ" else character.lower())
        score += times * math.log(share or _RARE)
        whole += times
        explained += times if share is not None else 0
    return score, explained >= 0.85 * whole and score >= _UNLIKELY * max(sum(high.values()), 1)


_known: dict[str, dict[str, float]] = {}


def _shares(row: str) -> dict[str, float]:
    if row not in _known:
        weights = {letter: _FALL**place for place, letter in enumerate(dict.fromkeys(row.lower()))}
        whole = sum(weights.values())
        _known[row] = {letter: weight / whole for letter, weight in weights.items()}
    return _known[row]


def _chinese(sample: bytes) -> Iterator[Reading]:
    """Chinese writes its bytes in pairs; what is Chinese is full of a few dozen characters, and other text is not."""
    words = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", sample)
    high = sum(sum(byte > 0x7F for byte in word) for word in words)
    if high <= 0.45 * sum(map(len, words)):
        return
    japanese = decoded(sample, "euc_jp") or ""
    if sum("\u3041" <= c <= "\u30ff" for c in japanese) > 0.2 * sum(c > "\x7f" for c in japanese):
        return
    for codec, table, first, last in (("gb18030", "gb2312", 0xB0, 0xD7), ("big5hkscs", "big5", 0xA4, 0xC6)):
        text = decoded(sample, codec)
        characters = [c for c in text or "" if c >= "\u2e80" or "\u0100" <= c <= "\u052f"]
        if text is None or not characters:
            continue
        frequent = sum(c in _FREQUENT for c in characters) / len(characters)
        common = sum(first <= c.encode(table, "replace")[0] <= last for c in characters) / len(characters)
        if common >= 0.5 and frequent >= 0.15:
            yield Reading(codec, "Chinese", common + frequent, text)


def first_difference(text: str, other: str) -> tuple[str, str]:
    """The first word that two readings give differently, in both. At most 40 characters of it."""
    for one, two in zip(text.split(), other.split(), strict=False):
        if one != two:
            return one[:40], two[:40]
    return text[:40], other[:40]


def decoded(sample: bytes, codec: str) -> str | None:
    # The sample may end within a character.
    try:
        return codecs.getincrementaldecoder(codec)(errors="strict").decode(sample)
    except UnicodeDecodeError:
        return None
