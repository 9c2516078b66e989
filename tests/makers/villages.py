"""Invented villages with their families, and how a hurried person writes somebody down. Nobody here is real.

Names come from the demonstration lists; villages of some 900 people share a dozen family names each.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.places import municipalities
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate

TODAY = date(2026, 11, 23)
Luck = random.Random


@dataclass
class Soul:
    """A person as only the person's family knows them."""

    given: list[str]
    family: str
    second: str
    sex: Sex
    born: date
    town: str
    quarter: str
    quarters: list[str]
    mother: str
    mother_also: str
    phone: str
    national_id: str
    married: str = ""
    kind: str = ""
    """How somebody who never was registered is related to one who was."""
    spoken: list[str] = field(default_factory=list[str])


def make_villages(luck: Luck, people: int) -> tuple[list[Soul], list[Soul]]:
    """Those who were registered, and their kin, namesakes and strangers who never were."""
    return _Maker(luck).villages(people)


class _Maker:
    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        named = read_catalog("demo_given_names")
        self._given = {sex: [row["name"] for row in named if row["sex"] == sex] for sex in ("female", "male")}
        self._families = [row["name"] for row in read_catalog("demo_surnames")]
        for _more in range(500):
            one, other = luck.sample(self._families[:156], 2)
            self._families.append(f"{one[: max(2, len(one) // 2)]}{other[len(other) // 2 :].lower()}".capitalize())
        self._towns = [town.code for town in municipalities("GT")]

    def villages(self, people: int) -> tuple[list[Soul], list[Soul]]:
        living: list[Soul] = []
        newcomers: list[Soul] = []
        village = 0
        while len(living) < people:
            self._village(village, living, newcomers)
            village += 1
        self._luck.shuffle(living)
        return living, newcomers

    def _village(self, village: int, living: list[Soul], newcomers: list[Soul]) -> None:
        luck = self._luck
        town = self._towns[(village // 3) % len(self._towns)]
        names = luck.sample(self._families, 14) + luck.sample(self._families[:40], 4)
        kinds = ("Cantón", "Aldea", "Barrio", "Paraje", "Caserío")
        quarters = [f"{luck.choice(kinds)} {luck.choice(self._families)}" for _quarter in range(5)]
        until = len(living) + 900
        while len(living) < until:
            self._home(town, quarters, names, living, newcomers)

    def _home(
        self,
        town: str,
        quarters: list[str],
        names: list[str],
        living: list[Soul],
        newcomers: list[Soul],
    ) -> None:
        luck = self._luck
        quarter = luck.choice(quarters)
        phone = "".join(luck.choices("0123456789", k=7)) if luck.random() < 0.75 else ""
        phone = f"{luck.choice('345')}{phone}" if phone else ""
        base = luck.randint(1945, 2004)

        def soul(sex: str, family: str, second: str, year: int, mother: str) -> Soul:
            born = date(year, luck.randint(1, 12), luck.randint(1, 28))
            own = phone if luck.random() < 0.8 else f"{luck.choice('345')}{''.join(luck.choices('0123456789', k=7))}"
            card = "".join(luck.choices("0123456789", k=13)) if year < 2009 and luck.random() < 0.85 else ""
            # A second name for the mother: what only the neighbours call her.
            also = f"{luck.choice(self._given['female'])} {mother.split()[-1]}"
            return Soul(
                self._some_given(sex), family, second, Sex(sex), born, town, quarter, quarters, mother, also, own, card,
            )  # fmt: skip

        def pick() -> str:
            return luck.choices(names, _shares(len(names), 2))[0]

        def woman() -> str:
            return " ".join([*self._some_given("female"), pick()])

        father = soul("male", pick(), pick(), base, woman())
        mother = soul("female", pick(), pick(), base + luck.randint(-3, 6), woman())
        mother.married = father.family if luck.random() < 0.3 else ""
        home = [father, mother]
        mothers_name = f"{' '.join(mother.given)} {mother.family}"
        year = max(base, mother.born.year) + luck.randint(17, 24)
        extra: list[Soul] = []
        borne: list[list[str]] = [mother.given]
        while year <= TODAY.year - 1 and len(home) < 9 and luck.random() < 0.82:
            sex = luck.choice(("female", "male"))
            namesake = sex == "male" and father.given not in borne and luck.random() < 0.15
            child = soul(sex, father.family, mother.family, year, mothers_name)
            child.given = list(father.given) if namesake else self._not_yet(sex, borne)
            borne.append(child.given)
            if luck.random() < 0.04:
                twin = soul(sex, father.family, mother.family, year, mothers_name)
                twin.born, twin.phone, twin.kind = child.born, child.phone, "twin"
                twin.given = self._not_yet(sex, borne)
                if len(child.given) > 1 and luck.random() < 0.3:
                    twin.given = [child.given[0], self._other_given(sex, child.given)]
                borne.append(twin.given)
                extra.append(twin)
            if luck.random() < (0.4 if namesake else 0.1):
                child.kind = "father and son" if namesake else "sibling"
                extra.append(child)
            else:
                home.append(child)
            year += luck.randint(1, 4)
        roll = luck.random()
        if roll < 0.04:
            cousin = soul(luck.choice(("female", "male")), father.family, pick(), base + luck.randint(15, 40), woman())
            cousin.kind, cousin.phone = "cousin", ""
            extra.append(cousin)
        elif roll < 0.07:
            like = luck.choice(home)
            other = soul(like.sex, like.family, like.second, like.born.year + luck.choice((-9, -6, 5, 8, 12)), woman())
            other.given, other.kind, other.phone = list(like.given), "namesake", ""
            other.quarter = luck.choice(quarters)
            extra.append(other)
        elif roll < 0.12:
            stranger = soul(luck.choice(("female", "male")), pick(), pick(), luck.randint(1940, 2020), woman())
            stranger.kind, stranger.phone = "stranger", ""
            extra.append(stranger)
        living += [one for one in home if one.kind == ""]
        newcomers += extra

    def _some_given(self, sex: str) -> list[str]:
        luck, names = self._luck, self._given[sex]
        first = luck.choices(names, _shares(len(names), 3))[0]
        return [first, self._other_given(sex, [first])] if luck.random() < 0.75 else [first]

    def _other_given(self, sex: str, but: Sequence[str]) -> str:
        luck, names = self._luck, self._given[sex]
        while (name := luck.choices(names, _shares(len(names), 6))[0]) in but:
            continue
        return name

    def _not_yet(self, sex: str, borne: Sequence[Sequence[str]]) -> list[str]:
        """No two living children of one house bear the same names, or one of them all that the other is called."""
        while True:
            given = set(names := self._some_given(sex))
            if not any(given <= set(other) or set(other) <= given for other in borne):
                return names


def _shares(many: int, flat: int) -> list[float]:
    """How often the first, second, third name of a list is borne."""
    return [1 / (place + flat) for place in range(1, many + 1)]


NEWCOMERS = ("twin", "sibling", "father and son", "cousin", "namesake", "stranger")


def written(luck: Luck, soul: Soul) -> Details:
    """One visit to a desk: what was asked, known and told that day."""
    exact = luck.random() < (0.85 if soul.national_id else 0.7)
    return Details(
        given_names=" ".join(soul.given),
        family_name=soul.family,
        second_family_name=soul.second if luck.random() < 0.92 else "",
        married_name=soul.married if luck.random() < 0.5 else "",
        sex=soul.sex,
        birth=Birth(PartialDate.of(soul.born)) if exact else guessed(luck, soul, 0.03),
        municipality_code=soul.town,
        community=soul.quarter if luck.random() < 0.96 else "",
        phone=soul.phone if luck.random() < 0.75 else "",
        national_id=soul.national_id if luck.random() < 0.6 else "",
        mother_name=soul.mother if luck.random() < 0.7 else "",
    )


def guessed(luck: Luck, soul: Soul, share: float) -> Birth:
    """An age as it is told: wrong by more the older somebody is."""
    age = TODAY.year - soul.born.year
    told = max(0, round(luck.gauss(age, 0.3 + age * share)))
    if age > 30 and luck.random() < 0.25:
        told = min(round(told / 5) * 5, 110)
    return Birth(PartialDate(TODAY.year - told), True, TODAY)
