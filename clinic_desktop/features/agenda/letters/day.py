"""Papers of the day: the list for the desk, the numbered list for who sees people, the turn in the hand.

No reason for coming stands on any of them. The numbered list is counted so that it can be asked back and shredded;
the turn carries no name.
"""

from datetime import date

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import papers
from clinic_desktop.features.agenda.queries.day import DayRow
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.agenda.service.day import draw_list_number
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_day, say_instant, say_time, say_weekday
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Align,
    Column,
    Fact,
    Facts,
    Heading,
    Paper,
    PaperSize,
    Rows,
    Words,
    printed_words,
)
from clinic_desktop.printing.sheets import listing
from clinic_desktop.storage.work import Asker, Work

WALK_INS = 8
_GONE = (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED)


def desk_list(asker: Asker, day: date | None = None) -> Paper:
    """For reception: who is expected, and numbered lines for who comes unannounced. It works without light."""
    asker.require(Permission.RECEPTION)
    on = day or asker.today
    columns = (
        Column(_("No."), 0.5, Align.RIGHT, strong=True),
        Column(_("Turn"), 0.6, Align.RIGHT, strong=True),
        Column(_("Time"), 0.6),
        Column(_("Person"), 2.8, strong=True),
        Column(_("Record"), 1.3),
        Column(_("Community"), 1.6),
        Column(_("Mind"), 1.1),
        Column(_("Came, next visit"), 1.6),
    )
    rows = expected(asker, on)
    places = papers.communities(asker, [row.patient_id for row in rows])
    booked = [
        (
            str(number),
            str(row.turn or ""),
            row.time_text or "",
            row.name,
            row.number,
            places.get(row.patient_id, ""),
            _mind(row),
            _arrived(asker, row),
        )
        for number, row in enumerate(rows, 1)
    ]
    # Who comes unannounced takes the next free line; its number is the place on the list, not a turn.
    free = [(str(number), *[""] * (len(columns) - 1)) for number in range(len(rows) + 1, len(rows) + 1 + WALK_INS)]
    said = ngettext("{count} person is booked.", "{count} people are booked.", len(rows)).format(count=len(rows))
    return Paper(
        title=_list_title(_("People of the day"), on),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        blocks=(
            Words(said if rows else _("Nobody is booked."), strong=True),
            Rows(columns, (*booked, *free), roomy=True),
            Words(_("The last lines are for who comes without appointment: write name, community and year of birth.")),
        ),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def _mind(row: DayRow) -> str:
    """What the desk arranges for: never why."""
    said = [_("Interpreter")] if row.interpreter else []
    if row.from_far:
        said.append(_("From far"))
    return ", ".join(said)


def clinicians_list(work: Work, day: date | None = None) -> Paper:
    """For who sees people: numbered, with room to write, to be shredded in the evening."""
    work.require(Permission.READ_CHART)
    on = day or work.today
    rows = expected(work, on)
    columns = (
        Column(_("Turn"), 0.6, Align.RIGHT, strong=True),
        Column(_("Person"), 2.5, strong=True),
        Column(_("Born"), 1.4),
        Column(_("Record"), 1.2),
        Column(_("Language"), 1.0),
        Column(_("To write"), 3.4),
    )
    lines: list[tuple[str, ...]] = []
    for row in rows:
        known = patients.header_or_reserved(work, PatientId(row.patient_id))
        language = known.language + (_(", with interpreter") if known.needs_interpreter else "")
        lines.append((str(row.turn or ""), row.name, known.born, row.number, language, ""))
    return listing(
        _list_title(_("Numbered list"), on),
        columns,
        lines,
        by=work.actor.name,
        at=say_instant(work.now, work.place.zone),
        letterhead=letterhead(work),
        size=paper_size(work),
        note=_("This list stays in the consulting room and is shredded at the end of the day."),
        if_none=_("Nobody is booked."),
        roomy=True,
        folio=draw_list_number(work),
    )


def turn_slip(asker: Asker, row: DayRow) -> Paper:
    """The turn to hold in the hand. People are called by it, so it needs no name."""
    asker.require(Permission.RECEPTION)
    arrived = say_time(row.arrived_at, asker.place.zone) if row.arrived_at else ""
    return Paper(
        title=_("Turn {number}").format(number=row.turn),
        letterhead=letterhead(asker),
        size=PaperSize.HALF_LETTER,
        blocks=(
            Heading(_("Please wait until your number is called.")),
            Facts((Fact(_("Day"), _said_day(asker.today)), Fact(_("Arrived"), arrived))),
            Words(_("Keep this paper and show it when you are called."), large=True),
        ),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
    )


def expected(asker: Asker, day: date) -> list[DayRow]:
    """By turn, then by hour: the order in which a paper is read. Neither the dead nor those whose day changed."""
    rows = [row for row in queries.today(asker, day) if row.status not in _GONE]
    return sorted(rows, key=lambda r: (r.turn is None, r.turn or 0, r.time_text or "99:99", r.name))


def _arrived(asker: Asker, row: DayRow) -> str:
    return say_time(row.arrived_at, asker.place.zone) if row.arrived_at else ""


def _said_day(day: date) -> str:
    return f"{say_weekday(day)} {say_day(day)}"


def _list_title(title: str, day: date) -> str:
    return f"{title} · {_said_day(day)}"
