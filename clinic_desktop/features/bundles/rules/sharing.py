"""Why a record does not go to another clinic."""

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_


class OnlyAtTheCentral(Refused):
    text = N_("Records are sent from clinic to clinic by the central office only. Write to it.")


class SameClinic(Refused):
    text = N_("This record is of that clinic already. Choose another clinic.")


class NoSuchClinic(Refused):
    text = N_("This clinic is not known here. Choose one from the list.")


class NotAgreed(Refused):
    text = N_("The person has not said yes. Ask at the clinic to which the person comes now, on the consent page.")


class SharedAlready(Refused):
    text = N_("This record goes to that clinic already.")


class ReasonForTakingBack(Refused):
    text = N_("Write why the record no longer goes there.")


class OtherAnswer(Refused):
    text = N_("The answer of the person has changed. Look at it again.")
