"""Search as one types, over 200,000 generated people in the encrypted vault, beside a bare indexed read.

Names are shared as villages share them: each municipality has its thirty family names, a few given names are borne by
very many, a quarter of the family names is spelled otherwise than their neighbours', half of the births are a year.
"""

import random
import time
import tracemalloc
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.patients.queries import memory
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.patient import Details, as_columns
from clinic_desktop.features.patients.rules.places import municipalities
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.screens.persons import ALL, PersonsScreen
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.features.patients.service import filing
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id

pytestmark = pytest.mark.benchmark

PEOPLE, QUERIES = 200_000, 520
"""So many queries for each of four ways."""


@dataclass(frozen=True)
class Someone:
    details: Details
    patient_id: str


class Villages:
    def __init__(self, luck: random.Random) -> None:
        self.luck = luck
        given = read_catalog("demo_given_names")
        self.given = {sex: [row["name"] for row in given if row["sex"] == sex] for sex in ("female", "male")}
        families = [row["name"] for row in read_catalog("demo_surnames")]
        luck.shuffle(families)
        # Rarer names, as a large register has them: joined from the syllables of known ones.
        rare = [f"{luck.choice(families)[:3]}{luck.choice(families)[-3:]}".capitalize() for _name in range(3000)]
        self.rare = rare
        self.places = [m.code for m in municipalities("GT")][:24]
        self.families = {place: luck.sample(families, 30) for place in self.places}
        self.communities = {place: [self._community(families) for _one in range(25)] for place in self.places}

    def _community(self, families: list[str]) -> str:
        kind = self.luck.choice(("Cantón", "Aldea", "Barrio", "Caserío"))
        return f"{kind} {self.luck.choice(families)[:4]}{self.luck.choice(self.rare)[-4:]}".title()

    def pick(self, names: list[str]) -> str:
        """Common ones often: the n-th with weight 1 / (n + 5)."""
        return self.luck.choices(names, [1 / (at + 5) for at in range(len(names))])[0]

    def family(self, place: str) -> str:
        name = self.luck.choice(self.rare) if self.luck.random() < 0.1 else self.pick(self.families[place])
        return spelled(self.luck, name)

    def somebody(self) -> Details:
        luck = self.luck
        sex = luck.choice((Sex.FEMALE, Sex.MALE))
        given, place = self.given[sex.value], luck.choice(self.places)
        year, exact = 2026 - int(luck.triangular(5, 90, 32)), luck.random() < 0.5
        born = PartialDate(year, luck.randint(1, 12), luck.randint(1, 28)) if exact else PartialDate(year)
        return Details(
            given_names=f"{self.pick(given)} {self.pick(given)}" if luck.random() < 0.8 else self.pick(given),
            family_name=self.family(place),
            second_family_name=self.family(place) if luck.random() < 0.85 else "",
            sex=sex,
            birth=Birth(born, not exact),
            municipality_code=place,
            community=luck.choice(self.communities[place]),
            mother_name=f"{self.pick(self.given['female'])} {self.family(place)}",
            phone="".join(luck.choices("0123456789", k=8)) if luck.random() < 0.6 else "",
            national_id="".join(luck.choices("0123456789", k=13)) if luck.random() < 0.5 else "",
        )


def spelled(luck: random.Random, name: str) -> str:
    if luck.random() < 0.75:
        return name
    swaps = (("v", "b"), ("c", "k"), ("z", "s"), ("x", "sh"), ("ll", "y"), ("j", "h"))
    one, other = luck.choice(swaps)
    return name.replace(one, other, 1)


def slip(luck: random.Random, word: str) -> str:
    """One wrong, missing, doubled or swapped letter, not the first."""
    at = luck.randrange(1, len(word) - 1)
    kind = luck.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + luck.choice("aeiourlstn") + word[at:]
    return word[:at] + luck.choice("aeiourlstn") + word[at + 1 :]


@pytest.fixture(scope="module")
def people() -> list[Someone]:
    villages = Villages(random.Random(7))
    return [Someone(villages.somebody(), new_id()) for _one in range(PEOPLE)]


def fill(vault: Any, actor: Any, people: list[Someone]) -> float:
    """As a merge brings them: rows first, then filed."""

    def insert(work: Any) -> None:
        stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
        rows = [
            {"id": one.patient_id, "number": f"PRU-AB{at % 100000:05d}-{at // 100000}", **as_columns(one.details)}
            for at, one in enumerate(people)
        ]
        work.session.execute(sa.insert(Patient), [row | stamp for row in rows])

    vault.do(insert, actor)
    began = time.perf_counter()
    vault.do(lambda work: filing.refresh_search(work, [one.patient_id for one in people]), actor)
    return time.perf_counter() - began


def load(vault: Any, actor: Any) -> None:
    steps: list[float] = []
    loading = memory.Loading()
    cpu, more = time.thread_time(), True
    while more:
        began = time.perf_counter()
        more = vault.ask(loading.step, actor)
        steps.append(time.perf_counter() - began)
    print(
        f"loading: {sum(steps):.2f} s, CPU {time.thread_time() - cpu:.2f} s, in {len(steps)} steps, the longest"
        f" {max(steps) * 1000:.0f} ms"
    )


def weigh(vault: Any, actor: Any) -> None:
    vault._remembered.clear()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    loading = memory.Loading()
    while vault.ask(loading.step, actor):
        pass
    held = vault._remembered["patients.memory"]
    del loading
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"index in memory: {(after - before) / 2**20:.1f} MiB (peak {(peak - before) / 2**20:.1f}); {held.said()}")


