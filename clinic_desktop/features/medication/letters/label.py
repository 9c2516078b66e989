"""The label for the box: whose it is, how it is taken in words and in drawings, and until when it is good.

It names no illness, and nothing tells what kind of clinic it comes from.
"""

from collections.abc import Sequence
from datetime import date

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.medication.letters.times_of_day import SMALL_HEIGHT, SmallTimesOfDay
from clinic_desktop.features.medication.queries import handed, handing
from clinic_desktop.features.medication.queries.handed import HandedOut
from clinic_desktop.features.medication.rules.courses import DatedStep, say_days
from clinic_desktop.features.medication.rules.doses import say_dose
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing import labels
from clinic_desktop.printing.labels import Label, Part, Rank, Rule, Say, Sheet
from clinic_desktop.printing.paper import Drawing, PaperSize
from clinic_desktop.storage.work import Asker


def labels_of(asker: Asker, dispense_ids: Sequence[str]) -> bytes:
    """One label for each medicine that was handed out, on what this clinic prints labels on."""
    asker.require(Permission.DISPENSE)
    found = handed.handed_out(asker, dispense_ids)
    if not found:
        raise NotHere()
    head = neutral_letterhead(asker)
    names = {one.patient_id: handing.header_to_serve(asker, one.patient_id).said for one in found}
    made = [lay_out_label(one, names[one.patient_id], head.name if head else "") for one in found]
    size = paper_size(asker)
    # Half a letter sheet holds no grid of labels; they are cut out of a whole one.
    whole = PaperSize.LETTER if size == PaperSize.HALF_LETTER else PaperSize(size)
    return labels.pdf(_("Labels"), made, Sheet(setting(asker, "label_sheet")), whole)


def lay_out_label(given: HandedOut, name: str, clinic: str) -> Label:
    """Whose and what stand on every piece; then how it is taken, how much it is, and until when."""
    head: tuple[Part, ...] = (
        *((Say(clinic, Rank.SMALL),) if clinic else ()),
        Say(name, Rank.STRONG),
        Rule(),
        Say(given.name, Rank.LARGE),
        *((Say(given.product),) if given.product else ()),
    )
    return Label(head, (*_taken(given), Rule(), *_facts(given)))


def _taken(given: HandedOut) -> list[Part]:
    line = given.line
    if line is None:
        return [Say(_("Take it as the paper says."), Rank.STRONG)]
    course = line.course
    parts: list[Part] = []
    if course is None or course.as_needed:
        parts += [Say(line.dose_said, Rank.STRONG, gap=3)] if line.dose_said else []
    else:
        steps = _steps_left(course.dated(line.signed_on), given.given_on)
        for step in steps:
            parts += _step(step, line.unit, with_days=len(course.steps) > 1 or course.starts_on is not None)
    if line.instructions_text:
        parts.append(Say(line.instructions_text))
    return parts


def _steps_left(steps: Sequence[DatedStep], day: date) -> Sequence[DatedStep]:
    """What is over is not read again; who comes after the last day has its last step."""
    return [step for step in steps if step.last_day >= day] or steps[-1:]


def _step(step: DatedStep, unit: Unit | None, *, with_days: bool) -> list[Part]:
    parts: list[Part] = []
    if with_days:
        days = _("{begins} to {ends}").format(begins=say_day(step.begins), ends=say_day(step.last_day))
        parts.append(Say(days, Rank.SMALL, gap=3, leads=True))
    # A rhythm of several days is no time of day: only words say it.
    if step.dose.every_days == 1:
        parts.append(Drawing(SmallTimesOfDay(step.dose, unit), SMALL_HEIGHT, leads=True))
    parts.append(Say(say_dose(step.dose, unit), Rank.STRONG, gap=2))
    return parts


def _facts(given: HandedOut) -> list[Part]:
    much = say_units(given.units, given.unit)
    if given.days:
        much = _("{units} for {days}").format(units=much, days=say_days(given.days))
    parts: list[Part] = [Say(much, Rank.STRONG, gap=3)]
    parts.append(Say(_("Handed out on {day}").format(day=say_day(given.given_on)), Rank.SMALL))
    several = len(given.lots) > 1
    for lot in given.lots:
        good = _("Use until {day}").format(day=say_day(lot.expires_on))
        if several:
            good = f"{good}: {say_units(lot.units, given.unit)}"
        number = _("lot {number}").format(number=lot.lot_number) if lot.lot_number else _("lot without number")
        parts.append(Say(f"{good} · {number}", Rank.SMALL))
    return parts
