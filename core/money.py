"""Money: an integer in the currency's minor unit, plus its ISO 4217 code. Never a float."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

# Digits after the point, where that is not 2 (ISO 4217 list one).
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "BRL": "R$",
    "CAD": "CA$",
    "AUD": "A$",
}


def exponent(currency: str) -> int:
    """Digits after the decimal point of `currency`."""
    return _EXPONENTS.get(currency, 2)


class Money(BaseModel):
    """An amount of money. `amount` is in minor units (cents)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: int = Field(description="In minor units: 12500 is $125.00", ge=-(10**15), le=10**15)
    currency: Currency

    @classmethod
    def of(cls, major: Decimal | int | str, currency: str) -> Self:
        """From major units: `Money.of("125.50", "USD")`."""
        scaled = (Decimal(major) * 10 ** exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN)
        return cls(amount=int(scaled), currency=currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def format(self) -> str:
        """For people: `$1,250`, `€99.50`, `CHF 80`."""
        digits = exponent(self.currency)
        number = f"{abs(self.major):,.{digits}f}"
        if digits and number.endswith("." + "0" * digits):
            number = number[: -digits - 1]
        sign = "-" if self.amount < 0 else ""
        symbol = _SYMBOLS.get(self.currency)
        return f"{sign}{symbol}{number}" if symbol else f"{sign}{self.currency} {number}"
