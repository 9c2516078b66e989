"""Cards that go home: the appointment, and the person's number. Whoever finds one learns nothing but a name and a day.

No clinic name that tells, no kind of visit, no surname; the code holds the number and nothing else.
"""

from datetime import date

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.agenda.queries import papers as queries
from clinic_desktop.features.settings.rules import names_an_illness
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_weekday
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing import cards
from clinic_desktop.printing.cards import Card
from clinic_desktop.storage.work import Asker

_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
MOST = 10
"""As many as a sheet of letter paper holds."""


def patient_card(asker: Asker, patient_id: str, *, copies: int = 1) -> bytes:
    """The person's number to carry about: the name as the person is called, figures and code."""
    asker.require(Permission.RECEPTION, Permission.REGISTER_PATIENTS)
    who = queries.carried(asker, patient_id)
    card = Card(who.number, who.called, top=_sender(asker), plain=(_("Bring this card."),))
    return cards.pdf(_("Card"), [card] * copies, paper_size(asker))


def appointment_card(asker: Asker, appointment_id: str) -> bytes:
    """The day in words, the hour and the place, for the person booked."""
    asker.require(Permission.RECEPTION, Permission.WRITE_NOTES)
    booked = queries.booking(asker, appointment_id)
    who = queries.carried(asker, booked.patient_id)
    time = _("At {time}").format(time=booked.time_text) if booked.time_text else ""
    place = "" if names_an_illness(booked.place) else booked.place
    sender = _sender(asker)
    top = " · ".join(part for part in (_("Appointment"), sender) if part)
    card = Card(who.number, who.called, top=top, strong=in_words(booked.day), plain=(time, place))
    return cards.pdf(_("Appointment"), [card], paper_size(asker))


def in_words(day: date) -> str:
    """ "Monday 4 January 2027", in the spoken language."""
    return _("{weekday} {day} {month} {year}").format(
        weekday=say_weekday(day), day=day.day, month=_(_MONTHS[day.month - 1]), year=day.year
    )


def _sender(asker: Asker) -> str:
    known = neutral_letterhead(asker)
    return known.name if known else ""
