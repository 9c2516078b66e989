"""Whether two registrations may be the same person, said in words. It warns; only a person decides.

Kept simple: points for what agrees, taken away for what speaks against it. A shared name alone never makes a strong
case, because villages share few names.
"""

from dataclasses import dataclass

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.identity import phone_digits, tidy_id
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.rules.terms import particles, sound, words_of
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.names import fold

STRONG, SHOWN = 7, 4


@dataclass(frozen=True, slots=True)
class Likeness:
    points: int
    equal: tuple[str, ...]
    different: tuple[str, ...]

    @property
    def strong(self) -> bool:
        return self.points >= STRONG

    @property
    def shown(self) -> bool:
        return self.points >= SHOWN


@dataclass(frozen=True, slots=True)
class _Finding:
    points: int
    equal: str = ""
    different: str = ""


_NOTHING = _Finding(0)


def compare(new: Details, known: Details) -> Likeness:
    """How much `known` speaks for being the person of `new`; what either does not know counts for nothing."""
    findings = (
        _family(new, known),
        _given(new, known),
        _birth(new.birth, known.birth),
        _sex(new.sex, known.sex),
        _place(new, known),
        _mother(new.mother_name, known.mother_name),
        _phone(new.phone, known.phone),
        _national_id(new.national_id, known.national_id),
    )
    return Likeness(
        sum(finding.points for finding in findings),
        tuple(_(finding.equal) for finding in findings if finding.equal),
        tuple(finding.different for finding in findings if finding.different),
    )


def _keys(text: str) -> dict[str, str]:
    """Sound key to the word as it is folded, without particles."""
    return {sound(word): word for word in words_of(text) if word not in particles()}


def _family(new: Details, known: Details) -> _Finding:
    one = _keys(f"{new.family_name} {new.second_family_name}")
    other = _keys(f"{known.family_name} {known.second_family_name}")
    if not one or not other:
        return _NOTHING
    shared = one.keys() & other.keys()
    if not shared:
        return _Finding(-2, different=_("family names"))
    spelled = [(one[key], other[key]) for key in shared if one[key] != other[key]]
    note = ""
    if spelled:
        note = _("family name: {other}, not {one}").format(
            other=spelled[0][1].capitalize(), one=spelled[0][0].capitalize()
        )
    whole = len(shared) >= min(len(one), len(other))
    return _Finding(3 if whole else 1, N_("family names") if whole else N_("one family name"), note)


def _given(new: Details, known: Details) -> _Finding:
    one, other = _keys(new.given_names), _keys(known.given_names)
    if not one or not other:
        return _NOTHING
    shared = one.keys() & other.keys()
    if not shared:
        return _Finding(-2, different=_("given names"))
    if len(shared) >= min(len(one), len(other)):
        return _Finding(2, N_("given names"))
    return _Finding(1, N_("one given name"))


def _birth(new: Birth | None, known: Birth | None) -> _Finding:
    if new is None or known is None:
        return _NOTHING
    one, other = new.day, known.day
    apart = abs(one.year - other.year)
    if one == other and one.day is not None:
        return _Finding(4, N_("birth date"))
    if one.year == other.year and one.day is not None and (one.day, one.month) == (other.month, other.day):
        return _Finding(3, N_("birth date, with day and month swapped"))
    if apart == 0:
        return _Finding(2, N_("year"))
    if apart <= 2:
        return _Finding(1, N_("about the same age"))
    loose = new.estimated or known.estimated
    return _Finding(-1 if loose and apart <= 5 else -3, different=_("year: {year}").format(year=other.year))


def _sex(new: Sex, known: Sex) -> _Finding:
    if Sex.UNKNOWN in (new, known) or new == known:
        return _NOTHING
    return _Finding(-3, different=_("sex"))


def _place(new: Details, known: Details) -> _Finding:
    if new.community and fold(new.community) == fold(known.community):
        return _Finding(2, N_("community"))
    if not new.municipality_code or not known.municipality_code:
        return _NOTHING
    if new.municipality_code == known.municipality_code:
        return _Finding(1, N_("municipality"))
    return _Finding(-1, different=_("community"))


def _mother(new: str, known: str) -> _Finding:
    one, other = _keys(new), _keys(known)
    if not one or not other:
        return _NOTHING
    shared = one.keys() & other.keys()
    return _Finding(2, N_("mother")) if shared else _Finding(-1, different=_("mother"))


def _phone(new: str, known: str) -> _Finding:
    one, other = phone_digits(new)[-7:], phone_digits(known)[-7:]
    return _Finding(2, N_("phone")) if len(one) == 7 and one == other else _NOTHING


def _national_id(new: str, known: str) -> _Finding:
    one, other = tidy_id(new), tidy_id(known)
    if not one or not other:
        return _NOTHING
    if one == other:
        return _Finding(7, N_("card number"))
    return _Finding(-3, different=_("card number")) if len(one) == len(other) else _NOTHING


def years_to_compare(birth: Birth | None) -> tuple[int, ...]:
    """Years of birth worth looking at: two around a told one."""
    return () if birth is None else tuple(range(birth.day.year - 2, birth.day.year + 3))


def is_enough(details: Details) -> bool:
    """Whether so much was typed that a comparison says something."""
    words = len(words_of(f"{details.given_names} {details.family_name} {details.second_family_name}"))
    return words >= 2 or len(tidy_id(details.national_id)) >= 9 or len(phone_digits(details.phone)) >= 7
