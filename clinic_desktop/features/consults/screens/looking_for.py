"""Whom to look for: the people whose contact is due, and what came of it with one digit.

Those who walk to the villages learn whom and how, never why. A clinician sees every open risk, and why.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.letters import looking_for as letters
from clinic_desktop.features.consults.queries import risks as queries
from clinic_desktop.features.consults.queries.risks import Sought
from clinic_desktop.features.consults.rules.risk import CONTACT_WORDS, ContactOutcome, needs_words
from clinic_desktop.features.consults.rules.seeking import say_last, say_number, say_where
from clinic_desktop.features.consults.service import risk as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import column, line_up, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Facts, Text

_OUTCOMES = tuple(ContactOutcome)
_MAIN = ContactOutcome.REACHED_WELL
_WIDE, _NARROW = 360, 290
_A_SLIP = 400
"""Milliseconds: nobody finds two people in that time."""


class LookingForScreen(QWidget):
    """At the left the people, the longest due first; at the right the one to look for, with four outcomes."""

    accepts_typing = False

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.table = self._make_table()
        self.person = PersonToSeek(office, self)
        self.count = Text("", "small", color="quiet")
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(office.back)
        self.chart = Button(_("Open chart"), icon="stethoscope")
        if not office.may(Permission.READ_CHART):
            self.chart.hide()
        self.chart.clicked.connect(self._open_chart)
        self.print = Button(_("Print list"), "print", icon="printer")
        self.print.clicked.connect(self._print)
        head = row(Text(_("Whom to look for"), "title", "semi"), self.count, None, gap=S3, margins=(S4, S2, S4, 0))
        deeds = row(self.back, None, self.chart, self.print, gap=S2, margins=(12, 8, 12, 8))
        listed = Card(head, (self.table, 1), deeds, margins=(1, 4, 1, 1), gap=0)
        line_up(self, (listed, 1), self.person, margins=(S4, S3, S4, S3), gap=S3)
        self.table.chosen.connect(self.person.show_row)
        self.table.opened.connect(self._open_chart)
        office.follow(queries.SOUGHT_TABLES, self, self.reload)
        self.reload()

    def _make_table(self) -> ListTable[Sought]:
        columns = [
            Column[Sought](_("Person"), lambda r: cells.two_lines(r.name, under=say_where(r)), stretch=True),
            Column[Sought](_("Whom to look for"), lambda r: cells.two_lines(r.whom, under=r.reach), 230),
            Column[Sought](_("Since"), lambda r: say_day(r.since), 112),
            Column[Sought](_("Last try"), lambda r: cells.quiet(say_last(r)), 210, wide_only=True),
        ]
        empty = EmptyState(_("There is nobody to look for today."))
        return ListTable(columns, key=lambda r: r.patient_id, empty=empty, row_height=48)

    def take_focus(self) -> None:
        if self.table.row() is None:
            self.table.choose_at(0)
        self.table.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(queries.looking_for)
        self.table.show_rows(rows)
        if self.table.row() is None:
            self.table.choose_at(0)
        self.person.show_row(self.table.row())
        self.print.setEnabled(bool(rows))
        self.chart.setEnabled(bool(rows))
        self.count.setText(str(len(rows)) if rows else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.person.setFixedWidth(_NARROW if is_compact(self.window().width()) else _WIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit writes down what came of it."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        typed = event.text()
        if plain and typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(_OUTCOMES):
            if not event.isAutoRepeat():
                self.person.press(_OUTCOMES[int(typed) - 1])
        else:
            super().keyPressEvent(event)

    def _open_chart(self, _row: object = None) -> None:
        chosen = self.table.row()
        if chosen is not None and self._office.may(Permission.READ_CHART):
            self._office.go("chart", patient_id=chosen.patient_id)

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        pdf = self._office.ask(letters.looking_for_list).pdf()

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noting: Callable[..., Any] = partial(service.note_list_printed, way=leaving.way, copies=leaving.copies)
            self._office.do(noting, self, then=lambda _done: proceed())

        Preview(pdf, _("Whom to look for"), parent=self, record=record, suggested="lista.pdf").open()


class PersonToSeek(Card):
    """Whom to look for, how safely, and the four outcomes."""

    def __init__(self, office: Office, screen: QWidget) -> None:
        super().__init__(margins=(14, 10, 14, 10), gap=S2)
        self._office, self._screen = office, screen
        self._row: Sought | None = None
        self._just_noted = QTimer(self)
        self._just_noted.setSingleShot(True)
        self._just_noted.setInterval(_A_SLIP)
        self.name = Text("", "head", "bold", wrap=True)
        self.whom = Text("", weight="semi", wrap=True)
        self.facts = Facts([], label_width=84)
        self.why = Text("", "small", color="danger", wrap=True)
        self.nobody = Text(_("There is nobody to look for today."), color="quiet", wrap=True)
        self.outcomes = {one: self._button(number, one) for number, one in enumerate(_OUTCOMES, 1)}
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, one in enumerate((*(each for each in _OUTCOMES if each is not _MAIN), _MAIN)):
            grid.addWidget(self.outcomes[one], at, 0)
        told = QWidget()
        stack(told, self.nobody, self.name, self.whom, self.facts, self.why, None, gap=6)
        # In a low window what is told scrolls, and the outcomes keep their height.
        self.told = scrolled(told)
        self.told.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.told.setAccessibleName(_("Whom to look for"))
        self.body.addLayout(column((self.told, 1), grid, gap=6))
        self.show_row(None)

    def _button(self, number: int, outcome: ContactOutcome) -> Button:
        button = Button(_(CONTACT_WORDS[outcome]), f"pick_{number}", "primary" if outcome is _MAIN else "secondary")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(partial(self._clicked, outcome))
        return button

    def _clicked(self, outcome: ContactOutcome, *_how: object) -> None:
        self.press(outcome)

    def show_row(self, chosen: Sought | None) -> None:
        self._row = chosen
        self.nobody.setVisible(chosen is None)
        for widget in (self.name, self.whom, self.facts, *self.outcomes.values()):
            widget.setVisible(chosen is not None)
        self.why.setVisible(False)
        if chosen is None:
            return
        self.name.setText(chosen.name)
        self.whom.setText(
            _("Look for: {whom}").format(whom=", ".join(part for part in (chosen.whom, chosen.reach) if part))
        )
        told = [
            (_("Say"), chosen.cover_words), (_("Where"), say_where(chosen)), (_("Telephone"), say_number(chosen)),
            (_("When to call"), chosen.hours), (_("Since"), say_day(chosen.since)), (_("Last try"), say_last(chosen)),
        ]  # fmt: skip
        self.facts.show_facts([(label, value) for label, value in told if value])
        if self._office.may(Permission.READ_CHART):
            self._show_why(chosen)

    def _show_why(self, chosen: Sought) -> None:
        standing = self._office.ask(queries.risk_of, chosen.patient_id)
        words = [] if standing is None else [standing.reason_text or "", standing.last_outcome]
        told = " · ".join(word for word in words if word)
        self.why.setText(_("Why: {words}").format(words=told))
        self.why.setVisible(bool(told))

    def press(self, outcome: ContactOutcome) -> None:
        """A key or a button. Pressed twice in a slip, the second is not noted of whoever comes next on the list."""
        if self._row is None or self._just_noted.isActive():
            return
        self._just_noted.start()
        if needs_words(outcome):
            WordsSheet(self._office, self._row, outcome, self._screen, self._noted).open()
            return
        contact_id, patient_id = new_id(), self._row.patient_id
        note = partial(service.note_found, patient_id=patient_id, contact_id=contact_id, outcome=outcome)
        self._office.do(note, self._screen, then=lambda _none: self._noted(contact_id, outcome))

    def _noted(self, contact_id: str, outcome: ContactOutcome) -> None:
        back = partial(service.take_contact_back, contact_id=contact_id)
        self._office.notice(_(CONTACT_WORDS[outcome]), lambda: self._office.do(back, self._screen))


class WordsSheet(Sheet):
    """How the person is, in words: a clinician reads them."""

    def __init__(
        self, office: Office, chosen: Sought, outcome: ContactOutcome, parent: QWidget,
        then: Callable[[str, ContactOutcome], object],
    ) -> None:  # fmt: skip
        self._office, self._chosen, self._outcome, self._then = office, chosen, outcome, then
        self._contact_id = new_id()
        self.form = Form()
        self.words = TextArea()
        stack(self.form, self.form.add("words", _("In words"), self.words))
        tells = _("The program calls nobody. If the person is not safe, call the clinician or bring help now.")
        hint = Text(tells, "small", color="danger", wrap=True)
        title = _(CONTACT_WORDS[outcome])
        super().__init__(title, parent, Text(f"{chosen.name}: {title}", "head", "semi", wrap=True), hint, self.form)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary", icon="check"), self._keep)
        self.words.setFocus()

    def _keep(self) -> None:
        note = partial(
            service.note_found, patient_id=self._chosen.patient_id, contact_id=self._contact_id,
            outcome=self._outcome, words=self.words.text(),
        )  # fmt: skip
        self._office.do(note, self, then=self._kept, failed=self._refused)

    def _kept(self, _none: None) -> None:
        self.accept()
        self._then(self._contact_id, self._outcome)

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("words", error.sentence())
