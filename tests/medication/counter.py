"""A shelf, a person and a prescription, made by the services themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Route, Unit
from clinic_desktop.features.medication.service import dispensing, formulary, partners, prescribing, receiving
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.ids import PatientId, new_id

JUNE = date(2027, 6, 30)
Do = Callable[[Callable[..., Any]], Any]


@dataclass
class Counter:
    """The dispensary as a test speaks of it: short words for the services."""

    do: Do
    ask: Do
    pharmacy: str
    fluoxetine: str
    patient: PatientId

    def product(self, name: str, strength: str = "20 mg", unit: Unit = Unit.TABLET, pack: int | None = 20) -> str:
        new = formulary.NewPresentation(name, Form.TABLET, strength, unit, pack, Route.ORAL)
        return self.do(partial(formulary.add_presentation, new=new))

    def receive(self, units: int, lot: str = "A1", expires: date = JUNE, product: str | None = None) -> str:
        line = receiving.DeliveryLine(product or self.fluoxetine, lot, expires, units)
        return self.receive_lines(line)

    def receive_lines(self, *lines: receiving.DeliveryLine, **options: Any) -> str:
        delivery_id = options.pop("delivery_id", None) or new_id()
        use_case = partial(
            receiving.receive_delivery,
            delivery_id=delivery_id,
            document_text="F-1",
            lines=lines,
            **{"partner_id": self.pharmacy, **options},
        )
        return self.do(use_case)

    def prescribe(
        self, dose: str = "1-0-0", days: int = 30, product: str | None = None, note: str | None = None, **more: Any
    ) -> str:
        request_id = new_id()
        line = prescribing.PrescriptionLine(
            request_id, product or self.fluoxetine, None, read_dose(dose) if dose else None, days, **more
        )
        patient_id = self.patient
        self.do(partial(prescribing.prescribe, patient_id=patient_id, lines=[line], note_id=note or new_id()))
        return request_id

    def give(self, request_id: str, units: int, dispense_id: str | None = None, **more: Any) -> str:
        dispense_id = dispense_id or new_id()
        options = {key: more.pop(key) for key in ("lots", "lot_reason") if key in more}
        handout = dispensing.Handout(dispense_id, request_id, units, **options)
        self.do(partial(dispensing.dispense, patient_id=self.patient, handouts=[handout], **more))
        return dispense_id

    def balance(self, product: str | None = None) -> shelf.Balance:
        return self.ask(partial(shelf.balance, presentation_id=product or self.fluoxetine))

    def lots(self, product: str | None = None) -> dict[str | None, int]:
        rows = self.ask(partial(shelf.lots, presentation_id=product or self.fluoxetine))
        return {row.lot.lot_number: row.lot.units for row in rows}

    def movements(self, product: str | None = None) -> tuple[moves.MovementRow, ...]:
        ids = self.ask(partial(moves.movement_ids, presentation_id=product or self.fluoxetine))
        return self.ask(partial(moves.movements, ids=ids))


def open_counter(do: Do, ask: Do) -> Counter:
    pharmacy = do(partial(partners.add_partner, kind=PartnerKind.PHARMACY, name="Farmacia Nueva"))
    new = formulary.NewPresentation("fluoxetina", Form.CAPSULE, "20 mg", Unit.CAPSULE, 20, Route.ORAL, "N06AB03")
    product = do(partial(formulary.add_presentation, new=new))
    patient_id = PatientId(new_id())
    details = Details(given_names="Elena", family_name="Ceto", second_family_name="Marcos")
    do(partial(patients.register, patient_id=patient_id, details=details))
    return Counter(do, ask, pharmacy, product, patient_id)
