"""The prescription: medicine by three letters, dose as 1-0-1, days; the shelf beside each line. Ctrl+R repeats it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from clinic_desktop.features.consults.rules.safety import LineToCheck
from clinic_desktop.features.consults.screens.parts import Here, kept_dict, kept_list
from clinic_desktop.features.consults.screens.prescription_fields import (
    MedicineField,
    StepField,
    control_line,
    say_retired,
    stock_line,
)
from clinic_desktop.features.consults.screens.prescription_lines import (
    USUAL_DAYS,
    Draft,
    difference,
    draft_from,
    old_of,
    read_draft,
    repeated,
    short_of,
)
from clinic_desktop.features.consults.screens.prescription_sheets import DoseGridSheet, StopSheet
from clinic_desktop.features.consults.screens.prescription_terms import Terms
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.medication.queries import formulary, prescriptions, shelf
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.control import Control
from clinic_desktop.features.medication.rules.courses import say_days, says_its_days
from clinic_desktop.features.medication.service.prescribing import Stop
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, Line
from clinic_desktop.uikit.theme import S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi


class PrescriptionPanel(Card):
    edited = Signal()

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        self._office = office
        self._products: dict[str, Product] = {}
        self._controls: Mapping[str, Control] = {}
        self._current: tuple[CurrentMedicine, ...] = ()
        self._since: Mapping[str, date] = {}
        self._lines: list[Draft] = []
        self._stops: dict[str, str] = {}
        self._changing: Draft | None = None
        self.terms = Terms(office)
        self._make_fields()
        self._list, lines = QWidget(), QWidget()
        self._shown = stack(lines, gap=2)
        self._area = scrolled(self._list)
        stack(self._list, lines, self.terms, None, gap=4)
        super().__init__(
            self._make_head(),
            (self._area, 1),
            row((self.medicine, 1), self.dose, self.days, gap=4),
            self.complaint,
            margins=(S4, 10, S4, 10),
            gap=5,
            parent=parent,
        )
        self.medicine.entered.connect(self.dose.setFocus)
        self.medicine.textEdited.connect(self._typed_medicine)
        self.dose.entered.connect(self._dose_entered)
        self.days.entered.connect(self.add_typed)
        self.terms.edited.connect(self.edited)
        # Once it has found its room.
        self.terms.asked.connect(lambda: QTimer.singleShot(0, self, self._show_terms))
        office.follow(shelf.TABLES, self, self._look_again)
        self._show()

    def _make_fields(self) -> None:
        self.medicine = MedicineField(self._find, _("3 letters"), "pill")
        self.medicine.setAccessibleName(_("Medicine"))
        self.dose = StepField(placeholder="1-0-1")
        self.dose.setAccessibleName(_("Dose: morning, noon, night"))
        self.dose.setToolTip(_("1-0-1, ½-0-1, 1 sos 2 (if needed, at most 2), 1 c/28d, 1-0-1 7d > 1-0-0 7d"))
        self.days = StepField(placeholder=_("{count} d").format(count=USUAL_DAYS))
        self.days.setAccessibleName(_("Days"))
        self.days.setToolTip(_("30 for days, 6s for weeks, 2m for months; 30 x2 with two bottles"))
        self.dose.setFixedWidth(78)
        self.days.setFixedWidth(58)
        self.complaint = Text("", "small", color="danger", wrap=True)
        self.complaint.hide()

    def _make_head(self) -> QHBoxLayout:
        self.grid = Link(_("Steps"), "dose_grid", small=True)
        self.grid.clicked.connect(self.open_grid)
        self.stop = Link(_("Stop"), "stop_medicine", small=True)
        self.stop.clicked.connect(self.open_stop)
        for link in (self.grid, self.stop):
            link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        title = Text(_("Prescription"), "head", "semi")
        return row(title, None, self.grid, self.stop, KeyCap(cap("section_5")), gap=6)

    def _find(self, words: str) -> list[tuple[Any, str]]:
        if len(words.strip()) < 2:
            return []
        found = self._office.ask(shelf.find_presentation, words)
        return [(product, f"{product.said} · {product.shelf}") for product in found]

    @property
    def _today(self) -> date:
        return self._office.today()

    # what is on it

    def show_current(self, current: Sequence[CurrentMedicine]) -> None:
        """What was prescribed last: for Ctrl+R, and shown in quiet until something is written."""
        self._current = tuple(line for line in current if line.stopped_on is None)
        self.refresh()

    def lines(self) -> tuple[Draft, ...]:
        return tuple(self._lines)

    def stops(self) -> Mapping[str, str]:
        """What ends with this note, and why."""
        return dict(self._stops)

    def lines_to_check(self) -> tuple[LineToCheck, ...]:
        """What is written, as the safety notes look at it."""
        known = {old.medicine_id for old in self._current}
        found: list[LineToCheck] = []
        for line in self._lines:
            product = self._product(line)
            name = product.name if product else line.medicine_text or ""
            is_new = product is None or product.medicine_id not in known
            found.append(LineToCheck(name, product.atc_code if product else None, is_new))
        for old in self._current:
            if old.request_id in self._stops:
                product = self._products.get(old.presentation_id or "")
                atc = product.atc_code if product else None
                found.append(LineToCheck(old.name, atc, is_new=False, stops=True))
        return tuple(found)

    def _product(self, line: Draft) -> Product | None:
        return self._products.get(line.presentation_id or "")

    def _old(self, line: Draft) -> CurrentMedicine | None:
        return old_of(line, self._product(line), self._current)

    def left_over(self) -> tuple[CurrentMedicine, ...]:
        """Of the last prescription what is neither on this one nor stopped."""
        taken = {old.request_id for line in self._lines if (old := self._old(line))}
        return tuple(o for o in self._current if o.request_id not in taken and o.request_id not in self._stops)

    def set_lines(self, lines: Sequence[Draft]) -> None:
        self._lines = list(lines)
        self.refresh()

    def _look_again(self) -> None:
        """What happens elsewhere takes the focus from no line, unless it changes what is said of one."""
        before = dict(self._products)
        self._learn_products()
        if self._products != before:
            self._show()

    def refresh(self) -> None:
        """Ask the shelf again."""
        self._learn_products()
        self._show()

    def _learn_products(self) -> None:
        wanted = {line.presentation_id for line in (*self._lines, *self._current) if line.presentation_id}
        self._products = self._office.ask(shelf.presentations, sorted(wanted)) if wanted else {}
        self._controls = self._office.ask(formulary.controls, sorted(wanted)) if wanted else {}

    def repeat(self) -> None:
        """Everything that was prescribed last, once more. What is written already stays, what is stopped stays off."""
        self._lines += [repeated(old) for old in reversed(self.left_over())]
        self._complain(say_retired(self._office, self._lines))
        self.refresh()
        self.edited.emit()

    def take_focus(self) -> None:
        self.medicine.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # writing a line

    def _dose_entered(self) -> None:
        """A dose that says its days is the whole line."""
        if says_its_days(self.dose.text()):
            self.add_typed()
        else:
            self.days.setFocus()

    def read_typed(self) -> Draft:
        """The line that stands in the fields, or why it cannot be one."""
        found = self.medicine.value()
        product = found if isinstance(found, Product) else None
        texts = self.medicine.text().strip(), self.dose.text(), self.days.text().strip()
        return read_draft(product, *texts, self._changing)

    def add_typed(self) -> None:
        try:
            line = self.read_typed()
        except Refused as refused:
            self._complain(refused.sentence())
            return
        self._put(line)

    def _put(self, line: Draft) -> None:
        """The line takes the place of the one it changes, or of one of the same product."""
        self._complain("")

        def is_same(other: Draft) -> bool:
            product = (line.presentation_id, line.medicine_text) == (other.presentation_id, other.medicine_text)
            # Beside what is taken every day there may be more of the same as needed.
            return other.request_id == line.request_id or (product and line.is_as_needed == other.is_as_needed)

        at = next((at for at, other in enumerate(self._lines) if is_same(other)), len(self._lines))
        self._lines = [other for other in self._lines if not is_same(other)]
        self._lines.insert(at, line)
        old = self._old(line)
        if old is not None:
            self._stops.pop(old.request_id, None)
            self._lines[at] = replace(line, repeats_id=old.request_id)
        self._changing = None
        for field in (self.dose, self.days):
            field.setText("")
        self.medicine.set_value(None, "")
        self.medicine.setFocus()
        self.refresh()
        self._bring_in_sight(self._lines[at])
        self.edited.emit()

    def _bring_in_sight(self, line: Draft) -> None:
        """Whoever typed a line sees what became of it, also where there is room for two only."""

        def scroll() -> None:
            found = [link for link in self._list.findChildren(Link) if link.property("line") == line.request_id]
            for link in found[-1:]:
                self._area.ensureWidgetVisible(link, 0, 60)

        # Once it is laid out, and again when what it brings about (a safety note) took its room.
        for wait in (0, 120):
            QTimer.singleShot(wait, self, scroll)

    def _show_terms(self) -> None:
        self._area.ensureWidgetVisible(self.terms, 0, 0)

    def _complain(self, words: str) -> None:
        self.complaint.setText(words)
        self.complaint.setVisible(bool(words))

    def is_half_typed(self) -> bool:
        """A medicine stands in the field and is not on the list yet: it would be lost by signing."""
        return bool(self.medicine.text().strip())

    def change(self, line: Draft) -> None:
        """The line stands in the fields again; it stays on the list until it is entered."""
        self._changing = line
        product = self._product(line)
        self.medicine.set_value(product, product.said if product else line.medicine_text or "")
        self.dose.setText(line.dose)
        self.days.setText(f"{line.days}" + (f" x{line.units}" if line.units else ""))
        self.dose.setFocus()
        self.dose.selectAll()

    def _typed_medicine(self, text: str) -> None:
        """Whoever empties the field changes no line any more: what is typed next is another one."""
        if not text.strip():
            self._changing = None

    def open_grid(self) -> None:
        """For what is being typed, or the line one is at."""
        line = self._at()
        if line is None:
            self._complain(_("Choose a medicine first, or repeat the prescription."))
            return
        product = self.medicine.value() if self.is_half_typed() else self._product(line)
        DoseGridSheet(line, product, self._today, self._put, self).open()

    def _at(self) -> Draft | None:
        if self.is_half_typed():
            try:
                return self.read_typed()
            except Refused:
                return self._unread()
        focus = QApplication.focusWidget()
        told = focus.property("line") if focus is not None and self.isAncestorOf(focus) else None
        here = [line for line in self._lines if line.request_id == told]
        return (here or self._lines or [None])[-1]

    def _unread(self) -> Draft | None:
        """The medicine alone, when the dose is still to be written."""
        product = self.medicine.value()
        known = product.presentation_id if isinstance(product, Product) else None
        text = None if known else self.medicine.text().strip()
        return Draft(new_id(), known, text, "", USUAL_DAYS)

    def open_stop(self) -> None:
        left = [old for old in self._current if old.request_id not in self._stops]
        if not left:
            self._complain(_("No medicine is prescribed that could be stopped."))
            return
        line = self._at() if not self.is_half_typed() else None
        StopSheet(left, self._old(line) if line else None, self._stop, self).open()

    def _stop(self, old: CurrentMedicine, reason: str) -> None:
        self._lines = [line for line in self._lines if self._old(line) != old]
        self._stops[old.request_id] = reason
        self.refresh()
        self.edited.emit()

    def _go_on(self, old: CurrentMedicine) -> None:
        self._stops.pop(old.request_id, None)
        self._show()
        self.edited.emit()

    def _drop(self, line: Draft) -> None:
        self._lines.remove(line)
        self._show()
        self.edited.emit()

    # showing

    def _show(self) -> None:
        clear(self._shown)
        for at, line in enumerate(self._lines):
            if at:
                self._divide()
            self._add_line(line)
        if self._lines or self._stops:
            self._show_rest()
        else:
            self._show_current()
        self.terms.show_for(bool(self._lines))

    def _divide(self) -> None:
        self._shown.addSpacing(2)
        self._shown.addWidget(Line())
        self._shown.addSpacing(2)

    def _show_current(self) -> None:
        if not self._current:
            self._shown.addWidget(Text(_("No medicine is prescribed."), "small", color="quiet"))
        for old in self._current:
            since = self._since.get(old.key)
            said = " · ".join([short_of(old), *([_("since {day}").format(day=say_day(since))] if since else [])])
            self._shown.addWidget(Phrase(quiet(f"{old.shown_name} {old.product}  {said}"), size="small"))
        if self._current:
            hint = row(KeyCap(cap("repeat")), Text(_("repeats them"), "small", color="quiet"), None, gap=4)
            self._shown.addLayout(hint)

    def _show_rest(self) -> None:
        """What ends, and what was neither repeated nor stopped: said, not decided."""
        for old in self._current:
            reason = self._stops.get(old.request_id)
            if reason is not None:
                self._divide()
                words = Phrase(
                    semi(old.name, "danger"),
                    f" {short_of(old)} ",
                    quiet(_("ends: {reason}").format(reason=reason)),
                    size="small",
                )
                self._shown.addLayout(row((words, 1), self._link(_("go on"), partial(self._go_on, old)), gap=4))
        left = self.left_over()
        if left:
            self._divide()
            told = ", ".join(f"{old.name} {old.course or ''}".strip() for old in left)
            self._shown.addWidget(
                Phrase(quiet(_("Neither repeated nor stopped: {medicines}").format(medicines=told)), size="small")
            )

    def _link(self, words: str, act: Callable[[], object], line: Draft | None = None) -> Link:
        link = Link(words, small=True)
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        link.setProperty("line", line.request_id if line else None)
        link.clicked.connect(act)
        return link

    def _add_line(self, line: Draft) -> None:
        product = self._product(line)
        name, rest = (product.shown_name, product.product) if product else (line.medicine_text or "", "")
        change = self._link(_("change"), partial(self.change, line), line)
        leave = self._link(_("take out"), partial(self._drop, line), line)
        for link in (change, leave):
            link.setAccessibleName(f"{link.text()}: {name}")
        self._shown.addLayout(row((Phrase(semi(name), f" {rest}"), 1), change, leave, gap=4))
        said = line.said(product.unit if product else None, self._today)
        told = " — ".join(part for part in (said, say_days(line.days)) if part)
        extra = f" · {line.instructions_text}" if line.instructions_text and line.dose else ""
        self._shown.addWidget(Phrase(quiet(_("DOSE") + " "), semi(told), quiet(extra)))
        differs = difference(line, self._old(line), product)
        if differs and self._current:
            self._shown.addWidget(Phrase(semi(differs, "accent"), size="small"))
        self._shown.addLayout(stock_line(line, product))
        if (control := self._controls.get(line.presentation_id or "")) is not None:
            self._shown.addLayout(control_line(line, product, control))

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self._stops = {str(key): str(value) for key, value in kept_dict(draft, "stops").items()}
        self.terms.fill(draft)
        found = [draft_from(kept) for kept in kept_list(draft, "lines")]
        self.set_lines([line for line in found if line is not None])

    def kept(self) -> Mapping[str, Any]:
        return {"lines": [line.kept() for line in self._lines], "stops": dict(self._stops), **self.terms.kept()}

    def show_here(self, here: Here) -> None:
        if here.chart.medicines:
            self._since = self._office.ask(prescriptions.since_when, here.encounter.patient_id)
        self.terms.show_here(here)
        self.show_current(here.chart.medicines)

    def written(self, so_far: Written) -> Written:
        cap_days, keeper = self.terms.days_per_pickup(), self.terms.keeper_name()
        # A medicine that somebody else stopped meanwhile needs no second end.
        standing = {old.request_id for old in self._current}
        return replace(
            so_far,
            prescription=tuple(line.to_sign(self._today, cap_days, keeper) for line in self._lines),
            stops=tuple(Stop(key, reason) for key, reason in self._stops.items() if key in standing),
            urgent_reason=self.terms.urgent_reason() if self._lines else "",
        )

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        if self.is_half_typed():
            return self._finish_typed
        return self.terms.obstacle() if self._lines else None

    def _finish_typed(self) -> None:
        self.take_focus()
        self.add_typed()
