"""What a line needs beyond one row of typing: a dose that changes in steps, and the end of a medicine."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.screens.prescription_lines import Draft
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.courses import MOST_STEPS, Course, Step, read_start, read_until
from clinic_desktop.features.medication.rules.doses import Dose, DoseUnclear, read_quarters, say_quarters
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text

_AMOUNT, _LASTS, _FIELD = 62, 76, 32


class StepRow:
    """The four times of day of one step, for how long, and its days said back."""

    def __init__(self, number: int, changed: Callable[[], object]) -> None:
        self.number = number
        self.every_days = 1
        """The rhythm of the step, which is typed and not shown in fields."""
        times = (_("Morning"), _("Noon"), _("Evening"), _("Night"))
        self.times = tuple(Edit(height=_FIELD) for _time in times)
        self.lasts = Edit(placeholder="7d", height=_FIELD)
        self.said = Text("", "small", color="accent")
        named = [*zip(self.times, times, strict=True), (self.lasts, _("For how long, or until"))]
        for field, name in named:
            field.setFixedWidth(_LASTS if field is self.lasts else _AMOUNT)
            field.setAccessibleName(_("Step {number}: {what}").format(number=number, what=name))
            field.textEdited.connect(changed)

    @property
    def fields(self) -> tuple[Edit, ...]:
        return (*self.times, self.lasts)

    @property
    def is_empty(self) -> bool:
        return not any(field.text().strip() for field in self.fields)

    def show_step(self, step: Step) -> None:
        for field, quarters in zip(self.times, step.dose.quarters, strict=True):
            field.setText(say_quarters(quarters) if quarters else "")
        self.lasts.setText(f"{step.days}d")
        self.every_days = step.dose.every_days

    def read(self, begins: date) -> Step:
        amounts = [read_quarters(field.text()) if field.text().strip() else 0 for field in self.times]
        return Step(Dose(*amounts, every_days=self.every_days), read_until(self.lasts.text(), begins))


class DoseGridSheet(Sheet):
    """Up to four steps that follow one another: for a taper, or one half of a cross-taper."""

    def __init__(
        self, line: Draft, product: Product | None, today: date, keep: Callable[[Draft], object], parent: QWidget
    ) -> None:
        self._line, self._product, self._today, self._keep = line, product, today, keep
        course = line.course
        self.begins = Edit(placeholder=say_day(today), height=_FIELD)
        self.begins.setAccessibleName(_("First day"))
        self.begins.setFixedWidth(110)
        self.words = Edit(line.instructions_text or "", _("In words, for example: with food"), height=_FIELD)
        self.rows = tuple(StepRow(number, self._say) for number in range(1, MOST_STEPS + 1))
        self.complaint = Text("", "small", "semi", "danger", wrap=True)
        self.sum = Text("", "small", color="quiet", wrap=True)
        name = product.said if product else line.medicine_text or ""
        first = row(Text(_("First day"), color="quiet"), self.begins, (self.words, 1), gap=S2)
        super().__init__(
            _("Dose in steps"), parent, Text(name, "head", "semi", wrap=True), first, self._grid(), self.sum,
            self.complaint, width=600,
        )  # fmt: skip
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.take = self.add_deed(Button(_("Take this dose"), key="save", kind="primary"), self._take)
        self.begins.textEdited.connect(self._say)
        if course is not None and not course.as_needed:
            self._show_course(course)
        self._say()
        self.rows[0].times[0].setFocus()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, words in enumerate((_("Morning"), _("Noon"), _("Evening"), _("Night"), _("How long"))):
            grid.addWidget(Text(words, "small", color="quiet"), 0, at + 1)
        for at, step in enumerate(self.rows, 1):
            grid.addWidget(Text(str(at), color="quiet"), at, 0)
            for column, field in enumerate(step.fields, 1):
                grid.addWidget(field, at, column)
            grid.addWidget(step.said, at, 6)
        grid.setColumnStretch(6, 1)
        return grid

    def _show_course(self, course: Course) -> None:
        for shown in self.rows:
            shown.every_days = course.steps[-1].dose.every_days
        for shown, step in zip(self.rows, course.steps, strict=False):
            shown.show_step(step)
        if course.starts_on is not None:
            self.begins.setText(f"{course.starts_on:%d/%m/%Y}")

    def read(self) -> Course:
        """What is written, or why it cannot be."""
        typed = self.begins.text().strip()
        starts_on = read_start(typed, self._today) if typed else None
        begins, steps = starts_on or self._today, list[Step]()
        for shown in self.rows:
            if shown.is_empty:
                continue
            step = shown.read(begins)
            begins += timedelta(days=step.days)
            steps.append(step)
        if not steps:
            raise DoseUnclear()
        return Course(tuple(steps), starts_on=starts_on)

    def _say(self) -> None:
        """The days of each step, as far as they are clear."""
        for shown in self.rows:
            shown.said.setText("")
        self.complaint.setText("")
        try:
            course = self.read()
        except Refused as refused:
            self.sum.setText(refused.sentence())
            return
        filled = [shown for shown in self.rows if not shown.is_empty]
        for shown, step in zip(filled, course.dated(self._today), strict=True):
            rhythm = f"  c/{step.dose.every_days}d" if step.dose.every_days > 1 else ""
            shown.said.setText(f"{say_day(step.begins)} – {say_day(step.last_day)}{rhythm}")
        line = self._changed(course)
        units = line.units_with(self._product)
        unit = self._product.unit if self._product else Unit.PIECE
        self.sum.setText(say_units(units, unit) if units is not None else "")

    def _changed(self, course: Course) -> Draft:
        return replace(
            self._line, dose=course.typed(), days=course.days, instructions_text=self.words.text().strip() or None,
            starts_on=course.starts_on.isoformat() if course.starts_on else None,
        )  # fmt: skip

    def _take(self) -> None:
        try:
            course = self.read()
        except Refused as refused:
            self.complaint.setText(refused.sentence())
            return
        self._keep(self._changed(course))
        self.accept()


class StopSheet(Sheet):
    """Ends a medicine with a reason; it is signed with the note."""

    def __init__(
        self,
        current: Sequence[CurrentMedicine],
        chosen: CurrentMedicine | None,
        keep: Callable[[CurrentMedicine, str], object],
        parent: QWidget,
    ) -> None:
        self._keep = keep
        said = [(old, f"{old.shown_name} {old.product}  {old.course or ''}".strip()) for old in current]
        self.medicine = Select(said)
        self.medicine.set_value(chosen or current[0])
        self.reason = Edit(placeholder=_("for example: a tremor, no effect, no longer needed"))
        self.form = Form()
        stack(
            self.form, self.form.add("medicine", _("Medicine"), self.medicine),
            self.form.add("reason", _("Why it ends"), self.reason), gap=S3,
        )  # fmt: skip
        title = _("Stop a medicine")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.stop = self.add_deed(Button(_("Stop it"), key="save", kind="primary"), self._stop)
        self.reason.setFocus()

    def _stop(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.form.complain("reason", _("Write why it ends."))
            return
        self._keep(self.medicine.value(), reason)
        self.accept()
