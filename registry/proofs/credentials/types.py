"""The type document of the licence credential (SD-JWT VC type metadata): what its claims are called, for wallets."""

from typing import Any

_LOCALES = ("en", "it", "zh-Hans", "zh-Hant", "fr", "ro")

_NAMES = (
    "Recruitment licence",
    "Autorizzazione al reclutamento",
    "招聘许可证",
    "招聘許可證",
    "Autorisation de recruter",
    "Autorizație de recrutare",
)

_CLAIMS: tuple[tuple[tuple[str, ...], tuple[str, str, str, str, str, str]], ...] = (
    (("agency", "names"), ("Agency", "Agenzia", "机构", "機構", "Agence", "Agenția")),
    (
        ("agency", "country"),
        (
            "Country of the agency",
            "Paese dell’agenzia",
            "机构所在国家",
            "機構所在國家",
            "Pays de l’agence",
            "Țara agenției",
        ),
    ),
    (
        ("licence", "number"),
        (
            "Licence number",
            "Numero dell’autorizzazione",
            "许可证编号",
            "許可證編號",
            "Numéro d’autorisation",
            "Numărul autorizației",
        ),
    ),
    (
        ("licence", "kind"),
        (
            "Kind of licence",
            "Tipo di autorizzazione",
            "许可证种类",
            "許可證種類",
            "Type d’autorisation",
            "Felul autorizației",
        ),
    ),
    (("licence", "authority"), ("Authority", "Autorità", "主管部门", "主管部門", "Autorité", "Autoritatea")),
    (("licence", "valid_from"), ("First day", "Primo giorno", "首日", "首日", "Premier jour", "Prima zi")),
    (("licence", "valid_to"), ("Last day", "Ultimo giorno", "末日", "末日", "Dernier jour", "Ultima zi")),
    (("licence", "corridors"), ("Corridors", "Corridoi", "来源国与目的国", "來源國與目的國", "Pays", "Țările")),
    (("licence", "sectors"), ("Sectors", "Settori", "行业", "行業", "Types de travail", "Felurile de muncă")),
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
