"""What a person tells of pregnancy, lactation and contraception, where a medicine makes it matter."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_


class Contraception(StrEnum):
    NONE = "none"
    PILL = "pill"
    INJECTION = "injection"
    IMPLANT = "implant"
    IUD = "iud"
    CONDOM = "condom"
    STERILISED = "sterilised"
    OTHER = "other"
    NOT_NEEDED = "not-needed"
    """Of the person's own saying; no one concludes it."""


CONTRACEPTION_WORDS = {
    Contraception.NONE: N_("none"),
    Contraception.PILL: N_("pill"),
    Contraception.INJECTION: N_("injection"),
    Contraception.IMPLANT: N_("implant"),
    Contraception.IUD: N_("intrauterine device"),
    Contraception.CONDOM: N_("condom"),
    Contraception.STERILISED: N_("operated"),
    Contraception.OTHER: N_("another method"),
    Contraception.NOT_NEEDED: N_("does not need one, she says"),
}

LONGEST_WEEKS = 44
"""After so many weeks a pregnancy that was told is over, and nothing is known of another."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What was told last of each; None: not asked, which is not "no"."""

    pregnancy: Pregnancy | None = None
    pregnancy_told_on: date | None = None
    pregnancy_weeks: int | None = None
    lactating: bool | None = None
    contraception: Contraception | None = None
    plan_signed: bool | None = None
    told_on: date | None = None


def standing_pregnancy(told: Reproduction, today: date) -> Pregnancy | None:
    """What still holds of it today; None where nobody can say."""
    if told.pregnancy is None or told.pregnancy_told_on is None or told.pregnancy is Pregnancy.NOT_ASKED:
        return None
    left = timedelta(weeks=max(LONGEST_WEEKS - (told.pregnancy_weeks or 0), 0))
    return told.pregnancy if today <= told.pregnancy_told_on + left else None


class NothingTold(Refused):
    text = N_("Nothing was asked yet. Choose at least one answer, or go back.")


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked and told on one day; None is: not asked that day."""

    pregnancy: Pregnancy | None = None
    lactating: bool | None = None
    contraception: Contraception | None = None
    plan_signed: bool | None = None


def checked(told: Told) -> Told:
    if told == Told():
        raise NothingTold()
    return told
