"""Money is exact, of one currency, and refused in one sentence where it is not clear."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules import money as rules
from clinic_desktop.features.medication.rules.money import Money, from_minor, read_money, say_money, to_minor
from clinic_desktop.kernel.errors import Refused

_CODES = st.sampled_from(rules.CURRENCIES)
_MINOR = st.integers(0, 10**14 - 1)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,250.50", "1250.50"),
        ("1250.5", "1250.50"),
        ("Q 12", "12"),
        ("q12.", "12"),
        ("GTQ 0", "0"),
        (" 0.05 ", "0.05"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, amount: str) -> None:
    assert read_money(typed, "GTQ") == Money(Decimal(amount), "GTQ")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("1.005", rules.MoneyTooFine),
        ("-3", rules.MoneyNegative),
        ("1000000000000", rules.MoneyTooMuch),
        ("9" * 30, rules.MoneyTooMuch),
        ("", rules.MoneyUnclear),
        ("1,25", rules.MoneyUnclear),
        ("12 quetzales", rules.MoneyUnclear),
        ("1e5", rules.MoneyUnclear),
        ("NaN", rules.MoneyUnclear),
        ("١٢", rules.MoneyUnclear),
        ("US$ 12", rules.MoneyUnclear),
    ],
)
def test_what_is_not_an_amount_is_refused_in_a_sentence(typed: str, error: type[Refused]) -> None:
    with pytest.raises(error) as refused:
        read_money(typed, "GTQ")
    assert refused.value.sentence()


def test_an_amount_is_said_with_the_sign_of_its_currency_or_its_code() -> None:
    assert say_money(from_minor(125050, "GTQ")) == "Q 1,250.50"
    assert say_money(from_minor(125050, "MXN")) == "MX$ 1,250.50"
    assert say_money(from_minor(5, "CHF")) == "CHF 0.05"
    assert say_money(from_minor(-5, "GTQ")) == "−Q 0.05"


@given(_MINOR, _CODES)
def test_what_is_said_is_read_back_and_kept_to_the_coin(minor: int, code: str) -> None:
    money = from_minor(minor, code)
    assert to_minor(money) == minor
    assert read_money(say_money(money), code) == money


@given(st.lists(_MINOR, max_size=50))
def test_a_sum_is_exact(amounts: list[int]) -> None:
    total = rules.nothing("GTQ")
    for minor in amounts:
        total += from_minor(minor, "GTQ")
    assert to_minor(total) == sum(amounts)
    assert to_minor(total - total) == 0


@given(st.integers(0, 10**9), st.integers(0, 10**4), st.integers(1, 10**4))
def test_the_share_of_a_price_is_the_nearest_coin(minor: int, part: int, of: int) -> None:
    share = to_minor(from_minor(minor, "GTQ").share(part, of))
    assert abs(share * of - minor * part) * 2 <= of
    assert to_minor(from_minor(minor, "GTQ").share(of, of)) == minor


def test_two_currencies_are_never_added_or_compared() -> None:
    quetzales, pesos = from_minor(1, "GTQ"), from_minor(1, "MXN")
    for act in (lambda: quetzales + pesos, lambda: quetzales - pesos, lambda: quetzales < pesos):
        with pytest.raises(rules.OtherCurrency):
            act()


def test_money_finer_than_a_coin_does_not_exist() -> None:
    with pytest.raises(ValueError):
        Money(Decimal("0.001"), "GTQ")
    with pytest.raises(rules.CurrencyUnknown):
        Money(Decimal(1), "q")
