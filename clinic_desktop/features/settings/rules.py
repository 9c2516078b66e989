"""What a clinic may change, in one typed table. One screen shows it; nothing else is configurable."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.names import fold


class NotASetting(Refused):
    text = N_("This program has no setting of that name.")


class WrongSetting(Refused):
    text = N_("“{value}” does not fit here. {hint}")


class Kind(StrEnum):
    WORDS = "words"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    title: str
    kind: Kind
    default: Any
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, words) pairs."""
    smallest: int = 0
    largest: int = 0


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "language",
        N_("Language of the screens"),
        Kind.CHOICE,
        "es",
        choices=(("es", N_("Spanish")), ("en", N_("English"))),
    ),
    Setting(
        "paper_size",
        N_("Paper size"),
        Kind.CHOICE,
        "letter",
        choices=(("letter", N_("Letter")), ("a4", N_("A4")), ("half-letter", N_("Half letter"))),
    ),
    Setting(
        "label_sheet",
        N_("Labels of medicines"),
        Kind.CHOICE,
        "paper",
        N_("A label is 62 by 100 mm: six to cut out of a sheet, or one on each piece of a roll."),
        choices=(("paper", N_("On a sheet, to cut out")), ("roll", N_("On a roll of labels"))),
    ),
    Setting(
        "letterhead_name",
        N_("Name on the letterhead"),
        Kind.WORDS,
        "",
        N_("Left empty, the clinic's name is used. It leaves the clinic: name no illness in it."),
    ),
    Setting("letterhead_address", N_("Address on the letterhead"), Kind.WORDS, ""),
    Setting("letterhead_phone", N_("Telephone on the letterhead"), Kind.WORDS, ""),
    Setting(
        "day_capacity",
        N_("People per consultation day"),
        Kind.NUMBER,
        25,
        N_("Beyond it the program asks, and goes on after a yes."),
        smallest=1,
        largest=200,
    ),
    Setting(
        "far_minutes",
        N_("Called earlier when the way takes minutes"),
        Kind.NUMBER,
        90,
        N_("Among equals, who lives this far is called first. 0 turns it off."),
        largest=600,
    ),
    Setting(
        "long_wait_minutes",
        N_("A long wait is marked after minutes"),
        Kind.NUMBER,
        60,
        N_("On the list of the day. 0 marks nobody."),
        largest=600,
    ),
    Setting(
        "overdue_days",
        N_("Days until somebody who has not come back is called"),
        Kind.NUMBER,
        30,
        N_("Counted from the last visit, or from the appointment that was missed."),
        smallest=7,
        largest=365,
    ),
    Setting(
        "rights_every",
        N_("Ask every so many people how they were treated"),
        Kind.NUMBER,
        5,
        N_("5 is every fifth, drawn by the program. 0: nobody is drawn, the team chooses."),
        largest=50,
    ),
    Setting(
        "complaint_days",
        N_("Days until a complaint is answered"),
        Kind.NUMBER,
        30,
        N_("The receipt says the day to the person."),
        smallest=1,
        largest=180,
    ),
    Setting(
        "scale_repeat_days",
        N_("A scale is offered again after days"),
        Kind.NUMBER,
        28,
        N_("A custom of this clinic, not a clinical rule. 0 offers none."),
        largest=365,
    ),
    Setting(
        "srq20_cutoff",
        N_("Cut-off of the SRQ-20 at this clinic"),
        Kind.NUMBER,
        0,
        N_("It differs from place to place, so there is none beforehand. 0: not set, only the total is shown."),
        largest=20,
    ),
    Setting(
        "voucher_days",
        N_("Days that a voucher for a pharmacy is valid"),
        Kind.NUMBER,
        15,
        N_("Afterwards what it was for is owed here again."),
        smallest=1,
        largest=90,
    ),
    Setting(
        "order_months",
        N_("An order of medicines shall last months"),
        Kind.NUMBER,
        2,
        N_("Counted from the day it is delivered."),
        smallest=1,
        largest=12,
    ),
    Setting(
        "order_safety_days",
        N_("And so many days more, for what cannot be foreseen"),
        Kind.NUMBER,
        15,
        largest=120,
    ),
    Setting(
        "order_delivery_days",
        N_("Days from an order of medicines to its delivery"),
        Kind.NUMBER,
        14,
        largest=180,
    ),
    Setting(
        "patient_photos",
        N_("Keep a small picture of each person"),
        Kind.YES_NO,
        False,
        N_("Only with the person's yes. Turned off, no picture is shown anywhere."),
    ),
    Setting(
        "stick_days",
        N_("Days without a USB stick until somebody is told"),
        Kind.NUMBER,
        14,
        N_("The number of the central office holds for its clinics too."),
        smallest=2,
        largest=120,
    ),
    Setting(
        "cover_minutes",
        N_("Cover the screen after minutes"),
        Kind.NUMBER,
        5,
        N_("Between 2 and 15. During a consultation it waits up to 60."),
        smallest=2,
        largest=15,
    ),
    Setting("lock_minutes", N_("Lock after minutes"), Kind.NUMBER, 15, N_("Between 5 and 60."), smallest=5, largest=60),
    Setting(
        "backup_folder",
        N_("Folder of the backups"),
        Kind.WORDS,
        "",
        N_("Left empty, they are kept beside the data. A second disk or a stick is safer."),
    ),
)

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def setting_named(key: str) -> Setting:
    if key not in _BY_KEY:
        raise NotASetting()
    return _BY_KEY[key]


def checked(setting: Setting, value: Any) -> Any:
    """The value as it is kept; raises WrongSetting with what would fit."""
    fits = {
        Kind.WORDS: isinstance(value, str) and len(value) <= 300,
        Kind.YES_NO: isinstance(value, bool),
        Kind.CHOICE: any(value == choice for choice, _words in setting.choices),
        Kind.NUMBER: type(value) is int and setting.smallest <= value <= setting.largest,
    }[setting.kind]
    if not fits:
        raise WrongSetting(value=value, hint=_(setting.hint))
    return value


_TELLING = ("mental", "psiq", "psic", "psych", "locura", "manicom")


def names_an_illness(words: str) -> bool:
    """Whether a letterhead would tell a stranger why somebody comes here."""
    return any(part in fold(words) for part in _TELLING)
