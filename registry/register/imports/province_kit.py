"""A source description for the list of one province or city of China, from a kit."""

from importlib.resources import files

from registry.core.errors import ImportRefused
from registry.register.authorities.places import CODE, chinese_name, provinces


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
