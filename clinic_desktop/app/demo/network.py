"""Builds the demonstration network: a central and three clinics with a past, joined as people would join them."""

import os
import shutil
import sys
import tempfile
import time as stopwatch
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

from clinic_desktop.app.clinic import NewClinic, OpenClinic, found_clinic, open_clinic, opener
from clinic_desktop.app.demo.fill import fill_with
from clinic_desktop.app.demo.marks import mark_folder
from clinic_desktop.app.demo.offices import at_the_central, before_the_stick, lose_a_stick
from clinic_desktop.app.demo.sites import (
    CENTRAL,
    CENTRAL_CODE,
    CENTRAL_NAME,
    CENTRAL_PERSON,
    CLINICS,
    MUNICIPALITY_OF_CENTRAL,
    ZONE,
    DemoSite,
)
from clinic_desktop.app.demo.team import PASSWORD, give_keys, team_of
from clinic_desktop.app.demo.today import live_morning
from clinic_desktop.exchange.outcomes import MergeReport
from clinic_desktop.exchange.steps import Steps, finish
from clinic_desktop.features.bundles.service import carrying, joining, taking
from clinic_desktop.features.staff.rules import COORDINATOR, DATA_MANAGER
from clinic_desktop.kernel.clock import Clock, StillClock
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_, set_language
from clinic_desktop.kernel.progress import Result

DAY_OF_PEOPLE = 90
"""People of the biggest clinic, unless asked otherwise."""
SEED = 20
TRAVELS = time(16, 40)
"""When the stick went to the central, on the evening before."""


@dataclass(frozen=True, slots=True)
class Network:
    """Where everything is, and what was made."""

    folder: Path
    counts: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    seconds: float = 0.0

    @property
    def central(self) -> Path:
        return self.folder / CENTRAL

    def clinic(self, site: DemoSite) -> Path:
        return self.folder / site.folder


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of a network is wanted."""

    people: int = DAY_OF_PEOPLE
    clinics: tuple[DemoSite, ...] = CLINICS
    part_of_past: float = 1.0
    """1 = the whole past of each clinic."""
    apart: bool = True
    """Build clinics in processes of their own, where the computer has a second core."""
    language: str = "es"


class NotTaken(Trouble):
    text = N_("The bundle {file} was not taken in whole.")


Tell = Callable[[str], object]


def build(folder: Path, clock: Clock, wanted: Wanted, tell: Tell = lambda _said: None) -> Network:
    """Make the network in an empty folder. The clock says what today is."""
    began = stopwatch.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    mark_folder(folder)
    now = clock.now()
    counts = dict(
        _in_processes(folder, now, wanted) if wanted.apart and _may_split() else _here(folder, now, wanted, tell)
    )
    tell(CENTRAL_NAME)
    yesterday = _local(now, TRAVELS, -1)
    _found_central(folder / CENTRAL, now - timedelta(days=max(s.days for s in wanted.clinics) + 1))
    _join_and_carry(folder, wanted.clinics, StillClock(yesterday))
    for at, site in enumerate(wanted.clinics):
        _live_today(folder / site.folder, site, StillClock(now), SEED + at)
    return Network(folder, counts, stopwatch.monotonic() - began)


def sign_in(folder: Path, name: str, clock: Clock) -> OpenClinic:
    """Open one of the demonstration's vaults with the password that everybody has."""
    return open_clinic(folder, opener(folder, name, PASSWORD, clock), clock)


def _may_split() -> bool:
    # A packaged program cannot start itself as a worker.
    return (os.cpu_count() or 1) > 1 and not getattr(sys, "frozen", False)


def _in_processes(folder: Path, now: datetime, wanted: Wanted) -> list[tuple[str, dict[str, int]]]:
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        jobs = [
            pool.submit(make_clinic, folder, site, now, wanted, SEED + at) for at, site in enumerate(wanted.clinics)
        ]
        return [(site.code, job.result()) for site, job in zip(wanted.clinics, jobs, strict=True)]


def _here(folder: Path, now: datetime, wanted: Wanted, tell: Tell) -> list[tuple[str, dict[str, int]]]:
    made: list[tuple[str, dict[str, int]]] = []
    for at, site in enumerate(wanted.clinics):
        tell(site.name)
        made.append((site.code, make_clinic(folder, site, now, wanted, SEED + at)))
    return made


