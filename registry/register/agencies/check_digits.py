"""National company numbers that end in a check digit: whether one can be right. Pure; the rules are those of python-stdnum."""

from collections.abc import Callable, Mapping

from stdnum.be import vat as be_vat
from stdnum.bg import vat as bg_vat
from stdnum.cz import dic as cz_dic
from stdnum.dk import cvr
from stdnum.ee import registrikood
from stdnum.es import nif
from stdnum.fi import ytunnus
from stdnum.fr import siren, siret
from stdnum.gr import vat as gr_vat
from stdnum.hr import oib
from stdnum.hu import anum
from stdnum.it import codicefiscale, iva
from stdnum.lv import pvn
from stdnum.nl import bsn
from stdnum.pl import nip, regon
from stdnum.pt import nif as pt_nif
from stdnum.ro import cui
from stdnum.se import orgnr
from stdnum.si import ddv
from stdnum.sk import dph

from registry.register.agencies.identifiers import tidy

IsRight = Callable[[str], bool]

_RULES: Mapping[str, Mapping[int, IsRight]] = {
    "BE": {10: be_vat.is_valid},
    "BG": {9: bg_vat.is_valid},
    "CZ": {8: cz_dic.is_valid},
    "DK": {8: cvr.is_valid},
    "EE": {8: registrikood.is_valid},
    "ES": {9: nif.is_valid},
    "FI": {8: ytunnus.is_valid},
    "FR": {9: siren.is_valid, 14: siret.is_valid},
    "GR": {9: gr_vat.is_valid},
    "HR": {11: oib.is_valid},
    # The tax number is written 12345678-1-23; its first eight digits are the company's.
    "HU": {8: anum.is_valid, 11: lambda number: anum.is_valid(number[:8])},
    "IT": {11: iva.is_valid, 16: codicefiscale.is_valid},
    "LV": {11: pvn.is_valid},
    "NL": {9: bsn.is_valid},
    # A court register's number (KRS) has ten digits too, begins with zeros and has no check digit.
    "PL": {9: regon.is_valid, 10: lambda number: number.startswith("000") or nip.is_valid(number), 14: regon.is_valid},
    "PT": {9: pt_nif.is_valid},
    "RO": dict.fromkeys(range(6, 11), cui.is_valid),
    "SE": {10: orgnr.is_valid},
    "SI": {8: ddv.is_valid},
    # The number of a company (IČO) is reckoned as in Czechia.
    "SK": {8: cz_dic.is_valid, 10: dph.is_valid},
}

_WITH_LETTERS = {("ES", 9), ("IT", 16)}


def company_number_is_right(country: str, text: str) -> bool | None:
    """Whether a company number of a country passes its check digit. None where it has none, or the text is of another form.

    A number one digit short is judged as if its first zero were lost, so it fails: it is a typing error too.
    """
    number = tidy(text).replace(".", "")
    if number.startswith(country):
        number = number[len(country) :]
    rules = _RULES.get(country, {})
    is_right = rules.get(len(number))
    if is_right is None:
        padded = rules.get(len(number) + 1)
        lost_a_zero = padded is not None and number.isdigit() and padded("0" + number)
        return False if lost_a_zero else None
    if not number.isascii() or not (number.isdigit() or (country, len(number)) in _WITH_LETTERS):
        return None
    return is_right(number)
