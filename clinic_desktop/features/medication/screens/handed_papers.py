"""Labels and the receipt of what was just handed out, or earlier today."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import label, receipt
from clinic_desktop.features.medication.queries.handed import HandedOut
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.service import dispensing
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Text, semi


class HandedCard(Card):
    """What one person was given today."""

    def __init__(self, given: Sequence[HandedOut], parent: QWidget | None = None) -> None:
        self.papers = Button(_("Labels and receipt"), icon="printer")
        lines = [
            Phrase(semi(one.name), f" {one.product} · {say_units(one.units, one.unit)}", size="small") for one in given
        ]
        head = row((Text(_("Handed out today"), "head", "semi"), 1), self.papers, gap=S2)
        super().__init__(head, *lines, margins=(S4, S3, S4, S3), gap=4, parent=parent)


class PapersSheet(Sheet):
    """Ctrl+P prints the labels; the receipt is a key further on."""

    def __init__(self, office: Office, screen: QWidget, patient_id: str, dispense_ids: Sequence[str]) -> None:
        told = Text(_("The labels go on the boxes. The receipt is signed and stays in the folder."), wrap=True)
        super().__init__(_("Papers of this handing out"), screen, told)
        self._office, self._screen, self._patient_id, self._ids = office, screen, patient_id, tuple(dispense_ids)
        self.add_deed(Button(_("Done"), "back", "quiet"))
        self.receipt = self.add_deed(Button(_("Receipt"), icon="file-text"), self.print_receipt)
        self.labels = self.add_deed(Button(_("Labels"), "print", "primary", "printer"), self.print_labels)
        self.labels.setFocus()

    def print_labels(self) -> None:
        self._show(self._office.ask(label.labels_of, self._ids), _("Labels"), "labels", "etiquetas.pdf")

    def print_receipt(self) -> None:
        pdf = self._office.ask(receipt.receipt_of, self._ids).pdf()
        self._show(pdf, _("Record of handing out"), "receipt", "constancia.pdf")

    def _show(self, pdf: bytes, title: str, what: str, suggested: str) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        office, screen, patient_id = self._office, self._screen, self._patient_id

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noted: Callable[..., Any] = partial(
                dispensing.note_handout_printed,
                patient_id=patient_id,
                what=what,
                way=leaving.way,
                copies=leaving.copies,
            )
            office.do(noted, screen, then=lambda _done: proceed())

        Preview(pdf, title, parent=self, record=record, suggested=suggested).open()
