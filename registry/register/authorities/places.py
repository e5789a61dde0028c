"""Places in China by their code (GB/T 2260): of lists, and of a company's first registration. Pure.

A unified social credit code keeps the place where the company was first registered for life (GB 32100-2015, characters 3
to 8). It tells in which list to look first; a company that moved is licensed elsewhere.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

_USCC = re.compile(r"[0-9A-Z]{2}([1-9][0-9]{5})[0-9A-Z]{10}")
CODE = re.compile(r"[1-9][0-9](?:[0-9]{2}){0,2}")
"""A province (35), a city (3502) or a district (350203)."""


@cache
def provinces() -> Mapping[str, Mapping[str, str]]:
    """Names by page language, of each province by its two digits."""
    text = (files("registry.register.authorities") / "provinces.toml").read_text(encoding="utf-8")
    named: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return named


def place_of_uscc(code: str) -> str | None:
    """The six digits of the place where a company was first registered; None at national level and for other codes."""
    match = _USCC.fullmatch(code.strip().upper())
    return match[1] if match is not None and match[1][:2] in provinces() else None


def covers(territory: Iterable[str], place: str) -> bool:
    """Whether a list that holds everybody of these places holds those of a place in one of them."""
    return any(place.startswith(code) for code in territory)


def covers_the_country(territories: Iterable[frozenset[str]]) -> bool:
    """Whether lists that each hold everybody of their places together hold everybody: no province is missing."""
    there = {code for territory in territories for code in territory}
    return provinces().keys() <= there


def chinese_name(code: str) -> str | None:
    """What a place is called there, like 福建省厦门市; None where no place has that code."""
    from stdnum import numdb

    whole = code.ljust(6, "0")
    parts = [facts for _, facts in numdb.get("cn/loc").info(whole)]
    province = next((facts["province"] for facts in parts if "province" in facts), None)
    county = next((facts["county"] for facts in parts if "county" in facts), None)
    if province is None or len(code) == 2:
        return province
    return None if county is None else province if county == province else f"{province}{county}"
