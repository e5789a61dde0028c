"""Invented rows of each shipped source in the very form of its list."""

from registry.register.agencies.identifiers import uscc_check_character
from tests.register.imports.lists import ico

USCC = "9135020000000001A" + uscc_check_character("9135020000000001A")


LISTS: dict[str, tuple[str, list[str], list[str]]] = {
    "at-gisa": (
        "html",
        ["GISA-Zahl", "Name", "Gewerbewortlaut", "Stand", "Entstehung", "Endigung"],
        ["00000019", "Erfundene Überlassung GmbH", "Überlassung von Arbeitskräften", "x", "01.02.2024", ""],
    ),
    "be-vlaanderen": (
        "xlsx",
        ["naam", "KBO-nummer", "erkenningsnummer", "sector"],
        ["Verzonnen Uitzendbureau NV", "0000000097", "VG.1/U", ""],
    ),
    "bg-az": (
        "html",
        ["Име", "ЕИК", "Удостоверение №, дата", "Вид", "Статус"],
        ["Измислена агенция ЕООД", "000000019", "№ 1 / 2026", "временна работа", "активен"],
    ),
    "cn-mofcom": (
        "html",
        ["企业名称", "省份", "资格证书编号", "状态"],
        ["虚构劳务合作有限公司", "福建省", "闽虚-001", "有效"],
    ),
    "cn-msa": (
        "pdf",
        ["机构名称", "资质证书编号", "有效期", "地址", "电话"],
        ["虚构船员管理有限公司", "海虚-01", "2027年3月1日", "虚构路1号", "0000"],
    ),
    "cy-dl": (
        "pdf",
        ["Name", "District", "Responsible person", "Licence number"],
        ["Fictitious Ltd", "North", "A. Person", "CY-1"],
    ),
    "dk-rut": (
        "html",
        ["RUT-nr.", "virksomhed", "land", "branche", "arbejdssted", "periode"],
        ["R0000019", "Opdigtet Vikar ApS", "Polen", "Vikarbureau", "Gade 1", "2026"],
    ),
    "ee-mtr": (
        "html",
        ["ettevõtja nimi", "registrikood", "teate number", "tegevusala", "algus", "staatus"],
        ["Väljamõeldud Tööjõud OÜ", "00000019", "TJR-1", "tööjõurent", "01.02.2024", "kehtiv"],
    ),
    "es-ett": (
        "html",
        ["Denominación", "NIF", "Número de autorización", "Domicilio", "Situación"],
        ["Compañía Inventada E.T.T., S.L.", "B00000000", "79/0001/26", "Calle Inventada 1", "En vigor"],
    ),
    "hr-mrosp": (
        "pdf",
        ["Naziv", "Sjedište", "OIB", "Datum upisa", "Broj"],
        ["Izmišljena agencija d.o.o.", "Čakovec", "00000000001", "1.2.2024.", "7"],
    ),
    "hu-nfsz": (
        "xlsx",
        ["Név", "Székhely", "Nyilvántartási szám", "Adószám", "Nyilvántartásba vétel dátuma", "Törlés"],
        ["Kitalált Munkaerő Kft.", "Fűzfő", "HU/1/2026", "00000000-0-00", "2024.02.01.", ""],
    ),
    "ie-wrc": (
        "html",
        ["Name", "Address", "Licence number", "Expiry"],
        ["Fictitious Ltd", "1 Road", "IE1", "01/03/2027"],
    ),
    "it-albo": (
        "pdf",
        ["Denominazione", "Codice fiscale", "Sezione", "Provvedimento numero e data", "Sede"],
        ["Società Inventata Più S.p.A.", "00000010215", "Sez. I", "000000000001/01/2026", "Forlì"],
    ),
    "lt-vdi": ("xlsx", ["Įmonės pavadinimas", "Kodas", "Įtraukimo data"], ["UAB Išgalvota", "19", "2024-02-01"]),
    "lv-nva": (
        "html",
        [
            "Nosaukums",
            "Reģistrācijas numurs",
            "Licences numurs",
            "Izsniegta",
            "Derīga līdz",
            "Pakalpojumu veidi",
            "Statuss",
        ],
        ["SIA Izdomāta", "00000000001", "L-1", "01.02.2024.", "01.02.2029.", "Darbiekārtošana", "Aktīva"],
    ),
    "mt-dier": (
        "html",
        ["Name", "Licence number", "Kind", "Expiry"],
        ["Fictitious Ltd", "MT1", "Recruitment agency", "01/03/2027"],
    ),
    "nl-waadi": (
        "html",
        ["naam", "plaats", "KvK-nummer", "registered as lender yes/no"],
        ["Verzonnen Uitzendbureau B.V.", "Utrecht", "00000019", "ja"],
    ),
    "pl-kraz": (
        "html",
        ["Numer wpisu", "Nazwa", "NIP", "Adres", "Telefon, e-mail", "Data wpisu", "Rodzaje usług"],
        ["1", "Zmyślona sp. z o.o.", "0000000000", "Łódź", "0", "2024-02-01", "praca tymczasowa, pośrednictwo pracy"],
    ),
    "pt-colocacao": (
        "pdf",
        ["denominação", "sede"],
        ["Colocação Inventada, Lda", "Évora"],
    ),
    "pt-iefp": (
        "pdf",
        ["Denominação", "Domicílio ou sede", "Número de alvará", "Situação"],
        ["Trabalho Temporário Inventado, Lda", "Évora", "1/2026", "Ativa"],
    ),
    "ro-mmps": (
        "pdf",
        ["Denumire", "CUI", "Sediu", "Nr. și data autorizației", "Valabilitate"],
        ["Agent Închipuit S.R.L.", "19", "Iași", "1/01.02.2026", "01.02.2028"],
    ),
    "si-mddsz": (
        "docx",
        [
            "Evidenčna oznaka",
            "Firma oziroma ime in sedež",
            "Zastopanje",
            "Številka odločbe",
            "Naslov opravljanja dejavnosti",
        ],
        ["1", "Izmišljeno podjetje d.o.o.", "A. Oseba", "110-1/2026", "Šmarje 1"],
    ),
    "sk-upsvar": (
        "ods",
        ["Názov", "Sídlo", "IČO", "Druh ekonomickej činnosti", "Adresa priestorov", "Kraje"],
        ["Vymyslená agentúra s.r.o.", "Nitra", ico(19), "78.20", "Nitra 1", "NR"],
    ),
}