def make_clinic(folder: Path, site: DemoSite, now: datetime, wanted: Wanted, seed: int) -> dict[str, int]:
    """Found one clinic in the past and live it up to yesterday."""
    set_language(wanted.language)  # a process of its own begins without one
    days = max(8, int(site.days * wanted.part_of_past))
    begins = StillClock(_local(now, time(7), -days))
    new = NewClinic(
        site.name, site.code, "clinic", ZONE, site.region.municipalities[0], site.coordinator, PASSWORD, demo=True
    )
    clinic, _code = found_clinic(folder / site.folder, new, begins)
    mark_folder(folder / site.folder, {p.name: p.role_code for p in site.posts} | {site.coordinator: COORDINATOR})
    try:
        people = max(4, round(wanted.people * site.share))
        filled = fill_with(clinic, site.posts, site.region, people=people, days=days, seed=seed, now=now)
        clinic.vault.clock = StillClock(_local(now, TRAVELS, -1))
        give_keys(clinic.vault, filled.team)
    finally:
        clinic.close()
    return {name: count for name, count in sorted(filled.counts.items()) if count}


def _found_central(folder: Path, since: datetime) -> None:
    new = NewClinic(
        CENTRAL_NAME, CENTRAL_CODE, "central", ZONE, MUNICIPALITY_OF_CENTRAL, CENTRAL_PERSON, PASSWORD, demo=True
    )
    clinic, _code = found_clinic(folder, new, StillClock(since))
    mark_folder(folder, {CENTRAL_PERSON: DATA_MANAGER})
    clinic.close()


def _join_and_carry(folder: Path, sites: tuple[DemoSite, ...], clock: StillClock) -> None:
    """Every clinic asks the central, is taken in, and has brought its past to it once."""
    with ExitStack() as stack:
        central = sign_in(folder / CENTRAL, CENTRAL_PERSON, clock)
        stack.callback(central.close)
        stick = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clinics: list[OpenClinic] = []
        for site in sites:
            clinic = sign_in(folder / site.folder, site.coordinator, clock)
            stack.callback(clinic.close)
            join(clinic, central, stick)
            clinics.append(clinic)
        carry(clinics, central, stick)
        if len(clinics) > 1:
            first, second = clinics[:2]
            before_the_stick(first, second, central)
            lose_a_stick(second, stick)
            _bring(clinics, central, stick)
            at_the_central(first, second, central)
            _take_home(clinics, central, stick)


def join(clinic: OpenClinic, central: OpenClinic, stick: Path) -> None:
    """The two-way exchange of keys; the codes are compared by whoever holds both in hand."""
    request = joining.write_request(clinic.vault, clinic.actor, folder=stick)
    answer, approval = joining.approve(central.vault, central.actor, file=request, folder=stick)
    accepting = partial(joining.join, content=answer.read_bytes(), name=answer.name, confirmed=True)
    clinic.vault.do(accepting, clinic.actor)
    central.vault.do(partial(joining.compared, device_id=approval.device_id, confirmed=True), central.actor)


def carry(clinics: list[OpenClinic], central: OpenClinic, stick: Path) -> None:
    """One journey of the stick: every clinic's bundle to the central, its answers back."""
    _bring(clinics, central, stick)
    _take_home(clinics, central, stick)


def _bring(clinics: list[OpenClinic], central: OpenClinic, stick: Path) -> None:
    files = [done(carrying.export(c.vault, c.actor, folder=stick)).path for c in clinics]
    merged = done(taking.merge(central.vault, central.actor, files=files))
    _all_taken(merged)


def _take_home(clinics: list[OpenClinic], central: OpenClinic, stick: Path) -> None:
    answers = done(carrying.write_receipt(central.vault, central.actor, folder=stick))
    for clinic in clinics:
        mine = [one.path for one in answers if one.site_name == clinic.vault.place.site_name]
        taken = done(taking.accept(clinic.vault, clinic.actor, files=mine))
        _all_taken(taken)


def _all_taken(report: MergeReport) -> None:
    """Nothing was refused and nothing kept aside; else the network would look right and be empty."""
    wrong = [one for one in report.files if not one.ok or one.aside_segments or one.held_segments]
    if wrong:
        raise NotTaken(file=wrong[0].path.name)


def done(steps: Steps[Result]) -> Result:
    """Run a long piece of work to its end with nobody to stop it."""
    result = finish(steps)
    assert result is not None, "nobody stops it"
    return result


def _live_today(folder: Path, site: DemoSite, clock: StillClock, seed: int) -> None:
    clinic = sign_in(folder, site.coordinator, clock)
    try:
        team = team_of(clinic.vault, clinic.actor)
        clinic.vault.do(partial(live_morning, team=team, region=site.region, seed=seed), clinic.actor)
    finally:
        clinic.close()


def _local(now: datetime, at: time, days: int) -> datetime:
    zone = ZoneInfo(ZONE)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), at, zone)


def remove(folder: Path) -> None:
    """Take a demonstration away. The caller has looked that it is one."""
    shutil.rmtree(folder)
