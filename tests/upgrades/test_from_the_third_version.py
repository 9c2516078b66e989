"""A clinic with a shelf as the third version wrote it opens whole with this one, and goes on from there."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.queries import partners, proof, shelf
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement
from clinic_desktop.features.medication.service import correcting, counting
from clinic_desktop.features.medication.service.counting import ClosedCount, CountedLot
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import ledger, migrate
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault, vault_keys
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from tests.makers.people import register
from tests.upgrades.older import as_version

DAY = date(2026, 11, 20)


def lived(work: Work) -> tuple[str, str]:
    """Two lots came, one of them expired since; some was given, part of it brought back, a mistake countered."""
    who = register()(work)
    pharmacy = work.add(Partner(kind="pharmacy", name="Farmacia Nueva", phone="5555"))
    medicine = work.add(Medicine(name="fluoxetina", atc_code="N06AB03"))
    product = work.add(
        Presentation(medicine_id=medicine.id, form="capsule", unit="capsule", strength_text="20 mg", pack_units=20)
    )
    came = work.add(StockDelivery(partner_id=pharmacy.id, document_text="F-1", received_on=DAY))
    lots = [
        work.add(StockLot(presentation_id=product.id, lot_number=number, expires_on=ends, partner_id=pharmacy.id))
        for number, ends in (("A1", date(2027, 6, 30)), ("B2", date(2026, 11, 21)))
    ]

    def move(lot: StockLot, kind: str, units: int, **more: str) -> str:
        row = {"lot_id": lot.id, "site_id": work.site_id, "kind": kind, "units": units, "occurred_on": DAY}
        return work.add(StockMovement(**row, **more)).id

    def given(units: int, **more: str) -> str:
        row = {"patient_id": who, "presentation_id": product.id, "units": units, "given_on": DAY}
        return work.add(MedicationDispense(**row, paper_folio="P-1", **more)).id

    for lot in lots:
        move(lot, "receipt", 60, delivery_id=came.id)
    first = given(30, kind="given")
    move(lots[0], "dispense", -30, dispense_id=first)
    move(lots[0], "return", 4, dispense_id=given(-4, kind="returned", amends_id=first), reason="sobró")
    wrong = move(lots[0], "loss", -9, reason="se rompió")
    move(lots[0], "mirror", 9, countered_id=wrong, reason="error")
    return product.id, lots[0].id


@pytest.fixture
def opened_again(
    vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:  # fmt: skip
    vault = open_vault(vault_folder, made_vault[1], clock)
    product_id, lot_id = vault.do(lived, actor)
    vault.close()
    as_version("0003", vault_folder, vault_keys(made_vault[1]).cipher, monkeypatch, tmp_path / "scripts")
    vault = open_vault(vault_folder, made_vault[1], clock)
    yield vault, product_id, lot_id
    vault.close()


def test_the_shelf_is_what_it_was_and_is_counted_like_any_other(
    opened_again: tuple[Vault, str, str], actor: Actor, clock: StillClock
) -> None:
    vault, product_id, lot_id = opened_again

    def ask(query: Callable[..., Any], **asked: Any) -> Any:
        return vault.ask(partial(query, **asked), actor)

    raw: Any = vault._raw
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.HEAD,)
    balance = ask(shelf.balance, presentation_id=product_id)
    assert (balance.units, balance.usable, balance.expired) == (94, 34, 60)
    assert [(p.units, p.usable, p.expired) for p in ask(shelf.stock)] == [(94, 34, 60)]
    assert ask(wrong_sums) == () and ask(proof.check_sums) == ()
    assert len(ask(moves.movements, ids=ask(moves.movement_ids, presentation_id=product_id))) == 6
    assert "Farmacia Nueva" in str(ask(partners.directory))
    assert ledger.broken_at(raw.cursor()) is None
    with raw:
        assert list(ledger.stale_rows(raw.cursor())) == [], "a new empty column changes no row's digest"

    lot = CountedLot(new_id(), lot_id, 33, "faltó una")
    count = ClosedCount(new_id(), clock.now(), [lot], second_name="Berta Pop")
    vault.do(partial(counting.close_count, count=count), actor)
    (receipt,) = (m for m in ask(moves.movements, ids=ask(moves.movement_ids, lot_id=lot_id)) if m.units == 60)
    clock.advance(days=1)
    vault.do(partial(correcting.counter_movement, movement_id=receipt.movement_id, reason="error"), actor)
    assert ask(shelf.balance, presentation_id=product_id).units == 93, "what is countered from before a count"
    assert ask(proof.check_sums) == ()
    assert receipt.occurred_at is None and receipt.occurred_on == DAY < clock.now().date() - timedelta(days=1)
