"""What a program does about each problem and each reason: cause, cure, and the parameter that helps."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from registry.i18n.languages import text
from registry.vocabulary.codes import Problem, Reason
from registry.vocabulary.register import Language


@dataclass(frozen=True, slots=True)
class Advice:
    """Of one code: its title, what it comes from, what helps, and with which parameters. All in English."""

    code: str
    title: str
    cause: str
    cure: str
    parameters: tuple[str, ...] = ()


@cache
def problems() -> tuple[Advice, ...]:
    """One of each problem code. Raises KeyError for a code without cause and cure."""
    given = _read_advice()["problem"]
    return tuple(
        Advice(code.value, text(Language.EN, f"problem.{code}"), given[code.value]["cause"], given[code.value]["cure"])
        for code in Problem
    )


@cache
def reasons() -> tuple[Advice, ...]:
    """One of each reason of a verdict; the cause is what people read. Raises KeyError for a code without a cure."""
    given = _read_advice()["reason"]
    return tuple(
        Advice(
            code.value, "", reason_text(code), given[code.value]["cure"], tuple(given[code.value].get("parameters", ()))
        )
        for code in Reason
    )


def reason_text(code: Reason) -> str:
    """The English text of a reason, its values as `{name}`."""
    key = f"reason.{code}"
    return text(Language.EN, key, **{name: f"{{{name}}}" for name in _VALUES})


_VALUES = (
    "activities activity ask count country condition date destination job_region kind origin permits place region scheme scope "
    "sector sectors "
    "today until visa"
).split()


@cache
def _read_advice() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((files("registry.api.docs") / "advice.toml").read_text(encoding="utf-8"))
