"""Words of money: what workers are charged for, by whose rule, what a deposit may pay, and currencies."""

from enum import StrEnum

from babel import Locale
from babel.core import get_global


class FeeKind(StrEnum):
    """What workers are charged for, by the ILO's definition: recruitment fees, related costs, illegitimate charges."""

    RECRUITMENT_SERVICE_PAYMENT = "recruitment_service_payment"
    THIRD_PARTY_SUPPLY_PAYMENT = "third_party_supply_payment"
    DIRECT_RECRUITMENT_PAYMENT = "direct_recruitment_payment"
    FEE_RECOVERY_FROM_WORKER = "fee_recovery_from_worker"
    MEDICAL_COSTS = "medical_costs"
    INSURANCE_COSTS = "insurance_costs"
    SKILLS_AND_QUALIFICATION_TESTS = "skills_and_qualification_tests"
    TRAINING_AND_ORIENTATION = "training_and_orientation"
    EQUIPMENT_COSTS = "equipment_costs"
    TRAVEL_AND_LODGING_COSTS = "travel_and_lodging_costs"
    ADMINISTRATIVE_COSTS = "administrative_costs"
    BRIBE = "bribe"
    TRIBUTE = "tribute"
    EXTORTION_OR_KICKBACK = "extortion_or_kickback"
    BOND = "bond"
    ILLICIT_COST_RECOVERY_FEE = "illicit_cost_recovery_fee"
    COLLATERAL = "collateral"


class FeeStandard(StrEnum):
    """Whose rule about fees: the law of the country of recruitment, or the ILO's."""

    ORIGIN = "origin"
    ILO = "ilo"


class ChargeState(StrEnum):
    ASKED = "asked"
    PAID = "paid"


class ChargeTime(StrEnum):
    """When money is asked for or paid, by the contract that it is for: that of the job, or one with the charger itself."""

    BEFORE_CONTRACT = "before_contract"
    AFTER_CONTRACT = "after_contract"
    FROM_WAGES = "from_wages"


class DepositUse(StrEnum):
    """What an agency's deposit may be spent on (Decree 620, article 10)."""

    REFUND_SERVICE_FEE = "refund_service_fee"
    UNPAID_REMUNERATION = "unpaid_remuneration"
    COMPENSATION = "compensation"
    EMERGENCY_OR_REPATRIATION = "emergency_or_repatriation"


OFFERED_CURRENCIES = (
    "CNY", "EUR", "USD", "HKD", "BGN", "CHF", "CZK", "DKK", "GBP", "HUF", "PLN", "RON", "SEK",
)  # fmt: skip
"""Those that forms offer: the corridors' own, and two in which recruiters like to be paid."""


CURRENCIES = frozenset(
    code
    for periods in get_global("territory_currencies").values()
    for code, _, end, is_tender in periods
    if end is None and is_tender
) & frozenset(Locale("en").currencies)
"""ISO 4217 codes that are legal tender somewhere today, by the Unicode locale data."""


CURRENCY_SPELLINGS = {
    "RMB": "CNY",
    "YUAN": "CNY",
    "¥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "人民幣": "CNY",
    "CNH": "CNY",
    "€": "EUR",
    "EURO": "EUR",
    "欧元": "EUR",
    "歐元": "EUR",
    "$": "USD",
}
"""What people write for a currency's code."""
