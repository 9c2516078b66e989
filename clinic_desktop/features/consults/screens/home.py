"""The clinicians' home: who waits, in calling order, with the marks that reception does not see."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, STATUS_WORDS, AppointmentStatus
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes, supervision
from clinic_desktop.features.consults.queries.chart import ClinicianRow, RiskRow
from clinic_desktop.features.consults.queries.supervision import WaitingNote
from clinic_desktop.features.consults.screens.begun import BegunStrip
from clinic_desktop.features.consults.screens.injection import OverdueSheet
from clinic_desktop.features.consults.screens.vitals import WRITERS, ask_vitals
from clinic_desktop.features.medication.queries import injections
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import column, line_up, row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, Tone, is_compact
from clinic_desktop.uikit.words import Text

_TONES: dict[AppointmentStatus, tuple[Tone, str]] = {
    AppointmentStatus.WAITING: ("neutral", "clock"),
    AppointmentStatus.IN_CONSULT: ("accent", "stethoscope"),
    AppointmentStatus.SEEN: ("well", "check"),
}
_OPENABLE = (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)


class ConsultsHome(QWidget):
    """Enter opens the chosen person, Ctrl+Enter whoever is next."""

    accepts_typing = True

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.count = Text("", "small", color="quiet")
        self.table = self._people()
        self.risks = self._open_risks()
        self.seek = Link(_("Whom to look for"), small=True)
        self.seek.clicked.connect(self._seek)
        self.late = Link(_("Late injections"), small=True)
        self.late.clicked.connect(lambda: OverdueSheet(self._office, self).open())
        self.waiting_notes = self._to_sign()
        self.begun = BegunStrip()
        self.begun.opened.connect(self._open_begun)
        self.next = Button(_("Call the next one"), key="save", kind="primary", icon="stethoscope", tall=True)
        self.next.clicked.connect(self.open_next)
        self.vitals = Button(_("Vital signs"), key="vitals", icon="heartbeat")
        self.vitals.clicked.connect(self.measure)
        if not office.may(*WRITERS):
            self.vitals.hide()
        self.table.opened.connect(self.open_row)
        self.risks.opened.connect(self._open_risk)
        self.waiting_notes.opened.connect(self._open_note)
        self._lay_out()
        office.follow(charts.TABLES | agenda.TABLES | injections.TABLES, self, self.reload)
        # Waiting times grow without anything being written.
        office.every_minute(self, self.reload)
        self.reload()

    def _people(self) -> ListTable[ClinicianRow]:
        columns = [
            Column[ClinicianRow](_("Turn"), lambda r: cells.number(str(r.row.turn or ""), "strong"), 56, right=True),
            Column[ClinicianRow](_("Person"), lambda r: cells.strong(r.row.name), stretch=True),
            Column[ClinicianRow](_("Look first"), _mark, 112),
            Column[ClinicianRow](_("Visit"), lambda r: cells.quiet(_(KIND_WORDS[r.row.kind])), 124, wide_only=True),
            Column[ClinicianRow](_("State"), _state, 130),
            Column[ClinicianRow](_("Waits"), _waits, 76, right=True, wide_only=True),
        ]
        empty = EmptyState(_("Nobody is expected today. Search a person above to open their chart."))
        return ListTable(columns, key=lambda r: r.row.appointment_id, empty=empty, flush=True)

    def _open_risks(self) -> ListTable[RiskRow]:
        columns = [
            Column[RiskRow](_("Person"), lambda r: cells.two_lines(r.name, under=r.risk.holder_name), stretch=True),
            Column[RiskRow](_("Contact"), _contact, 118),
        ]
        empty = EmptyState(_("No risk is open."))
        return ListTable(columns, key=lambda r: r.patient_id, empty=empty, row_height=48, flush=True)

    def _to_sign(self) -> ListTable[WaitingNote]:
        columns = [
            Column[WaitingNote](_("Note of"), lambda n: n.author_name or "", stretch=True),
            Column[WaitingNote](_("Day"), lambda n: cells.quiet(say_day(n.occurred_on)), 110),
        ]
        empty = EmptyState(_("No note waits for your signature."))
        return ListTable(columns, key=lambda n: n.note_id, empty=empty, flush=True)

    def _lay_out(self) -> None:
        head = row(Text(_("Consultation"), "title", "semi"), self.count, None, gap=S3)
        people = Card((self.table, 1), margins=(0, 4, 0, 4))
        risk_head = row(Text(_("Open risks"), "head", "semi"), None, self.late, self.seek, gap=S2)
        risk_card = Card(risk_head, (self.risks, 1), margins=(S4, 10, S2, S2))
        side = [(risk_card, 2)]
        if self._office.may(Permission.SIGN_NOTES):
            to_sign = Card(Text(_("Notes to sign"), "head", "semi"), (self.waiting_notes, 1), margins=(S4, 10, S2, S2))
            side.append((to_sign, 1))
        self._side = right = QWidget()
        right.setLayout(column(*side, gap=S3))
        left = column(head, self.begun, (people, 1), row(None, self.vitals, self.next, gap=S2), gap=S3)
        line_up(self, (left, 1), right, margins=(S4, S3, S4, S3), gap=S4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(280 if is_compact(self.window().width()) else 340)

    def take_focus(self) -> None:
        self.table.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(charts.clinicians_list)
        self.table.show_rows(rows)
        self.risks.show_rows(self._office.ask(charts.open_risks))
        late = len(self._office.ask(injections.overdue))
        self.late.setText(ngettext("{count} late injection", "{count} late injections", late).format(count=late))
        self.late.setAccessibleName(self.late.text())
        self.late.setVisible(bool(late))
        if self._office.may(Permission.SIGN_NOTES):
            self.waiting_notes.show_rows(self._office.ask(supervision.waiting_for_supervisor))
        self._show_begun()
        waiting = sum(r.row.status is AppointmentStatus.WAITING for r in rows)
        self.count.setText(ngettext("{count} waits", "{count} wait", waiting).format(count=waiting))
        self.next.setEnabled(bool(waiting) and self._office.may(Permission.WRITE_NOTES))

    def _open_begun(self, encounter_id: str) -> None:
        self._office.go("consult", encounter_id=encounter_id)

    def _show_begun(self) -> None:
        """Notes of other days that were begun and not signed: one's own, whoever comes today."""
        if self._office.may(Permission.WRITE_NOTES):
            today = self._office.today()
            begun = [note for note in self._office.ask(notes.begun_notes) if note.occurred_on != today]
            who = [PatientId(note.patient_id) for note in begun[:1]]
            self.begun.show_notes(begun, "".join(self._office.ask(patients.said_names, who).values()) if who else "")

    def open_row(self, chosen: ClinicianRow) -> None:
        """Whoever is here goes in; of the others the chart is read. A reserved record says that it is one."""
        if chosen.row.reserved:
            self._office.go("chart", patient_id=chosen.row.patient_id)
        elif chosen.row.status in _OPENABLE and self._office.may(Permission.WRITE_NOTES):
            self._office.go("consult", patient_id=chosen.row.patient_id, appointment_id=chosen.row.appointment_id)
        else:
            self._office.go("chart", patient_id=chosen.row.patient_id)

    def _seek(self) -> None:
        self._office.go("looking-for" if self._office.may(Permission.SEEK_PEOPLE) else "risks")

    def _open_risk(self, found: RiskRow) -> None:
        self._office.go("chart", patient_id=found.patient_id)

    def _open_note(self, found: WaitingNote) -> None:
        self._office.go("chart", patient_id=found.patient_id, note_id=found.note_id)

    def measure(self) -> None:
        """Vital signs of whoever is chosen."""
        chosen = self.table.row()
        if chosen is None or not self._office.may(*WRITERS):
            return
        if chosen.row.reserved:
            self._office.go("chart", patient_id=chosen.row.patient_id)
        else:
            ask_vitals(self._office, chosen.row.patient_id, self)

    def open_next(self) -> None:
        following = self._office.ask(agenda.next_waiting, self._office.actor.staff_id)
        if following is not None:
            self._office.go("consult", patient_id=following.patient_id, appointment_id=following.appointment_id)


def _mark(found: ClinicianRow) -> cells.Cell:
    """In a column of its own: a mark beside a long name would be the first thing a small window leaves out."""
    if found.risk is not None:
        return cells.chip(_("risk"), "danger", "alert-triangle")
    if found.injection_due is not None:
        return cells.chip(_("injection"), "warning", "clock")
    return cells.chip(_("draft"), "warning", "edit") if found.draft else cells.quiet("")


def _state(found: ClinicianRow) -> cells.Cell:
    status = found.row.status
    if status not in _TONES:
        return cells.quiet(_(STATUS_WORDS[status]))
    tone, icon = _TONES[status]
    return cells.chip(_(STATUS_WORDS[status]), tone, icon)


def _waits(found: ClinicianRow) -> cells.Cell:
    minutes = found.row.waits_minutes if found.row.status is AppointmentStatus.WAITING else None
    return cells.number("" if minutes is None else _("{count} min").format(count=minutes))


def _contact(found: RiskRow) -> cells.Cell:
    day = say_day(found.risk.next_contact_on)
    return cells.chip(day, "danger" if found.overdue else "neutral", "alert-triangle" if found.overdue else "clock")
