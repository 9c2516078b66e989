"""The generated past of one clinic, written through the same services that people use, on a clock that is moved.

A whole day is one transaction: forty acts at once cost little more than one, and nobody waits for them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from clinic_desktop.app.demo.consents import ask_consent
from clinic_desktop.app.demo.consultation import Consultation, Visit
from clinic_desktop.app.demo.illness import Burden, Course, draw_burden, draw_course
from clinic_desktop.app.demo.people import Region, invent
from clinic_desktop.app.demo.shelf import Shelf
from clinic_desktop.app.demo.supplies import Supplies
from clinic_desktop.app.demo.team import Team
from clinic_desktop.features.agenda.rules.day import VisitKind
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.patients.rules.patient import AllergyStatus
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.clock import StillClock, unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

COMES, LATE_BUT_COMES = 0.86, 0.05
STAYS = 0.93
"""The part of people who come again after a visit; the others are lost from sight, as everywhere."""
WEEKS_BETWEEN = (4, 6, 6, 8, 8)
OPENS, CLOSES = time(7, 40), time(15, 30)


@dataclass(slots=True)
class Life:
    """One generated person and what is still to come."""

    patient_id: PatientId
    course: Course
    burden: Burden
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much past there is, and where."""

    region: Region
    people: int
    first_day: date
    last_day: date
    """Today: people are booked for it, and nothing has happened yet."""
    weekday: int
    """The weekday of consultation; a clinic with many people has more of them."""
    seed: int


class History:
    """Writes a clinic's past day by day."""

    def __init__(self, vault: Vault, team: Team, plan: Plan) -> None:
        self._vault, self._team, self._plan = vault, team, plan
        self._rng = Random(plan.seed)
        self._days = consult_days(plan)
        self._joining = _spread(self._rng, plan.people, len(self._days) - 1)
        self._expected: dict[date, list[Life]] = defaultdict(list)
        self._shelf = Shelf(self._rng, plan.first_day)
        self._supplies = Supplies(Random(plan.seed + 1), team)
        self._consultation = Consultation(self._rng, team, self._shelf, self._supplies)
        self.lives: list[Life] = []
        self.counts: Counter[str] = Counter()

    def write(self, clock: StillClock) -> None:
        """Live every day before the last, which is left as it is booked."""
        for index, day in enumerate(self._days[:-1]):
            clock.set(_at(self._vault, day, OPENS))
            joining = self._joining[index]
            self._vault.do(partial(self.live_day, joining=joining), self._team.coordinator)
        self._vault.settle()

    def live_day(self, work: Work, joining: int) -> None:
        """One consultation day, from the first arrival to the closing of the list."""
        day, moments = work.today, _Moments(work, self._expected[work.today], joining)
        if not self._shelf.products:
            self._shelf.take_names(work)
            self._supplies.agree(work, [product.presentation_id for product in self._shelf.products.values()])
        _as(work, self._team.pharmacy)
        self.counts["deliveries"] += self._shelf.receive(work, len(self.lives) + joining, self._supplies)
        self._supplies.live(work, [life.patient_id for life in self.lives])
        self.counts["replies"] += self._consultation.take_replies(work)
        for life in self._expected.pop(day, []):
            self._expect(work, life, moments)
        for _ in range(joining):
            self._join(work, moments)
        _as(work, self._team.reception, moments.closing)
        self.counts["missed"] += agenda.close_day(work, day)
        _as(work, self._team.coordinator)
        if day.day <= 7:
            self.counts["written_off"] += self._shelf.clear(work)
        work.act = "demo.live_day"
        work.about("site", work.site_id)

    def _expect(self, work: Work, life: Life, moments: "_Moments") -> None:
        """Somebody who is booked: comes, or comes another day, or not at all."""
        drawn = self._rng.random()
        if drawn >= COMES + LATE_BUT_COMES:
            return
        if drawn >= COMES:
            later = self._later(work.today, 1)
            if later is not None:
                self._expected[later].append(life)
            return
        _as(work, self._team.reception, moments.next())
        appointment_id = agenda.arrive(work, patient_id=life.patient_id, new_appointment_id=_new(work))
        self.see(work, life, appointment_id, moments.pace)

    def _join(self, work: Work, moments: "_Moments") -> None:
        """A new person: registered, arrived, seen for the first time."""
        _as(work, self._team.reception, moments.next())
        life = self.register(work)
        appointment_id = agenda.arrive(
            work, patient_id=life.patient_id, new_appointment_id=_new(work), kind=VisitKind.FIRST
        )
        self.see(work, life, appointment_id, moments.pace)

    def register(self, work: Work) -> Life:
        """Put one invented person into the clinic's register."""
        details = invent(self._rng, self._plan.region, work.today)
        life = Life(PatientId(_new(work)), draw_course(self._rng), draw_burden(self._rng))
        patients.register(work, life.patient_id, details)
        # Chance of its own: what people answer does not change what happens to them.
        ask_consent(work, life.patient_id, details, Random(f"{self._plan.seed} {len(self.lives)}"))
        drawn = self._rng.random()
        if drawn < 0.06:
            patients.add_allergy(work, life.patient_id, self._rng.choice(("Penicilina", "Sulfas", "Dipirona")))
        elif drawn < 0.8:
            patients.set_allergy_status(work, life.patient_id, AllergyStatus.NONE_KNOWN)
        self.lives.append(life)
        self.counts["patients"] += 1
        return life

    def see(self, work: Work, life: Life, appointment_id: str, pace: timedelta) -> None:
        """Hold the consultation and book the next."""
        again = self._later(work.today, self._rng.choice(WEEKS_BETWEEN)) if self._rng.random() < STAYS else None
        visit = Visit(life.patient_id, life.course, life.burden, life.visits, appointment_id, again, pace)
        written = self._consultation.hold(work, visit)
        life.visits += 1
        if again is not None:
            self._expected[again].append(life)
        self.counts.update(written)

    def _later(self, day: date, weeks: int) -> date | None:
        """The consultation day some weeks from now; one after the last is only booked."""
        wanted = day + timedelta(weeks=weeks)
        known = [d for d in self._days if d >= wanted]
        if known:
            return known[0]
        return _same_weekday(wanted, self._plan.weekday)

    def expected_on(self, day: date) -> list[Life]:
        """Whom a day still expects."""
        return self._expected.get(day, [])


