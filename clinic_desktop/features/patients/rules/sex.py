"""Sex as the person says it."""

from enum import StrEnum

from clinic_desktop.kernel.i18n import N_, _


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


SEX_WORDS = {
    Sex.FEMALE: N_("Woman"),
    Sex.MALE: N_("Man"),
    Sex.OTHER: N_("Other"),
    Sex.UNKNOWN: N_("Not known"),
}


def say_sex(sex: Sex | None) -> str:
    return _(SEX_WORDS.get(sex or Sex.UNKNOWN, SEX_WORDS[Sex.UNKNOWN]))
