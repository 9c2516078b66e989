"""How answers to a scale are read back: what they add up to, and how they came about. Never one without the other."""

from collections.abc import Mapping
from typing import Protocol

from clinic_desktop.features.consults.rules.scale_tables import find_scale
from clinic_desktop.features.consults.rules.scoring import HowGiven, is_checked_in, say_band, say_cutoff, say_total
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.kernel.i18n import N_, _


class Given(Protocol):
    """A row of answers, as far as this needs it."""

    @property
    def scale_code(self) -> str: ...
    @property
    def answers(self) -> Mapping[int, int]: ...
    @property
    def total(self) -> int | None: ...
    @property
    def band(self) -> str | None: ...
    @property
    def how_given(self) -> HowGiven: ...
    @property
    def language_code(self) -> str | None: ...
    @property
    def interpreter_name(self) -> str | None: ...
    @property
    def read_by(self) -> str | None: ...
    @property
    def flagged(self) -> bool | None: ...
    @property
    def cutoff(self) -> int | None: ...


_HOW = {
    HowGiven.READ_ALOUD: N_("read aloud"),
    HowGiven.INTERPRETER: N_("read through an interpreter"),
    HowGiven.CLINICIAN: N_("rated by the clinician"),
}


def say_result(given: Given) -> str:
    """ "12 of 27 · moderate", or how many answers there are where they add up to nothing."""
    scale = find_scale(given.scale_code)
    if given.total is None:
        return _("{count} answers, no total").format(count=len(given.answers)) if given.answers else _("no total")
    if scale is None:
        return " · ".join(part for part in (str(given.total), say_band(given.scale_code, given.band)) if part)
    cutoff = say_cutoff(scale, given.total, given.cutoff)
    return " · ".join(part for part in (say_total(scale, given.total, given.band), cutoff) if part)


def say_circumstances(given: Given) -> str:
    """What must be known to read the number: who asked, in which language, and what was said about danger."""
    scale = find_scale(given.scale_code)
    told = [direction] if (direction := say_direction(given)) else []
    if scale is not None and scale.flag is not None and given.flagged is not None:
        words = _("question {item} other than 0") if given.flagged else _("question {item}: 0")
        told.append(words.format(item=scale.flag.number))
    if given.how_given in _HOW:
        told.append(_(_HOW[given.how_given]))
    by = dict.fromkeys(name for name in (given.read_by, _interpreter(given)) if name)
    told += by
    told += _not_validated(given)
    return " · ".join(told)


def say_direction(given: Given) -> str:
    """Of a number that means the better the higher it is; of most scales it is the other way round, and nothing."""
    scale = find_scale(given.scale_code)
    return _("higher is better") if scale is not None and scale.is_higher_better and given.total is not None else ""


def _interpreter(given: Given) -> str | None:
    return given.interpreter_name if given.how_given is HowGiven.INTERPRETER else None


def say_doubts(given: Given) -> str:
    """What stands beside every number, also where nothing else of it is told: an interpreter, another language."""
    through = bool(given.interpreter_name) or given.how_given is HowGiven.INTERPRETER
    told = [_(_HOW[HowGiven.INTERPRETER])] if through else []
    return ", ".join((*told, *_not_validated(given)))


def _not_validated(given: Given) -> list[str]:
    if is_checked_in(given.language_code) or given.how_given is HowGiven.CLINICIAN:
        return []
    return [_("not validated in {language}").format(language=language_name(given.language_code).lower())]


def say_answers(given: Given) -> str:
    """Each answer by the number of its question."""
    return "  ".join(f"{item}:{value}" for item, value in sorted(given.answers.items()))
