"""Lots that are called back: at the left the recalls, at the right the people who were given of one, and what was done.

Everything about one lot stands on one screen: how much is still here, whom to tell, how safely, and what came of it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import recall as letters
from clinic_desktop.features.medication.letters.recall import say_how, say_lot, say_reach
from clinic_desktop.features.medication.queries import recalls as queries
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.recalls import RecallRow, Receiver
from clinic_desktop.features.medication.rules.kinds import RECALL_WORDS, RecallStep
from clinic_desktop.features.medication.rules.refusals import LotUnnamed
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.service import recalls as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Suggest
from clinic_desktop.uikit.dialogs import Sheet, ask_text
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text, quiet, semi

_STEPS = tuple(RecallStep)
_LEFT, _LEFT_NARROW = 380, 230
_TWO_LINES = 46


class RecallsPage(QWidget):
    accepts_typing = False

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._tells = office.may(Permission.RECALL_LOTS) and any(office.may(one) for one in queries.TELLERS)
        self.recalls, self.people = self._make_recalls(), self._make_people()
        self.begin = Button(_("Call a lot back"), icon="ban", kind="primary", tall=True)
        self.end = Button(_("End this recall"), icon="check")
        self.print = Button(_("Print list"), "print", icon="printer")
        self.steps = [
            Button(_(RECALL_WORDS[step]), f"pick_{number}", "secondary") for number, step in enumerate(_STEPS, 1)
        ]
        self.title, self.told = Text("", "head", "semi", wrap=True), Text("", "small", color="quiet", wrap=True)
        self.how = Text("", "small", "semi", wrap=True)
        self.how.setMinimumHeight(18)
        self._lay_out()
        self.recalls.chosen.connect(self._show)
        self.people.chosen.connect(self._allow)
        self.people.opened.connect(partial(self._note, RecallStep.TOLD))
        self.begin.clicked.connect(lambda: RecallSheet(office, self).open())
        self.end.clicked.connect(self._end)
        self.print.clicked.connect(self._print)
        for button, step in zip(self.steps, _STEPS, strict=True):
            button.clicked.connect(partial(self._note, step))
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _lay_out(self) -> None:
        for button in (self.begin, self.end):
            button.setVisible(self._office.may(Permission.RECALL_LOTS))
        for part in (self.people, self.print, *self.steps):
            part.setVisible(self._tells)
        self.left = Card((self.recalls, 1), margins=(1, 4, 1, 4), gap=0)
        deeds = row(*self.steps, None, gap=S2)
        right = Card(self.title, self.told, (self.people, 1), self.how, deeds, margins=(S4, S3, S4, S3), gap=S2)
        foot = row(self.print, None, self.end, self.begin, gap=S2)
        stack(self, (row(self.left, (right, 1), gap=S3), 1), foot, margins=(S4, S3, S4, S3), gap=S2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.left.setFixedWidth(_LEFT_NARROW if is_compact(self.window().width()) else _LEFT)

    def _make_recalls(self) -> ListTable[RecallRow]:
        columns = [
            Column[RecallRow](_("Called back"), _said, stretch=True),
            Column[RecallRow](_("Since"), lambda r: say_day(r.opened_on), 104, wide_only=True),
        ]
        empty = EmptyState(
            _("No lot is called back. When a letter comes from the health service or a maker, enter its lot here.")
        )
        table = ListTable(columns, key=lambda r: r.recall_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Called back"))
        return table

    def _make_people(self) -> ListTable[Receiver]:
        columns = [
            Column[Receiver](_("Person"), lambda p: cells.two_lines(semi(p.name), under=_where(p)), stretch=True),
            Column[Receiver](_("Telephone"), lambda p: cells.two_lines(say_reach(p), under=say_how(p)), 200),
            Column[Receiver](_("Given"), self._units, 110, wide_only=True),
            Column[Receiver](_("What came of it"), _came, 128),
        ]
        empty = EmptyState(_("Nobody was given of it here."))
        table = ListTable(columns, key=lambda p: p.patient_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("People who were given of it"))
        # Where not even one line has room, the chosen one is not brought into sight.
        table.setMinimumHeight(30 + _TWO_LINES + 4)
        return table

    def _units(self, one: Receiver) -> cells.Cell | str:
        called = self.recalls.row()
        return cells.two_lines(say_units(one.units, called.unit if called else None), under=say_day(one.last_on))

    # showing

    def take_focus(self) -> None:
        if self.recalls.row() is None:
            self.recalls.choose_at(0)
        (self.people if self.people.row() else self.recalls).setFocus()

    def reload(self) -> None:
        self.recalls.show_rows(self._office.ask(queries.recalls))
        if self.recalls.row() is None:
            self.recalls.choose_at(0)
        self._show(self.recalls.row())

    def choose(self, recall_id: str) -> None:
        self.recalls.choose(recall_id)
        self._show(self.recalls.row())

    def _show(self, called: RecallRow | None) -> None:
        people = self._office.ask(queries.receivers, called.recall_id) if called and self._tells else ()
        kept = self._office.ask(queries.kept_from_view, called.recall_id) if called and self._tells else 0
        self.title.setText(say_lot(called) if called else "")
        self.told.setText(" ".join(_told(called, len(people) if self._tells else None, kept)) if called else "")
        self.people.show_rows(people)
        if self.people.row() is None:
            self.people.choose_at(0)
        self.print.setEnabled(bool(people))
        self.end.setEnabled(called is not None and called.is_open)
        self._allow(self.people.row())

    def _allow(self, one: Receiver | None) -> None:
        for button in self.steps:
            button.setEnabled(one is not None)
        # In whole words, for a telephone that others hear is no place for half a sentence.
        how = say_how(one) if one else ""
        self.how.setText(f"{one.name}: {how}" if one and how else "")

    # deeds

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit writes down what came of telling the chosen person."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        typed = event.text()
        if plain and typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(_STEPS):
            if not event.isAutoRepeat():
                self._note(_STEPS[int(typed) - 1])
        else:
            super().keyPressEvent(event)

    def _note(self, step: RecallStep, *_clicked: object) -> None:
        called, one = self.recalls.row(), self.people.row()
        if called is None or one is None or not self._tells:
            return
        ToldSheet(self._office, called.recall_id, one, step, self).open()

    def _end(self) -> None:
        called = self.recalls.row()
        if called is not None:
            ask_text(
                _("Why may {lot} be given again, or is none left anywhere?").format(lot=say_lot(called)),
                self,
                lambda why: self._office.do(
                    partial(service.end_recall, recall_id=called.recall_id, reason=why), self
                ),
                yes_text=_("End this recall"),
            )  # fmt: skip

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        called = self.recalls.row()
        if called is None:
            return
        pdf = self._office.ask(letters.contact_list, called.recall_id).pdf()

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noting: Callable[..., Any] = partial(
                service.note_list_printed, recall_id=called.recall_id, way=leaving.way, copies=leaving.copies
            )
            self._office.do(noting, self, then=lambda _done: proceed())

        Preview(pdf, _("Whom to tell"), parent=self, record=record, suggested="lista.pdf").open()


class ToldSheet(Sheet):
    """What came of it, and a word about it if there is one."""

    def __init__(self, office: Office, recall_id: str, one: Receiver, step: RecallStep, parent: QWidget) -> None:
        self._office, self._step = office, step
        self._use_case = partial(
            service.note_told, event_id=new_id(), recall_id=recall_id, patient_id=one.patient_id, step=step
        )
        self.note = Edit()
        self.form = Form()
        stack(self.form, self.form.add("note", _("A word about it"), self.note, optional=True))
        said = _(RECALL_WORDS[step])
        super().__init__(said, parent, Text(f"{one.name}: {said}", "head", "semi", wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Keep"), "save", "primary", "check"), self._keep)
        self.note.returnPressed.connect(self._keep)
        # Enter keeps: it is the only field.
        self.note.removeEventFilter(self.form)
        self.note.setFocus()

    def would_lose(self) -> bool:
        return bool(self.note.text().strip())

    def _keep(self) -> None:
        self._office.do(partial(self._use_case, note=self.note.text()), self, then=self._kept)

    def _kept(self, _none: None) -> None:
        self._office.notice(_(RECALL_WORDS[self._step]))
        self.accept()


class RecallSheet(Sheet):
    """Which lot is called back, by whom and why; opened from the list, or from the lot on the shelf."""

    def __init__(
        self, office: Office, parent: QWidget, *, presentation_id: str | None = None, lot_number: str | None = None
    ) -> None:
        self._office, self._recall_id = office, new_id()
        self.product = Suggest(self._find, _("three letters"))
        self.lot, self.every = Edit(lot_number or ""), Check(_("Every lot of this product"))
        self.source, self.reason = Edit(placeholder=_("for example the health service, letter 12-2026")), Edit()
        self.form = Form()
        stack(
            self.form,
            self.form.add("product", _("Medicine"), self.product),
            self.form.add("lot", _("Lot"), self.lot),
            self.every,
            self.form.add("source", _("Who calls it back"), self.source, optional=True),
            self.form.add("reason", _("Reason"), self.reason),
            gap=S3,
        )
        title = _("Call a lot back")
        hint = _("From now on nobody is given of it, here and wherever the stick goes. The people are listed at once.")
        super().__init__(title, parent, Text(title, "head", "semi"), Text(hint, color="quiet", wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Call it back"), "save", "primary"), self._keep)
        self.every.toggled.connect(self._every)
        if presentation_id is not None:
            known = office.ask(shelf.presentation, presentation_id)
            self.product.set_value(known.presentation_id, known.said)
            (self.source if lot_number else self.lot).setFocus()

    def _find(self, words: str) -> list[tuple[str, str]]:
        found = self._office.ask(shelf.find_presentation, words, 8, retired=True)
        return [(product.presentation_id, product.said) for product in found]

    def _every(self, every: bool) -> None:
        self.lot.setEnabled(not every)

    def would_lose(self) -> bool:
        return bool(self.source.text().strip() or self.reason.text().strip())

    def _keep(self) -> None:
        product_id = self.product.value()
        if not product_id:
            self.form.complain("product", _("Choose a medicine of the list."))
            return
        use_case = partial(
            service.call_back,
            recall_id=self._recall_id,
            presentation_id=product_id,
            lot_number=self.lot.text(),
            reason=self.reason.text(),
            source_text=self.source.text(),
            every_lot=self.every.isChecked(),
        )
        self._office.do(use_case, self, then=lambda _none: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        no_lot = isinstance(error, LotUnnamed) or bool(self.reason.text().strip())
        self.form.complain("lot" if no_lot else "reason", error.sentence())


def _said(called: RecallRow) -> cells.Cell | str:
    lot = _("every lot") if called.lot_number is None else _("lot {lot}").format(lot=called.lot_number)
    under = f"{lot}, {called.product}"
    if called.is_open:
        return cells.two_lines(semi(called.shown_name), under=under)
    return cells.two_lines(quiet(called.shown_name), under=_("over: {lot}").format(lot=under))


def _told(called: RecallRow, people: int | None, kept: int) -> list[str]:
    here = _("On this shelf: {units}, given to nobody.") if called.is_open else _("On this shelf: {units}.")
    told = [here.format(units=say_units(called.here, called.unit))]
    reason = " · ".join(word for word in (called.source, called.reason) if word)
    told += [f"{reason.rstrip('.')}."] if reason else []
    if called.closed_on is not None:
        told.append(_("Over since {day}: {why}").format(day=say_day(called.closed_on), why=called.closed_text))
    if people is None:
        return [*told, _("Those who were given of it are told by the people who treat them.")]
    many = ngettext("{count} person was given of it.", "{count} people were given of it.", people)
    told.append(many.format(count=people))
    if kept:
        more = ngettext(
            "{count} more has a reserved record: somebody who may open it has to tell them.",
            "{count} more have reserved records: somebody who may open them has to tell them.",
            kept,
        )
        told.append(more.format(count=kept))
    return told


def _where(one: Receiver) -> str:
    place = one.community if one.may_visit else _("Do not visit")
    from_pharmacy, perhaps = one.from_pharmacy and _("from a pharmacy"), one.perhaps and _("lot not noted")
    return ", ".join(word for word in (perhaps, from_pharmacy, one.number, place) if word)


def _came(one: Receiver) -> cells.Cell | str:
    if one.step is None or one.step_on is None:
        return cells.quiet("–")
    under = ", ".join(word for word in (say_day(one.step_on), one.note) if word)
    return cells.two_lines(semi(_(RECALL_WORDS[one.step])), under=under)
