"""Fills a training vault with generated people and their past. Never beside real data."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.app.demo.history import History, Plan
from clinic_desktop.app.demo.marks import is_demo, mark_folder
from clinic_desktop.app.demo.people import Region
from clinic_desktop.app.demo.team import Post, Team, hire
from clinic_desktop.features.patients.queries import people as patients_queries
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.work import Work

DAYS_OF_A_YEAR = 365
REGION = Region(("0701", "0710", "0711", "0702"), "cak")
POSTS = (
    Post("receptionist", "Ana Sical (demo)", "Ana Sical Cuc"),
    Post("psychiatrist", "Dra. Pop (demo)", "Dra. Elena Pop Rax", "00000"),
    Post("resident", "Dr. Tum (demo)", "Dr. Mateo Tum Choc", "00001"),
    Post("nurse", "Rosa Batz (demo)", "Rosa Batz Puac"),
    Post("pharmacy", "Juana Cux (demo)", "Juana Cux Tzep"),
)


class RealData(Refused):
    text = N_("There are people in this clinic who were not generated. Make another folder for training.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was written, and by whom."""

    team: Team
    counts: dict[str, int]


def fill(clinic: OpenClinic, *, patients: int, years: int, seed: int) -> dict[str, int]:
    """Add generated people with `years` of consultations. The vault is marked as a demonstration for good."""
    mark(clinic)
    days, now = max(1, years) * DAYS_OF_A_YEAR, clinic.vault.clock.now()
    filled = fill_with(clinic, POSTS, REGION, people=patients, days=days, seed=seed, now=now)
    return filled.counts


def mark(clinic: OpenClinic) -> None:
    """Only a vault without real people becomes a demonstration; the mark is never taken off."""
    vault = clinic.vault
    if not vault.place.demo:
        if vault.ask(patients_queries.count, clinic.actor):
            raise RealData()
        vault.do(_mark_device, clinic.actor)
        vault.learn_place()
    if not is_demo(vault.folder):
        mark_folder(vault.folder)


def _mark_device(work: Work) -> None:
    device = work.load(ThisDevice, 1)
    device.demo = True
    work.act = "demo.mark"
    work.about("this_device", device.device_id)


def fill_with(
    clinic: OpenClinic, posts: tuple[Post, ...], region: Region, *, people: int, days: int, seed: int, now: datetime
) -> Filled:
    """Write the past up to the day of `now`, on a clock of its own; the vault's own clock is put back."""
    vault, own_clock = clinic.vault, clinic.vault.clock
    today = now.astimezone(vault.place.zone).date()
    first = today - timedelta(days=days)
    clock = StillClock(datetime.combine(first, time(7), vault.place.zone))
    vault.clock = clock
    try:
        team = hire(vault, clinic.actor, posts)
        history = History(vault, team, Plan(region, people, first, today, today.weekday(), seed))
        history.write(clock)
    finally:
        vault.clock = own_clock
    return Filled(team, dict(history.counts))
