"""The type document of the licence credential (SD-JWT VC type metadata): what its claims are called, for wallets."""

from typing import Any

_LOCALES = ("en", "it", "zh-Hans", "zh-Hant")

_NAMES = ("Recruitment licence", "Autorizzazione al reclutamento", "招聘许可证", "招聘許可證")

_CLAIMS: tuple[tuple[tuple[str, ...], tuple[str, str, str, str]], ...] = (
    (("agency", "names"), ("Agency", "Agenzia", "机构", "機構")),
    (("agency", "country"), ("Country of the agency", "Paese dell’agenzia", "机构所在国家", "機構所在國家")),
    (("licence", "number"), ("Licence number", "Numero dell’autorizzazione", "许可证编号", "許可證編號")),
    (("licence", "kind"), ("Kind of licence", "Tipo di autorizzazione", "许可证种类", "許可證種類")),
    (("licence", "authority"), ("Authority", "Autorità", "主管部门", "主管部門")),
    (("licence", "valid_from"), ("First day", "Primo giorno", "首日", "首日")),
    (("licence", "valid_to"), ("Last day", "Ultimo giorno", "末日", "末日")),
    (("licence", "corridors"), ("Corridors", "Corridoi", "来源国与目的国", "來源國與目的國")),
    (("licence", "sectors"), ("Sectors", "Settori", "行业", "行業")),
)


def type_metadata(vct: str) -> dict[str, Any]:
    """The document at the address `vct`."""
    return {
        "vct": vct,
        "name": _NAMES[0],
        "description": "A licence to recruit workers, as the registry's log states it. Whether it is in force today, its "
        "status list says. A licence is not a visa.",
        "display": [{"locale": locale, "name": name} for locale, name in zip(_LOCALES, _NAMES, strict=True)],
        "claims": [
            {
                "path": list(path),
                "sd": "never",
                "display": [{"locale": locale, "label": name} for locale, name in zip(_LOCALES, names, strict=True)],
            }
            for path, names in _CLAIMS
        ],
    }
