"""Whether two registrations may be the same person, said in words. It warns; only a person decides.

After Fellegi and Sunter: each field that was compared gives signs (rules/comparing.py), each sign has a weight in bits,
and their sum says how many times likelier than not it is that the two are one person. Weights and thresholds were
fitted on generated registrations and are judged on others (docs/decisions/0061-likeness.md).

Rules stand above the sum. A village shares few names and short surnames (Cuc, Tum, Toj) differ by a letter: so a name
alone never makes a strong case, and a short surname written otherwise needs one field more. And a card number that is
the same is always asked about.
"""

from dataclasses import dataclass

from clinic_desktop.features.patients.rules.comparing import Bits, Traits, findings, traits, usual
from clinic_desktop.features.patients.rules.identity import phone_digits, tidy_id
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.terms import words_of

STRONG, SHOWN = 3.0, -4.5
"""Bits from which the form asks before it saves, and from which it shows somebody at all."""

BASE = -7.5
"""What the sum begins with: few of those who are compared at all are the same person."""

WEIGHTS: dict[str, float] = {
    # Family names: both, in the other order, one where the other record has two, only one of two.
    "family_two": 3.9,
    "family_two_moved": 1.8,
    "family_only": 3.4,
    "family_one_missing": 2.2,
    "family_other_missing": -0.6,
    "family_first": -1.9,
    "family_second": -3.9,
    "family_crossed": -5.1,
    "family_married": -2.0,  # by hand: seen once
    "family_none": -9.4,
    # For each name that is written otherwise: by sound, a slip, alike, a letter of a short one.
    "family_sound": -0.1,
    "family_slip": -0.7,
    "family_alike": -1.0,  # by hand: not seen in the fit
    "family_short": -1.5,  # by hand: seen too seldom
    # For each bit that a shared name is rarer than is usual.
    "family_rare": 0.1,  # by hand: fits gave 0.0 to 0.3
    # Given names: all, in another order, fewer on one side, some but not others (twins, sisters).
    "given_all": 7.6,
    "given_moved": 4.6,
    "given_fewer": 1.2,
    "given_fewer_moved": -0.7,
    "given_some": -11.8,
    "given_none": -13.2,
    "given_joined": 4.8,
    "fields_mixed": -0.5,  # by hand: what is in the wrong place never speaks for it
    "given_called": 2.0,  # by hand: "known as" is not in the set
    "given_sound": -1.8,
    "given_slip": -2.6,
    "given_alike": -4.3,  # by hand, as a slip
    "given_short": -4.3,  # by hand, as a slip
    "given_pet": -0.1,
    "given_rare": 0.3,
    # Birth: the date, its slips, the year, a guess within what the age forgives, and beyond.
    "birth_date": 7.9,
    "birth_swapped": 3.0,
    "birth_slip": 3.0,
    "birth_day_only": 2.5,  # by hand, as a slip
    "birth_year": 4.9,
    "birth_year_only": -2.1,
    "birth_guess_1": 4.0,
    "birth_guess": 2.3,
    "birth_guess_old": 0.3,
    "birth_guess_wide": -3.5,
    "birth_1_apart": -1.2,  # by hand: two dates of one person never were a year apart in the set
    "birth_2_apart": -2.5,  # by hand
    "birth_few_apart": -5.0,
    "birth_far": -8.0,  # by hand: never of one person in the set, fits gave -5.7 to -9.0
    "birth_generation": -9.6,
    # The rest.
    "sex_other": -2.0,  # by hand: it is marked wrongly more often in the set than in life
    "place_community": 0.7,
    "place_municipality": 0.3,
    "place_other_community": -2.0,  # by hand: the set always names the municipality
    "place_quarter": -5.1,
    "place_other": -3.4,
    "mother_all": 3.1,
    "mother_one": 1.0,  # by hand: the set names mothers in full
    "mother_some": -1.9,
    "mother_none": -3.8,
    "phone_same": 2.6,
    "phone_other": -2.0,
    "id_same": 6.5,
    "id_slip": 0.6,
    "id_other": -5.5,
}
"""Bits for each sign; those of the fit unless it says "by hand"."""

_BIRTHS = ("date", "swapped", "slip", "day_only", "year", "1_apart", "guess_1", "guess")
_SECOND_FIELD = frozenset(
    (
        *(f"birth_{how}" for how in _BIRTHS),
        *("place_community", "mother_all", "mother_one", "phone_same", "id_same", "id_slip"),
    )
)
"""Signs that let a likeness of names be a strong case."""
_SHORT_SLIPS = frozenset(("family_short",))


@dataclass(frozen=True, slots=True)
class Likeness:
    points: float
    equal: tuple[str, ...]
    different: tuple[str, ...]
    strong: bool

    @property
    def shown(self) -> bool:
        return self.points >= SHOWN


def compare(new: Details, known: Details, bits: Bits = usual) -> Likeness:
    """How much `known` speaks for being the person of `new`; what either does not know counts for nothing."""
    return likeness(traits(new), traits(known), bits)


def likeness(new: Traits, known: Traits, bits: Bits = usual) -> Likeness:
    found = findings(new, known, bits)
    signs = [sign for finding in found for sign in finding.signs]
    points = BASE + sum(WEIGHTS.get(name, 0.0) * amount for name, amount in signs)
    names = {name for name, _amount in signs}
    needed = 2 if names & _SHORT_SLIPS else 1
    one_card = "id_same" in names
    return Likeness(
        max(points, STRONG) if one_card else points,
        tuple(finding.equal for finding in found if finding.equal),
        tuple(words for finding in found for words in finding.different),
        one_card or (points >= STRONG and len(names & _SECOND_FIELD) >= needed),
    )


def is_enough(details: Details) -> bool:
    """Whether so much was typed that a comparison says something."""
    words = len(words_of(f"{details.given_names} {details.family_name} {details.second_family_name}"))
    return words >= 2 or len(tidy_id(details.national_id)) >= 9 or len(phone_digits(details.phone)) >= 7
