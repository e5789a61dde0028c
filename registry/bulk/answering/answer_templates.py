"""Written verdicts with holes: what is written alike of all who are judged alike, and where each one's own goes.

A reason may name a day of the one who is answered about. Where it stands in the text, two renderings with days that nothing
else names tell; should they not agree, there is no frame and the answer is written whole.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from registry.http.answer_shapes import NOTHING, verdict_shown
from registry.http.responses import encode
from registry.i18n.wording import date_text
from registry.register.agencies.prerendered import Told
from registry.register.authorities.sources import Ground
from registry.verification.verdicts.alike import Alike
from registry.verification.verdicts.days import Named
from registry.verification.verdicts.question import Finding, Verdict
from registry.vocabulary.register import Language

_YEARS = (9700, 9800)
_MOST_PLACES = 90
_HOLE = b'"agency":{},"licence":{}'


class Frame(NamedTuple):
    """What stands before the agency, with a day at each of `places` between its pieces; then between agency and licence; then
    after them."""

    head: tuple[bytes, ...]
    places: tuple[int, ...]
    between: bytes
    tail: bytes
    licence: int
    language: Language

    def filled(self, told: Told, worded: dict[int, bytes]) -> Sequence[bytes]:
        """The whole answer about one of those that the frame was made for, in parts. `worded` are days by ordinal, remembered."""
        licence = told.licences[self.licence][1]
        if not self.places:
            return self.head[0], told.agency, self.between, licence[1:], self.tail
        parts = [self.head[0]]
        for place, piece in zip(self.places, self.head[1:], strict=True):
            day = told.days[place]
            text = worded.get(day)
            if text is None:
                text = worded[day] = _day(day, self.language)
            parts += (text, piece)
        parts += (told.agency, self.between, licence[1:], self.tail)
        return parts


def _day(ordinal: int, language: Language) -> bytes:
    return encode(date_text(language, date.fromordinal(ordinal)))[1:-1]


def frame_of(alike: Alike, ground: Ground, language: Language) -> Frame | None:
    """None of a verdict that names no licence, or whose days cannot be told from its other words."""
    if alike.licence is None:
        return None
    named = {
        value.place for finding in alike.verdict.reasons for value in finding.values.values() if type(value) is Named
    }
    if any(place >= _MOST_PLACES for place in named):
        return None
    cut = [_cut(alike.verdict, named, year, ground, language) for year in _YEARS[: 2 if named else 1]]
    pieces, places = cut[0]
    if any(one != cut[0] for one in cut):
        return None
    last, hole, tail = pieces[-1].partition(_HOLE)
    if not hole:
        return None
    status = encode({"status": alike.verdict.status})[:-1]
    head = (*pieces[:-1], last + b'"agency":')
    return Frame(head, places, b',"licence":' + status + b",", tail, alike.licence, language)


def _cut(
    verdict: Verdict, named: set[int], year: int, ground: Ground, language: Language
) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """The verdict written with a day of its own for each place, cut at those days; and in which order they come."""
    reasons = tuple([Finding(one.code, _with_days(one, year)) for one in verdict.reasons])
    shown = verdict_shown(msgspec.structs.replace(verdict, reasons=reasons), ground, language)
    # Within a text quotes are escaped: nothing but the two fields can look like the hole.
    whole = encode(msgspec.structs.replace(shown, agency=NOTHING, licence=NOTHING))
    if not named:
        return (whole,), ()
    texts = {_day(_stand_in(year, place).toordinal(), language): place for place in named}
    parts = re.split(b"(" + b"|".join(map(re.escape, texts)) + b")", whole)
    return tuple(parts[::2]), tuple([texts[text] for text in parts[1::2]])


def _stand_in(year: int, place: int) -> date:
    return date(year + place, 5, 28)


def _with_days(finding: Finding, year: int) -> dict[str, str]:
    return {
        name: _stand_in(year, value.place).isoformat() if type(value) is Named else value
        for name, value in finding.values.items()
    }
