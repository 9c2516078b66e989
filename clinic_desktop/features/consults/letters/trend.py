"""The course of a person on one page, for the folder. It stays in the clinic; its head says no kind of illness."""

from collections.abc import Sequence
from functools import partial

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.rules.course import Course, only, say_star, spots
from clinic_desktop.features.consults.rules.course_drawing import draw
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.drawing import Letters, Shape
from clinic_desktop.printing.paper import (
    Block,
    Column,
    Drawing,
    Fact,
    Facts,
    Paper,
    Rows,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker

_HEIGHT = 330.0
_MOST_ROWS = 14
"""The newest days in words, so that the drawing and they stay on one page."""


def trend_paper(asker: Asker, patient_id: str, scale_codes: Sequence[str] | None = None) -> Paper:
    """With these scales, or with the two that were asked most."""
    asker.require(Permission.READ_CHART)
    known = people.header(asker, PatientId(patient_id))
    whole = charts.course(asker, patient_id)
    chosen = [s.scale_code for s in whole.series[:2]] if scale_codes is None else list(scale_codes)
    return Paper(
        title=_("Course"),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        subject=known.said,
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts(
                (
                    Fact(_("Name"), known.said),
                    Fact(_("Record number"), known.number),
                    Fact(_("Birth"), known.born),
                    Fact(_("Day"), say_day(asker.today)),
                ),
                columns=4,
            ),
            *_course(only(whole, chosen)),
        ),
    )


def _course(course: Course) -> Sequence[Block]:
    if course.is_empty:
        return (Words(_("Nothing was measured, prescribed or noted yet."), needed=True),)
    said = [spot.words.partition(": ") for spot in spots(course)][-_MOST_ROWS:]
    days = Rows(
        (Column(_("Day"), 1), Column(_("What there was"), 5)),
        tuple((day, words) for day, _colon, words in reversed(said)),
        head=_("The last days of it"),
    )
    star = say_star(course)
    return Drawing(partial(_shapes, course), _HEIGHT), *((Words(star),) if star else ()), days


def _shapes(course: Course, width: float, letters: Letters) -> Sequence[Shape]:
    return draw(course, width, _HEIGHT - 6, letters, large=True).shapes
