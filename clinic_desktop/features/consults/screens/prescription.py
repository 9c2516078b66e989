"""The prescription: medicine by three letters, dose as 1-0-1, days; the shelf beside each line. Ctrl+R repeats it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.safety import LineToCheck
from clinic_desktop.features.consults.screens.parts import Here, kept_list
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.courses import constant, units_of
from clinic_desktop.features.medication.rules.doses import Dose, DoseUnclear, check_days, read_dose, say_dose
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon, KeyCap
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, Line
from clinic_desktop.uikit.theme import S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
USUAL_DAYS, LIST_WIDTH = 30, 460


@dataclass(frozen=True, slots=True)
class Draft:
    """A line as it stands in the draft; everything that is needed to show and to sign it."""

    request_id: str
    presentation_id: str | None
    medicine_text: str | None
    dose: str
    days: int
    units: int | None = None
    instructions_text: str | None = None

    def read_dose(self) -> Dose | None:
        return read_dose(self.dose) if self.dose else None

    def to_sign(self) -> PrescriptionLine:
        return PrescriptionLine(
            self.request_id, self.presentation_id, self.medicine_text, self.read_dose(), self.days, self.units,
            self.instructions_text,
        )  # fmt: skip


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


class PrescriptionPanel(Card):
    edited = Signal()

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        self._office = office
        self._products: dict[str, Product] = {}
        self._current: tuple[CurrentMedicine, ...] = ()
        self._lines: list[Draft] = []
        self.medicine = MedicineField(self._find, _("3 letters"), "pill")
        self.medicine.setAccessibleName(_("Medicine"))
        self.dose = StepField(placeholder="1-0-1")
        self.dose.setAccessibleName(_("Dose: morning, noon, night"))
        self.days = StepField(placeholder=_("{count} d").format(count=USUAL_DAYS))
        self.days.setAccessibleName(_("Days"))
        self.dose.setFixedWidth(78)
        self.days.setFixedWidth(58)
        self.complaint = Text("", "small", color="danger", wrap=True)
        self.complaint.hide()
        self._list = QWidget()
        self._shown = stack(self._list, gap=2)
        super().__init__(
            row(Text(_("Prescription"), "head", "semi"), None, KeyCap(cap("section_5")), gap=6),
            (scrolled(self._list), 1),
            row((self.medicine, 1), self.dose, self.days, gap=4),
            self.complaint,
            margins=(S4, 10, S4, 10),
            gap=5,
            parent=parent,
        )
        self.medicine.entered.connect(self.dose.setFocus)
        self.dose.entered.connect(self.days.setFocus)
        self.days.entered.connect(self.add_typed)
        office.follow(shelf.TABLES, self, self.refresh)
        self._show()

    def _find(self, words: str) -> list[tuple[Any, str]]:
        if len(words.strip()) < 2:
            return []
        found = self._office.ask(shelf.find_presentation, words)
        return [(product, f"{product.said} · {product.shelf}") for product in found]

    # what is on it

    def show_current(self, current: Sequence[CurrentMedicine]) -> None:
        """What was prescribed last: for Ctrl+R, and shown in quiet until something is written."""
        self._current = tuple(line for line in current if line.stopped_on is None)
        self.refresh()

    def lines(self) -> tuple[Draft, ...]:
        return tuple(self._lines)

    def lines_to_check(self) -> tuple[LineToCheck, ...]:
        """What is written, as the safety notes look at it."""
        known = {old.medicine_id for old in self._current}
        found: list[LineToCheck] = []
        for line in self._lines:
            product = self._products.get(line.presentation_id or "")
            name = product.name if product else line.medicine_text or ""
            is_new = product is None or product.medicine_id not in known
            found.append(LineToCheck(name, product.atc_code if product else None, is_new))
        return tuple(found)

    def set_lines(self, lines: Sequence[Draft]) -> None:
        self._lines = list(lines)
        self.refresh()

    def refresh(self) -> None:
        """Ask the shelf again."""
        wanted = {line.presentation_id for line in (*self._lines, *self._current) if line.presentation_id}
        self._products = self._office.ask(shelf.presentations, sorted(wanted)) if wanted else {}
        self._show()

    def repeat(self) -> None:
        """Everything that was prescribed last, once more, as it was. What is written already stays."""
        here = {(line.presentation_id, line.medicine_text) for line in self._lines}
        for old in reversed(self._current):
            text = old.name if old.presentation_id is None else None
            if (old.presentation_id, text) in here:
                continue
            dose = str(old.course) if old.course else ""
            units = None if old.course is not None and old.unit is not Unit.BOTTLE else old.units
            self._lines.append(Draft(new_id(), old.presentation_id, text, dose, old.days, units, old.instructions_text))
        self.refresh()
        self.edited.emit()

    def take_focus(self) -> None:
        self.medicine.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # writing a line

    def add_typed(self) -> None:
        product, days = self.medicine.value(), self.days.text().strip()
        try:
            if not isinstance(product, Product):
                raise DoseUnclear()
            dose = read_dose(self.dose.text())
            count = int(days) if days.isdigit() else USUAL_DAYS
            check_days(count)
        except Refused as refused:
            self._complain(refused.sentence() if isinstance(product, Product) else _("Choose a medicine of the list."))
            return
        if product.unit is not None and product.unit is Unit.BOTTLE:
            self._complain(_("A bottle is prescribed with its number of units; write it in the plan for now."))
            return
        self._complain("")
        same = [line for line in self._lines if line.presentation_id == product.presentation_id]
        for line in same:
            self._lines.remove(line)
        self._lines.append(Draft(new_id(), product.presentation_id, None, str(dose), count))
        for field in (self.dose, self.days):
            field.setText("")
        self.medicine.set_value(None, "")
        self.medicine.setFocus()
        self.refresh()
        self.edited.emit()

    def _complain(self, words: str) -> None:
        self.complaint.setText(words)
        self.complaint.setVisible(bool(words))

    def is_half_typed(self) -> bool:
        """A medicine stands in the field and is not on the list yet: it would be lost by signing."""
        return bool(self.medicine.text().strip())

    def _drop(self, line: Draft) -> None:
        self._lines.remove(line)
        self._show()
        self.edited.emit()

    # showing

    def _show(self) -> None:
        clear(self._shown)
        for at, line in enumerate(self._lines):
            if at:
                self._shown.addSpacing(2)
                self._shown.addWidget(Line())
                self._shown.addSpacing(2)
            self._add_line(line)
        if not self._lines:
            self._show_current()
        self._shown.addStretch(1)

    def _show_current(self) -> None:
        if not self._current:
            self._shown.addWidget(Text(_("No medicine is prescribed."), "small", color="quiet"))
        for old in self._current:
            dose = quiet(f"  {old.course} · {old.days} d") if old.course else quiet("")
            self._shown.addWidget(Phrase(quiet(old.name), quiet(f" {old.product}"), dose, size="small"))
        if self._current:
            hint = row(KeyCap(cap("repeat")), Text(_("repeats them"), "small", color="quiet"), None, gap=4)
            self._shown.addLayout(hint)

    def _add_line(self, line: Draft) -> None:
        product = self._products.get(line.presentation_id or "")
        name, rest = (product.name, product.product) if product else (line.medicine_text or "", "")
        leave = Link(_("take out"), small=True)
        leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        leave.clicked.connect(partial(self._drop, line))
        self._shown.addLayout(row((Phrase(semi(name), f" {rest}"), 1), leave, gap=4))
        unit = product.unit if product else None
        dose = line.read_dose()
        said = say_dose(dose, unit) if dose else line.instructions_text or ""
        days = " — " + ngettext("{count} day", "{count} days", line.days).format(count=line.days)
        self._shown.addWidget(Phrase(quiet(_("DOSE") + " "), semi(said), days, *self._change(line)))
        self._shown.addLayout(self._stock_line(line, product, dose))

    def _change(self, line: Draft) -> list[Any]:
        """What differs from the last time."""
        old = next((o for o in self._current if o.presentation_id and o.presentation_id == line.presentation_id), None)
        if old is None or old.course is None:
            return []
        before = f"{old.course} · {old.days} d"
        return (
            [] if before == f"{line.dose} · {line.days} d" else [quiet("  " + _("before {dose}").format(dose=before))]
        )

    def _stock_line(self, line: Draft, product: Product | None, dose: Dose | None) -> Any:
        if product is None:
            return row(
                Icon("info-circle", "quiet", 16), Text(_("not on our shelf"), "small", color="quiet"), None, gap=5
            )
        units = line.units
        if units is None and dose is not None:
            units = units_of(constant(dose, line.days), product.unit)
        leaves = say_units(units or 0, product.unit or Unit.PIECE)
        if product.usable >= (units or 0) and product.usable:
            words = _("{shelf} · {units} leave").format(shelf=product.shelf, units=leaves)
            return row(Icon("circle-check", "well", 16), Text(words, "small", color="quiet"), None, gap=5)
        words = _("{shelf} · {units} needed").format(shelf=product.shelf, units=leaves)
        return row(Icon("alert-triangle", "warning", 16), Text(words, "small", "semi", "warning"), None, gap=5)

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self.set_lines([Draft(**kept) for kept in kept_list(draft, "lines")])

    def kept(self) -> Mapping[str, Any]:
        return {"lines": [asdict(line) for line in self._lines]}

    def show_here(self, here: Here) -> None:
        self.show_current(here.chart.medicines)

    def written(self, so_far: Written) -> Written:
        return replace(so_far, prescription=tuple(line.to_sign() for line in self._lines))

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return self._finish_typed if self.is_half_typed() else None

    def _finish_typed(self) -> None:
        self.take_focus()
        self.add_typed()
