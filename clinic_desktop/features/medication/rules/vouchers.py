"""A voucher: how it stands, which answer of a pharmacy holds, and how a folio that a hand copied is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.medication.rules.kinds import VoucherOutcome
from clinic_desktop.features.medication.rules.money import Money
from clinic_desktop.kernel.errors import NeedsConfirmation, NeedsWords, Refused
from clinic_desktop.kernel.i18n import N_

HANDED = (VoucherOutcome.FILLED, VoucherOutcome.PART)


class NoAgreement(Refused):
    text = N_("There is no agreement with {partner} in force today. Choose another pharmacy.")


class MayNotReceive(Refused):
    text = N_("{partner} may not receive vouchers. The coordinator says so among the partners.")


class NothingChosen(Refused):
    text = N_("Choose at least one medicine.")


class ThereIsEnough(NeedsConfirmation):
    text = N_("Of {medicine} there are {usable} usable here. Give a voucher all the same?")


class OverMonthlyLimit(NeedsConfirmation):
    text = N_("With this, {partner} has {spent} of the {limit} agreed for this month. Give the voucher all the same?")


class ControlledByVoucher(NeedsConfirmation):
    text = N_("{medicine}. {rule}. Give a voucher for it all the same?")


class OverMonthlyUnits(NeedsConfirmation):
    text = N_("With this, {partner} hands out {units} of the {limit} agreed for this month. Give it all the same?")


class NoSuchVoucher(Refused):
    text = N_("No voucher has this folio. Look at the paper again.")


class MoreThanAsked(Refused):
    text = N_("The voucher is for {units}. More than that cannot have been handed out with it.")


class AnswerDayWrong(Refused):
    text = N_("The day must be between {first} and {last}.")


class AnswerDayMissing(Refused):
    text = N_("Write the day it was handed out, like 5/12.")


class AfterValidity(NeedsConfirmation):
    text = N_("The voucher was valid until {day}. Write down that it was handed out later all the same?")


class ExpiredThere(NeedsConfirmation):
    text = N_("This lot had expired when it was handed out. Is it written so on the paper?")


class AnsweredAlready(NeedsWords):
    text = N_("Voucher {folio} was answered already: {answer}. Write why it is another now.")


class VoucherHandedOut(Refused):
    text = N_("The pharmacy handed this voucher out. Correct its answer instead.")


class VoucherState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    """Its days are over and nobody said what came of it."""
    FILLED = "filled"
    PART = "part"
    NOT_FILLED = "not-filled"
    CANCELLED = "cancelled"


STATE_WORDS: dict[VoucherState, str] = {
    VoucherState.OPEN: N_("No answer yet"),
    VoucherState.EXPIRED: N_("Expired, no answer"),
    VoucherState.FILLED: N_("Handed out in full"),
    VoucherState.PART: N_("Handed out in part"),
    VoucherState.NOT_FILLED: N_("Not handed out"),
    VoucherState.CANCELLED: N_("Cancelled by us"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    answer_id: str
    outcome: VoucherOutcome
    units: int
    lot_number: str | None
    expires_on: date | None
    answered_on: date | None
    price: Money | None
    amends_id: str | None
    reason: str | None
    recorded_at: datetime

    def says_the_same(self, other: "Answer") -> bool:
        told = (self.outcome, self.units, self.lot_number, self.expires_on, self.answered_on, self.price)
        return told == (
            other.outcome, other.units, other.lot_number, other.expires_on, other.answered_on, other.price,
        )  # fmt: skip


def standing(answers: Sequence[Answer]) -> list[Answer]:
    """Those that no other amends. Two clinics that were told apart leave two."""
    amended = {answer.amends_id for answer in answers}
    return [answer for answer in answers if answer.answer_id not in amended]


def holding(answers: Sequence[Answer]) -> Answer | None:
    """The one that counts, the same on every computer: a correction before what it may not have known, what was handed
    out before what was not (nobody is owed what they have), then the newest."""
    return max(
        standing(answers),
        key=lambda a: (a.amends_id is not None, a.outcome in HANDED, a.recorded_at, a.answer_id),
        default=None,
    )


def disagree(answers: Sequence[Answer]) -> bool:
    """Whether two clinics wrote down different answers."""
    return len({(answer.outcome, answer.units) for answer in standing(answers)}) > 1


def state_of(outcome: VoucherOutcome | None, valid_until: date, today: date) -> VoucherState:
    if outcome is not None:
        return VoucherState(outcome.value)
    return VoucherState.EXPIRED if valid_until < today else VoucherState.OPEN


def read_outcome(units: int, asked: int) -> VoucherOutcome:
    """What so many units of a voucher mean."""
    if units > asked:
        raise MoreThanAsked(units=f"{asked:,}")
    if units == 0:
        return VoucherOutcome.NOT_FILLED
    return VoucherOutcome.FILLED if units == asked else VoucherOutcome.PART


def read_day(typed: str, today: date) -> date:
    """A day that is over, as it stands on a half that came back: "5/12" is the last fifth of December."""
    found = read_when(typed, today) if typed.strip()[-1:].isdigit() else None
    if found is not None and found > today:
        try:
            found = found.replace(year=found.year - 1)
        except ValueError:
            found = None
    if found is None or found > today:
        raise AnswerDayMissing()
    return found


# -- folios


@dataclass(frozen=True, slots=True)
class FolioBody:
    """What stands before the check sign, and that sign as it was typed; empty: it was left out."""

    text: str
    sign: str


_AS_DIGIT = str.maketrans("OQDILZSGB", "000112568")
_AS_LETTER = str.maketrans("825610", "BZSGJD")
_ALIKE = str.maketrans("OQILZSGB", "00112568")


def read_folio(typed: str, site_code: str) -> tuple[FolioBody, ...]:
    """How a folio copied by hand may be meant, likeliest first: "pru ab00012k", "ab00012", an O for a zero."""
    signs = re.sub(r"[^A-Z0-9]", "", typed.upper())
    ways = ((signs[:-1], signs[-1:]), (signs, ""))
    found = (_body(text, sign, site_code) for text, sign in ways)
    return tuple(body for body in found if body is not None)


def _body(text: str, sign: str, site_code: str) -> FolioBody | None:
    parts = re.fullmatch(r"([A-Z0-9]{0,12}?)([A-Z0-9]{2})([A-Z0-9]{5})", text)
    if parts is None:
        return None
    site, block, number = parts.groups()
    number, block = number.translate(_AS_DIGIT), block.translate(_AS_LETTER)
    if not number.isdigit() or not block.isalpha():
        return None
    return FolioBody(f"{site or site_code}-{block}{number}", sign)


def same_sign(one: str, other: str) -> bool:
    """Whether two signs are the same to somebody who reads a hand."""
    return one.translate(_ALIKE) == other.translate(_ALIKE)
