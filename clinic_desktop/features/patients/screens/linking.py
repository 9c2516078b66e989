"""Saying that two records are the same person's: choose the other, compare line by line, say why. It can be undone."""

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import comparison as comparing
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.queries.comparison import Comparison
from clinic_desktop.features.patients.rules.rows import Found, Similar
from clinic_desktop.features.patients.service import linking as service
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.cells import Cell
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.side_by_side import SideBySide
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text

_PAUSE_MS = 200
_WIDE, _NARROW = 360, 250
_MOST = 12


class LinkingScreen(QWidget):
    """`other_id`: the record that was already pointed at."""

    def __init__(
        self, office: Office, patient_id: PatientId, other_id: PatientId | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office, self.patient_id, self.other_id = office, patient_id, other_id
        self._link_id = new_id()
        self._saving = False
        self._name = office.ask(queries.said_names, [patient_id])[patient_id]
        self.search = Edit(placeholder=_("Name, year or record number"), icon="search")
        self.search.setAccessibleName(_("Search the other record"))
        empty = EmptyState(_("Nobody similar. Type a name above."))
        self.table: ListTable[Similar | Found] = ListTable(
            [Column[Similar | Found](_("Person"), _person, stretch=True)],
            lambda found: found.patient_id,
            empty=empty,
            row_height=60,
        )
        self.table.setAccessibleName(_("Other records"))
        self.table.horizontalHeader().hide()
        self._compared = column(gap=S2)
        self.reason = Edit(placeholder=_("His mother said so, the same DPI, the same photograph"))
        self.why = Field(_("How is it known?"), self.reason)
        self._make_buttons()
        self._lay_out()
        self._listen()
        self._look_for()
        self._show_other()

    # building

    def _make_buttons(self) -> None:
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._office.back)
        self.different = Button(_("They are two people"))
        self.different.clicked.connect(self._say_different)
        self.same = Button(_("The same person"), "save", "primary", "check", tall=True)
        self.same.clicked.connect(self._say_same)

    def _lay_out(self) -> None:
        inside = QWidget()
        stack(inside, self._compared, None, margins=(0, 0, S2, 0))
        self.area = scrolled(inside)
        self.area.setAccessibleName(_("What both records say"))
        # In a low window the lines are read with the arrows.
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title = Text(_("The same person as {name}?").format(name=self._name), "head", "semi", wrap=True)
        foot = row(self.back, None, self.different, self.same, gap=S2)
        self.right = Card(title, (self.area, 1), Line(), self.why, foot, gap=S2)
        hint = Text(_("Similar people, or those you search"), "small", color="quiet", wrap=True)
        self.left = Card(self.search, hint, (self.table, 1), margins=(S3, S3, S3, S3), gap=S2)
        line_up(self, self.left, (self.right, 1), margins=(S4, S4, S4, S4), gap=S3)

    def _listen(self) -> None:
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look_for)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._choose_first)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._to_reason)
        self.reason.textChanged.connect(self._no_complaint)

    def _to_reason(self, *_row: object) -> None:
        self.reason.setFocus()

    def _no_complaint(self, *_text: object) -> None:
        self.why.say("")

    # choosing

    def _look_for(self) -> None:
        words = self.search.text().strip()
        if words:
            found = self._office.ask(finding.search, words, _MOST).rows
            self.table.show_rows([one for one in found if one.patient_id != self.patient_id])
        else:
            self.table.show_rows(self._similar())
        if self.other_id is not None:
            self.table.choose(self.other_id)

    def _similar(self) -> list[Similar]:
        """Also those of whom it was said that they are somebody else: that may have been wrong."""
        mine = self._office.ask(likely.same_person_ids, self.patient_id)
        details = self._office.ask(queries.details, self.patient_id).details
        return [one for one in self._office.ask(likely.similar, details, None, _MOST) if one.patient_id not in mine]

    def _choose_first(self) -> None:
        self._pause.stop()
        self._look_for()
        self.table.choose_at(0)
        self.table.setFocus()

    def _choose(self, found: Similar | Found | None) -> None:
        if found is not None and found.patient_id != self.other_id:
            self.other_id = found.patient_id
            self._show_other()

    def _show_other(self) -> None:
        clear(self._compared)
        for button in (self.same, self.different):
            button.setEnabled(self.other_id is not None)
        if self.other_id is None:
            self._compared.addWidget(Text(_("Choose the other record at the left."), color="quiet", wrap=True))
            return
        told = self._office.ask(comparing.comparison, self.patient_id, self.other_id)
        if told.linked:
            self._compared.addWidget(Callout(_("These records are linked already."), "well", "circle-check"))
        if told.were_two:
            self._compared.addWidget(Callout(_said_two(told.reason), "warning", "alert-triangle"))
        self._compared.addWidget(SideBySide(told.lines))
        self._compared.addWidget(Text(_summary(told), "small", color="quiet", wrap=True))
        self.same.setEnabled(not told.linked)
        self.different.setEnabled(not told.were_two)

    # saying

    def _say_same(self) -> None:
        if self._saving or self.other_id is None:
            return
        if not self.reason.text().strip():
            self.why.say(_("Write in a word how it is known."), "danger")
            self.reason.setFocus()
            return
        self._saving = True
        use_case = partial(
            service.say_same,
            first=self.patient_id,
            second=self.other_id,
            reason=self.reason.text(),
            link_id=self._link_id,
        )
        self._office.do(use_case, self, then=self._said_same, failed=self._failed)

    def _said_same(self, link_id: str) -> None:
        self._office.notice(
            _("Linked. Both numbers stay, and it can be undone on either page."),
            partial(self._office.do, partial(service.undo_link, link_id=link_id, reason=_("Undone at once")), None),
        )
        self._office.go("persons", patient_id=self.patient_id)

    def _say_different(self) -> None:
        if self._saving or self.other_id is None:
            return
        self._saving = True
        use_case = partial(
            service.say_different, first=self.patient_id, second=self.other_id, reason=self.reason.text()
        )
        self._office.do(use_case, self, then=self._said_different, failed=self._failed)

    def _said_different(self, _link: str) -> None:
        self._office.notice(_("Kept: they are two people. Nobody is asked again."))
        self._office.go("persons", patient_id=self.patient_id)

    def _failed(self, error: ClinicError) -> None:
        self._saving = False
        self._office.voice.say(error, self)

    # the window

    def take_focus(self) -> None:
        (self.search if self.other_id is None else self.reason).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self.left.setFixedWidth(_NARROW if narrow else _WIDE)


def _person(found: Similar | Found) -> Cell:
    under = " · ".join(part for part in (found.number, found.born, found.place) if part)
    return cells.two_lines(found.said, under=under, ink="strong")


def _said_two(reason: str) -> str:
    if reason:
        return _("It was said that these are two people: «{reason}». Linking takes that back.").format(reason=reason)
    return _("It was said that these are two people. Linking takes that back.")


def _summary(told: Comparison) -> str:
    parts: list[str] = []
    if told.equal:
        parts.append(_("Equal: {words}").format(words=", ".join(told.equal)))
    if told.different:
        parts.append(_("Different: {words}").format(words=", ".join(told.different)))
    return ". ".join(parts)
