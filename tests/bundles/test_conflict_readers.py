"""Who may see the two values of a conflict, and in which words."""

from datetime import date
from functools import partial

import pytest

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.features.bundles.queries import conflicts
from clinic_desktop.features.bundles.rules.said import said_unit, said_values
from clinic_desktop.features.bundles.rules.settling import CHART_TABLES, who_settles
from clinic_desktop.features.bundles.service import settling
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import MergeClass
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.makers.network import Network
from tests.makers.people import change, register


@pytest.mark.parametrize("code", ["receptionist", "coordinator", "community-worker", "transcriber", "auditor"])
def test_carrying_the_stick_shows_no_values_of_a_conflict(vault: Vault, code: str) -> None:
    (role,) = (role for role in FIRST_ROLES if role.code == code)
    desk = Actor("0193a000-0000-7000-8000-000000000009", "Ana", role.permissions)
    with pytest.raises(NotAllowed):
        vault.ask(conflicts.open_conflicts, desk)


ORIGIN = frozenset({"origin_site_id", "recorded_at", "recorded_by"})


def test_every_field_that_can_differ_has_a_word_of_its_own_language() -> None:
    for shape in shapes().values():
        if shape.merge is not MergeClass.APPEND:
            for unit in shape.units:
                told = said_unit(shape.table, unit.name)
                assert unit.name in ORIGIN or not told.startswith(shape.table + ":"), (shape.table, unit.name)


def test_values_are_said_in_words_and_days() -> None:
    assert said_values("condition", ("clinical_status", "ended"), ("resolved", "2026-11-23")) == "resolved, 23-nov-2026"
    assert said_values("condition", ("clinical_status", "ended"), ("active", None)) == "active"
    voided = ("voided_at", "voided_by", "void_reason")
    assert said_values("encounter", voided, ("2026-11-23T14:00:00Z", "0193", "otra persona")) == (
        "Taken back: otra persona"
    )
    assert said_values("encounter", voided, (None, None, None)) == "It stands"
    assert said_values("goal", ("set_on",), ("2026-19-40",)) == "2026-19-40", "whatever came, it is shown"


def test_what_the_chart_says_is_settled_by_who_writes_charts() -> None:
    for table in CHART_TABLES:
        assert Permission.MERGE_BUNDLES not in who_settles(table, "void")
    for table in ("condition", "allergy", "outside_medicine"):
        assert who_settles(table, "void") == (Permission.PRESCRIBE,)


def test_the_data_manager_learns_that_a_diagnosis_differs_and_of_whom_but_not_which(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    told = {"clinical_status": "active", "verification_status": "confirmed", "confirmed_on": date(2026, 11, 23)}
    row = clinic.do(lambda work: work.add(Condition(patient_id=patient, code="F32.1", title="x", **told)).id)
    network.round()
    clinic.do(change(row, Condition, note_text="en remisión desde mayo"))
    central.do(change(row, Condition, note_text="vive con su hermana"))
    network.round()
    (role,) = (role for role in FIRST_ROLES if role.code == "data-manager")
    manager = Actor("0193a000-0000-7000-8000-000000000009", "Ana", role.permissions)
    (found,) = central.vault.ask(conflicts.open_conflicts, manager)
    assert {side.values for side in found.sides} == {()}
    assert said_values(found.table, found.columns, ()) == "For those who read the chart"
    assert central.vault.ask(partial(conflicts.whose, found=[found]), manager) == {("condition", row): "TZOC, María"}
    keep = partial(settling.settle_conflict, table="condition", row_id=row, unit="note_text", seen=found.sides)
    with pytest.raises(NotAllowed):
        central.vault.do(partial(keep, values=("x",)), manager)
    assert {side.values for side in central.ask(conflicts.open_conflicts)[0].sides} == {
        ("en remisión desde mayo",), ("vive con su hermana",),
    }  # fmt: skip
