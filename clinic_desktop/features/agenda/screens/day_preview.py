"""Who is chosen on the day's list, and what the desk can do for that person now."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries.days import Queue
from clinic_desktop.features.agenda.rules.day import KIND_WORDS, MAY_FOLLOW, STATUS_WORDS, AppointmentStatus, EventKind
from clinic_desktop.features.agenda.screens import slots
from clinic_desktop.features.agenda.screens.booking import ask_other_day
from clinic_desktop.features.agenda.screens.papers import print_turn
from clinic_desktop.features.agenda.screens.privacy import said_person
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import column, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.privacy import are_names_hidden
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Facts, Text

Status = AppointmentStatus
LOOKS: dict[Status, tuple[theme.Tone, str]] = {
    Status.WAITING: ("neutral", "clock"),
    Status.IN_CONSULT: ("accent", "stethoscope"),
    Status.SEEN: ("well", "check"),
}
_WIDE, _NARROW = 320, 228


class Preview(Card):
    """Only what can be done now has its button, and what may be a slip can be taken back."""

    def __init__(self, office: Office, screen: QWidget, open_row: Callable[[queries.DayRow], object]) -> None:
        super().__init__(margins=(16, 16, 16, 12), gap=S2)
        self._office, self._screen, self._open_row = office, screen, open_row
        self._row: queries.DayRow | None = None
        self._queues: Sequence[Queue] = ()
        self._compact = False
        self._room: int | None = None
        self.setFixedWidth(_WIDE)
        self.name = Text("", "head", "bold", wrap=True)
        self.state = Chip("")
        self.facts = Facts([], label_width=80)
        self.nobody = Text(_("Choose a person in the list, or type a name above."), color="quiet", wrap=True)
        self.open = Button(_("Open record"), "open")
        self.other_day = Button(_("Change appointment"), "change_appointment")
        self.queue = Button("", "other_queue")
        self.first = Button(_("Call first"), "call_first")
        self.left = Button(_("Left without being seen"), "left_unseen")
        self.turn = Button(_("Print turn"))
        self.undo = Button(_("Take “arrived” back"))
        self.arrived = Button(_("Arrived"), "arrived", "primary", "user-check", tall=True)
        self._connect()
        self.hung = self._hung_buttons()
        deeds = (self.open, self.other_day, self.queue, self.first, self.left, self.turn, self.undo, self.arrived)
        deeds = (*self.hung, *deeds)
        self.body.addLayout(column(self.nobody, self.name, row(self.state, None), 4, self.facts, None, *deeds, gap=S2))

    def _connect(self) -> None:
        self.open.clicked.connect(lambda: self._row and self._open_row(self._row))
        self.other_day.clicked.connect(lambda: self._row and ask_other_day(self._office, self._screen, self._row))
        self.turn.clicked.connect(lambda: self._row and print_turn(self._office, self._screen, self._row))
        self.arrived.clicked.connect(self._check_in)
        self.left.clicked.connect(lambda: self._do(service.leave, N_("{name} left"), service.undo_leave))
        self.undo.clicked.connect(self._take_back)
        self.first.clicked.connect(self._toggle_priority)
        self.queue.clicked.connect(self._give_on)

    def _hung_buttons(self) -> list[Button]:
        """What upper rooms hang here, for those who are not the desk; a key does it for everybody who may."""
        buttons: list[Button] = []
        for deed in slots.deeds_for(self._office):
            button = Button(_(deed.title), deed.key, icon=deed.icon)
            button.clicked.connect(partial(self._run, deed))
            bind(self._screen, deed.key, partial(self._run, deed))
            buttons.append(button)
        return buttons

    def _run(self, deed: slots.RowDeed, *_clicked: object) -> None:
        if self._row is not None and not self._row.reserved:
            deed.run(self._office, self._row.patient_id, self._screen)

    def set_queues(self, queues: Sequence[Queue]) -> None:
        """Whose queues a person can be given to; with fewer than two there is nothing to choose."""
        self._queues = queues

    def show_row(self, chosen: queries.DayRow | None) -> None:
        self._row = chosen
        there = chosen is not None
        self.nobody.setVisible(not there)
        for widget in (self.name, self.state, self.facts):
            widget.setVisible(there)
        status = chosen.status if chosen else None
        desk = self._office.may(Permission.RECEPTION)
        waiting, small = status is Status.WAITING, self._compact
        self.arrived.setVisible(desk and status in MAY_FOLLOW[EventKind.ARRIVED])
        self.other_day.setVisible(desk and status is Status.BOOKED)
        self.first.setVisible(self._office.may(Permission.RECEPTION, Permission.WRITE_NOTES) and waiting)
        self.left.setVisible(desk and waiting)
        self.turn.setVisible(desk and waiting and not small)
        self.undo.setVisible(desk and (waiting or status is Status.LEFT))
        self.undo.setText(_("Take “left” back") if status is Status.LEFT else _("Take “arrived” back"))
        several = len(self._queues) > 1 and self._office.may(Permission.RECEPTION, Permission.WRITE_NOTES)
        self.queue.setVisible(several and status in MAY_FOLLOW[EventKind.ASSIGNED] and (waiting or not small))
        # In a low window Enter opens the record, and what only the mouse reaches keeps its button.
        low = small and desk and waiting
        self.open.setVisible(chosen is not None and not chosen.reserved and not low)
        for button in self.hung:
            button.setVisible(chosen is not None and not chosen.reserved and not desk)
        if chosen is not None:
            self._fill(chosen)

    def _fill(self, chosen: queries.DayRow) -> None:
        tone, icon = LOOKS.get(chosen.status, ("neutral", ""))
        time = f" {chosen.time_text}" if chosen.time_text else ""
        self.name.setText(said_person(chosen))
        self.state.set_state(_(STATUS_WORDS[chosen.status]) + time, tone, icon)
        self.first.setText(_("No longer first") if chosen.priority else _("Call first"))
        self.queue.setText(self._next_words(chosen))
        told = [(label, value) for label, value in self._facts_of(chosen) if value]
        crowded = self.queue.isVisibleTo(self) and self.left.isVisibleTo(self)
        room = self._room if self._room is None else max(self._room - 2 * crowded, 0)
        self.facts.show_facts(told[:room])

    def _facts_of(self, chosen: queries.DayRow) -> list[tuple[str, str]]:
        """Of a reserved record, and while names are hidden, nothing by which the person could be known."""
        visit = (_("Visit"), _(KIND_WORDS[chosen.kind]))
        queue = (_("Queue"), self._name_of(chosen.clinician_id) if len(self._queues) > 1 else "")
        if chosen.reserved or are_names_hidden():
            return [visit, queue]
        known = self._office.ask(patients.header, PatientId(chosen.patient_id))
        language = known.language + (_(", with interpreter") if known.needs_interpreter else "")
        first = [(_("Language"), language)] if known.needs_interpreter and self._room is not None else []
        return [
            *first,
            (_("Born"), known.born),
            (_("Sex"), say_sex(known.sex)),
            (_("Record"), known.number),
            (_("Community"), known.place),
            (_("Mother"), known.mother),
            (_("Language"), "" if first else language),
            queue,
        ]

    def _name_of(self, clinician_id: str | None) -> str:
        return next((q.name for q in self._queues if q.clinician_id == clinician_id), _("Whoever is free"))

    def _next_queue(self, chosen: queries.DayRow) -> str | None:
        ring = [None, *(q.clinician_id for q in self._queues)]
        at = ring.index(chosen.clinician_id) if chosen.clinician_id in ring else 0
        return ring[(at + 1) % len(ring)]

    def _next_words(self, chosen: queries.DayRow) -> str:
        following = self._next_queue(chosen)
        return _("Give to {name}").format(name=self._name_of(following)) if following else _("To whoever is free")

    def set_compact(self, compact: bool) -> None:
        """In a small window: narrower."""
        if compact != self._compact:
            self._compact = compact
            self.setFixedWidth(_NARROW if compact else _WIDE)
            self.show_row(self._row)

    def set_room(self, facts: int | None) -> None:
        """How many facts there is room for; None for all. In a low window they make place for the deeds."""
        if facts != self._room:
            self._room = facts
            self.show_row(self._row)

    def _check_in(self) -> None:
        self._do(service.check_in, N_("{name} is in the waiting room"), service.undo_check_in)

    def _take_back(self) -> None:
        left = self._row is not None and self._row.status is Status.LEFT
        self._do(service.undo_leave if left else service.undo_check_in, N_("{name}: taken back"))

    def _toggle_priority(self) -> None:
        if self._row is not None:
            said = N_("{name}: no longer first") if self._row.priority else N_("{name} is called first")
            now = self._row.priority
            self._do(partial(service.set_priority, urgent=not now), said, partial(service.set_priority, urgent=now))

    def _give_on(self) -> None:
        chosen = self._row
        if chosen is None:
            return
        following = self._next_queue(chosen)
        words = self._name_of(following)
        self._do(
            partial(service.assign, clinician_id=following),
            N_("{name}: queue of {clinician}") if following else N_("{name}: whoever is free"),
            partial(service.assign, clinician_id=chosen.clinician_id),
            clinician=words,
        )

    def _do(
        self, deed: Callable[..., object], said: str, undo: Callable[..., object] | None = None, **more: str
    ) -> None:
        """Do one thing to the chosen person; say it, and offer to take it back where that is possible."""
        chosen = self._row
        if chosen is None:
            return

        def back() -> None:
            if undo is not None:
                self._office.do(partial(undo, appointment_id=chosen.appointment_id), self._screen)

        def done(_result: object) -> None:
            # Asked anew: who has just arrived is called by a turn from now on.
            now = self._office.ask(queries.row_of, chosen.appointment_id) or chosen
            self._office.notice(_(said).format(name=said_person(now), **more), back if undo else None)

        self._office.do(partial(deed, appointment_id=chosen.appointment_id), self, then=done)
