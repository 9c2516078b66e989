"""What brings generated people, and how it goes: a scale that falls over the months, a diagnosis, a prescription.

Not a model of any treatment: the medicines are those of the demonstrated formulary, in amounts that look ordinary.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Course:
    """One kind of story."""

    code: str
    """ICD-10, of the clinic's short list."""
    weight: int
    scale: str | None
    atc: str | None
    strength: str = ""
    dose: str = ""


COURSES = (
    Course("F32.1", 26, "phq9", "N06AB03", "20 mg", "1-0-0"),
    Course("F32.0", 10, "phq9", None),
    Course("F33.9", 8, "phq9", "N06AB06", "50 mg", "1-0-0"),
    Course("F41.2", 14, "phq9", "N06AB06", "50 mg", "1-0-0"),
    Course("F41.1", 8, "gad7", "N06AB10", "10 mg", "1-0-0"),
    Course("F43.1", 8, "phq9", "N06AB06", "50 mg", "1-0-0"),
    Course("F43.2", 8, "phq9", None),
    Course("F51.0", 4, None, None),
    Course("F20.9", 5, None, "N05AX08", "2 mg", "0-0-1"),
    Course("F31.9", 3, None, "N03AX09", "100 mg", "1-0-1"),
    Course("G40.9", 5, None, "N03AF01", "200 mg", "1-0-1"),
    Course("F10.2", 1, None, None),
)
ITEMS = {"phq9": 9, "gad7": 7}
LAST_ITEM_OF_PHQ9 = 9


def draw_course(rng: Random) -> Course:
    return rng.choices(COURSES, [course.weight for course in COURSES])[0]


@dataclass(slots=True)
class Burden:
    """How heavy it is: falls from one visit to the next, with steps back."""

    now: float
    floor: float
    fall: float
    troubled: bool
    """Answers the question about death with more than "not at all" while it is heavy."""

    def step(self, rng: Random) -> None:
        self.now = max(self.floor, self.now * self.fall + rng.gauss(0, 1.2))

    @property
    def stage(self) -> str:
        """Which kind of words fit."""
        return "worse" if self.now >= 13 else "better" if self.now >= 7 else "well"


def draw_burden(rng: Random) -> Burden:
    return Burden(rng.uniform(10, 22), rng.uniform(1, 5), rng.uniform(0.68, 0.9), rng.random() < 0.15)


def answer(rng: Random, scale: str, burden: Burden) -> dict[int, int]:
    """Answers to every item that add up to about the burden."""
    items = ITEMS[scale]
    last = LAST_ITEM_OF_PHQ9 if scale == "phq9" else 0
    wanted = round(min(burden.now * items / 9, items * 3 - 3))
    answers = dict.fromkeys(range(1, items + 1), 0)
    open_items = [i for i in answers if i != last]
    while wanted > 0 and open_items:
        item = rng.choice(open_items)
        answers[item] += 1
        wanted -= 1
        if answers[item] == 3:
            open_items.remove(item)
    if last and burden.troubled and burden.now >= 12:
        answers[last] = 1
    return answers