class _Moments:
    """Times of arrival over the hours of one day, in order."""

    def __init__(self, work: Work, expected: list[Life], joining: int) -> None:
        opens, closes = _local(work, OPENS), _local(work, CLOSES)
        self._at, self.closing = opens, closes + timedelta(minutes=30)
        self.pace = (closes - opens) / (len(expected) + joining + 1)

    def next(self) -> datetime:
        self._at += self.pace
        return self._at


def consult_days(plan: Plan) -> list[date]:
    """One weekday per hundred and fifty people, and always the last day."""
    many = min(5, 1 + plan.people // 150)
    weekdays = {(plan.weekday + i) % 5 for i in range(many)}
    count = (plan.last_day - plan.first_day).days
    days = [plan.first_day + timedelta(days=i) for i in range(count + 1)]
    return [d for d in days if d.weekday() in weekdays or d == plan.last_day]


def _spread(rng: Random, people: int, days: int) -> list[int]:
    """How many join on each day: more in the beginning, when a clinic opens."""
    counts = [0] * days
    for _ in range(people):
        counts[min(days - 1, int(days * rng.random() ** 1.6))] += 1
    return counts


def _same_weekday(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _local(work: Work, at: time) -> datetime:
    return datetime.combine(work.today, at, work.place.zone)


def _at(vault: Vault, day: date, at: time) -> datetime:
    return datetime.combine(day, at, vault.place.zone)


def _as(work: Work, actor: Actor, now: datetime | None = None) -> None:
    """The next acts are this person's, at this time."""
    work.actor = actor
    if now is not None:
        work.now = max(now, work.now)


def _new(work: Work) -> str:
    return new_id(unix_ms(work.now))
