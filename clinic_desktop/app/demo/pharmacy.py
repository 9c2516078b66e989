"""At the window of the pharmacy: what was just prescribed leaves the shelf, first-expiring-first."""

from clinic_desktop.app.demo.hands import Hands
from clinic_desktop.features.medication.queries import handing, proof, shelf
from clinic_desktop.features.medication.screens.dispensing import DispensePage
from clinic_desktop.features.medication.screens.medicines import MedicinesScreen
from clinic_desktop.features.medication.screens.supply import SupplyScreen
from clinic_desktop.uikit import dialogs


def at_the_pharmacy(hands: Hands, name: str, patient_ids: list[str]) -> None:
    """Hand out to each of these people; then look at the shelf."""
    hands.sign_in(name)
    hands.picture("entregar")
    hands.narrow_picture("entregar")
    for patient_id in patient_ids:
        _hand_out(hands, patient_id)
    wrong = hands.office.ask(proof.check_sums)
    hands.summary.check("cada saldo es la suma de sus movimientos", wrong == ())
    hands.look_at_tabs(hands.find(MedicinesScreen), "medicinas")
    hands.office.go("supply")
    hands.look_at_tabs(hands.find(SupplyScreen), "abastecimiento")
    hands.leave()


def _hand_out(hands: Hands, patient_id: str) -> None:
    check, office = hands.summary.check, hands.office
    owed = [o for o in office.ask(handing.owed_to, patient_id) if o.line.presentation_id]
    check("hay algo que entregar", owed)
    presentation_id, units = owed[0].line.presentation_id or "", owed[0].owed
    lots = office.ask(shelf.lots_first_expiring, presentation_id)
    check("el estante alcanza", sum(lot.units for lot in lots) >= units)
    first = lots[0]
    before = office.ask(shelf.balance, presentation_id).usable
    page = hands.find(DispensePage)
    page.serve(patient_id)
    hands.settle()
    hands.picture("entregar-persona")
    hands.press("Ctrl+Enter")
    asked = dialogs.front()
    if isinstance(asked, dialogs.Question):
        # The last supply is not quite used up: the program asks, and the pharmacy knows why.
        asked.yes.click()
        hands.settle()
    after = office.ask(shelf.balance, presentation_id).usable
    check("salieron las unidades de la receta", before - after == units)
    left = {lot.lot_id: lot.units for lot in office.ask(shelf.lots_first_expiring, presentation_id)}
    check("primero salió el lote que vence primero", left.get(first.lot_id, 0) == max(0, first.units - units))
