"""The fields in which a line is typed: Enter goes on. And what is said of the shelf under it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout

from clinic_desktop.features.consults.screens.prescription_lines import Draft
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.control import Control
from clinic_desktop.features.medication.rules.controlled import exceeds_packs, say_control
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Phrase, quiet, semi

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
LIST_WIDTH = 460


class StepField(Edit):
    """Enter goes on to the next field, or adds the line from the last one."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class MedicineField(Suggest):
    entered = Signal()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The field is narrow; what is found needs its words.
        self._popup.setMinimumWidth(LIST_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.take_best()
            self.entered.emit()
        else:
            super().keyPressEvent(event)


def stock_line(line: Draft, product: Product | None) -> QHBoxLayout:
    """What leaves for a line, and what is there for it."""
    units = line.units_with(product)
    leaves = say_units(units or 0, product.unit or Unit.PIECE if product else Unit.PIECE)
    if product is None:
        words = _("not in the formulary: it is printed, not handed out here · {units}").format(units=leaves)
        return row(Icon("info-circle", "quiet", 16), (Phrase(quiet(words), size="small"), 1), gap=5)
    expires = _("expires {day}").format(day=say_day(product.next_expiry)) if product.next_expiry else ""
    there = " · ".join(part for part in (product.shelf, expires) if part)
    if product.usable >= (units or 0) and product.usable:
        words = _("{shelf} · {units} leave").format(shelf=there, units=leaves)
        return row(Icon("circle-check", "well", 16), (Phrase(quiet(words), size="small"), 1), gap=5)
    words = _("{shelf} · {units} needed").format(shelf=there, units=leaves)
    return row(Icon("alert-triangle", "warning", 16), (Phrase(semi(words, "warning"), size="small"), 1), gap=5)


def control_line(line: Draft, product: Product | None, control: Control) -> QHBoxLayout:
    """What the rule of a controlled medicine asks of a prescription, and who says so; in warning where it asks less."""
    words, pack = say_control(control), product.pack_units if product else None
    if exceeds_packs(control, line.units_with(product) or 0, pack):
        return row(Icon("alert-triangle", "warning", 16), (Phrase(semi(words, "warning"), size="small"), 1), gap=5)
    return row(Icon("info-circle", "quiet", 16), (Phrase(quiet(words), size="small"), 1), gap=5)


def say_retired(office: Office, lines: Sequence[Draft]) -> str:
    """What was repeated and is not on the list any more: it may be signed, and whoever signs it knows."""
    ids = [line.presentation_id for line in lines if line.presentation_id]
    names = office.ask(shelf.retired_names, ids)
    return _("No longer on the list of medicines: {names}").format(names=", ".join(names)) if names else ""
