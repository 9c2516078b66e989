"""What a person tells of contraception, where a medicine makes it matter."""

from enum import StrEnum

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
