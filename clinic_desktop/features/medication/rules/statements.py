"""What a pharmacy asks for a month beside what was agreed: line by line, to the cent."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from clinic_desktop.features.medication.rules.money import Money, nothing
from clinic_desktop.features.medication.rules.vouchers import VoucherState
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _


class MonthUnclear(Refused):
    text = N_("Write the month as month and year: 11/2026.")


class MonthToCome(Refused):
    text = N_("This month has not begun yet.")


class StatementEmpty(Refused):
    text = N_("This statement has no lines yet.")


class StatementThere(Refused):
    text = N_("The statement of this pharmacy for {month} is closed: {number}. Correct it with a new one.")


class StatementCorrected(Refused):
    text = N_("Statement {number} was already corrected by {newer}. Correct that one.")


class OtherStatement(Refused):
    text = N_("A correction is of the same pharmacy and month.")


class StatementChanged(Refused):
    text = N_("Something changed meanwhile: now {agreed} is agreed. Look at the lines again and close it.")


class Difference(StrEnum):
    """Why a line is not simply paid, in the order in which it is told."""

    NOT_OURS = "not-ours"
    OTHER_PHARMACY = "other-pharmacy"
    TWICE_HERE = "twice-here"
    TWICE_EARLIER = "twice-earlier"
    UNANSWERED = "unanswered"
    NOT_FILLED = "not-filled"
    CANCELLED = "cancelled"
    OTHER_CURRENCY = "other-currency"
    NO_PRICE = "no-price"
    PRICE = "price"
    LESS = "less"


_WORDS: dict[Difference, str] = {
    Difference.NOT_OURS: N_("No voucher of ours has this folio"),
    Difference.OTHER_PHARMACY: N_("The voucher was for another pharmacy"),
    Difference.TWICE_HERE: N_("Stands twice on this statement"),
    Difference.TWICE_EARLIER: N_("Was paid with statement {earlier}"),
    Difference.UNANSWERED: N_("We have no answer to this voucher yet"),
    Difference.NOT_FILLED: N_("Was not handed out"),
    Difference.CANCELLED: N_("We cancelled this voucher"),
    Difference.OTHER_CURRENCY: N_("Was agreed in another currency"),
    Difference.NO_PRICE: N_("No price was agreed"),
    Difference.PRICE: N_("Agreed was {agreed}"),
    Difference.LESS: N_("Agreed was {agreed}, less is asked"),
}
_TO_THE_PRICE = (Difference.PRICE, Difference.LESS)


@dataclass(frozen=True, slots=True)
class Ours:
    """A voucher as far as its money goes."""

    voucher_id: str
    folio: str
    partner_id: str
    medicine: str
    """With its units; no name."""
    state: VoucherState
    price: Money | None
    """What was agreed for what was handed out."""
    answered_on: date | None
    issued_on: date
    paid_with: str | None = None
    """The number of another statement that agreed to pay it."""


@dataclass(frozen=True, slots=True)
class Billed:
    """One line as the pharmacy writes it, and why what it asks is paid in spite of a difference."""

    line_id: str
    folio_text: str
    amount: Money
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    billed: Billed
    ours: Ours | None
    agreed: Money
    difference: Difference | None = None

    @property
    def left(self) -> Money:
        """What is asked and not agreed."""
        return self.billed.amount - self.agreed


@dataclass(frozen=True, slots=True)
class Totals:
    billed: Money
    agreed: Money

    @property
    def difference(self) -> Money:
        return self.billed - self.agreed


def match(
    lines: Sequence[Billed], find: Callable[[str], Ours | None], partner_id: str, currency: str
) -> tuple[Matched, ...]:
    """Each line with our voucher, what is agreed to be paid, and what is wrong with it."""
    seen: set[str] = set()
    found: list[Matched] = []
    for line in lines:
        ours = find(line.folio_text)
        difference = _difference(line, ours, partner_id, currency, seen)
        if ours is not None:
            seen.add(ours.voucher_id)
        found.append(_agree(line, ours, difference, currency))
    return tuple(found)


def _difference(line: Billed, ours: Ours | None, partner_id: str, currency: str, seen: set[str]) -> Difference | None:
    if ours is None:
        return Difference.NOT_OURS
    if ours.partner_id != partner_id:
        return Difference.OTHER_PHARMACY
    if ours.voucher_id in seen:
        return Difference.TWICE_HERE
    if ours.paid_with is not None:
        return Difference.TWICE_EARLIER
    by_state = {
        VoucherState.OPEN: Difference.UNANSWERED,
        VoucherState.EXPIRED: Difference.UNANSWERED,
        VoucherState.NOT_FILLED: Difference.NOT_FILLED,
        VoucherState.CANCELLED: Difference.CANCELLED,
    }
    return by_state.get(ours.state) or _difference_of_price(line.amount, ours.price, currency)


def _difference_of_price(asked: Money, price: Money | None, currency: str) -> Difference | None:
    if price is None:
        return Difference.NO_PRICE
    if price.currency != currency:
        return Difference.OTHER_CURRENCY
    if asked == price:
        return None
    return Difference.PRICE if price < asked else Difference.LESS


NEVER_PAID = (Difference.NOT_OURS, Difference.OTHER_PHARMACY, Difference.TWICE_HERE, Difference.TWICE_EARLIER)
"""No reason makes these ours to pay with this line."""


def _agree(line: Billed, ours: Ours | None, difference: Difference | None, currency: str) -> Matched:
    """Never more than was asked, nor more than was agreed unless somebody wrote why."""
    if difference is None or (line.accepted and difference not in NEVER_PAID):
        return Matched(line, ours, line.amount, difference)
    line = replace(line, accepted="")
    if difference in _TO_THE_PRICE and ours is not None and ours.price is not None:
        return Matched(line, ours, min(ours.price, line.amount, key=lambda money: money.amount), difference)
    return Matched(line, ours, nothing(currency), difference)


def totals(lines: Sequence[Matched], currency: str) -> Totals:
    billed = agreed = nothing(currency)
    for line in lines:
        billed, agreed = billed + line.billed.amount, agreed + line.agreed
    return Totals(billed, agreed)


def say_difference(line: Matched, say: Callable[[Money], str]) -> str:
    """What stands beside the line; empty where all is as agreed."""
    if line.difference is None:
        return ""
    ours = line.ours
    agreed = say(ours.price) if ours is not None and ours.price is not None else ""
    earlier = (ours.paid_with or "") if ours is not None else ""
    told = _(_WORDS[line.difference]).format(agreed=agreed, earlier=earlier)
    return f"{told}. {_('Paid all the same')}: {line.billed.accepted}" if line.billed.accepted else told


# -- how a line's reason is kept


def kept_reason(line: Matched) -> str | None:
    """The difference by its code, then the words of whoever accepted it."""
    if line.difference is None:
        return None
    return f"{line.difference.value} {line.billed.accepted}".strip()


def read_reason(kept: str | None) -> tuple[Difference | None, str]:
    code, _blank, words = (kept or "").partition(" ")
    return (Difference(code) if code in {d.value for d in Difference} else None), words


# -- months


def read_month(typed: str, today: date) -> str:
    """ "11/2026", "11 26" or "2026-11" -> "2026-11"; only a number is the last such month."""
    numbers = [int(part) for part in re.findall(r"\d{1,4}", typed)]
    if len(numbers) == 1 and 1 <= numbers[0] <= 12:
        numbers.append(today.year if numbers[0] <= today.month else today.year - 1)
    if len(numbers) != 2:
        raise MonthUnclear()
    month, year = sorted(numbers) if max(numbers) > 99 else numbers
    year += 2000 if year < 100 else 0
    if not (1 <= month <= 12 and 2000 <= year <= 2999):
        raise MonthUnclear()
    if (year, month) > (today.year, today.month):
        raise MonthToCome()
    return f"{year}-{month:02d}"


def last_day(month: str, today: date) -> date:
    """Of a month as "2026-11"; of the one that runs, today."""
    year, number = (int(part) for part in month.split("-"))
    first_after = date(year + number // 12, number % 12 + 1, 1)
    return min(first_after - timedelta(days=1), today)


_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


def say_month(month: str) -> str:
    """ "noviembre de 2026"."""
    year, number = month.split("-")
    return _("{month} {year}").format(month=_(_MONTHS[int(number) - 1]), year=year)
