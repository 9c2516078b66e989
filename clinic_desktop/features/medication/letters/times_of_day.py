"""The four times of day as a row of drawings with the amount under each, for those who read little."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians, sin

from clinic_desktop.features.medication.rules.doses import Dose, say_quarters
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.printing.drawing import Dot, Form, Letters, Patch, Shape, Side, Stroke, Tint, Wording

HEIGHT = 44.0
TIMES = (N_("Morning"), N_("Noon"), N_("Evening"), N_("Night"))
_RAYS = 8
_MOST_WIDTH = 300.0


SMALL_HEIGHT = 50.0


class SmallTimesOfDay:
    """The same for a label: the word above, the drawing, under it the amount, with its unit where it is a measure."""

    def __init__(self, dose: Dose, unit: Unit | None) -> None:
        self._dose, self._unit = dose, unit

    def __call__(self, width: float, letters: Letters) -> Sequence[Shape]:
        cell = width / 4
        shapes: list[Shape] = []
        for at, (quarters, words) in enumerate(zip(self._dose.quarters, TIMES, strict=True)):
            left, middle = at * cell, at * cell + cell / 2
            tint = Tint.STRONG if quarters else Tint.FAINT
            shapes.append(Patch(left, 0, cell, SMALL_HEIGHT, soft=False, edge=True))
            shapes.append(Wording(middle, 7, _(words), Side.CENTRE, small=True))
            shapes += _mark(at, middle - (3 if at in (0, 2) else 0), 24, tint)
            amount = say_quarters(quarters) if quarters else "–"
            if quarters and self._unit is Unit.BOTTLE:
                amount += " mL"
            shapes.append(Wording(middle, 42, amount, Side.CENTRE, strong=bool(quarters), tint=tint))
        return shapes


class TimesOfDay:
    """Sun at the horizon, sun above, sun going down, moon; a time without a dose stays empty."""

    def __init__(self, dose: Dose) -> None:
        self._dose = dose

    def __call__(self, width: float, letters: Letters) -> Sequence[Shape]:
        cell = min(width, _MOST_WIDTH) / 4
        shapes: list[Shape] = []
        for at, (quarters, words) in enumerate(zip(self._dose.quarters, TIMES, strict=True)):
            left, middle = at * cell, at * cell + cell / 2
            tint = Tint.STRONG if quarters else Tint.FAINT
            shapes.append(Patch(left, 0, cell, HEIGHT, soft=False, edge=True))
            shapes += _mark(at, left + 15, 13, tint)
            shapes.append(Wording(left + 31, 13, _(words), small=True, tint=Tint.TEXT if quarters else Tint.FAINT))
            amount = say_quarters(quarters) if quarters else "–"
            shapes.append(Wording(middle, 33, amount, Side.CENTRE, strong=bool(quarters), tint=tint))
        return shapes


def _mark(at: int, x: float, y: float, tint: Tint) -> tuple[Shape, ...]:
    if at == 3:
        return _moon(x, y, tint)
    if at == 1:
        return _sun(x, y, tint, range(_RAYS))
    # Rising and setting: half of the rays over a horizon, and an arrow that says which way.
    up = 1 if at == 0 else -1
    arrow = (
        Stroke(x + 11, y + 3 * up, x + 11, y - 4 * up, tint),
        Stroke(x + 8.5, y - 1 * up, x + 11, y - 4 * up, tint),
        Stroke(x + 13.5, y - 1 * up, x + 11, y - 4 * up, tint),
    )
    return (*_sun(x - 2, y + 1, tint, range(4, _RAYS + 1)), Stroke(x - 12, y + 5, x + 8, y + 5, tint), *arrow)


def _sun(x: float, y: float, tint: Tint, rays: range) -> tuple[Shape, ...]:
    drawn: list[Shape] = [Dot(x, y, Form.CIRCLE, 8, tint)]
    for ray in rays:
        angle = radians(ray * 360 / _RAYS)
        drawn.append(Stroke(x + 6 * cos(angle), y + 6 * sin(angle), x + 9 * cos(angle), y + 9 * sin(angle), tint))
    return tuple(drawn)


def _moon(x: float, y: float, tint: Tint) -> tuple[Shape, ...]:
    """A crescent of strokes: the outer bow of one circle and the inner of another."""
    outer = [(x + 8 * cos(radians(a)), y + 8 * sin(radians(a))) for a in range(50, 311, 20)]
    inner = [(x + 5 + 6.3 * cos(radians(a)), y + 6.3 * sin(radians(a))) for a in range(285, 74, -21)]
    points = [*outer, *inner, outer[0]]
    return tuple(Stroke(*one, *two, tint) for one, two in pairwise(points))
