"""Handing out over a shelf of ten years and 1,000,000 movements, beside the bare insert of the same two rows."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import handing, owed
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import DispenseKind, MovementKind
from clinic_desktop.features.medication.service import dispensing, prescribing
from clinic_desktop.features.medication.service.dispensing import Handout
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from tests.benchmarks import test_stock
from tests.benchmarks.test_stock import filled, timed
from tests.medication.counter import Counter

pytestmark = pytest.mark.benchmark
__all__ = ["filled"]

TIMES = 25


@pytest.fixture(autouse=True)
def a_million(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_stock, "MOVEMENTS", 1_000_000)


def people_waiting(counter: Counter, product: str, several: int) -> list[tuple[PatientId, list[str]]]:
    """Each with a signed prescription of one line that is handed out in many parts."""
    found: list[tuple[PatientId, list[str]]] = []
    for n in range(several):
        who = PatientId(new_id())
        counter.do(partial(registering.register, patient_id=who, details=Details(given_names=f"Persona {n}")))
        line = PrescriptionLine(new_id(), product, None, read_dose("1-0-0"), 30)
        counter.do(partial(prescribing.prescribe, patient_id=who, lines=[line], note_id=None))
        found.append((who, [line.request_id]))
    return found


def test_handing_out_beside_the_bare_insert(
    filled: tuple[Counter, list[str]], vault: Vault, actor: Actor, do: Callable[..., Any]
) -> None:
    counter, products = filled
    chosen = products[7]
    counter.receive(100_000, "NUEVO", date(2028, 6, 30), chosen)
    waiting = iter(people_waiting(counter, chosen, 2 * TIMES))
    lot_id = counter.ask(partial(test_stock.shelf.lots_first_expiring, presentation_id=chosen))[0].lot_id

    def hand_out() -> None:
        who, (request_id,) = next(waiting)
        counter.do(partial(dispensing.dispense, patient_id=who, handouts=[Handout(new_id(), request_id, 30)]))

    def bare(work: Work) -> None:
        """The two rows alone, through the same worker, with their capture and their ledger line."""
        given = MedicationDispense(kind=DispenseKind.GIVEN, presentation_id=chosen, units=1, given_on=work.today)
        row = work.add(given)
        kind = MovementKind.DISPENSE
        work.add(
            StockMovement(
                lot_id=lot_id, site_id=work.site_id, kind=kind, units=-1, occurred_on=work.today, dispense_id=row.id
            )
        )

    theirs, mine = timed(lambda: do(bare), TIMES), timed(hand_out, TIMES)
    print(f"\na handing out saved: {mine:.1f} ms, bare insert {theirs:.1f} ms, ratio {mine / theirs:.1f}")
    for name, ask in {
        "who is to be served today": lambda: counter.ask(handing.to_dispense),
        "to whom something is owed": lambda: counter.ask(owed.owed_now),
    }.items():
        print(f"{name}: {timed(ask):.1f} ms")
