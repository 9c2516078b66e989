"""The heart: two clinics and a central that edit, take back, settle, lose, hold, repeat, swap and restore. At the end
everything is delivered; then all agree, and every value that was committed is current, superseded or in a conflict."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.queries import findings, waiting
from clinic_desktop.features.bundles.service import rebuilding, settling
from clinic_desktop.features.medication.records.formulary import Medicine
from clinic_desktop.features.patients.records import Allergy, Patient
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from tests.makers.network import Network, Office, copy_network, make_network
from tests.makers.people import allergy, change, medicine, note, register, void
from tests.makers.state import of_site, whole

pytestmark = pytest.mark.whole

who = st.integers(0, 6)
which = st.integers(0, 5)
word = st.sampled_from(["uno", "dos", "tres"])


class Carriers(RuleBasedStateMachine):
    saved: ClassVar[Path]
    opened: ClassVar[Opened]
    clinics: ClassVar[int] = 2

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="carriers"))
        self.clock = StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
        self.network: Network = copy_network(self.saved, self.opened, self.folder, self.clock, self.clinics)
        self.up: list[Path] = []
        self.down: list[dict[str, Path]] = []
        self.count = 0
        for clinic in self.network.clinics:
            clinic.do(register())
        self.network.central.do(medicine("Sertralina"))
        self.network.round()
        for office in self.network.all():
            office.save_copy("backup")

    def teardown(self) -> None:
        if hasattr(self, "network"):
            self._deliver_all()
            self._check()
            self.network.close()
            shutil.rmtree(self.folder)

    def _office(self, n: int) -> Office:
        return self.network.all()[n % (self.clinics + 1)]

    def _pick(self, office: Office, table: str, n: int) -> str | None:
        rows = office.sql(f"SELECT id FROM {table} WHERE voided_at IS NULL ORDER BY id")
        return rows[n % len(rows)][0] if rows else None

    def _new(self) -> str:
        self.count += 1
        return f"value {self.count}"

    # -- people at work

    @rule(n=who, name=word)
    def register(self, n: int, name: str) -> None:
        office = self._office(n)
        if office is not self.network.central:
            office.do(register(given_names=name))

    @rule(n=who, row=which, field=st.sampled_from(["phone", "mother_name", "community"]))
    def edit(self, n: int, row: int, field: str) -> None:
        office = self._office(n)
        if patient := self._pick(office, "patient", row):
            office.do(change(patient, Patient, **{field: self._new()}))

    @rule(n=who, row=which, text=word)
    def write_note(self, n: int, row: int, text: str) -> None:
        office = self._office(n)
        if office is not self.network.central and (patient := self._pick(office, "patient", row)):
            office.do(note(patient, text))

    @rule(n=who, row=which, name=word)
    def edit_owned(self, n: int, row: int, name: str) -> None:
        office = self._office(n)
        if found := self._pick(office, "medicine", row):
            office.do(change(found, Medicine, name=name))

    @rule(n=who, row=which, substance=word)
    def note_allergy(self, n: int, row: int, substance: str) -> None:
        office = self._office(n)
        if office is not self.network.central and (patient := self._pick(office, "patient", row)):
            office.do(allergy(patient, substance))

    @rule(n=who, row=which, table=st.sampled_from([Patient, Allergy]))
    def take_back(self, n: int, row: int, table: Any) -> None:
        office = self._office(n)
        if found := self._pick(office, table.__tablename__, row):
            office.do(void(found, table))

    @rule(n=who, side=st.integers(0, 3))
    def settle(self, n: int, side: int) -> None:
        office = self._office(n)
        for one in office.ask(conflicts.open_conflicts)[:1]:
            chosen = one.sides[side % len(one.sides)].values
            office.do(self._settle(one, chosen))

    def _settle(self, one: Any, chosen: Any) -> Callable[[Any], Any]:
        return lambda work: settling.settle_conflict(work, one.table, one.row_id, one.unit, chosen, one.sides)

    # -- sticks

    @rule(n=who)
    def export(self, n: int) -> None:
        self.up.append(self.network.clinics[n % self.clinics].export().path)

    @rule(n=which)
    def merge_some_bundle(self, n: int) -> None:
        """Any bundle ever written: new, old, again, out of order. What is never picked was lost or held."""
        if self.up:
            self.network.central.merge(self.up[n % len(self.up)])

    @rule()
    def answer(self) -> None:
        self.down.append(self.network.central.answer())

    @rule(n=which, clinic=who)
    def accept_some_answer(self, n: int, clinic: int) -> None:
        if self.down:
            office = self.network.clinics[clinic % self.clinics]
            office.accept(self.down[n % len(self.down)][office.vault.place.site_name])

    # -- accidents

    @rule(n=who)
    def back_up(self, n: int) -> None:
        self._office(n).save_copy("backup")

    @rule(n=who)
    def restore(self, n: int) -> None:
        self._office(n).restore("backup")

    # -- the end

    def _deliver_all(self) -> None:
        """Everything ever written arrives, then rounds until nobody has anything new."""
        central = self.network.central
        central.merge(*self.up)
        for answer in self.down:
            for office in self.network.clinics:
                office.accept(answer[office.vault.place.site_name])
        for _round in range(4):
            self.network.round()

    def _check(self) -> None:
        central = self.network.central
        for clinic in self.network.clinics:
            assert of_site(central, clinic) == of_site(clinic, clinic)
            site = clinic.vault.place.site_id
            assert _conflicts(central, site) == _conflicts(clinic, site)
            assert _code(central, site) == _code(clinic, site), "what they would read to each other by telephone"
        for office in self.network.all():
            assert not [
                f for f in office.ask(findings.findings) if f.kind in ("fork", "chain", "unreadable", "no-right")
            ]
            assert not office.ask(lambda r: waiting.confirmed(r).missing)
            self._nothing_vanished(office)
            before = whole(office)
            office.vault.do(conflicts.rebuild, office.actor, importing=True)
            assert whole(office) == before, "conflicts and values are what the operations say"
            again = finish(rebuilding.drill(office.vault, office.actor))
            assert again is not None and again.equal, "the segments alone make the same state"

    def _nothing_vanished(self, office: Office) -> None:
        """Every operation here is current, named as overwritten by another, or in a conflict."""
        sides = {(t, i, u): s for t, i, u, s in office.sql("SELECT tbl, id, unit, sides FROM open_conflict")}
        named = set()
        ops = office.sql(
            "SELECT f.tbl, f.id, f.unit, f.value, f.prev, f.made, s.device_id, s.epoch, s.number FROM field_op f"
            " JOIN segment s ON s.key = f.segment_key WHERE f.tbl = 'patient' AND f.unit = 'phone'"
        )
        for _, row, _, _, prev, _, *_stamp in ops:
            named |= {(row, *p[1:]) for p in _json(prev)}
        live = dict(office.sql("SELECT id, phone FROM patient"))
        for table, row, unit, value, _, made, *stamp in ops:
            if (row, *stamp) in named or made:
                continue
            (told,) = _json(value[: value.index(",")] + "]") if "," in value else _json(value)
            current = row in live and live[row] == told
            assert current or str(told) in sides.get((table, row, unit), "")


def _code(office: Office, site: str) -> str:
    told = finish(rebuilding.compare(office.vault, office.actor))
    assert told is not None
    return next(digest.code for digest, _name in told if digest.site_id == site)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


def _conflicts(office: Office, site: str) -> list[Any]:
    return office.sql(
        "SELECT c.tbl, c.id, c.unit, c.sides FROM open_conflict c LEFT JOIN patient p ON p.id = c.id"
        " LEFT JOIN allergy a ON a.id = c.id WHERE p.origin_site_id = ? OR a.origin_site_id = ? ORDER BY 1, 2, 3",
        (site, site),
    )


Machine = type[Carriers]


@pytest.fixture
def machine(saved_network: Path, made_vault: tuple[Path, Opened]) -> Machine:
    Carriers.saved, Carriers.opened, Carriers.clinics = saved_network, made_vault[1], 2
    return Carriers


@pytest.fixture(scope="session")
def many_clinics(made_vault: tuple[Path, Opened], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A central and six clinics."""
    folder = tmp_path_factory.mktemp("many")
    clock = StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    make_network(folder, made_vault[1], made_vault[0], clock, 6).close()
    return folder


def _run(machine: Machine, examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=examples < 10,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        phases=[Phase.generate],
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_whatever_happened_to_the_sticks_all_agree_and_nothing_vanished(machine: Machine) -> None:
    _run(machine, examples=2, steps=20)


@pytest.mark.long
def test_many_histories_of_lost_repeated_swapped_and_restored_bundles(machine: Machine) -> None:
    _run(machine, examples=40, steps=45)


@pytest.mark.long
@pytest.mark.parametrize("clinics", [3, 4, 6])
def test_the_same_with_more_clinics(machine: Machine, many_clinics: Path, clinics: int) -> None:
    machine.saved, machine.clinics = many_clinics, clinics
    _run(machine, examples=10, steps=60)
