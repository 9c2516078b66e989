"""Money: an exact amount of one currency, read, said, and kept as whole smallest coins."""

import re
from dataclasses import dataclass
from decimal import Decimal

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

CURRENCIES = ("GTQ", "MXN", "USD", "HNL", "NIO", "CRC", "BZD", "EUR")
"""Those that are offered. Any other three letters are said by their code, with two decimals as well."""
_COIN = Decimal("0.01")
_LIMIT = Decimal(10) ** 12
_SIGNS = {"GTQ": "Q", "MXN": "MX$", "USD": "US$", "HNL": "L", "NIO": "C$", "CRC": "₡"}
_AFTER_COUNTRY = {"GT": "GTQ", "MX": "MXN", "HN": "HNL", "NI": "NIO", "CR": "CRC", "SV": "USD", "BZ": "BZD"}


class MoneyUnclear(Refused):
    text = N_("Write the amount with at most two decimals, for example 1,250.50.")


class MoneyTooFine(Refused):
    text = N_("The smallest coin has two decimals. Write the amount with at most two.")


class MoneyNegative(Refused):
    text = N_("An amount is never below zero.")


class MoneyTooMuch(Refused):
    text = N_("That amount is too large. Look at the number again.")


class OtherCurrency(Refused):
    text = N_("{one} and {other} are not added together.")


class CurrencyUnknown(Refused):
    text = N_("Write the currency as three letters, for example GTQ.")


@dataclass(frozen=True, slots=True)
class Money:
    """Never a float. Two currencies are never added, subtracted or compared."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        """A finer amount than the smallest coin is a mistake of the caller, not of somebody who typed."""
        if self.amount != self.amount.quantize(_COIN):
            raise ValueError("finer than the smallest coin")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise CurrencyUnknown()

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other).amount

    def share(self, part: int, of: int) -> "Money":
        """The price of `part` units where `of` units cost this much, to the nearest coin, half a coin upwards."""
        minor = to_minor(self) * part
        return from_minor((2 * minor + of) // (2 * of), self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise OtherCurrency(one=self.currency, other=other.currency)
        return other


def to_minor(money: Money) -> int:
    """Whole smallest coins, as tables keep them."""
    return int(money.amount * 100)


def from_minor(minor: int, currency: str) -> Money:
    return Money(Decimal(minor).scaleb(-2), currency)


def nothing(currency: str) -> Money:
    return from_minor(0, currency)


def read_money(text: str, currency: str) -> Money:
    """ "1,250.50", "1250.5", "Q 12", "Q12", "MXN 12"; a sign that stands before the number must be the currency's."""
    typed = " ".join(text.split())
    for sign in (_SIGNS.get(currency, ""), currency, "$" if currency in ("MXN", "USD") else ""):
        if sign and typed.upper().startswith(sign.upper()):
            typed = typed[len(sign) :].lstrip(" .")
            break
    if re.fullmatch(r"[-−–]\s*[\d,.]+", typed):
        raise MoneyNegative()
    number = re.fullmatch(r"((?:\d+|\d{1,3}(?:,\d{3})+))(?:\.(\d*))?", typed, re.ASCII)
    if number is None or len(typed) > 40:
        raise MoneyUnclear()
    whole, decimals = number.group(1).replace(",", ""), number.group(2) or ""
    if len(decimals) > 2:
        raise MoneyTooFine()
    amount = Decimal(f"{whole}.{decimals or '0'}")
    if amount >= _LIMIT:
        raise MoneyTooMuch()
    return Money(amount, currency)


def say_money(money: Money) -> str:
    """ "Q 1,250.50", "MX$ 1,250.50", else the code; below zero with a minus before all."""
    minus = "−" if money.amount < 0 else ""
    return f"{minus}{_SIGNS.get(money.currency, money.currency)} {abs(money.amount):,.2f}"


def read_currency(text: str) -> str:
    """Three letters, as ISO 4217 writes them."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise CurrencyUnknown()
    return code


def currency_of(country: str) -> str:
    """What is paid with in a country; that of the first clinics where it is not known."""
    return _AFTER_COUNTRY.get(country, "GTQ")
