"""Reference exchange rates, so that amounts in different currencies can be compared.

They are for filters, ranking and estimates. Nothing is ever charged by them: a payment is made in the currency of
its own price. The table is fixed and dated; a difference of a few per cent does not change who fits a budget.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from core.errors import InvalidInput
from core.money import Money, exponent

AS_OF: Final = date(2026, 11, 1)

# US dollars for one unit of the currency.
_USD: Final[dict[str, Decimal]] = {
    code: Decimal(rate)
    for code, rate in {
        "USD": "1", "EUR": "1.09", "GBP": "1.28", "CHF": "1.14", "JPY": "0.0067", "CAD": "0.73", "AUD": "0.66",
        "NZD": "0.60", "SEK": "0.096", "NOK": "0.094", "DKK": "0.146", "ISK": "0.0073", "PLN": "0.255",
        "CZK": "0.0435", "HUF": "0.00275", "RON": "0.219", "BGN": "0.557", "UAH": "0.0242", "TRY": "0.029",
        "ILS": "0.27", "AED": "0.2723", "SAR": "0.2666", "QAR": "0.2747", "KWD": "3.25", "BHD": "2.65",
        "OMR": "2.6", "JOD": "1.41", "EGP": "0.0205", "MAD": "0.101", "TND": "0.322", "NGN": "0.00065",
        "GHS": "0.065", "KES": "0.0077", "UGX": "0.00027", "TZS": "0.00038", "RWF": "0.00072", "ZAR": "0.055",
        "XAF": "0.00166", "XOF": "0.00166", "INR": "0.0119", "PKR": "0.0036", "BDT": "0.0083", "LKR": "0.0033",
        "NPR": "0.00744", "CNY": "0.14", "HKD": "0.128", "TWD": "0.031", "KRW": "0.00073", "SGD": "0.755",
        "MYR": "0.226", "THB": "0.029", "IDR": "0.0000635", "PHP": "0.0172", "VND": "0.0000395", "BRL": "0.18",
        "ARS": "0.00098", "CLP": "0.00105", "COP": "0.00024", "PEN": "0.265", "UYU": "0.025", "MXN": "0.052",
        "CRC": "0.0019", "DOP": "0.0166", "GEL": "0.366", "AMD": "0.00258", "KZT": "0.0021", "RSD": "0.0093",
    }.items()
}  # fmt: skip


def currencies() -> frozenset[str]:
    """Codes that can be compared."""
    return frozenset(_USD)


def convert(money: Money, currency: str) -> Money:
    """`money` in `currency`, rounded to its minor unit. `InvalidInput` (`unknown_currency`) for a code not listed."""
    if money.currency == currency:
        return money
    for code in (money.currency, currency):
        if code not in _USD:
            raise InvalidInput(
                f"{code} is not a currency we can compare.", code="unknown_currency", currency=code
            )
    value = money.major * _USD[money.currency] / _USD[currency]
    scaled = (value * 10 ** exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN)
    return Money(amount=int(scaled), currency=currency)


def usd_amount(money: Money) -> int:
    """`money` in US cents."""
    return convert(money, "USD").amount
