"""Five plain drawings, for those who read little: a few strokes each, black on white."""

from collections.abc import Callable, Mapping, Sequence

from clinic_desktop.printing.drawing import Dot, Form, Letters, Patch, Shape, Stroke

HEIGHT = 40.0
Draw = Callable[[float, Letters], Sequence[Shape]]


def _sign(_width: float, _letters: Letters) -> Sequence[Shape]:
    """Take care."""
    return (
        Stroke(20, 3, 40, 37), Stroke(40, 37, 0, 37), Stroke(0, 37, 20, 3),
        Stroke(20, 14, 20, 27), Dot(20, 32, Form.CIRCLE, 5),
    )  # fmt: skip


def _person(x: float, foot: float = 38.0) -> tuple[Shape, ...]:
    return (
        Dot(x, foot - 29, Form.CIRCLE, 13), Stroke(x, foot - 24, x, foot - 11),
        Stroke(x - 8, foot - 18, x + 8, foot - 18), Stroke(x, foot - 11, x - 7, foot),
        Stroke(x, foot - 11, x + 7, foot),
    )  # fmt: skip


def _walking(_width: float, _letters: Letters) -> Sequence[Shape]:
    """Somebody who sets out, and the way before them."""
    return (
        *_person(14),
        Stroke(30, 38, 66, 38),
        Stroke(44, 24, 64, 24),
        Stroke(58, 19, 64, 24),
        Stroke(58, 29, 64, 24),
    )


def _house(x: float) -> tuple[Shape, ...]:
    return (
        Patch(x, 18, 30, 20, soft=False, edge=True), Stroke(x - 5, 18, x + 15, 3), Stroke(x + 15, 3, x + 35, 18),
        Stroke(x - 5, 18, x + 35, 18), Patch(x + 11, 26, 8, 12, soft=False, edge=True),
    )  # fmt: skip


def _together(_width: float, _letters: Letters) -> Sequence[Shape]:
    return (*_house(6), *_person(58), *_person(80))


def _telephone(_width: float, _letters: Letters) -> Sequence[Shape]:
    rings = tuple(Stroke(34 + by, 13 - by, 37 + by, 20) for by in (0, 6))
    rings += tuple(Stroke(37 + by, 20, 34 + by, 27 + by) for by in (0, 6))
    return (
        Patch(6, 2, 22, 36, soft=False, edge=True), Patch(9, 6, 16, 22, soft=False, edge=True),
        Dot(17, 33, Form.CIRCLE, 6), *rings,
    )  # fmt: skip


def _lock(_width: float, _letters: Letters) -> Sequence[Shape]:
    """Put away, under lock."""
    return (
        Patch(4, 17, 30, 21, soft=False, edge=True), Stroke(10, 17, 10, 9), Stroke(10, 9, 14, 4), Stroke(14, 4, 24, 4),
        Stroke(24, 4, 28, 9), Stroke(28, 9, 28, 17), Dot(19, 25, Form.CIRCLE, 8), Stroke(19, 28, 19, 34),
    )  # fmt: skip


DRAWINGS: Mapping[str, Draw] = {
    "warning_signs": _sign,
    "what_i_can_do": _walking,
    "people_and_places": _together,
    "whom_to_call": _telephone,
    "making_it_safe": _lock,
}
