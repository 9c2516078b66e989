"""Search as one types, over 100,000 generated people in the encrypted vault, beside a bare indexed read."""

import random
import time
from dataclasses import dataclass
from statistics import median

import pytest
import sqlalchemy as sa

from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.patient import Details, as_columns
from clinic_desktop.features.patients.rules.places import municipalities
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import filing
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id

pytestmark = pytest.mark.benchmark

PEOPLE, QUERIES = 100_000, 60


@dataclass(frozen=True)
class Someone:
    details: Details
    patient_id: str


def invent(luck: random.Random, given: list[str], families: list[str], places: list[str]) -> Details:
    """Names shared as villages share them, some spelled otherwise, half with an age only."""
    # A few names are borne by very many.
    pick = lambda names: names[min(int(luck.paretovariate(0.7)) - 1, len(names) - 1)]  # noqa: E731
    year = 2026 - int(luck.triangular(5, 90, 32))
    exact = luck.random() < 0.5
    born = PartialDate(year, luck.randint(1, 12), luck.randint(1, 28)) if exact else PartialDate(year)
    return Details(
        given_names=f"{pick(given)} {pick(given)}" if luck.random() < 0.8 else pick(given),
        family_name=spelled(luck, pick(families)),
        second_family_name=spelled(luck, pick(families)) if luck.random() < 0.85 else "",
        sex=luck.choice((Sex.FEMALE, Sex.MALE)),
        birth=Birth(born, not exact),
        municipality_code=luck.choice(places[:12]),
        community=f"{luck.choice(('Cantón', 'Aldea', 'Barrio'))} {luck.choice(families)}",
        phone="".join(luck.choices("0123456789", k=8)) if luck.random() < 0.6 else "",
    )


def spelled(luck: random.Random, name: str) -> str:
    if luck.random() < 0.75:
        return name
    swaps = (("v", "b"), ("c", "k"), ("z", "s"), ("x", "sh"), ("ll", "y"), ("j", "h"))
    one, other = luck.choice(swaps)
    return name.replace(one, other, 1)


def slip(luck: random.Random, word: str) -> str:
    """One wrong, missing or swapped letter, not the first."""
    if len(word) < 5:
        return word
    at = luck.randrange(1, len(word) - 1)
    kind = luck.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + luck.choice("aeiour") + word[at + 1 :]


@pytest.fixture(scope="module")
def people() -> list[Someone]:
    luck = random.Random(7)
    given = [row["name"] for row in read_catalog("demo_given_names")]
    families = [row["name"] for row in read_catalog("demo_surnames")]
    places = [m.code for m in municipalities("GT")]
    luck.shuffle(given)
    luck.shuffle(families)
    # Rarer names, as a large register has them: joined from the syllables of known ones.
    families += [f"{luck.choice(families)[:3]}{luck.choice(families)[-3:]}".capitalize() for _name in range(3000)]
    return [Someone(invent(luck, given, families, places), new_id()) for _one in range(PEOPLE)]


def fill(vault, actor, people: list[Someone]) -> float:
    """As a merge brings them: rows first, then filed."""

    def insert(work) -> None:
        stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
        rows = [
            {"id": one.patient_id, "number": f"PRU-AB{at:05d}-X", **as_columns(one.details), **stamp}
            for at, one in enumerate(people)
        ]
        work.session.execute(sa.insert(Patient), rows)

    vault.do(insert, actor)
    began = time.perf_counter()
    vault.do(lambda work: filing.refresh_search(work, [one.patient_id for one in people]), actor)
    return time.perf_counter() - began


def test_search_while_typing(vault, actor, people):
    seconds = fill(vault, actor, people)
    size = vault.ask(
        lambda r: r.value(sa.text("SELECT sum(length(people) + length(term) + 4) FROM patient_posting")), actor
    )
    print(
        f"\nfiling {PEOPLE} people: {seconds:.1f} s, {seconds / PEOPLE * 1000:.2f} ms each; index {size / 1e6:.1f} MB"
    )
    luck = random.Random(11)
    plain = bare_read(vault, actor, luck.sample(people, 200))
    for title, typo, with_year in (
        ("exact", False, False),
        ("exact + year", False, True),
        ("one slip + year", True, True),
    ):
        times: list[float] = []
        found = 0
        for one in luck.sample(people, QUERIES):
            text = words_for(luck, one.details, typo=typo, with_year=with_year)
            rows = ()
            for end in range(1, len(text) + 1):
                began = time.perf_counter()
                rows = vault.ask(lambda r, words=text[:end]: finding.find(r, words), actor)
                times.append(time.perf_counter() - began)
            found += one.patient_id in {row.patient_id for row in rows}
        tell(title, times, found, plain)


def words_for(luck: random.Random, of: Details, *, typo: bool, with_year: bool) -> str:
    family, given = of.family_name.split()[-1].lower(), of.given_names.split()[0].lower()
    words = [family, given]
    if of.second_family_name and luck.random() < 0.5:
        words.insert(1, of.second_family_name.lower())
    if typo:
        at = max(range(len(words)), key=lambda place: len(words[place]))
        words[at] = slip(luck, words[at])
    if with_year and of.birth:
        words.append(str(of.birth.day.year))
    return " ".join(words)


def bare_read(vault, actor, some: list[Someone]) -> float:
    """One row by its id, as plainly as SQL can."""
    times: list[float] = []
    for one in some:
        select = sa.select(Patient.id, Patient.family_name).where(Patient.id == one.patient_id)
        began = time.perf_counter()
        vault.ask(lambda r, select=select: r.first(select), actor)
        times.append(time.perf_counter() - began)
    return median(times)


def tell(title: str, times: list[float], found: int, plain: float) -> None:
    ordered = sorted(times)
    at = lambda share: ordered[int(share * (len(ordered) - 1))] * 1000  # noqa: E731
    print(
        f"{title}: {len(times)} keystrokes, p50 {at(0.5):.2f} ms ({at(0.5) / plain / 1000:.1f} x a bare read),"
        f" p95 {at(0.95):.2f} ms ({at(0.95) / plain / 1000:.1f} x), max {at(1):.1f} ms;"
        f" found in the first 20: {found}/{QUERIES}"
    )
