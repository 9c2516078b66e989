"""The clinicians' home: who waits, in calling order, with the marks that reception does not see."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, STATUS_WORDS, AppointmentStatus
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes, scales, supervision
from clinic_desktop.features.consults.queries.chart import ClinicianRow, RiskRow
from clinic_desktop.features.consults.queries.supervision import WaitingNote
from clinic_desktop.features.consults.screens.begun import BegunStrip
from clinic_desktop.features.consults.screens.danger import say_last_contact
from clinic_desktop.features.consults.screens.injection import DueSheet
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
        self._scales_due: frozenset[str] = frozenset()
        self._seen: frozenset[str] = frozenset()
        self.table = self._people()
        self.risks = self._open_risks()
        self.seek = Link(_("Whom to look for"), small=True)
        self.seek.clicked.connect(self._seek)
        self.late = Link(_("Injections that are due"), small=True)
        self.late.clicked.connect(lambda: DueSheet(self._office, self).open())
        self.waiting_notes = notes_beside(signs=office.may(Permission.SIGN_NOTES))
        self.returned = notes_beside(signs=False)
        self.supervision = Link(_("Supervision"))
        self.begun = BegunStrip()
        self.begun.opened.connect(self._open_begun)
        self.next = Button(_("Call the next one"), key="save", kind="primary", icon="stethoscope", tall=True)
        self.next.clicked.connect(self.open_next)
        self.vitals = Button(_("Vital signs"), key="vitals", icon="heartbeat")
        self.vitals.clicked.connect(self.measure)
        if not office.may(*WRITERS):
            self.vitals.hide()
        if not office.may(Permission.WRITE_NOTES):
            self.supervision.hide()
        self.table.opened.connect(self.open_row)
        self.risks.opened.connect(self._open_risk)
        self.waiting_notes.opened.connect(self._open_note)
        self.returned.opened.connect(self._open_note)
        self.supervision.clicked.connect(lambda: office.go("supervision"))
        self._lay_out()
        office.follow(charts.TABLES | agenda.TABLES | injections.TABLES | supervision.TABLES, self, self.reload)
        # Waiting times grow without anything being written.
        office.every_minute(self, self.reload)
        self.reload()

    def _people(self) -> ListTable[ClinicianRow]:
        columns = [
            Column[ClinicianRow](_("Turn"), lambda r: cells.number(str(r.row.turn or ""), "strong"), 56, right=True),
            Column[ClinicianRow](_("Person"), lambda r: cells.strong(r.row.name), stretch=True),
            Column[ClinicianRow](_("Look first"), self._mark, 170),
            Column[ClinicianRow](_("Visit"), lambda r: cells.quiet(_(KIND_WORDS[r.row.kind])), 124, wide_only=True),
            Column[ClinicianRow](_("State"), _state, 130),
            Column[ClinicianRow](_("Waits"), _waits, 76, right=True, wide_only=True),
        ]
        empty = EmptyState(_("Nobody is expected today. Search a person above to open their chart."))
        return ListTable(columns, key=lambda r: r.row.appointment_id, empty=empty, flush=True)

    def _mark(self, found: ClinicianRow) -> cells.Cell:
        """In a column of its own: a mark beside a long name would be the first thing a small window leaves out."""
        who = found.row.patient_id
        chips = [
            cells.ChipIn(_("risk"), "danger", "alert-triangle") if found.risk is not None else None,
            cells.ChipIn(_("draft"), "warning", "edit") if found.draft else None,
            cells.ChipIn(_("injection"), "warning") if found.injection_due is not None else None,
            cells.ChipIn(_("scale")) if who in self._scales_due else None,
        ]
        return cells.chips(*[chip for chip in chips if chip is not None][:3])

    def _open_risks(self) -> ListTable[RiskRow]:
        columns = [
            Column[RiskRow](
                _("Person"),
                lambda r: cells.two_lines(r.name, under=say_last_contact(r.risk) or r.risk.holder_name),
                stretch=True,
            ),
            Column[RiskRow](_("Contact"), _contact, 118),
        ]
        empty = EmptyState(_("No risk is open."))
        return ListTable(columns, key=lambda r: r.patient_id, empty=empty, row_height=48, flush=True)

    def _lay_out(self) -> None:
        head = row(Text(_("Consultation"), "title", "semi"), self.count, None, self.supervision, gap=S3)
        people = Card((self.table, 1), margins=(0, 4, 0, 4))
        risk_head = row(Text(_("Open risks"), "head", "semi"), None, self.seek, gap=S2)
        # A line of its own: beside the others it would be cut in a small window.
        risk_card = Card(risk_head, row(None, self.late), (self.risks, 1), margins=(S4, 10, S2, S2))
        self.returned_card = Card(
            Text(_("Came back to you"), "head", "semi"), (self.returned, 1), margins=(S4, 10, S2, S2)
        )
        side = [(self.returned_card, 1), (risk_card, 2)]
        if self._office.may(Permission.SIGN_NOTES):
            to_sign_head = Text(_("Notes to sign"), "head", "semi")
            to_sign = Card(to_sign_head, (self.waiting_notes, 1), margins=(S4, 10, S2, S2))
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
        self._scales_due = frozenset(self._office.ask(scales.due_today))
        self.table.show_rows(rows)
        self._choose_next(rows)
        self.risks.show_rows(self._office.ask(charts.open_risks))
        late = len(self._office.ask(injections.due_now))
        self.late.setText(ngettext("{count} injection is due", "{count} injections are due", late).format(count=late))
        self.late.setAccessibleName(self.late.text())
        self.late.setVisible(bool(late))
        if self._office.may(Permission.SIGN_NOTES):
            self.waiting_notes.show_rows(self._office.ask(supervision.waiting_for_supervisor))
        back = self._office.ask(supervision.came_back) if self._office.may(Permission.WRITE_NOTES) else ()
        self.returned.show_rows(back)
        self.returned_card.setVisible(bool(back))
        self._show_begun()
        waiting = sum(r.row.status is AppointmentStatus.WAITING for r in rows)
        self.count.setText(ngettext("{count} waits", "{count} wait", waiting).format(count=waiting))
        self.next.setEnabled(bool(waiting) and self._office.may(Permission.WRITE_NOTES))

    def _choose_next(self, rows: Sequence[ClinicianRow]) -> None:
        """Whoever is next stands in sight and is chosen, until somebody else is, and again once that one was seen."""
        seen = frozenset(r.row.appointment_id for r in rows if r.row.status is AppointmentStatus.SEEN)
        just_seen, self._seen = seen - self._seen, seen
        if rows and (self.table.row() is None or self.table.key() in just_seen):
            following = self._office.ask(agenda.next_waiting, self._office.actor.staff_id)
            self.table.choose(following.appointment_id if following is not None else rows[0].row.appointment_id)

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


def notes_beside(*, signs: bool) -> ListTable[WaitingNote]:
    """Notes that wait for the one who looks: who, since when, what the supervisor asked."""
    columns = [
        Column[WaitingNote](_("Person"), lambda n: cells.two_lines(n.name, under=_under(n)), stretch=True),
        Column[WaitingNote](_("Waits"), _since, 116, right=True),
    ]
    told = _("No note waits for your signature.") if signs else _("No note came back to you.")
    return ListTable(columns, key=lambda n: n.note_id, empty=EmptyState(told), row_height=48, flush=True)


def _under(note: WaitingNote) -> str:
    return note.comment or (
        _("typed by {name}").format(name=note.typed_by) if note.typed_by else note.author_name or ""
    )


def _since(note: WaitingNote) -> cells.Cell:
    if note.late:
        return cells.chip(_("over 72 h"), "danger", "alert-triangle")
    return cells.number(_("{count} h").format(count=note.hours))


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
