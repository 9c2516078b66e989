"""Registering a person while 200,000 are registered, beside a bare row written as durably."""

import random
import time
from collections.abc import Callable
from functools import partial
from statistics import median, quantiles
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.patient import Details, as_columns
from clinic_desktop.features.patients.rules.places import municipalities
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import filing, registering
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.cipher import open_cipher

pytestmark = pytest.mark.benchmark

PEOPLE, TIMES = 200_000, 100
GOAL_MS = 30


def villagers(luck: random.Random, many: int) -> list[Details]:
    given = [row["name"] for row in read_catalog("demo_given_names")]
    families = [row["name"] for row in read_catalog("demo_surnames")]
    towns = [town.code for town in municipalities("GT")[:12]]
    return [
        Details(
            given_names=f"{luck.choice(given)} {luck.choice(given)}",
            family_name=luck.choice(families),
            second_family_name=luck.choice(families),
            sex=luck.choice((Sex.FEMALE, Sex.MALE)),
            birth=Birth(PartialDate(2026 - luck.randrange(1, 90))),
            municipality_code=luck.choice(towns),
            community=f"Cantón {luck.choice(families)}",
            phone="".join(luck.choices("0123456789", k=8)),
        )
        for _one in range(many)
    ]


def spent(act: Callable[[int], object], times: int) -> list[float]:
    found: list[float] = []
    for at in range(times):
        started = time.perf_counter()
        act(at)
        found.append((time.perf_counter() - started) * 1000)
    return found


def test_registering_among_two_hundred_thousand(vault: Any, actor: Any, tmp_path: Any) -> None:
    luck = random.Random(5)

    def insert(work: Any) -> None:
        stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
        rows = [
            {"id": new_id(), "number": f"PRU-{at:06d}", **as_columns(one), **stamp}
            for at, one in enumerate(villagers(luck, PEOPLE))
        ]
        work.session.execute(sa.insert(Patient), rows)

    vault.do(insert, actor)
    vault.do(filing.refresh_search, actor)
    new = villagers(luck, TIMES)

    def register(at: int) -> None:
        vault.do(partial(registering.register, patient_id=PatientId(new_id()), details=new[at]), actor)

    took = spent(register, TIMES)
    connection = open_cipher(tmp_path / "bare.db", bytes(range(32)), create=True)
    connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, place TEXT) STRICT")

    def bare(at: int) -> None:
        connection.execute("INSERT INTO person VALUES (?, ?, ?)", (at, new[at].given_names, new[at].community))
        connection.commit()

    plain = median(spent(bare, TIMES))
    connection.close()
    middle, slow = median(took), quantiles(took, n=20)[-1]
    print(f"\nregister among {PEOPLE:,}: {middle:.1f} ms, p95 {slow:.1f} ms (goal {GOAL_MS} ms)")
    print(f"{middle / plain:.1f} x a bare committed insert of {plain:.2f} ms")