def test_search_while_typing(vault: Any, actor: Any, people: list[Someone], open_screen: Any) -> None:
    seconds = fill(vault, actor, people)
    print(f"\nfiling {PEOPLE} people: {seconds:.1f} s, {seconds / PEOPLE * 1000:.2f} ms each")
    luck = random.Random(11)
    load(vault, actor)
    plain = bare_read(vault, actor, luck.sample(people, 300))
    print(f"a bare read: {plain * 1000:.3f} ms")
    every: list[tuple[float, float]] = []
    for title, typo, more in (
        ("exact + year", False, "year"),
        ("exact + community", False, "community"),
        ("one slip + year", True, "year"),
        ("one slip + community", True, "community"),
    ):
        times: list[tuple[float, float]] = []
        found = 0
        for one in luck.sample(people, QUERIES):
            text = words_for(luck, one.details, typo=typo, more=more)
            rows = ()
            for end in range(1, len(text) + 1):
                began, cpu = time.perf_counter(), time.thread_time()
                rows = vault.ask(lambda r, words=text[:end]: finding.find(r, words), actor)
                times.append((time.perf_counter() - began, time.thread_time() - cpu))
            found += one.patient_id in {row.patient_id for row in rows}
        every += times
        low, high = wilson(found, QUERIES)
        print(f"{title}: in the first 20 {found}/{QUERIES} = {found / QUERIES:.3f} (95 %: {low:.3f} to {high:.3f})")
        tell(title, times, plain)
    tell("every keystroke", every, plain)
    windows = [painted(open_screen, luck, people, plain), lists(vault, actor, open_screen, plain)]
    weigh(vault, actor)
    assert all(windows)


def words_for(luck: random.Random, of: Details, *, typo: bool, more: str) -> str:
    words = [of.family_name.split()[-1].lower(), of.given_names.split()[0].lower()]
    if of.second_family_name and luck.random() < 0.5:
        words.insert(1, of.second_family_name.lower())
    if typo:
        at = max(range(len(words)), key=lambda place: len(words[place]))
        words[at] = slip(luck, words[at])
    luck.shuffle(words)
    if more == "year" and of.birth:
        words.append(str(of.birth.day.year))
    if more == "community":
        words.append(of.community.split()[-1].lower())
    return " ".join(words)


def bare_read(vault: Any, actor: Any, some: list[Someone]) -> float:
    """One row by its id, as plainly as SQL can."""
    times: list[float] = []
    for one in some:
        began = time.perf_counter()
        vault.ask(lambda r, i=one.patient_id: r.plain("SELECT id, family_name FROM patient WHERE id = ?", (i,)), actor)
        times.append(time.perf_counter() - began)
    return median(times)


def wilson(found: int, of: int) -> tuple[float, float]:
    z, share = 1.96, found / of
    middle, wide = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - wide) / (1 + z * z / of), (middle + wide) / (1 + z * z / of)


def tell(title: str, times: list[tuple[float, float]], plain: float) -> None:
    for kind, ordered in (("wall", sorted(w for w, _c in times)), ("CPU", sorted(c for _w, c in times))):
        at = lambda share, known=ordered: known[int(share * (len(known) - 1))] * 1000  # noqa: E731
        print(
            f"  {title}, {kind}: {len(times)} keystrokes, p50 {at(0.5):.2f} ms, p95 {at(0.95):.2f} ms"
            f" ({at(0.95) / plain / 1000:.0f} x a bare read), p99 {at(0.99):.2f} ms, max {at(1):.1f} ms"
        )


def painted(open_screen: Any, luck: random.Random, people: list[Someone], plain: float) -> SearchPage:
    """From the letter to the painted rows, in an open window."""
    page = open_screen(SearchPage)
    page.look_for("a")
    # What is not on a screen yet paints nothing.
    for _again in range(20):
        QApplication.processEvents()
        time.sleep(0.01)
    times: list[tuple[float, float]] = []
    for one in luck.sample(people, 60):
        text = words_for(luck, one.details, typo=luck.random() < 0.5, more="year")
        for end in range(1, len(text) + 1):
            began, cpu = time.perf_counter(), time.thread_time()
            page.look_for(text[:end])
            page.repaint()
            page.table.viewport().repaint()
            times.append((time.perf_counter() - began, time.thread_time() - cpu))
    tell("letter to painted rows (16 ms)", times, plain)
    return page


def lists(vault: Any, actor: Any, open_screen: Any, plain: float) -> PersonsScreen:
    middle = PEOPLE // 2
    for title, ask in (
        ("count", queries.count),
        ("first page by name", lambda r: queries.rows_of(r, queries.by_name(r, 0, 64))),
        ("a page in the middle by name", lambda r: queries.rows_of(r, queries.by_name(r, middle, 64))),
        ("the place of somebody by name", lambda r: queries.place_by_name(r, middle)),
        ("recent", queries.recent),
    ):
        times: list[tuple[float, float]] = []
        for _time in range(20):
            began, cpu = time.perf_counter(), time.thread_time()
            vault.ask(ask, actor)
            times.append((time.perf_counter() - began, time.thread_time() - cpu))
        tell(title, times, plain)
    began = time.perf_counter()
    screen = open_screen(PersonsScreen)
    print(f"  people, recent, to the built window: {(time.perf_counter() - began) * 1000:.0f} ms")
    screen.tabs.set_at(ALL)
    began = time.perf_counter()
    screen.reload()
    screen.table.viewport().repaint()
    print(f"  people, all by name, read and painted: {(time.perf_counter() - began) * 1000:.0f} ms")
    return screen
